"""Financing in the browser: products, an application from its draft to money, and who sees it."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.lifecycle import OrganizationState
from alliances import consents, crediting
from alliances.models import DataConsent, FinanceApplication, SupportPolicy
from alliances.tasks import watch_financing
from marketplace.lifecycle import AchievementState
from tests.alliances.conftest import alliance, join, keeper, make_banker
from tests.alliances.lending import (
    accept,
    approve,
    draft,
    draw,
    list_product,
    make_lenders,
    offer,
    repay,
    submit,
)
from tests.conftest import NOW, act, city_of, make_cadre, organization_of
from tests.factories import make_achievement
from tests.web.reading import text_of

__all__ = ["alliance", "keeper"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

SENT = {
    "kind": "tech_loan",
    "amount": "280万",
    "months": "24",
    "purpose": "虚构的中试线",
    "field": "NM",
    "data_note": "虚构的保密说明",
    "revenue": "500万",
    "debts": "0",
}


@pytest.fixture
def apply(visit, send):
    """`apply(person, …)`: the form of the page with the key it came with."""

    def fill(person, **values):
        shown = visit("/finance/apply", person)
        key = re.search(r'name="key" value="([^"]+)"', shown.text)[1]
        own = {"organization": organization_of(person).pk, "key": key}
        return send(person, "/finance/apply", **{**own, **SENT, **values})

    return fill


def page_of(application, verb=""):
    return f"/finance/applications/{application.pk}{verb}"


def test_products_are_public_with_what_they_cost_and_whom_they_take(visit, alliance):
    assert "No product is listed at the moment" in text_of(visit("/finance"))
    banker, away = make_banker(name="虚构银行甲"), make_banker(name="虚构银行乙")
    join(alliance, banker, territory=[city_of("330100"), city_of("310117")])
    join(alliance, away)
    loan = list_product(banker, title="虚构贷款甲", cities=["330100"], technology_fields=["NM"])
    list_product(away, kind="ip_pledge", title="虚构质押乙", needs_collateral=True)
    text = text_of(visit("/finance"))
    for told in (
        *("虚构银行甲", "虚构贷款甲", "4.35 %", "4.44 %", "¥20,000,000", "2,000 wan yuan"),
        *("36", "Hangzhou", "every city of the corridor", "with a right as collateral"),
    ):
        assert told in text, told
    assert "Songjiang" not in text, "its member's territory, but not the product's"
    narrowed = visit("/finance?kind=ip_pledge").text
    assert "虚构质押乙" in narrowed
    assert "虚构贷款甲" not in narrowed
    assert 'href="/finance/apply?kind=ip_pledge"' in narrowed
    assert "虚构贷款甲" in visit("/finance?kind=nonsense&before=x").text
    assert "No product of this kind" in text_of(visit("/finance?kind=bond"))
    loan.closed_at = NOW
    loan.save(update_fields=["closed_at"])
    assert "虚构贷款甲" not in visit("/finance", banker).text


def test_the_list_goes_on_with_the_older_ones(visit, alliance, monkeypatch):
    monkeypatch.setattr("web.finance.SHOWN", 1)
    for title in ("虚构产品一", "虚构产品二"):
        list_product(make_lenders(alliance, 1, title="虚构产品零")[0], title=title)
    first = visit("/finance?kind=tech_loan")
    assert "虚构产品二" in first.text
    older = re.search(r'rel="next" href="([^"]+)"', first.text)[1].replace("&amp;", "&")
    assert "kind=tech_loan" in older
    assert "虚构产品零" in visit(f"/finance{older}").text


def test_an_enterprise_goes_from_its_application_to_the_offer_it_takes(
    visit, send, apply, alliance, enterprise, clock
):
    one, two, three = make_lenders(alliance, 3)
    page = apply(enterprise)
    made = FinanceApplication.objects.get()
    assert page.redirect_chain == [(page_of(made), 302)]
    assert (made.state, made.amount, made.months, made.debts) == ("draft", 2_800_000, 24, 0)
    assert made.rd_spending is None
    assert "would go to 3 members" in text_of(page)

    member = alliance.members.get(organization=organization_of(one))
    page = send(enterprise, page_of(made, "/submit"), consents=[member.pk])
    text = text_of(page)
    assert "The application is submitted" in text
    assert "Sent to 3 members" in text
    assert "No offer yet" in text
    assert made.consents.get().member == member

    taken = offer(one, made, conditions="虚构的条件", fee=1000)
    other = offer(two, made)
    text = text_of(visit(page_of(made), enterprise))
    for told in ("¥2,800,000", "4.35 %", "虚构的条件", "2026-03-22", "¥1,000"):
        assert told in text, told
    assert "Tick that you take" in text_of(send(enterprise, f"/finance/offers/{taken.pk}/accept"))
    page = send(enterprise, f"/finance/offers/{other.pk}/decline", reason=" ")
    assert "reason" in text_of(page)
    other.refresh_from_db()
    assert other.state == "made"
    page = send(enterprise, f"/finance/offers/{other.pk}/decline", reason="虚构的理由")
    assert "The offer is declined" in text_of(page)
    page = send(enterprise, f"/finance/offers/{taken.pk}/accept", confirm="1")
    assert "The offer is accepted" in text_of(page)
    made.refresh_from_db()
    assert made.state == "accepted"
    assert made.cases.get(member__organization=organization_of(three)).state == "lapsed"
    again = send(enterprise, f"/finance/offers/{taken.pk}/accept", confirm="1")
    assert "cannot become" in text_of(again)
    listed = text_of(visit("/finance/applications", enterprise))
    assert made.code in listed


def test_the_reason_of_an_end_is_said_in_words(visit, send, alliance, enterprise, clock):
    (banker,) = make_lenders(alliance, 1)
    made = submit(enterprise)
    page = send(enterprise, f"/finance/offers/{offer(banker, made).pk}/decline", reason="虚构")
    assert "Everybody who was asked has declined" in text_of(page)
    late = submit(enterprise)
    clock.advance(days=61)
    watch_financing()
    assert "No offer was taken in the time" in text_of(visit(page_of(late), enterprise))


def test_the_products_ask_as_much_for_one_as_for_many(visit, alliance):
    make_lenders(alliance, 1, cities=["330100"])
    with CaptureQueriesContext(connection) as one:
        visit("/finance")
    make_lenders(alliance, 2, cities=["330100"])
    with CaptureQueriesContext(connection) as many:
        visit("/finance")
    assert len(many) == len(one)


def test_a_form_that_is_sent_twice_is_one_draft(send, apply, enterprise):
    key = "0b6d9c3e-2d3c-4c53-8f0a-0a5d1c1e0001"
    first, second = apply(enterprise, key=key), apply(enterprise, key=key)
    assert first.redirect_chain == second.redirect_chain
    assert FinanceApplication.objects.count() == 1
    changed = apply(enterprise, key=key, months="25")
    assert changed.status_code == 422
    assert "This form has made a draft already" in text_of(changed)
    fresh = re.search(r'name="key" value="([^"]+)"', changed.text)[1]
    apply(enterprise, key=fresh, months="25")
    assert FinanceApplication.objects.count() == 2


@pytest.mark.parametrize("hidden", [{"key": "no key"}, {"organization": "1000000"}])
def test_what_nobody_types_is_checked_too(hidden, apply, enterprise):
    page = apply(enterprise, **hidden)
    assert page.status_code == 422
    assert "errorlist" in page.text
    assert not FinanceApplication.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"amount": "soon"}, "An amount in CNY above zero"),
        ({"amount": "0"}, "An amount in CNY above zero"),
        ({"revenue": "-1"}, "An amount in CNY above zero"),
        ({"months": "361"}, "less than or equal to 360"),
        ({"purpose": " "}, "This field is required"),
        ({"purpose": "a\x00b"}, "Null characters are not allowed"),
        ({"kind": "usury"}, "not one of the available choices"),
        ({"field": "XX"}, "not one of the available choices"),
        ({"collateral": "1000000"}, "not one of the available choices"),
        ({"kind": "ip_pledge"}, "No product takes this"),
    ],
)
def test_what_is_wrong_stands_beside_it_and_what_was_typed_is_kept(wrong, said, apply, enterprise):
    page = apply(enterprise, **{"data_note": "虚构的字句", **wrong})
    assert page.status_code == 422
    assert said in text_of(page)
    assert 'aria-invalid="true"' in page.text
    assert "虚构的字句" in page.text, "kept as typed"
    assert not FinanceApplication.objects.exists()


def test_what_the_action_refuses_stands_at_its_field(apply, enterprise, monkeypatch):
    own = make_achievement(enterprise, AchievementState.PUBLISHED)
    policy = SupportPolicy.objects.create(
        title="虚构政策",
        issuer="虚构部门",
        level="city",
        issued_on=date(2026, 1, 1),
        valid_from=date(2026, 1, 1),
        valid_until=NOW.date(),
        audience="企业",
        source="虚构",
    )
    both = {"kind": "ip_pledge", "collateral": own.pk, "policy": policy.pk}
    monkeypatch.setattr("alliances.financing.may_give", lambda *_: False)
    page = apply(enterprise, **both)
    assert re.search(r'id="id_collateral_error".*Only who holds the right', page.text)
    monkeypatch.undo()
    monkeypatch.setattr("alliances.financing.policies_in_force", lambda rows, _day: rows.none())
    page = apply(enterprise, **both)
    assert re.search(r'id="id_policy_error".*not in force today', page.text)


def test_a_right_and_a_policy_are_named_from_ones_own(visit, apply, alliance, enterprise, rival):
    own = make_achievement(enterprise, AchievementState.PUBLISHED)
    foreign = make_achievement(rival, AchievementState.PUBLISHED)
    address = f"/finance/apply?collateral={own.pk}"
    assert address in visit(f"/achievements/{own.pk}", enterprise).text
    assert "collateral=" not in visit(f"/achievements/{own.pk}", rival).text
    form = visit(f"{address}&kind=ip_pledge", enterprise).text
    assert f'value="{own.pk}" selected' in form
    assert 'value="ip_pledge" selected' in form
    assert foreign.title not in form or foreign.code not in form
    assert apply(enterprise, collateral=foreign.pk).status_code == 422
    page = apply(enterprise, kind="ip_pledge", collateral=own.pk)
    assert own.code in text_of(page)
    assert "No product takes it today" in text_of(page)


def test_who_may_not_apply_is_told_what_to_do(visit, send, stranger, enterprise):
    assert "Sign in to apply" in text_of(visit("/finance/apply"))
    assert "You act for none" in text_of(visit("/finance/apply", stranger))
    organization = organization_of(enterprise)
    organization.state = OrganizationState.SUBMITTED
    organization.save(update_fields=["state"])
    assert "not verified yet" in text_of(visit("/finance/apply", enterprise))
    for person in (None, stranger, enterprise):
        send(person, "/finance/apply", organization=organization.pk, **SENT)
    assert not FinanceApplication.objects.exists()


def test_a_draft_of_who_was_suspended_meanwhile_is_not_submitted(send, alliance, enterprise):
    made = draft(enterprise)
    organization = organization_of(enterprise)
    organization.state = OrganizationState.SUSPENDED
    organization.save(update_fields=["state"])
    page = send(enterprise, page_of(made, "/submit"))
    assert "Only a verified organization may trade" in text_of(page)
    made.refresh_from_db()
    assert made.state == "draft"


def test_consents_are_given_and_revoked_and_each_reading_is_shown(
    visit, send, alliance, enterprise
):
    (banker,) = make_lenders(alliance, 1)
    made = submit(enterprise)
    member = made.cases.get().member_id
    assert "you have given no consent" in text_of(visit(page_of(made), enterprise))
    for wrong in ("x", "999999999"):
        page = send(enterprise, page_of(made, "/consents"), member=wrong)
        assert "There is nothing here" in text_of(page)
    page = send(enterprise, page_of(made, "/consents"), member=member)
    assert "may read the confidential data until" in text_of(page)
    consents.read_data(actor=act(banker), application_id=made.pk)
    assert "Who has read it" in text_of(visit(page_of(made), enterprise))
    consent = DataConsent.objects.get()
    assert send(banker, f"/finance/consents/{consent.pk}/revoke").status_code == 404
    page = send(enterprise, f"/finance/consents/{consent.pk}/revoke")
    assert "The consent is revoked" in text_of(page)
    page = send(enterprise, f"/finance/consents/{consent.pk}/revoke")
    assert "revoked already" in text_of(page)


def test_an_application_is_withdrawn_with_a_reason(visit, send, alliance, enterprise):
    make_lenders(alliance, 1)
    made = submit(enterprise)
    send(enterprise, page_of(made, "/withdraw"), reason="")
    made.refresh_from_db()
    assert made.state == "routed"
    page = send(enterprise, page_of(made, "/withdraw"), reason="虚构的理由")
    text = text_of(page)
    assert "The application is withdrawn" in text
    assert "虚构的理由" in text
    assert "/withdraw" not in page.text


def test_what_was_drawn_and_repaid_is_shown(visit, alliance, enterprise, clock):
    (banker,) = make_lenders(alliance, 1)
    made = approve(enterprise, banker)
    draw(banker, made, "600000.00")
    repay(banker, made, "100000.00")
    clock.advance(days=9)
    since = (NOW + timedelta(days=5)).date()
    crediting.mark_overdue(actor=act(banker), application_id=made.pk, since=since)
    text = text_of(visit(page_of(made), enterprise))
    for told in ("¥1,000,000", "¥600,000", "¥100,000", "¥500,000", "虚构放款600000.00", str(since)):
        assert told in text, told


@pytest.mark.parametrize("who", ["rival", "banker", "cadre", "keeper"])
def test_another_ones_application_is_not_there(
    who, visit, send, alliance, keeper, enterprise, rival
):
    (banker,) = make_lenders(alliance, 1)
    made = submit(enterprise, consents=[alliance.members.get().pk])
    offered = offer(banker, made)
    people = {"rival": rival, "banker": banker, "keeper": keeper}
    person = people[who] if who in people else make_cadre("虚构干部")
    assert visit(page_of(made), person).status_code == 404
    assert made.code not in visit("/finance/applications", person).text
    for path in (
        *(page_of(made, verb) for verb in ("/submit", "/withdraw", "/consents")),
        f"/finance/consents/{made.consents.get().pk}/revoke",
        f"/finance/offers/{offered.pk}/accept",
        f"/finance/offers/{offered.pk}/decline",
    ):
        sent = send(person, path, reason="x", confirm="1", member="1")
        assert sent.status_code == 404, path
    made.refresh_from_db()
    assert made.state == "offered"


def test_who_is_not_signed_in_is_asked_to(visit, send, alliance, enterprise):
    make_lenders(alliance, 1)
    made = submit(enterprise)
    for path in ("/finance/applications", page_of(made)):
        answer = visit(path)
        assert answer.status_code == 302
        assert "login" in answer["Location"]
    assert "login" in send(None, page_of(made, "/withdraw"), reason="x").redirect_chain[0][0]
    made.refresh_from_db()
    assert made.state == "routed"


def test_what_only_members_know_is_not_on_the_page(visit, alliance, enterprise):
    (one, two), applicant = make_lenders(alliance, 2), make_banker()
    alliance.members.update(contact_name="虚构内部联系人", contact_phone="021-00000000")
    made = submit(enterprise)
    foreign = submit(applicant)
    theirs = offer(one, foreign, conditions="虚构的他家条件")
    accept(applicant, theirs)
    page = visit(page_of(made), enterprise).text
    members = ("虚构内部联系人", "021-00000000", "虚构金融许可证-1")
    for inside in (*members, "虚构的他家条件", foreign.code):
        assert inside not in page, inside
    for name in (organization_of(one).name, organization_of(two).name):
        assert name in page


def test_a_secretariat_sees_its_own_draft(visit, alliance, keeper):
    made = draft(keeper)
    assert visit(page_of(made), keeper).status_code == 200
