"""A poster in the browser: a need from an empty form to the public list, and its end."""

import re
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import City, Organization
from marketplace import needs
from marketplace.lifecycle import NeedState
from marketplace.models import Need, NeedIndicator
from marketplace.rules.needs import MAX_INDICATORS
from tests.conftest import NOW, act, make_member, make_organization, organization_of
from tests.marketplace.conftest import events_of, make_call, make_need, make_response
from tests.web.reading import text_of
from web.need_forms import IndicatorRow, NeedSheet, of_indicator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

SENT = {
    "title": "虚构：耐高温涂层",
    "summary": "虚构：叶片涂层在高温下脱落。",
    "field": "NM",
    "city": "",
    "budget": "320万",
    "deadline": "2026-12-31",
    "industry": "C3731",
    "own_funds": "120万",
    "grant_funds": "0",
    "months": "18",
    "modes": ["joint", "licence"],
    "ip_proposal": "joint",
    "detail": "虚构的保密工艺",
    "contact": "虚构联系人",
    "detail_under_nda": "on",
    "indicator-0-name": "耐热温度",
    "indicator-0-operator": "ge",
    "indicator-0-target": "1,200",
    "indicator-0-unit": "℃",
    "indicator-0-test_method": "GB/T 0000",
    "indicator-1-name": "厚度",
    "indicator-1-operator": "le",
    "indicator-1-target": "-0.5",
    "indicator-1-unit": "mm",
    "indicator-1-confidential": "on",
    "indicator-2-name": "",
    "indicator-2-operator": "ge",
    "indicator-2-target": "",
    "indicator-2-unit": "",
    "indicator-2-test_method": "",
}


@pytest.fixture
def post(send):
    """`post(person, …)`: the form filled and sent; the page after it."""

    def filled(person, path="/needs/new", **values):
        own = {"organization": organization_of(person).pk, "key": uuid4()}
        return send(person, path, **{**own, **SENT, **values})

    return filled


def page_of(need, verb=""):
    return f"/needs/{need.pk}{verb}"


def test_a_need_is_drafted_with_all_that_was_typed(post, enterprise):
    page = post(enterprise)
    made = Need.objects.get()
    assert page.redirect_chain == [(f"{page_of(made)}#own", 302)]
    assert (made.organization, made.state) == (organization_of(enterprise), NeedState.DRAFT)
    assert (made.title, made.summary) == (SENT["title"], SENT["summary"])
    assert (made.field.code, made.city.code, made.industry) == ("NM", "330100", "C3731")
    assert (made.budget, made.deadline) == (Decimal("3200000.00"), date(2026, 12, 31))
    assert (made.own_funds, made.grant_funds, made.other_funds) == (1_200_000, 0, None)
    assert (made.months, made.modes, made.ip_proposal) == (18, ["joint", "licence"], "joint")
    assert (made.detail, made.contact) == (SENT["detail"], SENT["contact"])
    assert (made.detail_under_nda, made.registered_only, made.anonymous) == (True, False, False)
    rows = made.indicators.values_list(
        *("name", "operator", "target", "unit", "test_method", "confidential")
    )
    assert list(rows) == [
        ("耐热温度", "ge", Decimal(1200), "℃", "GB/T 0000", False),
        ("厚度", "le", Decimal("-0.5"), "mm", "", True),
    ]
    text = text_of(page)
    for told in ("Completeness", "虚构的保密工艺", "虚构联系人", "confidential", "Submit the need"):
        assert told in text, told
    assert "Answer this need" not in text, "nobody answers a draft"


