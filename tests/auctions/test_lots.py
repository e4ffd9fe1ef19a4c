"""A lot's way to its opening: each step works, what it refuses, what it leaves behind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Role
from auctions import lots
from auctions.lifecycle import LOT, DepositKind, LotState, RegistrationState
from auctions.lots import AchievementNotPublished, WithdrawnTooLate
from auctions.models import DepositMovement, Lot
from auctions.queries import lots_visible_to
from auctions.rules import ledger
from auctions.rules.ascending import AlreadyOver, InvalidTimetable
from core.errors import NotFound, NotSignedIn, PermissionDenied, ReasonRequired
from core.lifecycle import IllegalTransition
from core.models import Event
from marketplace.lifecycle import AchievementState
from marketplace.models import Achievement
from tests.auctions.conftest import LATER, HalfWayError, events_of, last_event
from tests.conftest import NOW, RULES, act, make_member, organization_of
from tests.factories import admit, apply, draft_lot, make_achievement, make_lot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

S = LotState
HOUR = timedelta(hours=1)


# --- Drafting ---------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["operator", "seller"])
def test_the_exchange_and_the_consignor_may_draft(request, seller, who):
    drafter = request.getfixturevalue(who)
    achievement = make_achievement(seller)
    lot = draft_lot(seller, act(drafter), achievement=achievement, latest_close=NOW + 2 * HOUR)
    assert (lot.state, lot.created_at, lot.published_at) == (S.DRAFT, NOW, None)
    assert (lot.consignor, lot.title) == (organization_of(seller), achievement.title)
    assert lot.code.startswith("L2026-")
    assert (lot.closes_at, lot.scheduled_close) == (NOW + HOUR, NOW + HOUR)
    assert (lot.price, lot.leader, lot.bid_count, lot.head_hash) == (None, None, 0, "")
    assert lot.rules_version == RULES
    achievement.refresh_from_db()
    assert achievement.state == AchievementState.PUBLISHED, "a draft keeps nothing from others"
    assert events_of(f"lot:{lot.pk}") == ["lot.drafted"]
    assert last_event(f"lot:{lot.pk}").actor_user == drafter


def test_somebody_elses_achievement_cannot_be_drafted(seller, bidder):
    achievement = make_achievement(seller)
    with pytest.raises(PermissionDenied):
        draft_lot(seller, act(bidder), achievement=achievement)
    assert not Lot.objects.exists()


def test_a_viewer_of_the_consignor_drafts_nothing(seller):
    viewer = make_member(organization_of(seller), Role.VIEWER)
    with pytest.raises(PermissionDenied):
        draft_lot(seller, act(viewer))


def test_nobody_drafts_without_signing_in(seller):
    with pytest.raises(NotSignedIn):
        draft_lot(seller, act(None))


@pytest.mark.parametrize(
    "state", [state for state in AchievementState if state != AchievementState.PUBLISHED]
)
def test_only_a_published_achievement_becomes_a_lot(seller, operator, state):
    achievement = make_achievement(seller, state=state)
    with pytest.raises(AchievementNotPublished) as refused:
        draft_lot(seller, act(operator), achievement=achievement)
    assert refused.value.facts == {"state": state}


def test_an_achievement_that_is_hidden_or_none_is_not_found(seller, bidder):
    hidden = make_achievement(seller, state=AchievementState.DRAFT)
    none = Achievement(pk=2**40)
    for achievement in (hidden, none):
        with pytest.raises(NotFound):
            draft_lot(seller, act(bidder), achievement=achievement)


@pytest.mark.parametrize(
    "terms",
    [
        {"opens_at": NOW, "closes_at": NOW},
        {"opens_at": NOW + HOUR, "closes_at": NOW},
        {"opens_at": NOW, "closes_at": NOW + HOUR, "latest_close": NOW + HOUR / 2},
    ],
)
def test_a_timetable_that_is_none_is_refused(seller, terms):
    with pytest.raises(InvalidTimetable):
        draft_lot(seller, **terms)
    assert not Lot.objects.exists()


def test_a_draft_is_seen_by_its_consignor_and_by_staff_alone(
    seller, bidder, operator, cadre, stranger
):
    lot = draft_lot(seller)
    seeing = {
        user.username
        for user in (seller, bidder, operator, cadre, stranger)
        if lots_visible_to(act(user)).filter(pk=lot.pk).exists()
    }
    assert seeing == {"seller", "operator", "cadre"}


# --- Moves ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Move:
    """A step, the states the table lets it start from, and where it leads."""

    action: Callable[..., Lot]
    sources: frozenset[LotState]
    to: LotState
    reason: bool = False

    def __call__(self, lot: Lot, actor: Any, **more: Any) -> Lot:
        if self.reason:
            more.setdefault("reason", "材料不全")
        return self.action(actor=act(actor), lot_id=lot.pk, **more)


MOVES = [
    Move(lots.submit_lot, LOT.sources(S.SUBMITTED), S.SUBMITTED),
    Move(lots.approve_lot, LOT.sources(S.APPROVED), S.APPROVED),
    Move(lots.return_lot, LOT.sources(S.RETURNED), S.RETURNED, reason=True),
    # A suspended lot is not published a second time; it would be resumed.
    Move(lots.publish_lot, LOT.sources(S.PUBLISHED) - {S.SUSPENDED}, S.PUBLISHED),
    Move(lots.withdraw_lot, LOT.sources(S.WITHDRAWN), S.WITHDRAWN, reason=True),
]
ALLOWED = [(move, state) for move in MOVES for state in S if state in move.sources]
REFUSED = [(move, state) for move in MOVES for state in S if state not in move.sources]


def name(value: Any) -> str:
    return value.action.__name__ if isinstance(value, Move) else str(value)


def stored(lot: Lot) -> tuple[dict, dict, list]:
    return (
        Lot.objects.filter(pk=lot.pk).values().get(),
        Achievement.objects.filter(pk=lot.achievement_id).values().get(),
        events_of(f"lot:{lot.pk}"),
    )


@pytest.mark.parametrize(("move", "state"), ALLOWED, ids=name)
def test_a_move_is_allowed_from_where_the_table_says(move, state, lot_in, operator):
    lot = lot_in(state)
    before = len(events_of(f"lot:{lot.pk}"))
    assert move(lot, operator).state == move.to
    lot.refresh_from_db()
    assert lot.state == move.to
    assert lot.state_reason == ("材料不全" if move.reason else "")
    assert events_of(f"lot:{lot.pk}")[before:] == [f"lot.{move.to}"]
    told = last_event(f"lot:{lot.pk}")
    assert (told.at, told.actor_user, told.payload["lot"]) == (NOW, operator, lot.pk)


@pytest.mark.parametrize(("move", "state"), REFUSED, ids=name)
def test_a_move_is_refused_from_every_other_state(move, state, lot_in, operator):
    lot = lot_in(state)
    before = stored(lot)
    with pytest.raises(IllegalTransition):
        move(lot, operator)
    assert stored(lot) == before


@pytest.mark.parametrize(("move", "state"), ALLOWED, ids=name)
def test_a_failure_half_way_leaves_the_lot_as_it_was(move, state, lot_in, operator, break_half_way):
    lot = lot_in(state)
    before = stored(lot)
    break_half_way()
    with pytest.raises(HalfWayError):
        move(lot, operator)
    assert stored(lot) == before


@pytest.mark.parametrize("move", MOVES, ids=name)
def test_each_move_belongs_to_the_exchange_or_the_consignor(move, lot_in, seller, cadre, bidder):
    may = {lots.submit_lot, lots.withdraw_lot}
    state = min(move.sources - {S.PUBLISHED})
    for person in (seller, cadre):
        lot = lot_in(state)
        if person is seller and move.action in may:
            assert move(lot, person).state == move.to
        else:
            with pytest.raises(PermissionDenied):
                move(lot, person)
    with pytest.raises(NotFound):
        move(lot_in(state), bidder)


@pytest.mark.parametrize("move", [move for move in MOVES if move.reason], ids=name)
@pytest.mark.parametrize("reason", ["", "   ", "\n\t"])
def test_a_reason_is_needed_where_somebody_will_be_told_it(move, reason, lot_in, operator):
    lot = lot_in(min(move.sources))
    with pytest.raises(ReasonRequired):
        move(lot, operator, reason=reason)


def test_a_lot_that_is_not_there_is_not_found(operator):
    for move in MOVES:
        with pytest.raises(NotFound):
            move(Lot(pk=2**40), operator)


# --- Publishing -------------------------------------------------------------------------


def test_publishing_freezes_the_terms_and_reserves_the_achievement(seller):
    lot = make_lot(seller)
    lot.refresh_from_db()
    assert lot.published_at == NOW
    assert lot.head_hash == ledger.genesis(lot.code, lot.rules_version, lot.terms())
    assert lot.achievement.state == AchievementState.RESERVED
    published = last_event(f"lot:{lot.pk}")
    assert published.payload == {
        "lot": lot.pk,
        "opens_at": lot.opens_at.isoformat(),
        "closes_at": lot.closes_at.isoformat(),
    }
    assert events_of(f"achievement:{lot.achievement_id}") == ["achievement.reserved"]


def test_a_lot_whose_end_has_passed_is_not_published(seller, operator, clock):
    lot = draft_lot(seller, act(operator))
    lots.submit_lot(actor=act(operator), lot_id=lot.pk)
    lots.approve_lot(actor=act(operator), lot_id=lot.pk)
    clock.set(lot.closes_at)
    with pytest.raises(AlreadyOver):
        lots.publish_lot(actor=act(operator), lot_id=lot.pk)
    lot.achievement.refresh_from_db()
    assert lot.achievement.state == AchievementState.PUBLISHED


def test_of_two_lots_of_one_achievement_one_goes_on_sale(seller, operator):
    achievement = make_achievement(seller)
    first, second = (draft_lot(seller, act(operator), achievement=achievement) for _ in range(2))
    for lot in (first, second):
        lots.submit_lot(actor=act(operator), lot_id=lot.pk)
        lots.approve_lot(actor=act(operator), lot_id=lot.pk)
    lots.publish_lot(actor=act(operator), lot_id=first.pk)
    with pytest.raises(IllegalTransition):
        lots.publish_lot(actor=act(operator), lot_id=second.pk)
    second.refresh_from_db()
    assert (second.state, second.head_hash) == (S.APPROVED, "")


# --- Withdrawing ------------------------------------------------------------------------


def test_a_withdrawal_before_the_opening_gives_everything_back(seller, operator, bidder, rival):
    lot = make_lot(seller, **LATER)
    admitted, applied = admit(lot, bidder), apply(lot, rival)
    lots.withdraw_lot(actor=act(operator), lot_id=lot.pk, reason="权属争议")
    admitted.refresh_from_db()
    applied.refresh_from_db()
    assert admitted.state == RegistrationState.RELEASED
    assert applied.state == RegistrationState.REFUSED
    released = DepositMovement.objects.get(kind=DepositKind.RELEASED)
    assert (released.registration, released.amount) == (admitted, Decimal("100.00"))
    assert released.due_at == NOW + timedelta(hours=24)
    lot.achievement.refresh_from_db()
    assert lot.achievement.state == AchievementState.PUBLISHED
    assert events_of(f"registration:{admitted.pk}")[-1] == "deposit.released"


@pytest.mark.parametrize("after", [timedelta(0), timedelta(microseconds=1), timedelta(hours=5)])
def test_from_the_opening_on_it_is_too_late_to_withdraw(seller, clock, after):
    lot = make_lot(seller, **LATER)
    clock.set(lot.opens_at + after)
    with pytest.raises(WithdrawnTooLate):
        lots.withdraw_lot(actor=act(seller), lot_id=lot.pk, reason="反悔")
    lot.refresh_from_db()
    assert lot.state == S.PUBLISHED


def test_a_moment_before_the_opening_it_is_not_too_late(seller, clock):
    lot = make_lot(seller, **LATER)
    clock.set(lot.opens_at - timedelta(microseconds=1))
    assert (
        lots.withdraw_lot(actor=act(seller), lot_id=lot.pk, reason="权属争议").state == "withdrawn"
    )


def test_a_withdrawn_lot_stays_public_if_it_had_been_announced(seller, bidder, operator):
    announced, draft = make_lot(seller, **LATER), draft_lot(seller)
    for lot in (announced, draft):
        lots.withdraw_lot(actor=act(operator), lot_id=lot.pk, reason="权属争议")
    assert set(lots_visible_to(act(bidder))) == {announced}


def test_a_bid_less_lot_leaves_no_deposit_behind_when_none_was_asked(seller, operator, bidder):
    lot = make_lot(seller, deposit_amount=Decimal("0.00"), **LATER)
    admit(lot, bidder)
    lots.withdraw_lot(actor=act(operator), lot_id=lot.pk, reason="权属争议")
    assert not DepositMovement.objects.exists()
    assert Event.objects.filter(kind__startswith="deposit.").count() == 0
