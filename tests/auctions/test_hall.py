"""A session in the hall, move by move: one sequence of bids, one hammer, one result."""

from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.actors import ANONYMOUS
from auctions import hall, sessions
from auctions.lifecycle import BidSource, FloorState, LotState, Outcome, SessionKind
from auctions.models import Bid, Lot, Registration
from auctions.record import record_of
from core.errors import PermissionDenied
from marketplace.models import Channel
from tests.auctions.test_priority import give
from tests.conftest import act, organization_of
from tests.factories import admit, bid, make_hall_lot, make_session, start
from verify.checks import Altered, check

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def session():
    return make_session(SessionKind.SPECIAL)


@pytest.fixture(scope="module")
def lot_in_a_running_session(lasting_cast) -> int:
    session = make_session(SessionKind.SPECIAL)
    put_up = make_hall_lot(lasting_cast["seller"], session)
    for name in ("bidder", "rival"):
        admit(put_up, lasting_cast[name])
    start(session)
    return put_up.pk


@pytest.fixture
def lot(lot_in_a_running_session, db) -> Lot:
    """On the floor, with two paddles in the hall."""
    return Lot.objects.get(pk=lot_in_a_running_session)


def paddle_of(lot, person) -> str:
    return Registration.objects.get(lot=lot, organization=organization_of(person)).paddle


def raise_paddle(lot, person, operator, amount, key=None) -> Bid:
    return hall.floor_bid(
        actor=act(operator),
        lot_id=lot.pk,
        paddle=paddle_of(lot, person),
        amount=Decimal(amount),
        key=key or uuid4(),
    ).bid


def post(client, path, body=None, **headers):
    return client.post(f"/api/v1/{path}", body or {}, format="json", headers=headers)


def test_floor_and_network_bid_in_one_sequence_until_the_hammer(lot, bidder, rival, operator):
    exchange = act(operator)
    hall.open_floor(actor=exchange, lot_id=lot.pk)
    raise_paddle(lot, bidder, operator, "1000.00")
    bid(lot, rival, "1100.00")
    rows = Bid.objects.filter(lot=lot).order_by("number").values_list("source", "closes_at")
    assert list(rows) == [(BidSource.FLOOR, None), (BidSource.ONLINE, None)]
    hall.call_lot(actor=exchange, lot_id=lot.pk, number=2)
    with pytest.raises(hall.hall.CallIsStale):
        hall.call_lot(actor=exchange, lot_id=lot.pk, number=1)
    hall.call_lot(actor=exchange, lot_id=lot.pk, number=2, times=2)
    sold = hall.hammer_lot(actor=exchange, lot_id=lot.pk, number=2)
    assert (sold.state, sold.result.outcome) == (LotState.CLOSED, Outcome.SOLD)
    assert (sold.deal.price, sold.deal.channel) == (Decimal("1100.00"), Channel.ONSITE)
    assert sold.deal.buyer == organization_of(rival)
    assert sold.entry.done_at is not None
    assert lot.registrations.get(organization=organization_of(bidder)).state == "released"


def test_the_record_of_a_hammered_lot_is_recomputed_by_the_verifier(lot, bidder, rival, operator):
    exchange = act(operator)
    hall.open_floor(actor=exchange, lot_id=lot.pk)
    raise_paddle(lot, bidder, operator, "1000.00")
    bid(lot, rival, "1100.00")
    for _ in range(2):
        hall.call_lot(actor=exchange, lot_id=lot.pk)
    hall.hammer_lot(actor=exchange, lot_id=lot.pk)
    content = record_of(lot_id=lot.pk, actor=ANONYMOUS).content
    record = check(content.encode())
    assert (record["rules"], record["result"]["price"]) == ("HALL-1", "1100.00")
    for before, after in [('"floor"', '"proxy"'), ('"1100.00"', '"1150.00"')]:
        with pytest.raises(Altered):
            check(content.replace(before, after, 1).encode())


def test_a_lot_that_nobody_wants_is_passed_and_its_achievement_is_free_again(lot, operator):
    exchange = act(operator)
    hall.open_floor(actor=exchange, lot_id=lot.pk)
    passed = hall.pass_lot(actor=exchange, lot_id=lot.pk)
    assert passed.result.outcome == Outcome.NO_BIDS
    passed.achievement.refresh_from_db()
    assert passed.achievement.state == "published"
    sessions.finish_session(actor=exchange, session_id=lot.session_id)


