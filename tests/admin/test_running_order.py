"""Sessions at the desk: planned by a form, filled, reordered, and told what they still lack."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

from django.contrib.messages import get_messages
from django.test import Client

from accounts.models import City
from auctions.models import AuctionSession, Lot, RunningOrderEntry
from core.clock import SHANGHAI
from tests.admin.conftest import World, page_url, step_url
from tests.conftest import NOW
from tests.factories import make_achievement
from tests.marketplace.conftest import propose

Desk = Callable[..., Client]
ADD_SESSION = "/admin/auctions/auctionsession/add/"


def plan(**values: str) -> dict[str, str]:
    return {
        "kind": "SPECIAL",
        "title": "虚构高校专场",
        "title_en": "",
        "city": str(City.objects.get(code="310117").pk),
        "venue": "虚构会堂",
        "starts_at": "2026-03-20T14:00:00",
        "house": "",
        "auctioneer": "",
        "key": str(uuid4()),
        **values,
    }


def order(session: AuctionSession) -> list[tuple[int, str]]:
    entries = RunningOrderEntry.objects.filter(session=session).order_by("position")
    return [(entry.position, (entry.lot or entry.deal).code) for entry in entries]


def level_of(answer) -> str:
    """Of the newest message: those of earlier steps wait for a page that shows them."""
    return list(get_messages(answer.wsgi_request))[-1].level_tag


def test_a_session_is_planned_in_shanghai_time_and_a_form_sent_twice_plans_one(
    world: World, desk: Desk
):
    client, form = desk(world.people["operator"]), plan()
    before = AuctionSession.objects.count()
    first, second = client.post(ADD_SESSION, form), client.post(ADD_SESSION, form)
    made = AuctionSession.objects.latest("id")
    assert first.url == second.url == page_url(made)
    assert AuctionSession.objects.count() == before + 1
    assert (made.state, made.city.code) == ("planned", "310117")
    assert made.starts_at == datetime(2026, 3, 20, 6, 0, tzinfo=UTC)


def test_a_plan_without_a_place_or_a_time_is_refused_in_words(world: World, desk: Desk):
    client = desk(world.people["operator"])
    before = AuctionSession.objects.count()
    for wrong in ({"venue": " "}, {"starts_at": "soon"}, {"city": "\x00"}, {"kind": "BALL"}):
        answer = client.post(ADD_SESSION, plan(**wrong))
        assert answer.status_code == 200
        assert answer.context["form"].errors, wrong
    assert AuctionSession.objects.count() == before


def test_a_plan_is_changed_in_a_form_that_holds_what_was_planned(world: World, desk: Desk):
    client, url = desk(world.people["operator"]), step_url(world.session, "change")
    form = client.get(url).context["form"]
    filled = {name: form[name].value() for name in form.fields}
    assert (filled["title"], filled["city"]) == (world.session.title, world.session.city_id)

    starts_at = world.session.starts_at.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M:%S")
    sent = {**filled, "venue": "虚构新会堂", "house": "", "auctioneer": "", "starts_at": starts_at}
    answer = client.post(url, sent)
    assert (answer.url, level_of(answer)) == (page_url(world.session), "success")
    before = world.session.starts_at
    world.session.refresh_from_db()
    assert (world.session.venue, world.session.starts_at) == ("虚构新会堂", before)

    assert client.post(url, {**sent, "city": "\x00"}).context["form"].errors


def test_a_lot_of_the_years_list_is_moved_into_the_session_where_it_has_no_clock(
    world: World, desk: Desk
):
    client, lot = desk(world.people["operator"]), world.upcoming_lot
    answer = client.post(step_url(world.session, "add-lot"), {"lot": str(lot.pk), "position": "1"})
    assert (answer.url, level_of(answer)) == (page_url(world.session), "success")
    lot.refresh_from_db()
    assert (lot.session, lot.closes_at) == (world.session, None)
    assert order(world.session) == [(1, lot.code), (2, world.deals["proposed"].code)]
    assert lot.code in client.get(page_url(world.session)).text


def test_a_lot_with_a_bid_stays_where_it_is(world: World, desk: Desk):
    client = desk(world.people["operator"])
    answer = client.post(step_url(world.session, "add-lot"), {"lot": str(world.open_lot.pk)})
    assert level_of(answer) == "error"
    assert Lot.objects.get(pk=world.open_lot.pk).session is None


def test_items_change_places_and_a_deal_is_taken_off_again(world: World, desk: Desk):
    client = desk(world.people["operator"])
    other = propose(world.people["seller"], world.people["bidder"])
    client.post(step_url(world.session, "add-deal"), {"deal": str(other.pk)})
    first = world.deals["proposed"].code
    assert order(world.session) == [(1, first), (2, other.code)]

    entry = RunningOrderEntry.objects.get(deal=other)
    answer = client.post(step_url(entry, "move"), {"to": "1"})
    assert (answer.url, level_of(answer)) == (page_url(world.session), "success")
    assert order(world.session) == [(1, other.code), (2, first)]

    answer = client.post(step_url(entry, "remove"))
    assert (answer.url, level_of(answer)) == (page_url(world.session), "success")
    assert order(world.session) == [(1, first)]


def test_once_it_has_started_the_running_order_is_fixed(world: World, desk: Desk):
    client = desk(world.people["operator"])
    entry = RunningOrderEntry.objects.get(deal=world.deals["proposed"])
    times = {"published_at": NOW, "started_at": NOW}
    AuctionSession.objects.filter(pk=world.session.pk).update(state="running", **times)
    asked = [
        (world.session, "change", plan()),
        (world.session, "add-lot", {"lot": str(world.upcoming_lot.pk)}),
        (world.session, "add-deal", {"deal": str(world.deals["listed"].pk)}),
        (entry, "move", {"to": "1"}),
        (entry, "remove", {}),
    ]
    for row, step, data in asked:
        assert step_url(row, step) not in client.get(page_url(row)).text
        answer = client.post(step_url(row, step), data)
        assert level_of(answer) == "error", step
    assert order(world.session) == [(1, world.deals["proposed"].code)]


def test_only_the_exchange_fills_and_moves(world: World, desk: Desk):
    entry = RunningOrderEntry.objects.get(deal=world.deals["proposed"])
    client = desk(world.people["cadre"])
    for row, step in ((world.session, "add-lot"), (world.session, "add-deal"), (entry, "move")):
        assert client.get(step_url(row, step)).status_code == 403
        assert client.post(step_url(row, step), {"to": "1"}).status_code == 403


def test_the_page_tells_the_exchange_alone_what_is_missing(world: World, desk: Desk):
    english = {"accept-language": "en"}
    client = desk(world.people["operator"], headers=english)
    lot = world.draft_lot
    client.post(step_url(world.session, "add-lot"), {"lot": str(lot.pk)})
    text = client.get(page_url(world.session)).text
    for sentence in (
        "The session has not been announced.",
        "No auctioneer is named",
        f"No. 2 {lot.title}: not announced, its state is “draft”",
        "publishes an agreed price before the deal is formed",
    ):
        assert sentence in text, sentence
    assert (
        "not been announced"
        not in desk(world.people["cadre"], headers=english).get(page_url(world.session)).text
    )


def test_a_running_session_says_what_is_still_to_come(world: World, desk: Desk):
    client = desk(world.people["operator"], headers={"accept-language": "en"})
    lot = world.upcoming_lot
    client.post(step_url(world.session, "add-lot"), {"lot": str(lot.pk)})
    times = {"published_at": NOW, "started_at": NOW}
    AuctionSession.objects.filter(pk=world.session.pk).update(state="running", **times)
    text = client.get(page_url(world.session)).text
    assert f"No. 2 {lot.title}: no bidder is admitted" in text
    assert f"No. 2 {lot.title}: still to be hammered or passed" in text
    assert "still to be signed" in text
    lot.registrations.update(state="eligible", paddle="901", approved_at=NOW)
    assert "no bidder is admitted" not in client.get(page_url(world.session)).text


def test_a_session_that_is_over_lacks_nothing(world: World, desk: Desk):
    client = desk(world.people["operator"], headers={"accept-language": "en"})
    AuctionSession.objects.filter(pk=world.session.pk).update(state="cancelled")
    assert "still to be" not in client.get(page_url(world.session)).text


def test_a_lot_of_a_hall_is_drafted_by_the_same_form(world: World, desk: Desk):
    client = desk(world.people["operator"])
    terms = {
        "achievement": str(make_achievement(world.people["seller"]).pk),
        "policy": str(world.draft_lot.policy_id),
        "session": str(world.session.pk),
        "format": "ONE_CALL",
        "starting_price": "1000.00",
        "key": str(uuid4()),
    }
    client.post("/admin/auctions/lot/add/", terms)
    made = Lot.objects.latest("id")
    assert (made.session, made.format, made.closes_at) == (world.session, "ONE_CALL", None)
    without = {**terms, "session": "", "format": "", "key": str(uuid4())}
    answer = client.post("/admin/auctions/lot/add/", without)
    assert answer.context["form"].errors  # outside of a hall a lot needs its clock