def test_what_it_lacks_is_said_and_a_complete_one_goes_on_its_way(visit, post, send, enterprise):
    post(enterprise, **{"budget": "", "own_funds": "", "indicator-0-name": ""} | bare())
    made = Need.objects.get()
    text = text_of(visit(page_of(made), enterprise))
    assert "Before it can be submitted it lacks: indicators, budget" in text
    refused = send(enterprise, page_of(made, "/submit"))
    assert "not complete yet" in text_of(refused)
    assert Need.objects.get().state == NeedState.DRAFT
    post(enterprise, page_of(made, "/change"))
    page = send(enterprise, page_of(made, "/submit"))
    assert "You are told by a notice what becomes of it" in text_of(page)
    assert "The science bureau of its city looks at it now" in text_of(page)
    made.refresh_from_db()
    assert made.state == NeedState.SUBMITTED
    last = made.review_due_at.astimezone(NOW.tzinfo) - timedelta(seconds=1)
    assert f"until the end of {last:%Y-%m-%d}" in text_of(page)
    assert events_of(f"need:{made.pk}") == ["need.posted", "need.submitted"]


def test_a_returned_need_is_changed_and_submitted_again(
    visit, post, send, enterprise, bureau, cadre
):
    post(enterprise)
    made = Need.objects.get()
    send(enterprise, page_of(made, "/submit"))
    assert visit(page_of(made, "/change"), enterprise).status_code == 404
    needs.return_need(actor=act(bureau), need_id=made.pk, reason="虚构：指标过于笼统")
    page = visit(page_of(made), enterprise)
    assert "虚构：指标过于笼统" in page.text
    assert f'href="{page_of(made, "/change")}"' in page.text
    form = visit(page_of(made, "/change"), enterprise).text
    for told in (
        *('value="3,200,000"', 'value="1200"', 'value="-0.5"', "虚构的保密工艺", 'value="0"'),
        *('value="2026-12-31"', 'value="licence" id="id_modes_3" checked', made.code),
    ):
        assert told in form, told
    assert "Where the organization is" not in form, "a need that has a city keeps one"
    post(enterprise, page_of(made, "/change"), city="340100", title="虚构：改过的题目")
    send(enterprise, page_of(made, "/submit"))
    made.refresh_from_db()
    assert (made.state, made.city.code, made.title) == ("submitted", "340100", "虚构：改过的题目")
    assert made.indicators.count() == 2


def test_a_need_of_another_city_stays_there_when_it_is_changed(visit, post, enterprise):
    away = City.objects.create(code="110000", name="虚构外市", name_en="Away", is_corridor=False)
    need = make_need(enterprise, NeedState.DRAFT, city=away)
    assert 'value="110000" selected' in visit(page_of(need, "/change"), enterprise).text
    post(enterprise, page_of(need, "/change"), city="110000")
    need.refresh_from_db()
    assert (need.city, need.title) == (away, SENT["title"])


def test_a_form_that_is_sent_twice_is_one_need(visit, send, post, enterprise):
    key = re.search(r'name="key" value="([^"]+)"', visit("/needs/new", enterprise).text)[1]
    own = {"organization": organization_of(enterprise).pk, **SENT, "key": key}
    first, again = send(enterprise, "/needs/new", **own), send(enterprise, "/needs/new", **own)
    assert first.redirect_chain == again.redirect_chain
    other = send(enterprise, "/needs/new", **{**own, "title": "虚构：另一个"})
    assert other.status_code == 422
    assert "made a draft already" in text_of(other)
    assert key not in other.text, "sent again it is another one"
    assert Need.objects.count() == 1


