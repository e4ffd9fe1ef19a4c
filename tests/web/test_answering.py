"""Answering a need from its page: who is asked what, what is sent, and what the page says next."""

import re
from decimal import Decimal

import pytest
from django.test import Client

from marketplace.lifecycle import AchievementState, NeedState
from marketplace.models import NeedIndicator, Response
from marketplace.rules.disclosure import NEED_NDA
from tests.conftest import NOW, make_member, make_organization, organization_of
from tests.factories import make_achievement
from tests.marketplace.conftest import make_need, make_response
from tests.web.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

SENT = {
    "approach": "虚构方案：溶胶凝胶法",
    "price": "280万",
    "months": "9",
    "schedule": "三个月样件",
    "team": "五人",
    "prior_results": "两项",
    "conflicts": "",
}


@pytest.fixture
def send():
    """`send(person, need, …)`: the form of the page, as a browser sends it; the page after it."""

    def post(person, need, verb="answer", **values):
        client = Client(headers={"accept-language": "en"})
        if person is not None:
            client.force_login(person)
            values.setdefault("organization", organization_of(person).pk)
        return client.post(f"/needs/{need.pk}/{verb}", values, follow=True)

    return post


def sign(need, person):
    need.undertakings.create(
        organization=organization_of(person), person=person, version=NEED_NDA.version,
        accepted_at=NOW,
    )  # fmt: skip


def told(indicator, **values):
    return {f"indicator-{indicator.pk}-{name}": value for name, value in values.items()}


def test_a_response_with_its_indicators_is_sent_and_the_page_says_what_comes_next(
    visit, send, enterprise, rival
):
    need = make_need(enterprise)
    indicator, own = need.indicators.get(), make_achievement(rival, AchievementState.PUBLISHED)
    assert "Send the response" in text_of(visit(f"/needs/{need.pk}", rival))

    said = told(indicator, verdict="meets", value="1,250", unit="℃", evidence="虚构检测报告")
    page = send(rival, need, **SENT, **said, achievement=own.pk)

    assert page.redirect_chain == [(f"/needs/{need.pk}#answer", 302)]
    response = Response.objects.get()
    assert (response.price, response.months, response.team) == (Decimal("2800000.00"), 9, "五人")
    assert (response.achievement_id, response.organization) == (own.pk, organization_of(rival))
    answer = response.indicators.get()
    assert (answer.verdict, answer.value, answer.evidence) == ("meets", 1250, "虚构检测报告")
    words = text_of(page)
    assert "Your response is sent" in words
    # Ten working days after Monday, 2 March 2026.
    assert "by the end of 2026-03-16" in words
    assert "Send the response" not in words
    send(rival, need, **SENT)
    assert Response.objects.count() == 1, "a form that is sent twice is one response"
    assert response.approach not in visit(f"/needs/{need.pk}", enterprise).text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"price": "soon"}, "An amount in CNY above zero"),
        ({"price": ""}, "This field is required"),
        ({"approach": " "}, "This field is required"),
        ({"months": "0"}, "greater than or equal to 1"),
        ({"value": "1199", "verdict": "meets"}, "the value 1199 contradicts"),
        ({"value": "1e3", "verdict": "meets"}, "A number such as 1250"),
        ({"value": "1250"}, "Say whether the indicator is met"),
        ({"verdict": "perhaps"}, "not one of the available choices"),
        ({"team": "a\x00b"}, "Null characters are not allowed"),
    ],
)
def test_what_is_wrong_stands_beside_it_and_what_was_typed_is_kept(
    wrong, said, send, enterprise, rival
):
    need = make_need(enterprise)
    own = {name: wrong[name] for name in ("verdict", "value") if name in wrong}
    rest = {name: value for name, value in wrong.items() if name not in own}
    answer = told(need.indicators.get(), **own)
    page = send(rival, need, **{**SENT, "conflicts": "虚构关系", **rest}, **answer)
    assert page.status_code == 422
    assert said in text_of(page)
    assert 'aria-invalid="true"' in page.text
    assert "虚构关系" in page.text, "kept as typed"
    assert not Response.objects.exists()


