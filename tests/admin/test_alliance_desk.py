"""Alliances, memberships, products and the fund at the desk: each step by who may take it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import OrganizationKind, User
from alliances.models import (
    Alliance,
    AllianceMember,
    CommitteeSeat,
    FinanceProduct,
    FundProject,
)
from marketplace.models import TechnologyField
from tests.admin.conftest import list_url, page_url, step_url
from tests.admin.parks import REASON, add, bureau_of, take
from tests.alliances.conftest import join, make_alliance, make_banker
from tests.alliances.lending import make_lenders, offer, submit
from tests.conftest import (
    NOW,
    Clock,
    city_of,
    make_cadre,
    make_member,
    make_organization,
    make_user,
    organization_of,
)

Desk = Callable[..., Client]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

CHAIR = {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}
PRODUCT = {
    "kind": "tech_loan",
    "title": "虚构科技贷",
    "least_amount": "100,000",
    "most_amount": "5,000,000",
    "most_months": "36",
    "rate": "4.35",
    "repayment": "interest_monthly",
    "fee_rate": "0.00",
}
SHARES = "芜湖市 20,000,000\n310117 10000000"
INVESTMENT = {"amount": "30,000,000", "invested_on": "2026-03-02", "city_shares": SHARES}


@pytest.fixture
def keeper() -> User:
    return make_member(make_organization(OrganizationKind.ASSOCIATION))


@pytest.fixture
def alliance(keeper: User) -> Alliance:
    return make_alliance(secretariat=organization_of(keeper))


def test_the_office_founds_an_alliance(desk: Desk, keeper: User):
    office = desk(make_cadre("挂职"))
    form = {"name": "虚构新材料联盟", "kind": "field", "founded_on": "2020-05-01"}
    assert add(office, "alliances_alliance", form).status_code == 200  # names no field
    form["field"] = str(TechnologyField.objects.get(code="NM").pk)
    assert add(desk(keeper), "alliances_alliance", form).status_code == 403
    assert add(office, "alliances_alliance", form).status_code == 302
    assert add(office, "alliances_alliance", form).status_code == 200  # there is one
    assert Alliance.objects.get().field.code == "NM"


def test_a_secretariat_enters_chairs_and_activities_of_its_own_alliance(
    desk: Desk, keeper: User, alliance: Alliance
):
    client, other = desk(keeper), make_alliance("other")
    chair = {**CHAIR, "member": join(alliance, make_banker()).pk}
    held = {"title": "虚构路演", "held_on": "2026-02-01", "city": city_of("310117").pk}
    held["participants"] = "80"
    assert take(client, alliance, "name-chair", chair) == "success"
    assert take(client, alliance, "name-chair", chair) == "error"  # one at a time
    assert take(client, alliance, "enter-activity", {**held, "held_on": "2027-01-01"}) == "error"
    assert take(client, alliance, "enter-activity", held) == "success"
    assert take(client, other, "enter-activity", held) == "error"
    assert take(desk(make_banker()), alliance, "enter-activity", held) == "403"
    assert (alliance.chair_terms.count(), alliance.activities.count()) == (1, 1)
    page = client.get(page_url(alliance)).content.decode()
    assert f"/alliances/{alliance.pk}/members/import" in page
    foreign = client.get(page_url(other)).content.decode()
    assert f"/alliances/{other.pk}/members/import" not in foreign
    assert step_url(other, "name-chair") not in foreign


def test_a_bank_applies_and_lists_what_it_offers(desk: Desk, keeper: User, alliance: Alliance):
    banker = make_banker()
    client = desk(banker)
    form = {"alliance": alliance.pk, "kind": "bank", "contact_name": "虚构联系人"}
    assert add(client, "alliances_alliancemember", form).status_code == 200  # without a licence
    form |= {"licence_number": "虚构许可证-9", "territory": [city_of("310117").pk]}
    assert add(client, "alliances_alliancemember", form).status_code == 302
    member = AllianceMember.objects.get()
    assert (member.state, member.organization) == ("applied", organization_of(banker))
    assert add(client, "alliances_financeproduct", PRODUCT).status_code == 200  # not active
    for step in ("admit", "activate"):
        assert take(desk(keeper), member, step) == "success"
    assert add(client, "alliances_financeproduct", {**PRODUCT, "rate": ""}).status_code == 200
    assert add(client, "alliances_financeproduct", PRODUCT).status_code == 302
    product = FinanceProduct.objects.get()
    assert product.member == member
    assert add(desk(keeper), "alliances_financeproduct", PRODUCT).status_code == 403
    stranger = desk(make_banker())
    assert product.title not in stranger.get(list_url(FinanceProduct)).content.decode()
    assert stranger.get(page_url(product)).status_code == 302


def seated() -> User:
    """Somebody of a science bureau who sits on the fund's committee."""
    person = bureau_of("340200")
    seat(person)
    return person