def test_a_draft_says_little_at_first(post, enterprise):
    said = {"title": "虚构", "field": "NM", "modes": []}
    post(enterprise, **{name: said.get(name, "") for name in SENT if "operator" not in name})
    made = Need.objects.get()
    assert (made.budget, made.deadline, made.months) == (None, None, None)
    assert (made.modes, made.ip_proposal, made.call) == ([], "", None)
    assert not made.indicators.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "This field is required"),
        ({"field": "XX"}, "Select a valid choice"),
        ({"city": "110000"}, "Select a valid choice"),
        ({"budget": "soon"}, "An amount in CNY above zero"),
        ({"budget": "0"}, "An amount in CNY above zero"),
        ({"deadline": "2026-02-30"}, "Enter a valid date"),
        ({"deadline": "0001-01-01"}, "Enter a valid date"),
        ({"industry": "Z1"}, "Enter a valid value"),
        ({"months": "37"}, "less than or equal to 36"),
        ({"modes": ["nope"]}, "Select a valid choice"),
        ({"call": "1"}, "Select a valid choice"),
        ({"own_funds": "400万"}, "does not fit the budget"),
        ({"paid_to_solver": "321万"}, "does not fit the budget"),
        ({"budget_from": "321万"}, "does not fit the budget"),
        ({"title": "a\x00b"}, "Null characters are not allowed"),
        ({"summary": "长" * 5001}, "at most 5000 characters"),
        ({"indicator-0-target": "much"}, "A number such as 1250"),
        ({"indicator-0-target": ""}, "A number such as 1250"),
        ({"indicator-0-name": ""}, "Say what is measured"),
        ({"indicator-2-unit": "kg"}, "Say what is measured"),
        ({"indicator-2-target": "0"}, "Say what is measured"),
        ({"indicator-0-operator": "gt"}, "Select a valid choice"),
        ({"key": "x"}, "Enter a valid UUID"),
    ],
)
def test_what_is_wrong_stands_beside_it_and_what_was_typed_is_kept(wrong, said, post, enterprise):
    page = post(enterprise, **wrong)
    assert page.status_code == 422
    assert "Nothing was saved yet" in text_of(page)
    assert said in text_of(page)
    assert "虚构的保密工艺" in page.text
    places = re.findall(r'<li><a href="#([^"]+)"', page.text)
    assert bool(places) == ("key" not in wrong)
    assert all(f'id="{place}"' in page.text for place in places), "each leads to its field"
    assert not Need.objects.exists()


def test_a_call_is_chosen_while_it_is_open_and_kept_when_it_has_closed(
    visit, post, send, enterprise, clock
):
    call, late = make_call(), make_call(opens_at=NOW - timedelta(9), closes_at=NOW - timedelta(1))
    form = visit(f"/needs/new?call={call.pk}", enterprise).text
    assert f'value="{call.pk}" selected' in form
    assert late.code not in form
    assert post(enterprise, call=late.pk).status_code == 422
    post(enterprise, call=call.pk)
    made = Need.objects.get()
    assert made.call == call
    clock.set(call.closes_at)
    changed = post(enterprise, page_of(made, "/change"), call=call.pk, title="虚构：后来改的")
    assert changed.status_code == 200
    made.refresh_from_db()
    assert (made.call, made.title) == (call, "虚构：后来改的")
    post(enterprise, page_of(made, "/change"), call="")
    made.refresh_from_db()
    assert made.call is None


def test_nobody_else_changes_submits_or_ends_it(visit, send, enterprise, rival, operator):
    draft, public = make_need(enterprise, NeedState.DRAFT), make_need(enterprise)
    for person in (rival, operator, make_member(organization_of(rival), role="viewer")):
        assert visit(page_of(draft, "/change"), person).status_code == 404
        for verb in ("change", "submit", "withdraw", "close"):
            assert send(person, page_of(draft, f"/{verb}"), **SENT).status_code == 404
            assert send(person, page_of(public, f"/{verb}"), **SENT).status_code == 404
        assert "Your need" not in visit(page_of(public), person).text
    watcher = make_member(organization_of(enterprise), role="viewer")
    page = visit(page_of(draft), watcher).text
    assert "Your need" in page
    assert "Completeness" in page
    assert "Your need" not in visit(page_of(public), watcher).text, "nothing to say or to do"
    assert f'action="{page_of(draft, "/submit")}"' not in page
    assert f'href="{page_of(draft, "/change")}"' not in page
    assert visit(page_of(draft, "/change"), watcher).status_code == 404
    send(watcher, page_of(draft, "/submit"))
    send(watcher, page_of(public, "/withdraw"))
    states = [Need.objects.get(pk=one.pk).state for one in (draft, public)]
    assert states == [NeedState.DRAFT, NeedState.PUBLISHED]
    assert visit(page_of(draft, "/change")).status_code == 302
    assert send(None, page_of(draft, "/submit")).redirect_chain[0][1] == 302


