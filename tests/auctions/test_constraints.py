"""What the database refuses about lots, bids and deposits, whoever asks and however."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.db import transaction as django_transaction
from django.db.models import ProtectedError

from accounts.models import User
from auctions import closing, forfeitures, heads, maxima, refunds, suspensions
from auctions.documents.issuing import document_of
from auctions.lifecycle import ClosedBy, DocumentKind
from auctions.models import (
    Aftermath,
    Auctioneer,
    AuctionHouse,
    AuctionSession,
    Bid,
    DepositMovement,
    Lot,
    Registration,
    RelistingProposal,
    ReserveReading,
    VoidedFile,
)
from auctions.rules.ascending import BidTooLow
from core import clock as clock_module
from tests.auctions.breaches import (
    ANOTHER,
    FIRST_BID,
    IN_A_HALL,
    LEDGERS,
    ONCE,
    REFUSED,
    changed,
    copied,
)
from tests.auctions.conftest import by_sql, refused_by_the_database
from tests.conftest import NOW, act, make_member, make_organization, organization_of
from tests.factories import (
    admit,
    bid,
    draft_lot,
    make_hall_lot,
    make_lot,
    make_session,
    operator_actor,
    start,
)
from tests.lasting import lasting

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[Lot]:
    """A sold lot with two bids, a refused one, a forfeited deposit and a refund; one on sale."""
    with lasting(django_db_blocker) as clock:
        seller, bidder, rival = (make_member(make_organization()) for _ in range(3))
        lot = make_lot(seller)
        admit(lot, bidder)
        admit(lot, rival)
        keep_a_part(admit(lot, make_member(make_organization())))
        bid(lot, bidder, "1000.00")
        bid(lot, rival, "1050.00")
        maxima.leave_maximum(
            actor=act(rival),
            organization_id=organization_of(rival).pk,
            lot_id=lot.pk,
            amount=Decimal("1050.00"),
        )
        with pytest.raises(BidTooLow):
            bid(lot, bidder, "1.00")
        clock.set(lot.closes_at)
        assert closing.close_lot(lot.pk, by=ClosedBy.CLOSER)
        document_of(lot_id=lot.pk, kind=DocumentKind.CONFIRMATION, actor=act(seller))
        for _ in range(2):
            clock.advance(days=1)
            heads.publish_due_heads()
        on_sale = make_lot(
            seller,
            closes_at=clock.now() + timedelta(hours=1),
            reserve_price=Decimal("3000.00"),
        )
        suspend_twice(on_sale)
        declare_void(lot)
        RelistingProposal.objects.create(
            lot=lot,
            lowest_price=lot.starting_price,
            proposed_at=clock.now(),
            lapses_at=clock.now() + timedelta(days=30),
        )
        draft = draft_lot(seller, reserve_price=Decimal("3000.00"))
        draft.appraisals.create(
            organization=make_organization(), value=1, appraised_on=NOW.date(), entered_at=NOW
        )
        draft.priority_rights.create(
            holder=make_organization(),
            basis="inventor",
            evidence="虚构",
            declared_at=NOW,
            by_user=seller,
        )
        reader = make_member(make_organization())
        ReserveReading.objects.create(lot=on_sale, by_user=reader, at=clock.now(), reason="虚构")
        house = AuctionHouse.objects.create(
            organization=make_organization(),
            licence_number="虚构-1",
            licensed_from=date(2026, 1, 1),
            licensed_until=date(2028, 12, 31),
        )
        Auctioneer.objects.create(house=house, name="虚构拍卖师", certificate_number="虚构-1")
        clock.advance(days=2)
        refunds.raise_overdue_alarms()
        late = DepositMovement.objects.filter(kind="released").first()
        refunds.record_refund(actor=operator_actor(), movement_id=late.pk, reference="out-1")
        in_a_hall(seller)
        lot.refresh_from_db()
        yield lot


def declare_void(lot: Lot) -> None:
    one, other = (make_member(make_organization()) for _ in range(2))
    lot.decisions.create(
        kind="void",
        state="approved",
        reason="虚构",
        proposed_at=clock_module.now(),
        proposed_by=one,
        decided_at=clock_module.now(),
        decided_by=other,
    )
    Aftermath.objects.create(lot=lot, kind="void", reason="虚构", at=clock_module.now())
    VoidedFile.objects.create(document=lot.documents.get(), content=b"x", sha256="0" * 64)


def suspend_twice(lot: Lot) -> None:
    for _ in range(2):
        for move in (suspensions.suspend_lot, suspensions.resume_lot):
            move(actor=operator_actor(), lot_id=lot.pk, reason="虚构")


def keep_a_part(registration: Registration) -> None:
    proposed = forfeitures.propose_forfeiture(
        actor=operator_actor(),
        registration_id=registration.pk,
        amount=Decimal("60.00"),
        grounds="other",
        reason="虚构",
    )
    forfeitures.approve_forfeiture(actor=operator_actor(second=True), forfeiture_id=proposed.pk)


def in_a_hall(seller: User) -> None:
    """A running flagship with two lots, one of which has its floor open; and one that ended."""
    ended = make_session()
    sessions = AuctionSession.objects.filter(pk=ended.pk)
    sessions.update(state="finished", started_at=NOW, finished_at=NOW)
    running = make_session()
    for floor in ("open", "waiting"):
        lot = make_hall_lot(seller, running)
        Lot.objects.filter(pk=lot.pk).update(floor=floor)
    start(running)


def test_every_constraint_of_the_app_is_tried_here():
    named = {
        constraint.name
        for model in apps.get_app_config("auctions").get_models()
        for constraint in model._meta.constraints
        # What has the key in it is unique anyway: it is there for a foreign key to point at.
        if "id" not in getattr(constraint, "fields", ())
    }
    assert named == set(REFUSED)


@pytest.mark.parametrize("constraint", REFUSED)
def test_sql_cannot_break_a_constraint(world, constraint):
    for statement in REFUSED[constraint]:
        with refused_by_the_database(constraint):
            by_sql(statement)


@pytest.mark.parametrize("statement", ONCE.values(), ids=ONCE.keys())
def test_there_is_one_of_it(world, statement):
    with refused_by_the_database("duplicate key"):
        by_sql(statement)


def test_a_lot_stands_in_the_running_order_of_its_own_session_alone(world):
    with refused_by_the_database("runningorderentry_lot_of_the_session"):
        by_sql(
            "SET CONSTRAINTS ALL IMMEDIATE",
            changed(Lot, IN_A_HALL, session_id="(SELECT min(id) FROM auctions_auctionsession)"),
        )


def rows(model: type[models.Model]) -> list[dict[str, Any]]:
    return list(model.objects.order_by("pk").values())


@pytest.mark.parametrize("model", LEDGERS, ids=lambda model: model.__name__)
def test_a_ledger_is_only_ever_added_to(world, model):
    before = rows(model)
    assert before
    table = model._meta.db_table
    columns = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    statements = [
        *(changed(model, **{column: column}) for column in columns),
        f"DELETE FROM {table}",  # noqa: S608 - ours
        f"TRUNCATE {table} CASCADE",
    ]
    for statement in statements:
        with refused_by_the_database("append-only"):
            by_sql("SET CONSTRAINTS ALL IMMEDIATE", statement)
    assert rows(model) == before


@pytest.mark.parametrize("model", LEDGERS, ids=lambda model: model.__name__)
def test_a_ledger_is_not_rewritten_through_a_model_either(world, model):
    row = model.objects.first()
    for write in (row.save, row.delete, model.objects.all().delete):
        with pytest.raises(Exception, match=r"append-only|protected foreign keys"):
            _undone(write)
    assert model.objects.filter(pk=row.pk).exists()


def _undone(write) -> None:
    with django_transaction.Atomic(using=None, savepoint=True, durable=False):
        write()


def test_a_lot_with_a_past_is_not_deleted(world):
    for row in (world, world.achievement, world.consignor, world.registrations.first()):
        with pytest.raises(ProtectedError):
            row.delete()
    with refused_by_the_database("foreign key|append-only"):
        by_sql("SET CONSTRAINTS ALL IMMEDIATE", "DELETE FROM auctions_lot")


def test_a_bid_after_the_end_is_refused_by_the_table_itself(world):
    late = copied(
        Bid, **FIRST_BID, **ANOTHER, placed_at="closes_at_before + interval '1 microsecond'"
    )
    with refused_by_the_database("bid_in_time"):
        by_sql(late)


def test_what_the_terms_and_the_standing_say_is_what_the_row_says(world):
    terms, standing = world.terms(), world.standing()
    assert terms.closes_at == world.scheduled_close
    assert terms.extension == timedelta(seconds=world.extension_s)
    assert (standing.price, standing.bid_count) == (world.price, 2)
    assert str(world) == f"{world.code} {world.title}"
