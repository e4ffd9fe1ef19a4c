"""The auctioneer's console without a script: every move is a form, and a stale one is refused."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from auctions import hall
from auctions.lifecycle import FloorState, LotState, SessionKind
from auctions.models import Auctioneer, AuctionHouse, AuctionSession, Lot
from core import clock
from tests.auctions.test_priority import give
from tests.conftest import act, make_member, make_organization
from tests.factories import admit, bid, make_hall_lot, make_session, start
from tests.marketplace.conftest import propose
from tests.web.reading import text_of

pytestmark = pytest.mark.usefixtures("clock", "db")

LISTING = {"method": "listing", "channel": "online_365", "conditions": "虚构规则第12条"}


@pytest.fixture(scope="module")
def lasting_session(lasting_cast) -> int:
    """Its id; with a lot that two bidders are admitted to."""
    made = make_session(SessionKind.SPECIAL)
    lot = make_hall_lot(lasting_cast["seller"], made)
    admit(lot, lasting_cast["bidder"])
    admit(lot, lasting_cast["rival"])
    return made.pk


@pytest.fixture
def session(cast, lasting_session) -> AuctionSession:
    return AuctionSession.objects.get(pk=lasting_session)


@pytest.fixture
def lot(session) -> Lot:
    return session.lots.get()


@pytest.fixture
def desk(session, operator):
    """`desk("call")` presses the button `call` as the page shows it; `desk("bid", …)` fills in."""
    return Desk(session, operator)


class Desk:
    """A console in a browser without scripts."""

    def __init__(self, session, person):
        self.address = f"/sessions/{session.pk}/console"
        self.client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
        self.client.force_login(person)
        self.look()

    def look(self):
        self.page = self.client.get(self.address)
        return text_of(self.page)

    def form(self, move):
        """The fields of the form that makes this move, as they stand on the page."""
        for form in re.findall(r"<form.*?</form>", self.page.text, re.S):
            fields = dict(re.findall(r'name="(\w+)"[^>]*?value="([^"]*)"', form))
            if fields.get("move") == move:
                return fields
        raise LookupError(move)

    def press(self, move, **typed):
        return self.client.post(self.address, {**self.form(move), **typed})

    def __call__(self, move, **typed):
        answer = self.press(move, **typed)
        assert answer.status_code == 302, text_of(answer)
        return self.look()

    def lit(self):
        buttons = re.findall(
            r'<button type="submit" id="(\w+)"[^>]*?data-key[^>]*>', self.page.text
        )
        dark = re.findall(r'id="(\w+)"[^>]*? disabled>', self.page.text)
        return set(buttons) - set(dark)


def test_an_auctioneer_conducts_a_session_from_its_opening_to_its_end(desk, lot, bidder, rival):
    own, other = (paddle(lot, person) for person in (bidder, rival))
    assert desk.lit() == {"start"}
    assert "The session is open." in desk("start")
    assert desk.lit() == {"up"}
    assert "No. 1 Not open yet" in desk("up")
    assert desk.lit() == {"open"}
    assert "Asking 0.1 wan yuan (¥1,000)" in desk("open")
    assert desk.lit() == {"call", "pass"}
    assert f"Bid no. 1: paddle {own}, ¥1,000." in desk("bid", paddle=own)
    assert f"Bid no. 2: paddle {other}, ¥1,200." in desk("bid", paddle=other, amount="0.12万")
    assert desk.lit() == {"call"}
    assert "Going once" in desk("call")
    assert "Going twice" in desk("call")
    assert desk.lit() == {"hammer"}
    text = desk("hammer")
    assert "The hammer has fallen." in text
    assert f"Sold to paddle {other} for ¥1,200." in text
    assert desk.lit() == {"finish"}
    assert "The session is finished." in desk("finish")
    assert desk.lit() == set()
    lot.refresh_from_db()
    assert (lot.state, lot.bid_count) == (LotState.CLOSED, 2)
    assert set(lot.bids.values_list("source", flat=True)) == {"floor"}


def paddle(lot, person):
    return lot.registrations.get(organization__memberships__user=person).paddle


@pytest.fixture
def opened(session, lot, operator) -> "Desk":
    """The session runs, and the lot's floor is open."""
    start(session)
    hall.call_up(actor=act(operator), entry_id=lot.entry.pk)
    hall.open_floor(actor=act(operator), lot_id=lot.pk)
    return Desk(session, operator)