def test_it_is_closed_with_a_reason_or_withdrawn(visit, send, enterprise, rival):
    closing, leaving = make_need(enterprise), make_need(enterprise)
    response = make_response(closing, rival)
    assert "reason" in text_of(send(enterprise, page_of(closing, "/close"), reason=" ")).lower()
    assert Need.objects.get(pk=closing.pk).state == NeedState.PUBLISHED
    page = send(enterprise, page_of(closing, "/close"), reason="虚构：已自行解决")
    assert "The need is closed" in text_of(page)
    assert "虚构：已自行解决" in visit(page_of(closing), rival).text
    response.refresh_from_db()
    assert response.state == "declined"
    assert "The need is withdrawn" in text_of(send(enterprise, page_of(leaving, "/withdraw")))
    assert Need.objects.get(pk=leaving.pk).state == NeedState.WITHDRAWN
    left = text_of(visit(page_of(leaving), enterprise))
    assert "Your need" not in left, "there is nothing more to do"
    assert "Withdraw the need" not in left
    assert "Close the need" not in left


def test_who_may_not_post_is_told_what_to_do(visit, send, enterprise, stranger):
    assert "Sign in to post a need" in text_of(visit("/needs/new"))
    assert "You act for none" in text_of(visit("/needs/new", stranger))
    Organization.objects.update(state="draft", verified_at=None, verified_by=None)
    assert "not verified yet" in text_of(visit("/needs/new", enterprise))
    own = {"organization": organization_of(enterprise).pk, **SENT}
    for person in (None, stranger, enterprise):
        send(person, "/needs/new", **own)
    assert not Need.objects.exists()


def test_one_who_acts_for_two_organizations_says_for_which(visit, post, enterprise, rival):
    second = make_organization(name="虚构第二单位")
    second.memberships.create(user=enterprise, role="agent", started_at=NOW)
    assert "虚构第二单位" in visit("/needs/new", enterprise).text
    assert post(enterprise, organization=organization_of(rival).pk).status_code == 422
    post(enterprise, organization=second.pk)
    assert Need.objects.get().organization == second


def test_a_long_list_of_indicators_comes_back_whole_and_has_room_for_more(visit, enterprise):
    need = make_need(enterprise, NeedState.DRAFT, indicators=12)
    form = visit(page_of(need, "/change"), enterprise).text
    assert len(re.findall(r'<input[^>]* name="indicator-\d+-target"', form)) == 12 + 5
    full = make_need(enterprise, NeedState.DRAFT, indicators=MAX_INDICATORS)
    sheet = NeedSheet(None, initial={}, indicators=list(full.indicators.all()), **LISTS)
    assert len(sheet.indicators.all) == MAX_INDICATORS


LISTS = {
    "organizations": [Organization(pk=1, name="虚构单位")],
    "fields": [],
    "cities": [],
    "calls": [],
}


@given(
    st.builds(
        NeedIndicator,
        name=st.text("虚构ab1", min_size=1, max_size=8),
        operator=st.sampled_from(["ge", "le", "eq"]),
        target=st.decimals(-(10**11), 10**11, places=6, allow_nan=False),
        unit=st.text("℃mk", max_size=3),
        test_method=st.text("GB/T", max_size=5),
        confidential=st.booleans(),
    )
)
def test_an_indicator_that_is_shown_and_sent_back_is_the_same(kept):
    shown = IndicatorRow(None, 0, kept=of_indicator(kept))
    sent = {f"indicator-0-{name}": shown[name].value() for name in shown.fields}
    if not sent["indicator-0-confidential"]:
        del sent["indicator-0-confidential"]
    row = IndicatorRow(sent, 0)
    assert row.is_valid(), row.errors
    assert row.cleaned_data == {name: getattr(kept, name) for name in row.fields}
    assert row.says_something


def bare():
    """No indicator says anything."""
    return {name: "" for name in SENT if name.startswith("indicator-") and "operator" not in name}
