"""A session's way: planned, announced, started in its time, finished when every lot has ended."""

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import OrganizationKind
from accounts.queries import UnknownCity
from auctions import lots, sessions
from auctions.lifecycle import SESSION, SessionKind, SessionState
from auctions.models import Auctioneer, AuctionHouse, AuctionSession, Lot
from auctions.queries import running_order, sessions_visible_to
from auctions.sessions import (
    AnotherFlagshipRuns,
    LotsAnnounced,
    LotsNotEnded,
    SessionAnnounced,
    SessionIsEmpty,
    SessionTooEarly,
    VenueMissing,
)
from core.errors import NotFound, PermissionDenied, ReasonRequired
from core.lifecycle import IllegalTransition
from core.models import numbered
from marketplace.lifecycle import AchievementState
from tests.auctions.conftest import events_of, last_event
from tests.conftest import NOW, act, make_member, make_organization
from tests.factories import admit, draft_lot, make_hall_lot, make_session, start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

S = SessionState
PLAN = {
    "kind": "FLAGSHIP",
    "title": "虚构科拍会",
    "city": "310117",
    "venue": "虚构会堂",
    "starts_at": NOW,
}


@pytest.fixture
def house() -> AuctionHouse:
    return AuctionHouse.objects.create(
        organization=make_organization(),
        licence_number="虚构-1",
        licensed_from=date(2026, 1, 1),
        licensed_until=date(2028, 12, 31),
    )


@pytest.fixture
def auctioneer(house) -> Auctioneer:
    return Auctioneer.objects.create(
        house=house,
        name="虚构拍卖师",
        certificate_number="虚构-1",
        user=make_member(house.organization, name="auctioneer"),
    )


def session_in(state: SessionState, **values: Any) -> AuctionSession:
    """A session straight in the state asked for."""
    times = {
        S.PLANNED: (None, None, None),
        S.PUBLISHED: (NOW, None, None),
        S.RUNNING: (NOW, NOW, None),
        S.FINISHED: (NOW, NOW, NOW + timedelta(hours=1)),
        S.CANCELLED: (NOW, None, None),
    }[state]
    published, started, finished = times
    planned = sessions.plan_session(
        actor=act(make_member(make_organization(OrganizationKind.EXCHANGE))), **{**PLAN, **values}
    )
    AuctionSession.objects.filter(pk=planned.pk).update(
        state=state, published_at=published, started_at=started, finished_at=finished
    )
    planned.refresh_from_db()
    return planned


# --- Planning ---------------------------------------------------------------------------


def test_the_exchange_plans_a_session_with_its_house_and_auctioneer(operator, house, auctioneer):
    planned = sessions.plan_session(
        actor=act(operator), house=house.pk, auctioneer=auctioneer.pk, **PLAN
    )
    assert (planned.state, planned.city.code) == (S.PLANNED, "310117")
    assert (planned.house, planned.auctioneer) == (house, auctioneer)
    assert planned.code.startswith("S2026-")
    assert events_of(f"session:{planned.pk}") == ["session.planned"]


def test_an_auctioneer_of_another_house_does_not_preside(operator, house, auctioneer):
    other = AuctionHouse.objects.create(
        organization=make_organization(),
        licence_number="虚构-2",
        licensed_from=date(2026, 1, 1),
        licensed_until=date(2028, 12, 31),
    )
    for chosen in (other.pk, None, 2**40):
        with pytest.raises(NotFound):
            sessions.plan_session(
                actor=act(operator), house=chosen, auctioneer=auctioneer.pk, **PLAN
            )


@pytest.mark.parametrize("who", ["seller", "cadre", "bidder"])
def test_nobody_else_plans_a_session(request, who):
    with pytest.raises(PermissionDenied):
        sessions.plan_session(actor=act(request.getfixturevalue(who)), **PLAN)


def test_a_hall_needs_a_venue_and_the_years_list_none(operator):
    with pytest.raises(VenueMissing):
        sessions.plan_session(actor=act(operator), **{**PLAN, "venue": "  "})
    online = {**PLAN, "kind": "ONLINE_365", "venue": ""}
    assert not sessions.plan_session(actor=act(operator), **online).is_in_a_hall


