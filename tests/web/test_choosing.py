"""A poster reads the responses to its need in the browser, and chooses among them."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.lifecycle import NeedState, ResponseState
from marketplace.models import Deal, Response
from tests.conftest import NOW, make_member, organization_of
from tests.marketplace.conftest import make_achievement, make_need, make_response
from tests.web.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def take(send):
    """`take(person, response, verb, …)`: a step of the page; the page after it."""
    return lambda person, one, verb, **values: send(person, f"/responses/{one.pk}/{verb}", **values)


def page_of(need):
    return f"/needs/{need.pk}/responses"


def answered(need, respondent, **values):
    due = {"answer_soon_at": NOW + timedelta(days=7), "answer_due_at": NOW + timedelta(days=14)}
    return make_response(need, respondent, **{**due, **values})


def test_the_poster_reads_all_of_a_response_and_by_when_to_answer_it(visit, enterprise, rival):
    need = make_need(enterprise)
    response = answered(
        need, rival, approach="虚构方案", schedule="三个月样件", team="五人", prior_results="两项",
        conflicts="虚构关系",
    )  # fmt: skip
    response.indicators.create(
        indicator=need.indicators.get(),
        verdict="meets",
        value="1250",
        unit="℃",
        evidence="虚构报告",
    )
    shown = visit(f"/needs/{need.pk}", enterprise)
    assert "1 response waits for your answer" in text_of(shown)
    assert f'href="{page_of(need)}"' in shown.text
    text = text_of(visit(page_of(need), enterprise))
    for told in (
        *("虚构方案", "三个月样件", "五人", "两项", "虚构关系", "虚构报告", "1250 ℃", "meets"),
        *(organization_of(rival).name, "¥2,800,000", "280 wan yuan", "2026-03-16"),
    ):
        assert told in text, told


def test_what_is_to_be_chosen_from_stands_first(visit, enterprise, rival, seller, bidder):
    need = make_need(enterprise)
    make_response(need, rival, ResponseState.DECLINED, approach="丙")
    answered(need, seller, approach="乙")
    make_response(need, bidder, ResponseState.SHORTLISTED, approach="甲")
    text = text_of(visit(page_of(need), enterprise))
    assert text.index("甲") < text.index("乙") < text.index("丙")


def test_a_poster_goes_from_two_responses_to_a_deal(visit, take, enterprise, rival, seller, clock):
    need = make_need(enterprise)
    chosen, other = answered(need, rival), answered(need, seller)

    page = take(enterprise, chosen, "shortlist")
    assert page.redirect_chain == [(f"{page_of(need)}#response-{chosen.pk}", 302)]
    assert "is on the shortlist" in text_of(page)
    assert "1 response waits" in text_of(visit(f"/needs/{need.pk}", enterprise))

    unticked = take(enterprise, chosen, "accept")
    assert "Tick that you choose" in text_of(unticked)
    assert unticked.redirect_chain == [(page_of(need), 302)]  # the top, where it is told
    assert not Deal.objects.exists()
    text = text_of(take(enterprise, chosen, "accept", confirm="1"))
    deal = Deal.objects.get()
    assert (deal.buyer, deal.seller) == (organization_of(enterprise), organization_of(rival))
    assert f"The deal: {deal.code}" in text
    other.refresh_from_db()
    assert (other.state, other.reason_code) == ("declined", "another_accepted")
    need.refresh_from_db()
    assert need.state == NeedState.MATCHED
    assert "Accept the response" not in text
    assert "cannot become" in text_of(take(enterprise, chosen, "accept", confirm="1"))
    assert Deal.objects.count() == 1
    told = visit(f"/needs/{need.pk}", enterprise)
    assert "No response waits for your answer" in text_of(told), "still led to what was chosen"
    assert f'href="{page_of(need)}"' in told.text


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        ({"reason_code": "cost", "reason": "虚构的理由"}, ""),
        ({"reason_code": "cost"}, ""),
        ({}, "published reasons"),
        ({"reason_code": "other"}, "reason"),
        ({"reason_code": "another_accepted"}, "published reasons"),
        ({"reason_code": "a\x00", "reason": "\x00"}, "published reasons"),
    ],
)
def test_a_response_is_declined_for_a_published_reason(values, refused, take, enterprise, rival):
    response = answered(make_need(enterprise), rival)
    text = text_of(take(enterprise, response, "decline", **values))
    response.refresh_from_db()
    if refused:
        assert refused in text
        assert (response.state, response.answered_at) == ("submitted", None)
    else:
        assert "The response is declined" in text
        assert (response.state, response.reason_code) == ("declined", "cost")
        assert response.state_reason == values.get("reason", "")


def test_the_respondent_withdraws_and_may_answer_anew(visit, take, enterprise, rival):
    response = answered(need := make_need(enterprise), rival)
    assert "Withdraw the response" in text_of(visit(f"/needs/{need.pk}", rival))
    page = take(rival, response, "withdraw")
    assert page.redirect_chain == [(f"/needs/{need.pk}#answer", 302)]
    assert "The response is withdrawn" in text_of(page)
    assert "Send the response" in text_of(page)
    response.refresh_from_db()
    assert response.state == "withdrawn"


VERBS = {"shortlist": {}, "accept": {"confirm": "1"}, "decline": {"reason_code": "cost"}}


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_but_the_poster_answers_a_response(
    verb, take, enterprise, rival, seller, operator, cadre
):
    response = answered(make_need(enterprise), rival)
    before = Response.objects.values().get()
    for other in (rival, seller, operator, cadre):
        assert take(other, response, verb, **VERBS[verb]).status_code == 404
    viewer = make_member(organization_of(enterprise), role="viewer")
    assert "The response is" not in text_of(take(viewer, response, verb, **VERBS[verb]))
    anonymous = take(None, response, verb, **VERBS[verb])
    assert anonymous.redirect_chain[0][0].startswith("/accounts/login")
    assert Response.objects.values().get() == before


def test_nobody_but_the_respondent_withdraws(take, enterprise, rival, seller, operator):
    response = answered(make_need(enterprise), rival)
    for other in (enterprise, seller, operator):
        assert take(other, response, "withdraw").status_code == 404
    response.refresh_from_db()
    assert response.state == "submitted"


def test_the_responses_are_read_by_the_posters_people_alone(
    visit, enterprise, rival, seller, operator, cadre
):
    need = make_need(enterprise)
    answered(need, rival, approach="虚构方案")
    for other in (rival, seller, operator, cadre):
        assert visit(page_of(need), other).status_code == 404
    assert visit(page_of(need)).headers["Location"].startswith("/accounts/login")
    viewer = make_member(organization_of(enterprise), role="viewer")
    text = text_of(visit(page_of(need), viewer))
    assert "虚构方案" in text
    assert "Your role lets you read" in text
    assert "Accept the response" not in text
    assert "waits for your answer" in text_of(visit(f"/needs/{need.pk}", viewer))


def test_a_need_without_responses_says_so(visit, enterprise):
    need = make_need(enterprise)
    assert "Nobody has responded yet" in text_of(visit(page_of(need), enterprise))
    assert "No response waits" in text_of(visit(f"/needs/{need.pk}", enterprise))


def test_a_poster_finds_its_needs_and_what_waits_for_it(
    visit, enterprise, rival, seller, bidder, monkeypatch
):
    assert "has posted no need yet" in text_of(visit("/needs/own", enterprise))
    need = make_need(enterprise, title="虚构需求甲")
    make_need(enterprise, NeedState.DRAFT, title="虚构草稿乙")
    make_need(rival, title="别人的需求")
    answered(need, rival)
    make_response(need, seller, ResponseState.SHORTLISTED, answered_at=NOW)
    make_response(need, bidder, ResponseState.WITHDRAWN)
    page = visit("/needs/own", enterprise)
    text = text_of(page)
    assert "Responses 2 Waiting for your answer 1" in text
    assert "Responses 0 Waiting for your answer 0" in text
    assert "虚构草稿乙" in text
    assert "别人的需求" not in text
    assert page.text.count(page_of(need)) == 1
    monkeypatch.setattr("web.choosing.SHOWN", 1)
    first = visit("/needs/own", enterprise)
    assert "虚构需求甲" not in first.text
    older = re.search(r'rel="next" href="([^"]+)"', first.text)[1]
    assert "虚构需求甲" in visit(f"/needs/own{older}", enterprise).text


def test_many_are_read_with_as_many_queries_as_one(visit, enterprise, rival, seller, bidder):
    def asked(path):
        with CaptureQueriesContext(connection) as queries:
            visit(path, enterprise)
        return len(queries)

    def answer(need, person):
        response = answered(need, person, achievement=make_achievement(person))
        response.indicators.create(indicator=need.indicators.get(), verdict="meets")

    need = make_need(enterprise)
    answer(need, rival)
    before = asked("/needs/own"), asked(page_of(need))
    for person in (seller, bidder):
        answer(make_need(enterprise), person)
        answer(need, person)
    assert (asked("/needs/own"), asked(page_of(need))) == before
