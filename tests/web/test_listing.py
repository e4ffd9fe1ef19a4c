"""An owner in the browser: an achievement from an empty form to the public list, and off it."""

import re
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import City, Organization
from marketplace import achievements
from marketplace.lifecycle import AchievementState
from marketplace.models import Achievement, CoOwner
from marketplace.rules.listing import VALID_FOR
from tests.conftest import NOW, act, make_member, organization_of
from tests.factories import PATENT, make_achievement
from tests.marketplace.conftest import events_of
from tests.web.reading import text_of
from web.achievement_forms import CoOwnerRow, of_co_owner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

SENT = {
    "title": "虚构：陶瓷前驱体",
    "field": "NM",
    "city": "",
    "summary": "虚构：可纺性好的前驱体。",
    "ip_kind": "invention",
    "ip_number": "zl 2015 8000 3807.3",
    "applied_on": "2015-03-02",
    "granted_on": "2018-01-02",
    "legal_status": "granted",
    "next_fee_on": "2027-03-02",
    "maturity_scale": "trl9",
    "maturity_level": "6",
    "scene": "虚构的场景",
    "modes": ["transfer", "exclusive"],
    "price_kind": "fixed",
    "asking_price": "280万",
    "cost_to_market": "0",
    "preferred_city": "340100",
    "is_service": "yes",
    "publicly_funded": "no",
    "secrecy_level": "open",
    "detail": "虚构的烧结曲线",
    "contact": "虚构联系人",
    "detail_under_nda": "on",
    "inventor-0-name": "虚构甲",
    "inventor-0-share": "60",
    "inventor-1-name": "虚构乙",
    "inventor-1-share": "40.00",
    "inventor-2-name": "",
    "inventor-2-share": "",
    "co-owner-0-name": "虚构大学",
    "co-owner-0-share": "30.5",
    "co-owner-0-consented_on": "2026-02-01",
    "co-owner-0-consent": "虚构同意书1号",
    "co-owner-1-name": "",
    "co-owner-1-share": "",
    "co-owner-1-consented_on": "",
    "co-owner-1-consent": "",
}


@pytest.fixture
def enter(send):
    """`enter(person, …)`: the form filled and sent; the page after it."""

    def filled(person, path="/achievements/new", **values):
        own = {"organization": organization_of(person).pk, "key": uuid4()}
        return send(person, path, **{**own, **SENT, **values})

    return filled


def page_of(achievement, verb=""):
    return f"/achievements/{achievement.pk}{verb}"


def test_an_achievement_is_drafted_with_all_that_was_typed(visit, enter, seller):
    page = enter(seller)
    made = Achievement.objects.get()
    assert page.redirect_chain == [(f"{page_of(made)}#own", 302)]
    assert (made.owner, made.state) == (organization_of(seller), AchievementState.DRAFT)
    assert (made.title, made.summary, made.field.code) == (SENT["title"], SENT["summary"], "NM")
    assert (made.city.code, made.preferred_city.code) == ("330100", "340100")
    assert (made.ip_kind, made.ip_number) == ("invention", PATENT)
    assert (made.applied_on, made.granted_on) == (date(2015, 3, 2), date(2018, 1, 2))
    assert (made.legal_status, made.next_fee_on) == ("granted", date(2027, 3, 2))
    assert (made.maturity_scale, made.maturity_level) == ("trl9", 6)
    assert (made.modes, made.price_kind) == (["transfer", "exclusive"], "fixed")
    assert (made.asking_price, made.cost_to_market) == (Decimal("2800000.00"), 0)
    assert (made.is_service, made.publicly_funded, made.export_class) == (True, False, "")
    assert (made.detail, made.detail_under_nda, made.registered_only) == (
        *(SENT["detail"], True, False),
    )
    assert list(made.inventors.values_list("name", "share")) == [
        *(("虚构甲", Decimal(60)), ("虚构乙", Decimal(40))),
    ]
    assert list(made.co_owners.values_list("name", "share", "consented_on", "consent")) == [
        ("虚构大学", Decimal("30.5"), date(2026, 2, 1), "虚构同意书1号"),
    ]
    text = text_of(page)
    for told in ("Your achievement", "Submit the achievement", "虚构的烧结曲线", "虚构联系人"):
        assert told in text, told
    assert SENT["title"] in visit("/achievements/own", seller).text


