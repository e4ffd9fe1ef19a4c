"""The live page of a lot in a real browser: what others do appears, what one does counts."""

from datetime import timedelta

import pytest

from accounts.actors import actor_of_user
from auctions.models import Bid, Lot
from auctions.suspensions import suspend_lot
from core import clock, money
from tests.auctions.test_priority import give
from tests.browser.conftest import session_of
from tests.factories import admit, bid, make_lot

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]


@pytest.fixture
def lot(seller) -> Lot:
    return make_lot(
        seller,
        starting_price=money.parse("1000000.00"),
        increment=money.parse("50000.00"),
    )


@pytest.fixture
def open_page(server, page):
    """Open a lot's page as somebody; and mark it, to notice a reload."""

    def visit(lot, person, *, by_the_form=False):
        address = f"{server}/lots/{lot.pk}"
        if by_the_form:
            page.browser.get(address)
            page.click("#sign-in")
            page.sign_in(person.username)
            page.complaints()  # what was said about the pages before is not this page's
        else:
            page.come_back(address, session_of(person))
        page.will_read("#connection", "Live")
        page.browser.execute_script("window.loadedOnce = true")
        return page

    return visit


def stop_asking(page):
    """Let the page's questions about the lot fail: what it learns now, the stream told it.

    Once it is connected it asks within a second, and not again for many; that answer is waited for.
    """
    page.browser.execute_async_script("""
        const about = (url) => /lots\\/\\d+$/.test(url);
        const waiting = setInterval(() => {
          const answered = performance.getEntriesByType("resource");
          if (!answered.some(({ name }) => name.includes("/api/") && about(name))) return;
          clearInterval(waiting);
          const send = window.fetch;
          window.fetch = (url, init) => about(url)
            ? Promise.reject(new TypeError("not by asking")) : send(url, init);
          arguments[0]();
        }, 20);
    """)


def was_not_reloaded(page):
    return page.browser.execute_script("return window.loadedOnce === true")


def test_a_bidder_sees_a_rival_bid_arrive_and_then_takes_the_lead(lot, bidder, rival, open_page):
    own, other = admit(lot, bidder).paddle, admit(lot, rival).paddle
    page = open_page(lot, bidder, by_the_form=True)
    assert page.reads("#price") == "¥1,000,000"
    assert page.reads("#price-caption") == "Starting price"

    stop_asking(page)
    bid(lot, rival, "1000000.00")
    page.will_read("#price-caption", "Current price")
    page.will_read("#leader", other)
    bid_of_rival = Bid.objects.get(lot=lot)
    page.will_read("#ledger tr:first-child .chain", bid_of_rival.hash[:8])

    page.type("#amount", "110万")
    page.click("#bid")
    page.will_read("#confirm", "A bid is irrevocable.")
    assert page.reads("#confirm-amount") == "¥1,100,000"
    page.click("#confirm-yes")

    page.will_read("#my-standing", "You are leading with ¥1,100,000.")
    assert page.reads("#price") == "¥1,100,000"
    assert page.reads("#leader") == own
    assert page.reads("#bid-count") == "2"
    assert "you" in page.reads("#ledger tr:first-child")
    assert money.text(Lot.objects.get(pk=lot.pk).price) == "1100000.00"

    bid(lot, rival, "1150000.00")
    page.will_read("#my-standing", f"You have been outbid: paddle {other} offers ¥1,150,000.")
    page.click("[data-steps='1']")
    page.will_read("#confirm-amount", "¥1,250,000")
    assert was_not_reloaded(page)
    assert page.complaints() == []


def test_a_late_bid_extends_and_the_result_arrives_by_itself(seller, bidder, rival, open_page):
    lot = make_lot(seller, extension_window_s=60, extension_s=9)
    paddle = admit(lot, bidder).paddle
    admit(lot, rival)
    page = open_page(lot, bidder)
    # Only now does the time begin to press, however slow this computer is.
    soon = clock.now() + timedelta(seconds=5)
    Lot.objects.filter(pk=lot.pk).update(scheduled_close=soon, closes_at=soon)

    bid(lot, rival, "1000.00")
    page.will_read("#extended", "Extended: a late bid moved the end to")
    page.click("[data-steps='0']")
    page.click("#confirm-yes")
    page.will_read("#my-standing", "You are leading with ¥1,050.")
    page.will_read("#countdown", "00:0")  # the last ten seconds, with tenths

    page.will_read("#result", f"Your organization has bought this lot under paddle {paddle}")
    assert page.reads("#phase") == "Sold"
    assert not page.browser.find_element("id", "bid-form").is_displayed()
    assert was_not_reloaded(page)
    assert page.complaints() == []