def test_of_several_indicators_all_are_answered_or_none(send, enterprise, rival):
    need = make_need(enterprise, indicators=2)
    first, _ = need.indicators.all()
    page = send(rival, need, **SENT, **told(first, verdict="partly"))
    assert "Answer each indicator, or none of them" in text_of(page)
    assert not Response.objects.exists()
    send(rival, need, **SENT)
    assert not Response.objects.get().indicators.exists()


def test_who_may_not_answer_is_told_who_may_and_how(visit, send, enterprise, rival, stranger):
    need = make_need(enterprise)
    visitor = visit(f"/needs/{need.pk}")
    assert "Verified organizations answer" in text_of(visitor)
    assert f"/accounts/login/?next=/needs/{need.pk}" in visitor.text
    assert "You act for none" in text_of(visit(f"/needs/{need.pk}", stranger))
    assert "Your organization posted this need" in text_of(visit(f"/needs/{need.pk}", enterprise))
    for person in (None, enterprise):
        send(person, need, **{**SENT, "organization": organization_of(rival).pk})
    assert send(None, need, **SENT).redirect_chain[0][0].startswith("/accounts/login/")
    assert not Response.objects.exists()
    closed = make_need(enterprise, NeedState.CLOSED)
    assert "takes no answers" in text_of(visit(f"/needs/{closed.pk}", rival))
    assert "takes no answers" in text_of(send(rival, closed, **SENT))


def test_an_organization_that_is_not_verified_waits(visit, enterprise):
    person = make_member(make_organization(verified=False))
    page = visit(f"/needs/{make_need(enterprise).pk}", person)
    assert "not verified yet" in text_of(page)
    assert "<textarea" not in page.text


def test_a_person_chooses_the_organization_but_only_one_of_its_own(send, enterprise, rival, bidder):
    need = make_need(enterprise)
    page = send(rival, need, **SENT, organization=organization_of(bidder).pk)
    assert page.status_code == 422
    assert not Response.objects.exists()


def test_the_undertaking_comes_first_and_then_the_confidential_part(visit, send, enterprise, rival):
    need = make_need(enterprise, detail_under_nda=True, background="虚构背景", detail="虚构机密")
    secret = NeedIndicator.objects.create(
        need=need, name="虚构保密指标", operator="le", target=7, unit="µm", confidential=True
    )
    page = visit(f"/needs/{need.pk}?detail=1", rival)
    assert NEED_NDA.version in page.text
    assert "Send the response" not in page.text
    for word in ("虚构背景", "虚构机密", secret.name):
        assert word not in page.text
    send(rival, need, **SENT)
    unticked = send(rival, need, "undertaking", version=NEED_NDA.version)
    assert "Tick that" in text_of(unticked)
    assert unticked.redirect_chain == [(f"/needs/{need.pk}", 302)]  # the top, where it is told
    assert "another version" in text_of(
        send(rival, need, "undertaking", version="NEED-NDA-0", accept="1")
    )
    assert not need.undertakings.exists()
    assert not Response.objects.exists()

    page = send(rival, need, "undertaking", version=NEED_NDA.version, accept="1")

    assert page.redirect_chain == [(f"/needs/{need.pk}?detail=1#answer", 302)]
    for word in ("虚构背景", "虚构机密", secret.name):
        assert word in page.text
    assert need.readings.count() == 1
    closed = visit(f"/needs/{need.pk}", rival)
    assert "Read the confidential part" in closed.text
    assert secret.name not in closed.text
    assert need.readings.count() == 1
    first = need.indicators.exclude(pk=secret.pk).get()
    said = {**told(first, verdict="meets", unit="℃"), **told(secret, verdict="not", unit="µm")}
    assert "Your response is sent" in text_of(send(rival, need, **SENT, **said, detail="1"))
    assert Response.objects.get().indicators.count() == 2


def test_nobody_else_is_shown_a_response_or_the_confidential_part(visit, enterprise, rival, bidder):
    need = make_need(enterprise, detail_under_nda=True, detail="虚构机密")
    make_response(need, rival, approach="虚构秘密路线")
    sign(need, rival)
    for person in (None, bidder):
        page = visit(f"/needs/{need.pk}?detail=1", person)
        assert "虚构机密" not in page.text
        assert organization_of(rival).name not in page.text
        assert not re.search(r"by the end of", page.text)
    assert not need.readings.exists()