def test_it_goes_to_the_list_by_the_exchange_and_its_owner(visit, enter, send, seller, operator):
    enter(seller, **{"inventor-1-share": "30"})
    made = Achievement.objects.get()
    refused = send(seller, page_of(made, "/submit"))
    assert text_of(refused).count("The achievement cannot be on the list like this") == 2
    enter(seller, page_of(made, "/change"))
    assert "cannot be on the list" not in text_of(visit(page_of(made), seller))
    page = send(seller, page_of(made, "/submit"))
    assert "The exchange looks at it now" in text_of(page)
    assert visit(page_of(made, "/change"), seller).status_code == 404
    send(seller, page_of(made, "/publish"))
    assert Achievement.objects.get().state == AchievementState.SUBMITTED
    achievements.return_achievement(
        actor=act(operator), achievement_id=made.pk, reason="虚构：请补充证据"
    )
    page = visit(page_of(made), seller).text
    assert "虚构：请补充证据" in page
    form = visit(page_of(made, "/change"), seller).text
    for told in (
        *('value="2,800,000"', 'value="60.00"', 'value="虚构同意书1号"', 'value="2026-02-01"'),
        *('value="yes" selected', 'value="exclusive" id="id_modes_1" checked', made.code),
        *('value="340100" selected', 'value="granted" selected', PATENT),
    ):
        assert told in form, told
    enter(seller, page_of(made, "/change"), title="虚构：改过的名称")
    send(seller, page_of(made, "/submit"))
    achievements.approve_achievement(actor=act(operator), achievement_id=made.pk)
    assert "It is public as soon as you publish it" in text_of(visit(page_of(made), seller))
    page = send(seller, page_of(made, "/publish"))
    assert "is on the public list" in text_of(page)
    made.refresh_from_db()
    assert (made.state, made.title) == (AchievementState.PUBLISHED, "虚构：改过的名称")
    assert (made.inventors.count(), made.co_owners.count()) == (2, 1)
    assert visit(page_of(made)).status_code == 200
    assert "Your achievement" not in visit(page_of(made)).text
    assert events_of(f"achievement:{made.pk}")[-1] == "achievement.published"


def test_a_form_that_is_sent_twice_is_one_achievement(visit, send, seller):
    key = re.search(r'name="key" value="([^"]+)"', visit("/achievements/new", seller).text)[1]
    own = {"organization": organization_of(seller).pk, **SENT, "key": key}
    first, again = (send(seller, "/achievements/new", **own) for _ in range(2))
    assert first.redirect_chain == again.redirect_chain
    other = send(seller, "/achievements/new", **{**own, "title": "虚构：另一个"})
    assert (other.status_code, Achievement.objects.count()) == (422, 1)
    assert "made a draft already" in text_of(other)