def test_of_two_consoles_the_second_is_told_what_happened_meanwhile(
    opened, session, lot, operator, bidder, rival
):
    opened("bid", paddle=paddle(lot, bidder))
    other = Desk(session, operator)
    opened("call")
    answer = other.press("call")
    assert answer.status_code == 409
    assert "Meanwhile bid no. 1 stands, called 1 times. Look again." in text_of(answer)
    assert "Going once" in text_of(answer), "and shows the hall as it is"
    lot.refresh_from_db()
    assert lot.floor == FloorState.CALLED_ONCE
    opened("call")
    bid(lot, rival, "1050.00")
    answer = opened.press("hammer")
    assert answer.status_code == 409
    assert "Meanwhile bid no. 2 stands" in text_of(answer)
    assert text_of(other.press("open")).count("The floor of this lot is open already.") == 1


def test_two_consoles_do_not_skip_an_item(desk, session, seller, operator):
    make_hall_lot(seller, session)
    desk("start")
    other = Desk(session, operator)
    desk("up")
    answer = other.press("up")
    assert (answer.status_code, "Meanwhile item no. 1 was called up." in text_of(answer)) == (
        409,
        True,
    )


def test_what_the_clerk_typed_stays_after_a_refusal(opened, lot, bidder):
    own = paddle(lot, bidder)
    for amount, status, said in [
        ("a lot", 422, "This is not an amount."),
        ("900", 422, "The bid must be at least 1000.00."),
        ("1010", 422, "step"),
    ]:
        answer = opened.press("bid", paddle=own, amount=amount)
        assert (answer.status_code, said in text_of(answer)) == (status, True), text_of(answer)
        assert f'value="{own}"' in answer.text
        assert f'value="{amount}"' in answer.text
        opened.page = answer
    answer = opened.press("bid", paddle="000")
    assert answer.status_code == 403
    assert not lot.bids.exists()


def test_a_bid_far_above_the_price_is_asked_for_twice(opened, lot, bidder):
    own = paddle(lot, bidder)
    doubted = opened.press("bid", paddle=own, amount="1.5万")
    assert doubted.status_code == 422
    assert "¥15,000 is 280 steps above the lowest possible bid." in text_of(doubted)
    opened.page = doubted
    assert "Bid no. 1" in opened("bid")
    assert lot.bids.get().amount == 15_000


def test_a_holder_of_priority_in_the_hall_takes_the_leading_price(opened, lot, bidder, rival):
    assert 'id="match"' not in opened.page.text
    give(lot, rival)
    opened("bid", paddle=paddle(lot, bidder))
    text = opened("bid", kind="match", paddle=paddle(lot, rival))
    assert f"Bid no. 2: paddle {paddle(lot, rival)}, ¥1,000." in text
    assert 'id="match"' in opened.page.text
    assert list(lot.bids.order_by("number").values_list("kind", "source")) == [
        ("raise", "floor"),
        ("match", "floor"),
    ]
    refused = opened.press("bid", kind="match", paddle=paddle(lot, bidder))
    assert refused.status_code == 403
    assert "no right of priority" in text_of(refused)


def test_a_bid_sent_twice_counts_once(opened, lot, bidder):
    fields = {**opened.form("bid"), "paddle": paddle(lot, bidder)}
    for _ in range(2):
        assert opened.client.post(opened.address, fields).status_code == 302
    assert lot.bids.count() == 1


def test_nobody_bid_and_the_lot_is_passed(opened):
    assert "The lot is passed." in opened("pass")
    assert "Unsold: there was no bid." in opened.look()


def test_a_lot_is_withdrawn_before_its_floor_opens_with_a_reason(desk, lot):
    for move in ("start", "up"):
        desk(move)
    assert desk.press("withdraw", reason=" ").status_code == 422
    assert "The lot is withdrawn." in desk("withdraw", reason="权属变更")
    lot.refresh_from_db()
    assert (lot.state, lot.state_reason) == (LotState.WITHDRAWN, "权属变更")