def test_a_bid_whose_answer_is_lost_is_repeated_and_counts_once(lot, bidder, open_page):
    admit(lot, bidder)
    page = open_page(lot, bidder)
    # The first bid arrives, but its answer does not come back.
    page.browser.execute_script("""
        const send = window.fetch;
        window.posts = [];
        window.fetch = async (url, init) => {
          const answer = await send(url, init);
          if (init?.method !== "POST") return answer;
          window.posts.push(init.headers["Idempotency-Key"]);
          if (window.posts.length === 1) throw new TypeError("the connection was lost");
          return answer;
        };
    """)
    page.click("[data-steps='0']")
    page.click("#confirm-yes")

    page.will_read("#bid-message", "Bid no. 1 over ¥1,000,000 is accepted.")
    keys = page.browser.execute_script("return window.posts")
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert Bid.objects.filter(lot=lot).count() == 1


def test_a_refusal_is_told_in_the_readers_language(lot, bidder, open_page):
    admit(lot, bidder)
    page = open_page(lot, bidder)
    page.type("#amount", "999,999")
    page.click("#bid")
    page.will_read("#bid-message", "The next bid must be at least ¥1,000,000.")

    # The exchange stops the lot; the page, which does not ask meanwhile, bids all the same.
    stop_asking(page)
    page.click("[data-steps='0']")
    Lot.objects.filter(pk=lot.pk).update(state="suspended")
    page.click("#confirm-yes")
    page.will_read("#bid-message", "Bidding on this lot is not open")


def test_an_answer_from_before_a_suspension_takes_nothing_back(lot, bidder, operator, open_page):
    admit(lot, bidder)
    page = open_page(lot, bidder)
    page.browser.execute_script("""
        const told = document.createElement("p");
        told.id = "told";
        document.body.append(told);
        const send = window.fetch;
        let answers = 0;
        window.fetch = async (url, init) => {
          const answer = await send(url, init);
          if (!/lots\\/\\d+$/.test(url)) return answer;
          answers += 1;
          told.textContent = `answer ${answers}`;
          if (answers === 1) await new Promise((resolve) => { window.release = resolve; });
          return answer;
        };
        window.phases = [];
        new MutationObserver(() => window.phases.push(document.getElementById("phase").innerText))
          .observe(document.getElementById("phase"), { childList: true });
        document.dispatchEvent(new Event("visibilitychange"));
    """)
    page.will_read("#told", "answer 1")
    suspend_lot(actor=actor_of_user(operator), lot_id=lot.pk, reason="网络故障")
    page.will_read("#phase", "Suspended")
    page.browser.execute_script("window.release()")
    page.will_read("#told", "answer 2")
    page.will_read("#notice", "网络故障")
    assert page.browser.execute_script("return window.phases") == ["Suspended"]


def test_the_page_fits_a_phone(lot, bidder, rival, open_page):
    admit(lot, bidder)
    admit(lot, rival)
    bid(lot, rival, "1000000.00")
    bid(lot, bidder, "1050000.00")
    page = open_page(lot, bidder)
    size = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    width = page.browser.execute_script("return document.documentElement.scrollWidth")
    assert width == 390


def test_a_maximum_left_on_the_page_answers_a_rival(lot, bidder, rival, open_page):
    own = admit(lot, bidder).paddle
    admit(lot, rival)
    page = open_page(lot, bidder)
    page.type("#maximum", "150万")
    page.click("#maximum-form button[type=submit]")
    page.will_read("#maximum-left", "You have left a maximum of ¥1,500,000.")
    page.will_read("#price", "¥1,000,000")
    bid(lot, rival, "1200000.00")
    page.will_read("#price", "¥1,250,000")
    page.will_read("#leader", own)
    page.click("#maximum-withdraw")
    page.will_read("#maximum-message", "taken back")


def test_a_holder_of_priority_takes_the_leading_price(lot, bidder, rival, open_page):
    give(lot, bidder)
    for person in (bidder, rival):
        admit(lot, person)
    page = open_page(lot, bidder)
    page.will_read("#match", "Nothing to match yet")
    bid(lot, rival, "1000000.00")
    page.will_read("#match", "Match at ¥1,000,000")
    page.click("#match")
    page.will_read("#match-amount", "¥1,000,000")
    page.click("#match-yes")
    page.will_read("#match-message", "Bid no. 2 over ¥1,000,000 is accepted.")
    page.will_read("#my-standing", "You are leading with ¥1,000,000.")
    page.will_read("#ledger tr:first-child .amount", "match")
    assert Bid.objects.get(lot=lot, number=2).kind == "match"

    bid(lot, rival, "1050000.00")
    page.will_read("#match", "Match at ¥1,050,000")
    assert was_not_reloaded(page)
    assert page.complaints() == []