def test_a_plan_is_changed_and_its_lots_move_with_it(operator, seller, house, auctioneer):
    planned = sessions.plan_session(actor=act(operator), **PLAN)
    with_it, later = (
        draft_lot(seller, session=planned.pk, opens_at=NOW + timedelta(hours=hours), closes_at=None)
        for hours in (0, 48)
    )
    tomorrow = NOW + timedelta(days=1)
    changed = sessions.change_session(
        actor=act(operator),
        session_id=planned.pk,
        starts_at=tomorrow,
        city="330100",
        house=house.pk,
        auctioneer=auctioneer.pk,
    )
    changed.refresh_from_db()
    assert (changed.starts_at, changed.city.code) == (tomorrow, "330100")
    assert (changed.house, changed.auctioneer) == (house, auctioneer)
    assert (changed.title, changed.venue) == (PLAN["title"], PLAN["venue"])
    for lot in (with_it, later):
        lot.refresh_from_db()
    assert (with_it.opens_at, later.opens_at) == (tomorrow, NOW + timedelta(hours=48))
    assert last_event(f"session:{planned.pk}").kind == "session.changed"


def test_a_plan_cannot_be_changed_into_what_could_not_be_planned(operator, house, auctioneer):
    planned = sessions.plan_session(
        actor=act(operator), house=house.pk, auctioneer=auctioneer.pk, **PLAN
    )
    for error, values in (
        (VenueMissing, {"venue": " "}),
        (UnknownCity, {"city": "999999"}),
        (NotFound, {"house": None}),  # the auctioneer would be nobody's
        (NotFound, {"auctioneer": 2**40}),
    ):
        with pytest.raises(error):
            sessions.change_session(actor=act(operator), session_id=planned.pk, **values)
    kept = AuctionSession.objects.get(pk=planned.pk)
    assert (kept.venue, kept.city.code, kept.house) == (PLAN["venue"], "310117", house)


@pytest.mark.parametrize("state", [one for one in S if one is not S.PLANNED])
def test_what_was_announced_stays_as_it_is(operator, state):
    session = session_in(state)
    with pytest.raises(SessionAnnounced):
        sessions.change_session(actor=act(operator), session_id=session.pk, title="另一个名称")
    assert AuctionSession.objects.get(pk=session.pk).title == PLAN["title"]


def test_a_session_with_an_announced_lot_keeps_its_time(operator, seller):
    planned = sessions.plan_session(
        actor=act(operator), **{**PLAN, "starts_at": NOW + timedelta(days=1)}
    )
    lot = make_hall_lot(seller, planned)
    with pytest.raises(LotsAnnounced) as refused:
        sessions.change_session(
            actor=act(operator), session_id=planned.pk, starts_at=NOW + timedelta(days=2)
        )
    assert refused.value.facts["lots"] == lot.code
    # Withdrawn, it announces nothing any more.
    lots.withdraw_lot(actor=act(operator), lot_id=lot.pk, reason="改期")
    sessions.change_session(actor=act(operator), session_id=planned.pk, title="另一个名称")


@pytest.mark.parametrize("who", ["cadre"])
def test_the_office_reads_a_plan_and_does_not_change_it(request, operator, who):
    planned = sessions.plan_session(actor=act(operator), **PLAN)
    with pytest.raises(PermissionDenied):
        sessions.change_session(
            actor=act(request.getfixturevalue(who)), session_id=planned.pk, title="另一个名称"
        )


def test_a_planned_session_is_seen_by_staff_and_its_auctioneer_alone(
    operator, cadre, seller, stranger, house, auctioneer
):
    planned = sessions.plan_session(
        actor=act(operator), house=house.pk, auctioneer=auctioneer.pk, **PLAN
    )
    people = (operator, cadre, seller, stranger, auctioneer.user)
    seeing = {one.username for one in people if planned in sessions_visible_to(act(one))}
    assert seeing == {"operator", "cadre", "auctioneer"}
    sessions.publish_session(actor=act(operator), session_id=planned.pk)
    assert all(planned in sessions_visible_to(act(one)) for one in (*people, None))


# --- Moves ------------------------------------------------------------------------------

MOVES = {
    S.PUBLISHED: sessions.publish_session,
    S.RUNNING: sessions.start_session,
    S.FINISHED: sessions.finish_session,
    S.CANCELLED: sessions.cancel_session,
}
KINDS = {S.RUNNING: "started"}


def take(to: SessionState, session: AuctionSession, actor: Any) -> AuctionSession:
    reason = {"reason": "场地停电"} if to is S.CANCELLED else {}
    return MOVES[to](actor=act(actor), session_id=session.pk, **reason)


@pytest.mark.parametrize("to", MOVES)
@pytest.mark.parametrize("state", S)
def test_a_move_is_allowed_from_where_the_table_says_and_refused_elsewhere(
    to, state, operator, seller
):
    session = session_in(state)
    if to is S.RUNNING and state is S.PUBLISHED:
        make_hall_lot(seller, session)
    before = events_of(f"session:{session.pk}")
    if SESSION.allows(state, to):
        assert take(to, session, operator).state == to
        session.refresh_from_db()
        assert session.state == to
        told = last_event(f"session:{session.pk}")
        assert told.kind == f"session.{KINDS.get(to, to)}"
        assert told.payload["session"] == session.pk
    else:
        with pytest.raises(IllegalTransition):
            take(to, session, operator)
        assert events_of(f"session:{session.pk}") == before


