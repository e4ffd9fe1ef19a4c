"""The hall in a real browser: the auctioneer at the keyboard, the projector, a bidder at home."""

import pytest
from selenium.webdriver.common.keys import Keys

from auctions.lifecycle import SessionKind
from auctions.models import Lot
from core import money
from tests.browser.conftest import session_of
from tests.factories import admit, bid, make_hall_lot, make_session

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]

TERMS = {"starting_price": "1000000.00", "increment": "50000.00"}


@pytest.fixture
def lot(seller, bidder, rival) -> Lot:
    """The first of two in a session that may start."""
    session = make_session(SessionKind.SPECIAL)
    terms = {name: money.parse(amount) for name, amount in TERMS.items()}
    first, _ = (make_hall_lot(seller, session, **terms) for _ in range(2))
    for person in (bidder, rival):
        admit(first, person)
    return first


@pytest.fixture
def console(server, page, operator, lot):
    page.come_back(f"{server}/sessions/{lot.session_id}/console", session_of(operator))
    page.will_read("#connection", "Live")
    mark(page)
    return page


@pytest.fixture
def console_by_the_form(server, page, operator, lot):
    """Whoever has not signed in is asked to, and led on to the console."""
    page.browser.get(f"{server}/sessions/{lot.session_id}/console")
    page.sign_in("operator")
    page.complaints()
    page.will_read("#connection", "Live")
    mark(page)
    return page


def mark(page):
    page.browser.execute_script("window.loadedOnce = true")


def was_not_reloaded(page):
    return page.browser.execute_script("return window.loadedOnce === true")


def press(page, *keys):
    page.browser.switch_to.active_element.send_keys(*keys)


def paddle_of(lot, person):
    return lot.registrations.get(organization__memberships__user=person).paddle


def test_a_lot_is_conducted_by_keyboard_and_the_board_follows(
    console_by_the_form, server, lot, bidder, rival
):
    console = console_by_the_form
    own, other = paddle_of(lot, bidder), paddle_of(lot, rival)
    browser, desk = console.browser, console.browser.current_window_handle
    browser.switch_to.new_window("window")
    board = browser.current_window_handle
    browser.get(f"{server}/sessions/{lot.session_id}/board")
    mark(console)
    console.will_read("#state", "Special session")

    def at(window):
        browser.switch_to.window(window)
        return console

    at(desk)
    press(console, Keys.F2)
    console.will_read("#said", "The session is open.")
    press(console, Keys.PAGE_DOWN)
    console.will_read("#state", "No. 1")
    press(console, Keys.F2)
    console.will_read("#call", "Asking 100 wan yuan (¥1,000,000)")
    press(console, own, Keys.ENTER)
    console.will_read("#said", f"Bid no. 1: paddle {own}, ¥1,000,000.")
    press(console, Keys.F4)
    console.will_read("#call", "Going once")

    at(board).will_read("#state", "Going once")
    assert console.reads(".paddle") == own
    at(desk)
    press(console, other)  # half typed, when somebody at home bids
    bid(lot, rival, "1200000.00")
    console.will_read("#price", "120 wan yuan")
    console.will_read("#paddle", other)
    assert browser.switch_to.active_element.get_attribute("value") == other
    assert "Asking 125 wan yuan" in console.reads("#call"), "the bid took the call back"
    at(board).will_read("#digits", "120")
    assert "+20 %" in console.reads("#state")

    at(desk)
    press(console, Keys.F4)
    console.will_read("#call", "Going once")
    browser.refresh()
    console.will_read("#connection", "Live")
    mark(console)
    assert "Going once" in console.reads("#call"), "a reload loses nothing"
    press(console, Keys.F4)
    console.will_read("#call", "Going twice")
    press(console, Keys.F8)
    console.will_read("#said", "The hammer has fallen.")
    assert was_not_reloaded(console)

    at(board).will_read("#state", "Sold to paddle")
    assert console.reads(".paddle") == other
    assert was_not_reloaded(console)
    assert console.complaints() == []
    at(desk)
    press(console, Keys.PAGE_DOWN)
    console.will_read("#state", "No. 2")
    at(board).will_read("#state", "No. 2")
    browser.close()
    at(desk)
    assert money.text(Lot.objects.get(pk=lot.pk).deal.price) == "1200000.00"


def test_a_move_whose_answer_is_lost_is_not_made_twice(console, lot, bidder):
    own = paddle_of(lot, bidder)
    for key, said in (
        (Keys.F2, "The session is open."),
        (Keys.PAGE_DOWN, "The item is up."),
        (Keys.F2, "The floor is open."),
    ):
        press(console, key)
        console.will_read("#said", said)
    # The bid arrives, its answer does not come back.
    console.browser.execute_script("""
        const send = window.fetch;
        window.fetch = async (url, init) => {
          const answer = await send(url, init);
          if (init?.method !== "POST" || window.lost) return answer;
          window.lost = true;
          throw new TypeError("the connection was lost");
        };
    """)
    press(console, own, Keys.ENTER)
    console.will_read("#said", "No answer: it is not known whether the move was made.")
    console.will_read("#paddle", own)
    press(console, Keys.ENTER)
    console.will_read("#said", f"Bid no. 1: paddle {own}, ¥1,000,000.")
    assert lot.bids.count() == 1
    press(console, Keys.F4)
    console.will_read("#call", "Going once")


def test_a_fast_clerk_keys_ahead_of_the_answers(console, lot, bidder, rival):
    own, other = paddle_of(lot, bidder), paddle_of(lot, rival)
    for key, said in ((Keys.F2, "The session is open."), (Keys.PAGE_DOWN, "The item is up.")):
        press(console, key)
        console.will_read("#said", said)
    # From now on moves arrive, but their answers wait.
    console.browser.execute_script("""
        const send = window.fetch;
        const answers = new Promise((resolve) => { window.comeBack = resolve; });
        window.fetch = async (url, init) => {
          const answer = await send(url, init);
          if (init?.method === "POST") await answers;
          return answer;
        };
    """)
    press(console, Keys.F2)
    console.will_read("#call", "Asking 100 wan yuan (¥1,000,000)")  # the stream told it
    press(console, own, Keys.ENTER)
    press(console, Keys.ENTER)  # struck twice
    press(console, Keys.BACKSPACE * len(own), other)
    assert lot.bids.count() == 0
    console.browser.execute_script("window.comeBack()")
    console.will_read("#said", f"Bid no. 1: paddle {own}, ¥1,000,000.")
    assert console.browser.switch_to.active_element.get_attribute("value") == other
    press(console, Keys.ENTER)
    console.will_read("#said", f"Bid no. 2: paddle {other}, ¥1,050,000.")
    assert lot.bids.count() == 2


def test_the_console_fits_its_screen_and_the_sessions_page_a_phone(console, server, lot):
    for width, height in ((1280, 720), (1920, 1080)):
        resize(console, width, height)
        for key in ("scrollWidth", "scrollHeight"):
            size = console.browser.execute_script(f"return document.documentElement.{key}")
            assert size <= (width if key == "scrollWidth" else height)
    resize(console, 390, 844)
    for path in ("sessions", f"sessions/{lot.session_id}", f"sessions/{lot.session_id}/board"):
        console.browser.get(f"{server}/{path}")
        assert console.browser.execute_script("return document.documentElement.scrollWidth") == 390


def resize(page, width, height):
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