def seat(person: User) -> None:
    CommitteeSeat.objects.create(person=person, starts_on=NOW.date(), ends_on=NOW.date())


def test_a_target_goes_from_the_pool_to_the_investment(desk: Desk):
    office = desk(make_cadre("挂职"))
    one, outsider = seated(), bureau_of("341800")
    others = [seated() for _ in range(2)]
    field = TechnologyField.objects.get(code="NM").pk
    form = {"title": "虚构标的", "field": field, "city": city_of("340200").pk}
    assert add(desk(one), "alliances_fundproject", form).status_code == 403
    assert add(office, "alliances_fundproject", form).status_code == 302
    target = FundProject.objects.get()
    for step in ("contact", "diligence", "establish", "committee"):
        assert take(office, target, step) == "success"
    vote = {"in_favour": "yes", "note": "虚构的意见"}
    assert take(office, target, "vote", vote) == "error"  # the office has no seat
    assert take(desk(outsider), target, "vote", vote) == "404"
    assert desk(outsider).get(list_url(FundProject)).status_code == 403
    client = desk(one)
    assert target.code in client.get(list_url(FundProject)).content.decode()
    assert step_url(target, "vote") in client.get(page_url(target)).content.decode()
    assert take(client, target, "vote", {}) == "form"  # nobody votes by leaving a box alone
    assert take(client, target, "vote", vote) == "success"
    assert take(client, target, "vote", vote) == "error"
    assert take(client, target, "invest", INVESTMENT) == "403"
    assert take(office, target, "invest", INVESTMENT) == "error"  # no quorum
    assert take(desk(others[0]), target, "vote", {"in_favour": "yes"}) == "success"
    assert take(office, target, "invest", {**INVESTMENT, "city_shares": "虚构市"}) == "form"
    assert take(office, target, "invest", {**INVESTMENT, "amount": "1"}) == "error"
    assert take(office, target, "invest", INVESTMENT) == "success"
    assert (target.state, target.shares.count()) == ("invested", 2)
    assert "虚构的意见" in desk(others[1]).get(page_url(target)).content.decode()
    assert take(office, target, "drop", REASON) == "error"


def test_a_seat_that_ended_shows_nothing_of_the_pool(desk: Desk, clock: Clock):
    person = seated()
    FundProject.objects.create(
        code="P-1",
        title="虚构标的",
        field=TechnologyField.objects.get(code="NM"),
        city=city_of("340200"),
        pooled_at=NOW,
    )
    assert desk(person).get(list_url(FundProject)).status_code == 200
    clock.advance(days=2)
    assert desk(person).get(list_url(FundProject)).status_code == 403


def test_the_roll_comes_as_a_table_to_who_keeps_it(desk: Desk, keeper: User, alliance: Alliance):
    url = f"/alliances/{alliance.pk}/members/import"
    page = desk(keeper).get(url).content.decode()
    assert alliance.name in page
    assert f"/api/v1{url}?format=xlsx" in page
    for person in (make_banker(), make_user()):
        assert desk(person).get(url).status_code == 403
    assert Client().get(url).status_code == 302


def test_the_front_page_says_what_waits_for_members_keepers_and_the_committee(
    desk: Desk, keeper: User, alliance: Alliance, clock: Clock
):
    one, two = make_lenders(alliance, 2)
    join(alliance, make_banker(), "applied")
    application = submit(make_member(make_organization()))
    offer(one, application)

    def numbers(person: User) -> dict[str, str]:
        client = desk(person, headers={"accept-language": "en"})
        cards = client.get(reverse("admin:index")).context["cards"]
        for card in cards:
            if "/alliances/" in card.url:
                listed = client.get(card.url).context["cl"]
                assert str(listed.result_count) == card.value, card.title
        return {card.title: card.value for card in cards}

    answer, late = "Applications to answer", "Applications overdue for an answer"
    assert numbers(one) == {answer: "0", late: "0"}
    assert numbers(two) == {answer: "1", late: "0"}
    assert numbers(keeper) == {"Memberships to decide": "1", late: "0"}
    assert numbers(seated())["Targets before the committee"] == "0"
    clock.set(application.cases.latest("due_at").due_at)
    assert numbers(two) == {answer: "1", late: "1"}