def test_a_sole_bidder_confirms_its_price_and_a_deal_is_signed_in_the_same_order(
    seller, bidder, rival, operator
):
    session = make_session(SessionKind.SPECIAL)
    lot = make_hall_lot(seller, session, format="ONE_CALL")
    admit(lot, bidder)
    deal = propose(seller, rival, **LISTING)
    session.entries.create(deal=deal, position=2)
    desk = Desk(session, operator)
    for move in ("start", "up", "open"):
        desk(move)
    assert "Sole bidder, one confirmed bid" in desk.look()
    desk("bid", paddle=paddle(lot, bidder), amount="1001")
    assert desk.lit() == {"hammer"}
    desk("hammer")
    assert desk.lit() == {"up", "finish"}
    desk("up")
    assert desk.lit() == {"sign", "finish"}
    assert "The deal is signed." in desk("sign")
    deal.refresh_from_db()
    assert (deal.state, deal.channel) == ("formed", "onsite")


def test_the_session_does_not_start_before_its_time(operator, seller):
    session = make_session(SessionKind.SPECIAL, starts_at=clock.now() + timedelta(hours=1))
    make_hall_lot(seller, session)
    desk = Desk(session, operator)
    assert desk.lit() == set()
    assert "does not start before" in desk.look()
    assert desk.press("start").status_code == 409


def test_the_console_is_the_exchanges_and_the_auctioneers_in_person(session, bidder, visit):
    house = AuctionHouse.objects.create(
        organization=make_organization(),
        licence_number="虚构-1",
        licensed_from=date(2026, 1, 1),
        licensed_until=date(2028, 12, 31),
    )
    auctioneer = Auctioneer.objects.create(
        house=house,
        name="虚构拍卖师",
        certificate_number="虚构-1",
        user=make_member(house.organization),
    )
    AuctionSession.objects.filter(pk=session.pk).update(house=house, auctioneer=auctioneer)
    address = f"/sessions/{session.pk}/console"
    assert visit(address).headers["Location"] == f"/accounts/login/?next={address}"
    assert visit(address, bidder).status_code == 403
    desk = Desk(session, auctioneer.user)
    assert "Reason, which is published" not in desk("start") + desk("up")
    assert "The floor is open." in desk("open")
    stranger = Client()
    stranger.force_login(bidder)
    assert stranger.post(address, {"move": "pass", "lot": session.lots.get().pk}).status_code == 403


def test_a_list_without_a_hall_has_no_console(operator, visit):
    online = make_session(SessionKind.ONLINE_365, venue="")
    assert visit(f"/sessions/{online.pk}/console", operator).status_code == 404


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"move": "nothing"},
        {"move": "open"},
        {"move": "open", "lot": "7x"},
        {"move": "open", "lot": "9" * 19},
        {"move": "call", "lot": "1", "number": "-1", "times": "1"},
        {"move": "bid", "lot": "1", "paddle": "1", "amount": "1", "key": "no-key"},
        {"move": "bid", "lot": "1", "paddle": "\x00", "amount": "1"},
        {"move": "withdraw", "lot": "1", "reason": "长" * 1001},
    ],
)
def test_input_nobody_should_send_is_refused_with_the_page(desk, form):
    token = desk.form("start")["csrfmiddlewaretoken"]
    answer = desk.client.post(desk.address, {**form, "csrfmiddlewaretoken": token})
    assert answer.status_code == 400
    assert "is not valid" in text_of(answer)


def test_calls_that_nobody_knows_are_refused(opened, lot, bidder):
    opened("bid", paddle=paddle(lot, bidder))
    for times in ("0", "3"):
        assert opened.press("call", times=times).status_code == 409


def test_a_part_of_the_console_answers_a_move_with_what_is_now(opened, lot, bidder):
    fields = {**opened.form("bid"), "paddle": paddle(lot, bidder)}
    answer = opened.client.post(f"{opened.address}?part", fields)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "Bid no. 1" in text_of(answer)