def test_one_floor_is_open_at_a_time_and_only_in_a_running_session(session, seller, operator):
    first, second = (make_hall_lot(seller, session) for _ in range(2))
    exchange = act(operator)
    with pytest.raises(hall.SessionNotRunning):
        hall.open_floor(actor=exchange, lot_id=first.pk)
    start(session)
    hall.open_floor(actor=exchange, lot_id=first.pk)
    with pytest.raises(hall.AnotherFloorIsOpen):
        hall.open_floor(actor=exchange, lot_id=second.pk)


def test_a_floor_bid_sent_twice_counts_once_and_bidders_do_not_move_the_hammer(
    lot, bidder, operator
):
    hall.open_floor(actor=act(operator), lot_id=lot.pk)
    key = uuid4()
    first = raise_paddle(lot, bidder, operator, "1000.00", key)
    assert raise_paddle(lot, bidder, operator, "1000.00", key) == first
    for move in (hall.open_floor, hall.call_lot, hall.hammer_lot, hall.pass_lot):
        with pytest.raises(PermissionDenied):
            move(actor=act(bidder), lot_id=lot.pk)
    with pytest.raises(PermissionDenied):
        raise_paddle(lot, bidder, bidder, "1050.00")
    lot.refresh_from_db()
    assert (lot.bid_count, lot.floor) == (1, FloorState.OPEN)


def test_a_one_call_lot_is_hammered_without_calls(session, seller, bidder, operator):
    lot = make_hall_lot(seller, session, format="ONE_CALL")
    admit(lot, bidder)
    start(session)
    hall.open_floor(actor=act(operator), lot_id=lot.pk)
    raise_paddle(lot, bidder, operator, "1001.00")
    sold = hall.hammer_lot(actor=act(operator), lot_id=lot.pk)
    assert sold.result.price == Decimal("1001.00")


def test_the_hall_over_http(lot, bidder, rival, operator, api):
    exchange, path = api(operator), f"lots/{lot.pk}"
    assert post(exchange, f"{path}/open-floor").json()["phase"] == "open"
    floor = {"paddle": paddle_of(lot, bidder), "amount": "1000.00"}
    key = {"Idempotency-Key": str(uuid4())}
    answer = post(exchange, f"{path}/floor-bids", floor, **key)
    assert answer.status_code == 201
    again = post(exchange, f"{path}/floor-bids", floor, **key)
    assert (again.json(), again.headers["Idempotent-Replay"]) == (answer.json(), "true")
    other = {"paddle": paddle_of(lot, rival), "amount": "1050.00"}
    reused = post(exchange, f"{path}/floor-bids", other, **key)
    assert (reused.status_code, reused.json()["code"]) == (409, "idempotency_key_reused")
    assert (answer.json()["source"], answer.json()["closes_at"]) == ("floor", None)
    assert post(exchange, f"{path}/floor-bids", floor).json()["code"] == "idempotency_key_required"
    unknown = {"paddle": "000", "amount": "1050.00"}
    refused = post(exchange, f"{path}/floor-bids", unknown, **{"Idempotency-Key": str(uuid4())})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_registered")
    assert post(exchange, f"{path}/hammer").json()["code"] == "not_called_twice"
    for _ in range(2):
        assert post(exchange, f"{path}/call").status_code == 200
    assert post(exchange, f"{path}/call").json()["code"] == "called_twice"
    assert post(exchange, f"{path}/hammer", {"number": 7}).json()["code"] == "call_is_stale"
    sold = post(exchange, f"{path}/hammer", {"number": 1}).json()
    assert (sold["phase"], sold["result"]["price"]) == ("sold", "1000.00")
    ended = post(exchange, f"{path}/pass").json()
    assert (ended["code"], ended["phase"]) == ("bidding_not_open", "sold")


def test_a_clerk_keys_a_match_by_priority_over_http(lot, bidder, rival, operator, api):
    give(lot, rival)
    hall.open_floor(actor=act(operator), lot_id=lot.pk)
    raise_paddle(lot, bidder, operator, "1000.00")
    body = {"paddle": paddle_of(lot, rival), "amount": "1000.00", "kind": "match"}
    path, key = f"lots/{lot.pk}/floor-bids", {"Idempotency-Key": str(uuid4())}
    answer = post(api(operator), path, body, **key)
    assert (answer.status_code, answer.json()["kind"]) == (201, "match")
    assert post(api(operator), path, body, **key).headers["Idempotent-Replay"] == "true"
    lot.refresh_from_db()
    assert (lot.leader.paddle, lot.price) == (paddle_of(lot, rival), Decimal("1000.00"))