def test_a_draft_says_little_at_first(enter, seller):
    said = {"title": "虚构", "field": "NM", "ip_kind": "know_how", "maturity_level": "3"}
    said |= {"maturity_scale": "grade13", "modes": []}
    enter(seller, **{name: said.get(name, "") for name in SENT})
    made = Achievement.objects.get()
    assert (made.ip_number, made.maturity_scale, made.modes) == ("", "grade13", [])
    assert (made.asking_price, made.preferred_city, made.is_service) == (None, None, None)
    assert not made.inventors.exists()
    assert not made.co_owners.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "This field is required"),
        ({"field": ""}, "This field is required"),
        ({"ip_kind": ""}, "This field is required"),
        ({"ip_kind": "secret"}, "Select a valid choice"),
        ({"ip_number": "201580003807.4"}, "not a valid Chinese application number"),
        ({"ip_kind": "know_how"}, "not a valid Chinese application number"),
        ({"maturity_level": "10"}, "lies between 1 and 9"),
        ({"maturity_level": "14"}, "less than or equal to 13"),
        ({"granted_on": "2015-03-01"}, "granted after it was applied for"),
        ({"asking_price": "0"}, "An amount in CNY above zero"),
        ({"cost_to_market": "-1"}, "An amount in CNY above zero"),
        ({"preferred_city": "110000"}, "Select a valid choice"),
        ({"modes": ["nope"]}, "Select a valid choice"),
        ({"is_service": "maybe"}, "Select a valid choice"),
        ({"detail": "长" * 20001}, "at most 20000 characters"),
        ({"contact": "a\x00b"}, "Null characters are not allowed"),
        ({"inventor-0-name": ""}, "This field is required"),
        ({"inventor-0-share": "100.01"}, "less than or equal to 100"),
        ({"inventor-0-share": "0"}, "greater than or equal to 0.01"),
        ({"inventor-0-share": "NaN"}, "Enter a number"),
        ({"co-owner-0-share": "100"}, "less than or equal to 99.99"),
        ({"co-owner-0-consent": ""}, "A consent has a day and a paper"),
        ({"co-owner-0-consented_on": ""}, "A consent has a day and a paper"),
        ({"co-owner-0-name": ""}, "This field is required"),
    ],
)
def test_what_is_wrong_stands_beside_it_and_what_was_typed_is_kept(wrong, said, enter, seller):
    page = enter(seller, **wrong)
    assert page.status_code == 422
    assert said in text_of(page)
    assert SENT["scene"] in page.text
    places = re.findall(r'<li><a href="#([^"]+)"', page.text)
    assert len(places) == 1
    assert f'id="{places[0]}"' in page.text, "it leads to its field"
    assert not Achievement.objects.exists()


def test_nobody_else_changes_submits_or_ends_it(visit, send, seller, rival, operator):
    draft, public = make_achievement(seller, AchievementState.DRAFT), make_achievement(seller)
    verbs = ("change", "submit", "publish", "confirm", "withdraw")
    for person in (rival, operator, make_member(organization_of(rival), role="viewer")):
        assert visit(page_of(draft, "/change"), person).status_code == 404
        for verb in verbs:
            assert send(person, page_of(draft, f"/{verb}"), **SENT).status_code == 404
            assert send(person, page_of(public, f"/{verb}"), **SENT).status_code == 404
        assert "Your achievement" not in visit(page_of(public), person).text
    watcher = make_member(organization_of(seller), role="viewer")
    page = visit(page_of(draft), watcher).text
    assert "Your achievement" in page
    assert page_of(draft, "/submit") not in page
    assert page_of(draft, "/change") not in page
    assert visit(page_of(draft, "/change"), watcher).status_code == 404
    for verb in verbs[1:]:
        send(watcher, page_of(draft, f"/{verb}"), reason="虚构")
        send(watcher, page_of(public, f"/{verb}"), reason="虚构")
    states = [Achievement.objects.get(pk=one.pk).state for one in (draft, public)]
    assert states == [AchievementState.DRAFT, AchievementState.PUBLISHED]
    assert Achievement.objects.get(pk=public.pk).confirmed_on is None
    assert visit(page_of(draft, "/change")).status_code == 302
    assert send(None, page_of(draft, "/submit")).redirect_chain[0][1] == 302


def test_it_is_confirmed_for_another_year_or_withdrawn(visit, send, seller):
    entry = make_achievement(seller, AchievementState.UNLISTED)
    assert "It is off the list" in text_of(visit(page_of(entry), seller))
    odd = send(seller, page_of(entry, "/confirm"), legal_status="nope")
    assert "Nothing was saved" in text_of(odd)
    lapsed = send(seller, page_of(entry, "/confirm"), legal_status="lapsed")
    assert "cannot be on the list" in text_of(lapsed)
    assert Achievement.objects.get().state == AchievementState.UNLISTED
    day = (NOW + timedelta(days=30)).date()
    page = send(*(seller, page_of(entry, "/confirm")), legal_status="granted", next_fee_on=f"{day}")
    assert "for another year" in text_of(page)
    entry.refresh_from_db()
    assert (entry.state, entry.legal_status) == (AchievementState.PUBLISHED, "granted")
    assert (entry.next_fee_on, entry.valid_until) == (day, day)
    assert f"until {day}" in text_of(visit(page_of(entry), seller))
    Achievement.objects.update(next_fee_on=None)
    send(seller, page_of(entry, "/confirm"))
    entry.refresh_from_db()
    assert (entry.legal_status, entry.valid_until) == ("granted", NOW.date() + VALID_FOR)
    send(seller, page_of(entry, "/withdraw"), reason=" ")
    assert Achievement.objects.get().state == AchievementState.PUBLISHED
    send(seller, page_of(entry, "/withdraw"), reason="虚构：自行实施")
    assert Achievement.objects.get().state == AchievementState.WITHDRAWN
    Achievement.objects.update(legal_status="lapsed")
    assert "Your achievement" not in visit(page_of(entry), seller).text, "nothing more to say"


