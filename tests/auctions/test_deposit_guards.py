"""What the database itself refuses about money, past every rule. In a race: tests/races."""

from decimal import Decimal
from typing import Any

import pytest

from auctions import forfeitures
from auctions.models import DepositMovement, Forfeiture, Refund, Registration
from core import clock as clock_module
from tests.auctions.conftest import by_sql, refused_by_the_database
from tests.conftest import act, make_member, organization_of


@pytest.fixture
def paid(db, clock, contested, bidder) -> Registration:
    """The exchange holds 100 of it."""
    return contested.registrations.get(organization=organization_of(bidder))


def moved(registration: Registration, kind: str, amount: str, **values: Any) -> DepositMovement:
    now = clock_module.now()
    due = {"due_at": now} if kind == "released" else {}
    return DepositMovement.objects.create(
        registration=registration, kind=kind, amount=Decimal(amount), at=now, **due, **values
    )


def refused(registration: Registration, kind: str, amount: str, **values: Any) -> None:
    with refused_by_the_database("depositmovement_never_overdrawn"), undone():
        moved(registration, kind, amount, **values)


def undone() -> Any:
    from django.db import transaction as django_transaction

    return django_transaction.Atomic(using=None, savepoint=True, durable=False)


@pytest.mark.parametrize("kind", ["released", "credited"])
def test_more_than_is_in_hand_does_not_leave(paid, kind):
    refused(paid, kind, "100.01")
    moved(paid, kind, "100.00")
    refused(paid, "released", "0.01")
    refused(paid, "credited", "0.01")


def test_a_credit_is_not_taken_back_twice(paid):
    refused(paid, "reversed", "0.01")
    moved(paid, "credited", "100.00")
    moved(paid, "reversed", "100.00")
    refused(paid, "reversed", "0.01")
    moved(paid, "released", "100.00")


def test_what_is_owed_pays_for_nothing(paid):
    moved(paid, "required", "500.00")
    refused(paid, "released", "100.01")


def test_another_registrations_money_does_not_help(paid, contested, rival):
    other = contested.registrations.get(organization=organization_of(rival))
    moved(paid, "released", "100.00")
    refused(paid, "released", "0.01")
    moved(other, "released", "100.00")


def proposal(registration: Registration, operator: Any, amount: str = "60.00") -> Forfeiture:
    return forfeitures.propose_forfeiture(
        actor=act(operator),
        registration_id=registration.pk,
        amount=Decimal(amount),
        grounds="other",
        reason="虚构",
    )


def decided(forfeiture: Forfeiture, by: Any) -> None:
    Forfeiture.objects.filter(pk=forfeiture.pk).update(
        state="approved", decided_at=forfeiture.proposed_at, decided_by=by
    )


def test_nothing_is_kept_that_nobody_else_approved(paid, contested, operator, rival):
    proposed = proposal(paid, operator)
    other = contested.registrations.get(organization=organization_of(rival))

    def keep(registration: Registration, amount: str) -> None:
        with refused_by_the_database("depositmovement_forfeiture_approved"), undone():
            moved(registration, "forfeited", amount, forfeiture=proposed)

    keep(paid, "60.00")
    decided(proposed, make_member(organization_of(operator)))
    keep(paid, "59.99")
    keep(other, "60.00")
    moved(paid, "forfeited", "60.00", forfeiture=proposed)
    refused(paid, "released", "40.01")


def test_one_person_cannot_be_both_in_sql_either(paid, operator):
    proposed = proposal(paid, operator)
    with refused_by_the_database("forfeiture_takes_two_people"), undone():
        decided(proposed, operator)


def test_neither_the_proposal_nor_the_decision_is_rewritten(paid, operator):
    proposed = proposal(paid, operator)
    table = "UPDATE auctions_forfeiture SET "
    for change in ("amount = 1", "reason = 'x'", "grounds = 'default'", "proposed_by_id = NULL"):
        with refused_by_the_database("append-only"):
            by_sql(table + change)
    decided(proposed, make_member(organization_of(operator)))
    for change in ("state = 'rejected', decision_reason = 'x'", "decided_at = now()"):
        with refused_by_the_database("append-only"):
            by_sql(table + change)
    for statement in ("DELETE FROM auctions_forfeiture", "TRUNCATE auctions_forfeiture CASCADE"):
        with refused_by_the_database("append-only"):
            by_sql("SET CONSTRAINTS ALL IMMEDIATE", statement)


def test_only_a_promise_is_refunded_and_not_before_it_was_made(paid, clock):
    held = paid.deposit_movements.get(kind="held")
    promise = moved(paid, "released", "100.00")
    early = clock.now()
    values = {"reference": "out", "recorded_at": early}
    for movement, paid_at in ((held, early), (promise, early.replace(year=2025))):
        with refused_by_the_database("refund_of_a_release"), undone():
            Refund.objects.create(movement=movement, paid_at=paid_at, **values)
    Refund.objects.create(movement=promise, paid_at=early, **values)