@pytest.mark.parametrize("to", MOVES)
def test_nobody_but_the_exchange_and_the_auctioneer_moves_a_session(to, seller, house, auctioneer):
    source = min(SESSION.sources(to))
    session = session_in(source, house=house.pk, auctioneer=auctioneer.pk)
    with pytest.raises(NotFound if source is S.PLANNED else PermissionDenied):
        take(to, session, seller)
    if to in (S.PUBLISHED, S.CANCELLED):
        with pytest.raises(PermissionDenied):
            take(to, session, auctioneer.user)


def test_the_auctioneer_starts_and_finishes_in_person(seller, operator, house, auctioneer, clock):
    session = session_in(S.PUBLISHED, house=house.pk, auctioneer=auctioneer.pk)
    lot = make_hall_lot(seller, session)
    assert take(S.RUNNING, session, auctioneer.user).started_at == NOW
    Lot.objects.filter(pk=lot.pk).update(state="withdrawn")
    clock.advance(hours=1)
    assert take(S.FINISHED, session, auctioneer.user).finished_at == clock.now()


def test_a_session_starts_in_its_time_and_never_before(seller, operator, clock):
    session = make_session(starts_at=NOW + timedelta(hours=1))
    make_hall_lot(seller, session)
    clock.advance(minutes=59, seconds=59)
    with pytest.raises(SessionTooEarly):
        take(S.RUNNING, session, operator)
    clock.advance(seconds=1)
    assert take(S.RUNNING, session, operator).state == S.RUNNING


def test_a_session_without_anything_announced_does_not_start(seller, operator):
    session = make_session()
    draft_lot(seller, act(operator), session=session.pk, opens_at=None, closes_at=None)
    with pytest.raises(SessionIsEmpty):
        take(S.RUNNING, session, operator)


def test_one_flagship_runs_at_a_time_and_special_sessions_beside_it(seller, operator):
    first, second = make_session(), make_session()
    special = make_session(SessionKind.SPECIAL)
    for session in (first, second, special):
        make_hall_lot(seller, session)
    start(first)
    with pytest.raises(AnotherFlagshipRuns):
        start(second)
    assert start(special).state == S.RUNNING


def test_a_session_is_not_finished_over_a_lot_that_has_not_ended(seller, operator):
    session = make_session()
    lot = make_hall_lot(seller, session)
    start(session)
    with pytest.raises(LotsNotEnded) as refused:
        take(S.FINISHED, session, operator)
    assert refused.value.facts == {"lots": lot.code}


def test_calling_off_withdraws_every_lot_and_gives_the_deposits_back(seller, operator, bidder):
    session = make_session()
    announced = make_hall_lot(seller, session)
    draft = draft_lot(seller, act(operator), session=session.pk, opens_at=None, closes_at=None)
    admitted = admit(announced, bidder)
    take(S.CANCELLED, session, operator)
    for lot in (announced, draft):
        lot.refresh_from_db()
        assert (lot.state, lot.state_reason) == ("withdrawn", "场地停电")
    admitted.refresh_from_db()
    assert admitted.state == "released"
    assert announced.achievement.state == AchievementState.PUBLISHED
    session.refresh_from_db()
    assert session.state_reason == "场地停电"


@pytest.mark.parametrize("reason", ["", " \n"])
def test_calling_off_needs_a_reason(operator, reason):
    with pytest.raises(ReasonRequired):
        sessions.cancel_session(actor=act(operator), session_id=make_session().pk, reason=reason)


# --- What everybody sees ----------------------------------------------------------------


def test_the_public_running_order_has_announced_lots_only(seller, operator, stranger):
    session = make_session()
    announced = make_hall_lot(seller, session)
    draft_lot(seller, act(operator), session=session.pk, opens_at=None, closes_at=None)
    assert [entry.lot for entry in running_order(session, act(stranger))] == [announced]
    assert len(running_order(session, act(operator))) == 2
    withdrawn = make_hall_lot(seller, session, opens_at=NOW + timedelta(hours=1))
    lots.withdraw_lot(actor=act(operator), lot_id=withdrawn.pk, reason="权属争议")
    assert [entry.position for entry in running_order(session, act(stranger))] == [1, 3]
    assert numbered(AuctionSession, "S", NOW)["id"] > session.pk