def test_ones_own_are_listed_in_every_state_and_nobody_elses(visit, seller, rival, monkeypatch):
    assert "has listed no achievement yet" in text_of(visit("/achievements/own", seller))
    make_achievement(seller, AchievementState.DRAFT, title="虚构草稿")
    make_achievement(seller, AchievementState.WITHDRAWN, title="虚构撤回", state_reason="虚构理由")
    make_achievement(rival, title="虚构他人")
    page = visit("/achievements/own", seller).text
    for told in ("虚构草稿", "虚构撤回", "虚构理由"):
        assert told in page, told
    assert "虚构他人" not in page
    monkeypatch.setattr("web.listing.SHOWN", 1)
    first = visit("/achievements/own", seller).text
    assert "虚构草稿" not in first
    older = re.search(r'href="(\?before=\d+)"', first)[1]
    assert "虚构草稿" in visit(f"/achievements/own{older}", seller).text
    assert visit("/achievements/own").status_code == 302


def test_who_may_not_list_is_told_what_to_do(visit, send, seller, stranger):
    assert "Sign in to list an achievement" in text_of(visit("/achievements/new"))
    assert "You act for none" in text_of(visit("/achievements/new", stranger))
    Organization.objects.update(state="draft", verified_at=None, verified_by=None)
    assert "not verified yet" in text_of(visit("/achievements/new", seller))
    own = {"organization": organization_of(seller).pk, **SENT}
    for person in (None, stranger, seller):
        send(person, "/achievements/new", **own)
    assert not Achievement.objects.exists()


def test_what_the_form_does_not_offer_stays_when_it_is_changed(visit, enter, seller):
    away = City.objects.create(code="110000", name="虚构外市", name_en="Away", is_corridor=False)
    entry = make_achievement(seller, AchievementState.DRAFT, city=away, preferred_city=away)
    entry.encumbrances.create(kind="ordinary", holder="虚构被许可人", since=date(2025, 1, 1))
    entry.ip_records.create(place=1, kind="know_how")
    form = visit(page_of(entry, "/change"), seller).text
    assert form.count('value="110000" selected') == 2
    enter(seller, page_of(entry, "/change"), preferred_city="110000")
    entry.refresh_from_db()
    assert (entry.title, entry.city, entry.preferred_city) == (SENT["title"], away, away)
    assert (entry.encumbrances.count(), entry.ip_records.count()) == (1, 1)


@given(
    st.builds(
        CoOwner,
        name=st.text("虚构ab1", min_size=1, max_size=8),
        share=st.none() | st.decimals("0.01", "99.99", places=2),
        consented_on=st.dates(date(2000, 1, 1), date(2199, 12, 31)),
        consent=st.text("虚构1号", min_size=1, max_size=5),
    )
)
def test_a_row_that_is_shown_and_sent_back_is_the_same(kept):
    shown = CoOwnerRow(None, 0, kept=of_co_owner(kept))
    fields = {name: shown[name] for name in shown.fields}
    sent = {one.html_name: one.field.widget.format_value(one.value()) for one in fields.values()}
    row = CoOwnerRow({name: value or "" for name, value in sent.items()}, 0)
    assert row.is_valid(), row.errors
    assert row.cleaned_data == of_co_owner(kept)
