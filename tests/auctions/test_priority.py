"""Rights of priority: declared, told, ended, and used to take the leading price."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from auctions import hall, lots, maxima, priority
from auctions.closing import close_lot
from auctions.lifecycle import BidKind, ClosedBy
from auctions.models import Bid, Lot, PriorityRight, RefusedBid
from auctions.priority import (
    ConsignorHoldsNoPriority,
    HolderToldAlready,
    NotToldYet,
    PriorityEnded,
    PriorityKnown,
    PriorityTooLate,
    WaiverTooLate,
)
from auctions.record import keep_record
from auctions.rules.ascending import AlreadyLeading, NotRegistered
from auctions.rules.notice import NotReadyToPublish
from auctions.rules.priority import (
    NoPriorityRight,
    NothingToMatch,
    PriceHasChanged,
    PriorityPrecedes,
)
from core import money
from core.errors import NotFound, PermissionDenied, ReasonRequired
from core.idempotency import KeyReused, Once
from tests.auctions.barring import make_relation
from tests.auctions.conftest import events_of, last_event, post, refusal
from tests.auctions.test_bidding import chain_is_whole
from tests.conftest import NOW, act, make_member, make_organization, organization_of
from tests.factories import admit, bid, draft_lot, make_hall_lot, make_lot, make_session, start
from verify.checks import check

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def declare(lot: Lot, by: User, holder: User, **values: Any) -> PriorityRight:
    return priority.declare_right(
        actor=act(by),
        lot_id=lot.pk,
        holder=organization_of(holder).pk,
        **{"basis": "inventor", "evidence": "虚构职务发明登记", **values},
    )


def tell(right: PriorityRight, by: User, **values: Any) -> PriorityRight:
    told = {"notified_at": NOW, "way": "served", "reference": "虚构回执1号"}
    return priority.tell_holder(actor=act(by), right_id=right.pk, **{**told, **values})


def give(lot: Lot, holder: User, rank: int = 1) -> PriorityRight:
    """A right on a lot that is on sale already, as if it had been told before its notice."""
    return PriorityRight.objects.create(
        lot=lot,
        holder=organization_of(holder),
        basis="inventor",
        rank=rank,
        evidence="虚构",
        declared_at=NOW,
        notified_at=NOW,
        notified_by=holder,
        way="served",
        reference="虚构",
    )


def match(lot: Lot, holder: User, amount: str | None = None, key: Any = None) -> Any:
    return priority.match_price(
        lot_id=lot.pk,
        actor=act(holder),
        organization_id=organization_of(holder).pk,
        amount=None if amount is None else money.parse(amount),
        key=key or uuid4(),
    )


@pytest.fixture
def draft(seller, operator) -> Lot:
    return draft_lot(seller, act(operator))


@pytest.fixture
def holder(contested, bidder) -> User:
    """The bidder, with a right of the first rank on the contested lot."""
    give(contested, bidder)
    return bidder


# --- Declaring, telling, ending -----------------------------------------------------------


def test_the_exchange_or_the_consignor_declares_a_right_before_the_notice(
    draft, seller, operator, bidder, rival
):
    right = declare(draft, seller, bidder)
    assert (right.rank, right.basis, right.article) == (1, "inventor", "民法典第847条")
    assert (right.declared_at, right.by_user, right.notified_at) == (NOW, seller, None)
    event = last_event(f"priority_right:{right.pk}")
    assert (event.kind, event.payload["holder"]) == ("priority.declared", right.holder_id)
    assert events_of(f"lot:{draft.pk}") == ["lot.drafted"], "nothing for the lot's watchers"
    assert declare(draft, operator, rival, basis="co_developer", rank=2).rank == 2


def test_nobody_else_declares_one_nor_one_of_the_consignor_or_twice(
    draft, seller, operator, cadre, bidder
):
    with pytest.raises(PermissionDenied):
        declare(draft, cadre, bidder)
    with pytest.raises(NotFound):
        declare(draft, bidder, bidder)  # a draft is not there for it
    with pytest.raises(ConsignorHoldsNoPriority):
        declare(draft, operator, seller)
    with pytest.raises(NotFound):
        declare(draft, seller, make_member(make_organization(verified=False)))
    declare(draft, operator, bidder)
    with pytest.raises(PriorityKnown):
        declare(draft, operator, bidder, basis="co_owner")
    assert PriorityRight.objects.count() == 1


def test_a_declaration_sent_twice_is_one_right(draft, operator, bidder):
    once = Once("POST", act(operator).caller, uuid4(), "same")
    assert declare(draft, operator, bidder, once=once) == declare(
        draft, operator, bidder, once=once
    )


def test_an_operator_enters_that_the_holder_was_told(draft, seller, operator, bidder):
    right = declare(draft, seller, bidder)
    with pytest.raises(PermissionDenied):
        tell(right, seller)
    with pytest.raises(NotToldYet):
        tell(right, operator, notified_at=NOW + timedelta(seconds=1))
    told = tell(right, operator, way="published", reference="虚构公告栏")
    assert (told.notified_at, told.notified_by, told.way) == (NOW, operator, "published")
    assert last_event(f"priority_right:{right.pk}").kind == "priority.told"
    with pytest.raises(HolderToldAlready):
        tell(right, operator)


def test_a_lot_is_not_announced_before_each_holder_was_told_in_time(
    draft, operator, bidder, rival, clock
):
    actor = act(operator)
    first, second = declare(draft, operator, bidder), declare(draft, operator, rival, rank=2)
    lots.submit_lot(actor=actor, lot_id=draft.pk)
    lots.approve_lot(actor=actor, lot_id=draft.pk)

    def missing() -> list[tuple[str, str]]:
        with pytest.raises(NotReadyToPublish) as refused:
            lots.publish_lot(actor=actor, lot_id=draft.pk)
        return [(one["code"], one.get("holder", "")) for one in refused.value.facts["missing"]]

    names = [organization_of(person).name for person in (bidder, rival)]
    assert missing() == [("priority_holder_not_told", name) for name in names]
    tell(first, operator)
    assert missing() == [("priority_holder_not_told", names[1])]
    priority.end_right(actor=actor, right_id=second.pk, reason="虚构误登")
    lots.publish_lot(actor=actor, lot_id=draft.pk)
    for late in (
        lambda: declare(draft, operator, rival),
        lambda: priority.end_right(actor=actor, right_id=first.pk, reason="虚构"),
    ):
        with pytest.raises(PriorityTooLate):
            late()


def test_an_ended_right_is_told_to_nobody_and_ends_once(draft, operator, bidder):
    right = declare(draft, operator, bidder)
    with pytest.raises(ReasonRequired):
        priority.end_right(actor=act(operator), right_id=right.pk, reason=" ")
    ended = priority.end_right(actor=act(operator), right_id=right.pk, reason="虚构误登")
    assert (ended.ended_by, ended.end_reason) == (operator, "虚构误登")
    assert last_event(f"priority_right:{right.pk}").kind == "priority.ended"
    for again in (
        lambda: tell(right, operator),
        lambda: priority.end_right(actor=act(operator), right_id=right.pk, reason="虚构"),
    ):
        with pytest.raises(PriorityEnded):
            again()
    assert declare(draft, operator, bidder).pk != right.pk


def test_a_holder_waives_its_right_until_the_bidding_opens(seller, bidder, rival, clock):
    later = {"opens_at": NOW + timedelta(hours=1), "closes_at": NOW + timedelta(hours=2)}
    lot = make_lot(seller, **later)
    first, second = give(lot, bidder), give(lot, rival, rank=2)
    with pytest.raises(NotFound):
        priority.end_right(actor=act(rival), right_id=first.pk, reason="虚构")
    with pytest.raises(PermissionDenied):
        priority.end_right(actor=act(seller), right_id=first.pk, reason="虚构")
    assert priority.end_right(actor=act(bidder), right_id=first.pk, reason="不参加").ended_at
    clock.set(lot.opens_at)
    with pytest.raises(WaiverTooLate):
        priority.end_right(actor=act(rival), right_id=second.pk, reason="不参加")


# --- Matching ---------------------------------------------------------------------------------


def test_a_holder_takes_the_leading_price_and_wins_if_nobody_goes_higher(
    contested, holder, rival, clock
):
    bid(contested, rival, "1000.00")
    placed = match(contested, holder, "1000.00").bid
    assert (placed.kind, placed.number, placed.amount) == (BidKind.MATCH, 2, Decimal("1000.00"))
    told = last_event(f"lot:{contested.pk}")
    assert (told.kind, told.payload["bid_kind"]) == ("lot.bid_placed", "match")
    assert told.payload["minimum"] == "1050.00"
    contested.refresh_from_db()
    assert chain_is_whole(contested)
    clock.set(contested.closes_at)
    assert close_lot(contested.pk, by=ClosedBy.CLOSER)
    contested.refresh_from_db()
    assert contested.result.winning_bid == placed
    assert contested.deal.buyer == organization_of(holder)
    record = check(keep_record(lot_id=contested.pk).content.encode())
    paddle = placed.registration.paddle
    assert record["priority_rights"] == [{"paddle": paddle, "rank": 1}]
    assert (record["result"]["paddle"], record["result"]["price"]) == (paddle, "1000.00")


def test_a_match_lapses_when_somebody_bids_higher_and_may_be_repeated(contested, holder, rival):
    bid(contested, rival, "1000.00")
    match(contested, holder)
    bid(contested, rival, "1050.00")
    contested.refresh_from_db()
    assert contested.leader.organization == organization_of(rival)
    assert match(contested, holder).bid.amount == Decimal("1050.00")
    assert Bid.objects.filter(lot=contested, kind=BidKind.MATCH).count() == 2


def test_a_match_in_the_last_minutes_extends(contested, holder, rival, clock):
    bid(contested, rival, "1000.00")
    clock.set(contested.closes_at - timedelta(seconds=10))
    placed = match(contested, holder).bid
    assert placed.closes_at == placed.placed_at + timedelta(seconds=300)
    assert last_event(f"lot:{contested.pk}").kind == "lot.extended"


def test_of_two_holders_the_earlier_rank_wins_then_the_earlier_match(contested, rival, bidder):
    people = {}
    for name, rank in (("first", 1), ("second", 2), ("also", 2)):
        people[name] = make_member(make_organization())
        give(contested, people[name], rank)
        admit(contested, people[name])
    bid(contested, rival, "1000.00")
    match(contested, people["second"])
    with pytest.raises(PriorityPrecedes):
        match(contested, people["also"])
    match(contested, people["first"])
    for later in ("second", "also"):
        with pytest.raises(PriorityPrecedes):
            match(contested, people[later])
    bid(contested, people["second"], "1050.00")  # by an ordinary bid it leads again
    with pytest.raises(PriorityPrecedes):
        match(contested, people["also"])
    assert RefusedBid.objects.filter(code="priority_precedes").count() == 4


def test_what_stands_against_a_match(contested, holder, rival, lot):
    with pytest.raises(NothingToMatch):
        match(contested, holder)
    bid(contested, rival, "1000.00")
    with pytest.raises(NoPriorityRight):
        match(contested, rival)
    with pytest.raises(PriceHasChanged) as refused:
        match(contested, holder, "1050.00")
    assert refused.value.facts == {"price": Decimal("1000.00")}
    match(contested, holder)
    with pytest.raises(AlreadyLeading):
        match(contested, holder)
    give(lot, rival)
    with pytest.raises(NotRegistered):
        match(lot, rival)


def test_whoever_may_not_bid_may_not_match_either(contested, holder, rival, seller):
    bid(contested, rival, "1000.00")
    make_relation(seller, holder)
    with pytest.raises(Exception, match="tied to the consignor"):
        match(contested, holder)


def test_maxima_answer_a_match(contested, holder, rival):
    maxima.leave_maximum(
        actor=act(rival),
        organization_id=organization_of(rival).pk,
        lot_id=contested.pk,
        amount=Decimal("1100.00"),
    )
    assert match(contested, holder, "1000.00").bid.number == 2
    contested.refresh_from_db()
    assert (contested.price, contested.leader.organization) == (
        Decimal("1050.00"),
        organization_of(rival),
    )


def test_a_match_repeated_under_its_key_is_answered_alike(contested, holder, rival):
    bid(contested, rival, "1000.00")
    key = uuid4()
    first = match(contested, holder, key=key)
    bid(contested, rival, "1050.00")
    for amount in (None, "1000.00"):
        again = match(contested, holder, amount, key)
        assert (again.bid, again.replayed) == (first.bid, True)
    with pytest.raises(KeyReused):
        match(contested, holder, "1050.00", key)
    with pytest.raises(KeyReused):
        bid(contested, holder, "1000.00", key)


def test_the_inventors_right_marks_its_holder(lot, bidder):
    give(lot, bidder)
    assert admit(lot, bidder).is_inventor


def test_in_the_hall_a_holder_matches_online_or_by_its_paddle(seller, operator, bidder, rival):
    session = make_session()
    lot = make_hall_lot(seller, session)
    give(lot, bidder)
    for person in (bidder, rival):
        admit(lot, person)
    start(session)
    hall.open_floor(actor=act(operator), lot_id=lot.pk)
    bid(lot, rival, "1000.00")
    hall.call_lot(actor=act(operator), lot_id=lot.pk)
    assert match(lot, bidder).bid.kind == BidKind.MATCH
    bid(lot, rival, "1050.00")
    keyed = {"actor": act(operator), "lot_id": lot.pk, "amount": Decimal("1050.00")}
    paddle = lot.registrations.get(organization=organization_of(bidder)).paddle
    said = hall.floor_bid(**keyed, paddle=paddle, kind="match", key=uuid4()).bid
    assert (said.kind, said.source) == (BidKind.MATCH, "floor")
    for _ in range(2):
        hall.call_lot(actor=act(operator), lot_id=lot.pk)
    hall.hammer_lot(actor=act(operator), lot_id=lot.pk)
    lot.refresh_from_db()
    assert lot.deal.buyer == organization_of(bidder)
    check(keep_record(lot_id=lot.pk).content.encode())


# --- Over REST ----------------------------------------------------------------------------


def test_a_right_goes_its_way_over_http(draft, seller, operator, bidder, api, anonymous):
    body = {"holder": organization_of(bidder).pk, "basis": "co_owner", "evidence": "虚构登记"}
    made = post(api(seller), f"lots/{draft.pk}/priority-rights", body)
    assert made.status_code == 201
    assert (made.json()["article"], made.json()["rank"]) == ("民法典第305条", 1)
    address = f"priority-rights/{made.json()['id']}"
    told = post(
        api(operator),
        f"{address}/notify",
        {"notified_at": "2026-03-01T09:00:00+08:00", "reference": "虚构回执"},
    )
    assert (told.status_code, told.json()["way"]) == (200, "served")
    for action in ("submit", "approve", "publish"):
        assert post(api(operator), f"lots/{draft.pk}/{action}").status_code == 200
    published = anonymous.get(f"/api/v1/lots/{draft.pk}").json()
    assert published["priority_rights"] == [
        {"basis": "co_owner", "article": "民法典第305条", "rank": 1}
    ]
    mine = api(bidder).get(f"/api/v1/lots/{draft.pk}").json()["my"]["priority"]
    assert mine["id"] == made.json()["id"]
    listed = f"/api/v1/lots/{draft.pk}/priority-rights"
    for person, seen in ((bidder, 1), (seller, 1), (operator, 1)):
        assert len(api(person).get(listed).json()["results"]) == seen
    stranger = make_member(make_organization())
    assert api(stranger).get(listed).json()["results"] == []
    assert api(stranger).get(f"/api/v1/lots/{draft.pk}").json()["my"]["priority"] is None


def test_a_match_is_answered_like_a_bid(contested, holder, rival, api):
    bid(contested, rival, "1000.00")
    path, key = f"lots/{contested.pk}/priority-matches", uuid4()
    answer = post(api(holder), path, {"amount": "1000.00"}, key)
    assert answer.status_code == 201
    assert (answer.json()["kind"], answer.json()["state"]) == ("match", "leading")
    again = post(api(holder), path, {"amount": "1000.00"}, key)
    assert (again.json(), again.headers["Idempotent-Replay"]) == (answer.json(), "true")
    assert refusal(post(api(rival), path, {})) == (403, "no_priority_right")
    assert refusal(post(api(holder), path, {}, key=None)) == (400, "idempotency_key_required")
    bid(contested, rival, "1050.00")
    assert refusal(post(api(holder), path, {"amount": "1000.00"})) == (422, "price_has_changed")
    assert post(api(holder), path, {}).json()["amount"] == "1050.00"
    ledger = api(rival).get(f"/api/v1/lots/{contested.pk}/bids").json()["results"]
    assert [one["kind"] for one in ledger] == ["raise", "match", "raise", "match"]
