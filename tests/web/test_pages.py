"""The pages: what each kind of reader is shown, and what nobody is shown."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import OrganizationKind, Role
from auctions import closing, lots, registration
from auctions.lifecycle import ClosedBy
from auctions.models import Lot
from core import money
from tests.conftest import act, make_member, make_organization, organization_of
from tests.factories import admit, apply, bid, draft_lot, make_achievement, make_lot, operator_actor

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def visit():
    """`visit(path, person)`: the page in English, by default for somebody not signed in."""

    def get(path, person=None, **more):
        client = Client()
        if person is not None:
            client.force_login(person)
        return client.get(path, headers={"accept-language": "en"}, **more)

    return get


@pytest.fixture
def lot(seller) -> Lot:
    return make_lot(
        seller,
        starting_price=money.parse("1000000.00"),
        increment=money.parse("50000.00"),
        deposit_amount=money.parse("200000.00"),
    )


def page(lot):
    return f"/lots/{lot.pk}"


def text_of(response):
    """What is to be read on the page: no tags, no data, blanks made one."""
    html = re.sub(r"<script.*?</script>|<template.*?</template>", "", response.text, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def data_of(response):
    return json.loads(re.search(r'id="page-data"[^>]*>(.*?)</script>', response.text, re.S)[1])


def close(lot, clock):
    clock.set(Lot.objects.get(pk=lot.pk).closes_at)
    closing.close_due_lots(by=ClosedBy.CLOSER)


# --- The first page ---------------------------------------------------------------------


def test_an_empty_marketplace_says_so_in_words(visit, db):
    text = text_of(visit("/"))
    assert "Nothing is on sale at the moment" in text
    assert "No lot has ended yet" in text


def test_the_first_page_lists_open_lots_then_those_to_come_then_ended_ones(visit, seller, clock):
    now = clock.now()
    ended = make_lot(seller, closes_at=now + timedelta(minutes=1))
    close(ended, clock)
    upcoming = make_lot(
        seller,
        opens_at=clock.now() + timedelta(minutes=5),
        closes_at=clock.now() + timedelta(minutes=9),
    )
    running = make_lot(seller)

    html = visit("/").text

    places = [html.index(lot.code) for lot in (running, upcoming, ended)]
    assert places == sorted(places)
    assert "Open for bids" in html
    assert "Not open yet" in html
    assert "Unsold" in html


def test_a_card_tells_price_and_closing_time_readably(visit, lot, bidder):
    admit(lot, bidder)
    bid(lot, bidder, "3350000.00")
    text = text_of(visit("/"))
    assert "Current price ¥3,350,000 335 wan yuan" in text
    assert "Closes 2026-03-02 10:00:00" in text
    assert "1 bid " in text


def test_drafts_are_not_on_the_first_page_not_even_for_staff(visit, seller, operator):
    draft = draft_lot(seller)
    assert draft.code not in visit("/", operator).text


def test_the_first_page_needs_the_same_queries_for_one_lot_and_for_many(
    visit, seller, bidder, django_assert_num_queries, clock
):
    def populate(how_many):
        for _ in range(how_many):
            sold = make_lot(seller, closes_at=clock.now() + timedelta(minutes=1))
            admit(sold, bidder)
            bid(sold, bidder, "1000.00")
            close(sold, clock)
            running = make_lot(seller)
            admit(running, bidder)
            bid(running, bidder, "1000.00")

    populate(1)
    with django_assert_num_queries(2):
        visit("/")
    populate(4)
    with django_assert_num_queries(2):
        visit("/")


def test_only_staff_is_shown_the_way_to_operations(visit, operator, bidder):
    operator.is_staff = True
    operator.save()
    assert 'href="/admin/"' in visit("/", operator).text
    assert 'href="/admin/"' not in visit("/", bidder).text
    assert 'href="/admin/"' not in visit("/").text


def test_more_lots_than_fit_are_said_to_exist(visit, seller, monkeypatch):
    monkeypatch.setattr("web.lots.ON_SALE_SHOWN", 1)
    make_lot(seller)
    assert "Only the lots that close first" not in visit("/").text
    make_lot(seller)
    assert "Only the lots that close first" in visit("/").text


# --- Who sees which part of a lot's page ------------------------------------------------


def test_anybody_reads_state_terms_and_ledger(visit, lot, bidder, rival):
    paddle, other = admit(lot, bidder).paddle, admit(lot, rival).paddle
    first = bid(lot, bidder, "1000000.00").bid
    bid(lot, rival, "1050000.00")

    text = text_of(visit(page(lot)))

    assert lot.title in text
    assert f"Lot {lot.code}" in text
    assert "Open for bids" in text
    assert "Current price ¥1,050,000 105 wan yuan" in text
    assert f"Leading paddle {other} Bids 2" in text
    assert "Closing time 2026-03-02 10:00:00" in text
    assert "A bid in the last 5 minutes moves the end to 5 minutes after that bid" in text
    assert f"Rules {lot.rules_version}" in text
    assert f"1 {paddle} ¥1,000,000 2026-03-02 09:00:00.000 {first.hash[:8]}" in text
    assert text.index("¥1,050,000 2026") < text.index("¥1,000,000 2026"), "newest first"


def test_somebody_not_signed_in_is_led_to_sign_in_and_back(visit, lot):
    response = visit(page(lot))
    assert f'href="/accounts/login/?next=/lots/{lot.pk}"' in response.text
    assert 'id="bid-form"' not in response.text


def test_an_agent_without_registration_is_offered_to_register(visit, lot, bidder):
    response = visit(page(lot), bidder)
    assert 'id="register-form"' in response.text
    assert "a deposit of ¥200,000 (20 wan yuan) is needed" in text_of(response)
    assert 'id="bid-form"' not in response.text


def test_an_agent_of_two_organizations_chooses_one(visit, lot, bidder):
    second = make_organization(name="第二家虚构公司")
    bidder.memberships.create(organization=second, role=Role.AGENT, started_at=second.created_at)
    response = visit(page(lot), bidder)
    assert f'<option value="{second.pk}">第二家虚构公司</option>' in response.text


def test_an_applicant_waits_for_the_deposit_then_for_admission(visit, lot, bidder):
    applied = apply(lot, bidder)
    assert "The next step is the deposit: transfer ¥200,000" in text_of(visit(page(lot), bidder))
    applied.state = "qualified"
    applied.save()
    assert "The deposit has arrived" in text_of(visit(page(lot), bidder))


def test_a_refused_applicant_reads_why_and_may_try_again(visit, lot, bidder):
    applied = apply(lot, bidder)
    registration.refuse_registration(
        actor=operator_actor(), registration_id=applied.pk, reason="资料不全"
    )
    response = visit(page(lot), bidder)
    assert "registration was refused. 资料不全" in text_of(response)
    assert 'id="register-form"' in response.text


def test_an_admitted_bidder_gets_paddle_and_form(visit, lot, bidder):
    paddle = admit(lot, bidder).paddle
    response = visit(page(lot), bidder)
    assert f"Your paddle {paddle}" in text_of(response)
    assert 'id="bid-form"' in response.text
    assert "A bid is irrevocable." in response.text


def test_a_bidder_reads_whether_it_leads(visit, lot, bidder, rival):
    admit(lot, bidder)
    other = admit(lot, rival).paddle
    assert "You are leading" not in text_of(visit(page(lot), bidder))
    bid(lot, bidder, "1000000.00")
    assert "You are leading with ¥1,000,000." in text_of(visit(page(lot), bidder))
    bid(lot, rival, "1050000.00")
    text = text_of(visit(page(lot), bidder))
    assert f"You have been outbid: paddle {other} offers ¥1,050,000." in text
    assert "you" in text[text.index("Bids, newest first") :], "one's own bids are marked"


def test_a_member_who_may_only_read_sees_no_form(visit, lot, bidder):
    admit(lot, bidder)
    viewer = make_member(organization_of(bidder), Role.VIEWER)
    response = visit(page(lot), viewer)
    assert "Your role lets you read, not bid." in text_of(response)
    assert 'id="bid-form"' not in response.text


@pytest.mark.parametrize(
    ("reader", "words"),
    [
        ("operator", "The exchange and the office do not bid."),
        ("cadre", "The exchange and the office do not bid."),
        ("seller", "Your organization offers this lot and may not bid on it."),
        ("stranger", "Only organizations bid."),
    ],
)
def test_who_cannot_bid_reads_why(reader, words, visit, lot, request):
    response = visit(page(lot), request.getfixturevalue(reader))
    assert words in text_of(response)
    assert 'id="bid-form"' not in response.text
    assert 'id="register-form"' not in response.text


# --- A lot's way through time -----------------------------------------------------------


def test_a_lot_to_come_shows_when_it_opens(visit, seller, clock):
    lot = make_lot(
        seller,
        opens_at=clock.now() + timedelta(hours=1),
        closes_at=clock.now() + timedelta(hours=2),
    )
    text = text_of(visit(page(lot)))
    assert "Not open yet" in text
    assert "Starting price ¥1,000 " in text
    assert "Opening time 2026-03-02 10:00:00" in text


def test_an_extension_stands_on_the_page(visit, lot, bidder, clock):
    admit(lot, bidder)
    assert "Extended:" not in text_of(visit(page(lot)))
    clock.set(lot.closes_at - timedelta(seconds=10))
    bid(lot, bidder, "1000000.00")
    text = text_of(visit(page(lot)))
    assert "Extended: a late bid moved the end to 2026-03-02 10:04:50." in text
    assert "Closing time in the notice 2026-03-02 10:00:00" in text


def test_the_latest_close_and_no_extension_are_said_in_words(visit, seller, clock):
    capped = make_lot(seller, latest_close=clock.now() + timedelta(hours=2))
    assert "but not past 2026-03-02 11:00:00" in text_of(visit(page(capped)))
    hard = make_lot(seller, extension_window_s=0, extension_s=0)
    assert "Extension None. Bidding ends at the closing time." in text_of(visit(page(hard)))
    odd = make_lot(seller, extension_window_s=90, extension_s=60)
    assert "in the last 90 seconds moves the end to 1 minute" in text_of(visit(page(odd)))


def test_the_result_names_the_winning_paddle(visit, lot, bidder, rival, clock):
    paddle = admit(lot, bidder).paddle
    admit(lot, rival)
    bid(lot, bidder, "1000000.00")
    close(lot, clock)

    assert f"Sold to paddle {paddle} for ¥1,000,000." in text_of(visit(page(lot)))
    won = f"Your organization has bought this lot under paddle {paddle} for ¥1,000,000."
    assert won in text_of(visit(page(lot), bidder))
    assert "Your deposit goes back within 24 hours" in text_of(visit(page(lot), rival))
    assert 'id="bid-form"' not in visit(page(lot), bidder).text


def test_a_lot_nobody_bid_for_is_unsold(visit, lot, clock):
    close(lot, clock)
    text = text_of(visit(page(lot)))
    assert "Unsold: there was no bid." in text
    assert "This lot takes no bids." in text


def test_reading_an_overdue_lot_closes_it(visit, lot, clock):
    clock.set(lot.closes_at)
    assert "Unsold: there was no bid." in text_of(visit(page(lot)))


def test_a_lot_somebody_else_is_closing_waits_for_its_result(visit, lot, clock, monkeypatch):
    monkeypatch.setattr(closing, "close_lot", lambda *args, **kwargs: False)
    clock.set(lot.closes_at)
    assert "Bidding has ended. Checking the result…" in text_of(visit(page(lot)))


def test_a_long_ledger_is_cut_until_asked_for(visit, lot, bidder, monkeypatch):
    admit(lot, bidder)
    bid(lot, bidder, "1000000.00")
    monkeypatch.setattr("web.lots.BIDS_SHOWN", 0)
    cut = visit(page(lot))
    assert "Show the older bids too" in cut.text
    assert '<tr data-number="1"' not in cut.text
    assert '<tr data-number="1"' in visit(f"{page(lot)}?bids=all").text


def test_the_newer_rows_of_the_ledger_can_be_fetched(visit, lot, bidder, rival):
    admit(lot, bidder)
    admit(lot, rival)
    bid(lot, bidder, "1000000.00")
    bid(lot, rival, "1050000.00")
    rows = visit(f"{page(lot)}/ledger?after=1", bidder).text
    assert re.findall(r'data-number="(\d+)"', rows) == ["2"]
    everything = visit(f"{page(lot)}/ledger?after=no-number", bidder).text
    assert re.findall(r'data-number="(\d+)"', everything) == ["2", "1"]


# --- What the script starts from --------------------------------------------------------


@pytest.mark.parametrize("reader", [None, "bidder", "rival", "operator"])
def test_the_pages_data_says_what_the_api_says(reader, visit, lot, bidder, rival, request, clock):
    admit(lot, bidder)
    bid(lot, bidder, "1000000.00")
    person = request.getfixturevalue(reader) if reader else None
    on_page = data_of(visit(page(lot), person))["lot"]
    from_api = visit(f"/api/v1{page(lot)}", person).json()
    assert on_page == _common(from_api, on_page)

    close(lot, clock)
    on_page = data_of(visit(page(lot), person))["lot"]
    from_api = visit(f"/api/v1{page(lot)}", person).json()
    assert on_page["result"]["price"] == "1000000.00"
    assert on_page == _common(from_api, on_page)


def _common(wide, narrow):
    """What of `wide` has a place in `narrow`."""
    if not isinstance(narrow, dict) or not isinstance(wide, dict):
        return wide
    return {name: _common(wide[name], narrow[name]) for name in narrow}


def test_the_page_hands_on_where_the_lots_events_stood(visit, lot, bidder):
    before = data_of(visit(page(lot)))["seq"]
    admit(lot, bidder)
    bid(lot, bidder, "1000000.00")
    assert data_of(visit(page(lot)))["seq"] == before + 1


# --- What nobody is shown ---------------------------------------------------------------


def test_a_draft_is_a_404_for_all_but_consignor_and_staff(visit, seller, bidder, operator):
    draft = draft_lot(seller)
    for path in (page(draft), f"{page(draft)}/ledger"):
        assert visit(path).status_code == 404
        assert visit(path, bidder).status_code == 404
        assert visit(path, seller).status_code == 200
        assert visit(path, operator).status_code == 200
    assert "Not announced" in visit(page(draft), seller).text


@pytest.mark.parametrize("path", ["/lots/999999", f"/lots/{10**30}", "/lots/7/", "/nothing"])
def test_what_is_not_there_is_a_page_in_the_sites_look(path, visit, db):
    response = visit(path)
    assert response.status_code == 404
    assert "There is nothing here that you may see" in response.text
    assert "site.css" in response.text


def test_a_title_cannot_run_on_the_page(visit, seller):
    trick = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    achievement = make_achievement(organization_of(seller), title=trick, summary=trick)
    lot = make_lot(seller, achievement=achievement)
    for path in ("/", page(lot)):
        html = visit(path).text
        assert "<script>alert" not in html
        assert "<img" not in html
        assert "&lt;script&gt;alert(1)" in html


def test_nothing_inline_and_nothing_from_elsewhere(visit, lot, bidder):
    admit(lot, bidder)
    for path in ("/", page(lot), "/accounts/login/"):
        html = visit(path, bidder if path != "/accounts/login/" else None).text
        scripts = re.findall(r"<script([^>]*)>", html)
        assert all("src=" in one or "application/json" in one for one in scripts)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', html)


def test_pages_forbid_what_they_do_not_need(visit, lot):
    response = visit(page(lot))
    assert "default-src 'none'; script-src 'self'" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Server-Time"] == "2026-03-02T01:00:00.000Z"


def test_the_page_does_not_tell_who_bids(visit, lot, bidder, rival):
    admit(lot, bidder)
    admit(lot, rival)
    bid(lot, rival, "1000000.00")
    for reader in (None, bidder):
        html = visit(page(lot), reader).text
        assert organization_of(rival).name not in html
        assert organization_of(rival).credit_code not in html
        assert "rival" not in html


def test_a_lots_page_needs_a_fixed_number_of_queries(
    visit, lot, bidder, rival, django_assert_max_num_queries
):
    admit(lot, bidder)
    admit(lot, rival)
    for step in range(10):
        person = (bidder, rival)[step % 2]
        bid(lot, person, f"{1_000_000 + 50_000 * step}.00")
    with django_assert_max_num_queries(4):
        visit(page(lot))
    client = Client()
    client.force_login(bidder)
    with django_assert_max_num_queries(9):
        client.get(page(lot))


def test_pages_are_only_read(lot, db):
    for path in ("/", page(lot), f"{page(lot)}/ledger"):
        assert Client().post(path).status_code == 405


def test_a_withdrawn_lot_says_so(visit, seller, clock):
    lot = make_lot(
        seller,
        opens_at=clock.now() + timedelta(hours=1),
        closes_at=clock.now() + timedelta(hours=2),
    )
    lots.withdraw_lot(actor=act(seller), lot_id=lot.pk, reason="权属变更")
    text = text_of(visit(page(lot)))
    assert "Withdrawn" in text
    assert "This lot takes no bids." in text


# --- Language, errors, signing in -------------------------------------------------------


def test_pages_are_chinese_unless_asked_otherwise_and_the_choice_is_kept(lot):
    client = Client()
    assert 'lang="zh-hans"' in client.get("/").text
    answer = client.post("/i18n/setlang/", {"language": "en", "next": page(lot)})
    assert answer.headers["Location"] == page(lot)
    english = client.get(page(lot)).text
    assert 'lang="en"' in english
    assert "Open for bids" in english


def test_errors_wear_the_sites_look_without_any_context():
    from django.template.loader import get_template

    with translation.override("en"):
        for name in ("400.html", "500.html"):
            assert "site.css" in get_template(name).render()


def test_an_unreadable_address_is_a_400_page(visit, db):
    response = visit("/?q=%00")
    assert response.status_code == 400
    assert "The request cannot be read" in response.text


def test_a_stale_form_is_a_403_page(lot):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/i18n/setlang/", {"language": "en"}, headers={"accept-language": "en"})
    assert response.status_code == 403
    assert "This form is too old" in response.text


def test_a_role_that_does_not_suffice_is_a_403_page(rf):
    from django.core.exceptions import PermissionDenied

    from core.problems import forbidden

    with translation.override("en"):
        response = forbidden(rf.get("/"), PermissionDenied())
    assert response.status_code == 403
    assert b"Your role does not allow this" in response.content


def test_signing_in_and_out_wears_the_sites_look(visit, bidder):
    sign_in = visit("/accounts/login/").text
    assert "site.css" in sign_in
    assert "Accounts are opened by the exchange" in sign_in
    sign_out = visit("/accounts/logout/", bidder).text
    assert "site.css" in sign_out
    assert "Do you want to sign out?" in sign_out
    change = visit("/accounts/password/change/", bidder).text
    assert "site.css" in change


def test_signing_in_leads_back_to_the_lot(lot, bidder):
    client = Client()
    form = {"login": "bidder", "password": "demo", "next": page(lot)}
    response = client.post("/accounts/login/", form)
    assert response.headers["Location"] == page(lot)
    assert 'id="register-form"' in client.get(page(lot)).text


def test_an_exchange_that_is_registered_nowhere_is_no_candidate(visit, lot):
    exchange = make_member(make_organization(OrganizationKind.EXCHANGE), Role.VIEWER)
    assert "Only organizations bid." in text_of(visit(page(lot), exchange))
