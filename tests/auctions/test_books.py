"""The proof that a lot's books balance, and that it finds what got past every guard."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from auctions import forfeitures
from auctions.books import audited, books_of
from auctions.closing import close_lot
from auctions.lifecycle import ClosedBy
from auctions.models import Registration
from auctions.rules.deposits import Books, Fault, total
from tests.conftest import act, make_member, make_organization, organization_of
from tests.factories import apply, bid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def ended(contested, bidder, rival, operator, clock):
    """Bought by one, 60 of the other's 100 disputed; a third never paid."""
    apply(contested, make_member(make_organization()))
    loser = contested.registrations.get(organization=organization_of(rival))
    forfeitures.propose_forfeiture(
        actor=act(operator),
        registration_id=loser.pk,
        amount=Decimal("60.00"),
        grounds="other",
        reason="虚构",
    )
    bid(contested, bidder, "1000.00")
    clock.set(contested.closes_at)
    assert close_lot(contested.pk, by=ClosedBy.CLOSER)
    return contested


def prove(*arguments: str) -> str:
    out = StringIO()
    call_command("check_deposits", *arguments, stdout=out)
    return out.getvalue()


def test_every_registrations_books_balance(ended, django_assert_num_queries):
    with django_assert_num_queries(2):
        proofs = list(audited(ended.registrations.all()))
    assert [proof.faults for proof in proofs] == [(), (), ()]
    together = total(proof.books for proof in proofs)
    assert together == Books(
        required=Decimal("300.00"),
        held=Decimal("200.00"),
        released=Decimal("40.00"),
        credited=Decimal("100.00"),
        disputed=Decimal("60.00"),
    )


def test_the_sums_of_the_database_are_those_of_the_proof(ended, django_assert_num_queries):
    ids = list(ended.registrations.values_list("pk", flat=True))
    with django_assert_num_queries(1):
        sums = books_of(ids)
    assert sums == {proof.registration.pk: proof.books for proof in audited(ended.registrations)}


def test_the_command_says_so(ended):
    said = prove("--lot", ended.code)
    assert said == (
        "3 registrations: held 200.00, in hand 60.00, on price 100.00, released 40.00,"
        " forfeited 0.00\n"
    )


def test_what_was_changed_past_the_guards_is_found(ended):
    loser = Registration.objects.get(lot=ended, forfeitures__isnull=False)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE auctions_depositmovement DISABLE TRIGGER USER")
        cursor.execute(
            "DELETE FROM auctions_depositmovement WHERE kind = 'held' AND registration_id = %s",
            [loser.pk],
        )
        cursor.execute("ALTER TABLE auctions_depositmovement ENABLE TRIGGER USER")
    (wrong,) = (proof for proof in audited(ended.registrations) if proof.faults)
    assert wrong.registration == loser
    assert set(wrong.faults) == {Fault.OVERDRAWN, Fault.UNPAID}
    with pytest.raises(CommandError, match="1 registrations"):
        prove()
