"""The desks of secretariats, members and the office: own rows, steps by POST, nobody else's."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.models import OrganizationKind, User
from alliances.models import AllianceMember, FinanceApplication, FundProject
from tests.admin.conftest import list_url, page_url, step_url
from tests.alliances.conftest import join, make_alliance, make_banker
from tests.alliances.lending import accept, list_product, offer, submit
from tests.conftest import make_cadre, make_member, make_organization, make_user, organization_of

pytestmark = pytest.mark.usefixtures("clock", "db")
REASON = {"reason": "虚构的理由"}
PAID = {"amount": "1000.00", "paid_on": "2026-03-02", "reference": "虚构流水"}


@pytest.fixture
def cast(db):
    """These tests make the people they need."""
    from tests.conftest import Cast

    return Cast()


@pytest.fixture
def keeper() -> User:
    return make_member(make_organization(OrganizationKind.ASSOCIATION))


@pytest.fixture
def alliance(keeper):
    return make_alliance(secretariat=organization_of(keeper))


@pytest.fixture
def lending(alliance):
    """An application of an enterprise, routed to two banks."""
    bankers = [make_banker() for _ in range(2)]
    for banker in bankers:
        join(alliance, banker)
        list_product(banker)
    applicant = make_member(make_organization())
    return applicant, bankers, submit(applicant)


def post(client: Client, row, step, data=None):
    answer = client.post(step_url(row, step), data or {})
    row.refresh_from_db()
    return answer.status_code


def test_a_secretariat_keeps_its_own_roll(alliance, keeper, desk):
    member = join(alliance, make_banker(), "applied")
    elsewhere = join(make_alliance("other"), make_organization())
    client = desk(keeper)
    listed = client.get(list_url(AllianceMember)).content.decode()
    assert member.organization.name in listed
    assert elsewhere.organization.name not in listed
    assert client.get(page_url(elsewhere)).status_code == 302
    assert step_url(member, "admit") in client.get(page_url(member)).content.decode()
    assert client.get(step_url(member, "admit")).status_code == 200
    for step, state, data in (
        ("admit", "admitted", {}),
        ("activate", "active", {}),
        ("suspend", "suspended", REASON),
        ("reinstate", "active", {}),
        ("end", "exited", REASON),
    ):
        assert post(client, member, step, data) == 302
        assert member.state == state
    assert LogEntry.objects.filter(user=keeper).count() == 5


def test_a_member_sees_its_own_rows_and_answers_its_own_cases(lending, desk, alliance):
    applicant, (one, two), application = lending
    outsider = make_banker()
    join(alliance, outsider)
    assert desk(outsider).get(page_url(application)).status_code == 302
    first, second = desk(one), desk(two)
    page = first.get(page_url(application)).content.decode()
    assert step_url(application, "offer") in page
    assert organization_of(one).name in page
    assert organization_of(two).name not in page
    for field in ("5,000,000", "虚构的保密说明"):
        assert field not in page
    terms = {
        "amount": "1,000,000",
        "months": "12",
        "rate": "4.35",
        "repayment": "interest_monthly",
        "fee": "0",
        "valid_until": "2026-03-31",
    }
    assert post(first, application, "offer", terms) == 302
    assert application.state == "offered"
    logs = [one.get(page_url(application, "history")).content.decode() for one in (first, second)]
    assert ["4.35" in log for log in logs] == [True, False]
    made = application.offers.get()
    assert post(second, application, "decline", {"reason_code": "no_capacity"}) == 302
    assert organization_of(one).name not in second.get(list_url(type(made))).content.decode()
    accept(applicant, made)
    assert post(second, application, "diligence") == 302
    assert application.state == "accepted"  # refused: another's
    for step, data, state in (
        ("diligence", {}, "diligence"),
        ("approve", {"limit": "1000.00"}, "approved"),
        ("disburse", PAID, "disbursed"),
        ("overdue", {"since": "2026-03-02"}, "disbursed"),
        ("repay", PAID, "closed"),
    ):
        assert post(first, application, step, data) == 302, step
        assert application.state == state
    assert "¥1,000.00" in first.get(page_url(application)).content.decode()


def test_an_application_may_be_refused_at_the_desk(lending, desk):
    applicant, (one, _), application = lending
    accept(applicant, offer(one, application))
    assert post(desk(one), application, "refuse", REASON) == 302
    assert application.state == "refused"


def test_the_office_and_the_secretariat_look_on_and_see_what_is_overdue(
    lending, desk, keeper, clock
):
    _, bankers, application = lending
    cadre = make_cadre("挂职")
    for reader in (keeper, cadre):
        page = desk(reader).get(page_url(application)).content.decode()
        assert all(organization_of(one).name in page for one in bankers)
        assert step_url(application, "offer") not in page
        assert desk(reader).post(step_url(application, "diligence")).status_code == 403
    overdue = list_url(FinanceApplication) + "?answer=overdue"
    assert application.code not in desk(cadre).get(overdue).content.decode()
    clock.set(application.cases.first().due_at)
    assert application.code in desk(cadre).get(overdue).content.decode()
    assert desk(cadre).get(list_url(FinanceApplication) + "?answer=x").status_code == 302


def test_a_member_closes_its_product(lending, desk):
    _, (one, two), _application = lending
    product = organization_of(one).alliance_memberships.get().products.get()
    assert "4.4" in desk(one).get(page_url(product)).content.decode()
    assert desk(two).get(page_url(product)).status_code == 302
    assert post(desk(one), product, "close") == 302
    assert product.closed_at is not None


def test_the_office_leads_a_target_to_the_committee_and_enters_policies_and_seats(desk, rest_of):
    office = desk(make_cadre("挂职"))
    project = rest_of
    seats, policies = "admin:alliances_committeeseat_add", "admin:alliances_supportpolicy_add"
    for _ in range(3):
        data = {"person": make_user().pk, "starts_on": "2026-03-02", "ends_on": "2026-12-31"}
        assert office.post(reverse(seats), data).status_code == 302
    policy = {
        "title": "虚构政策",
        "issuer": "虚构局",
        "level": "city",
        "issued_on": "2026-03-02",
        "valid_from": "2026-03-02",
        "audience": "虚构对象",
        "source": "虚构来源",
    }
    assert office.post(reverse(policies), policy).status_code == 302
    wrong = {**policy, "title": "另一", "valid_until": "2026-03-01"}
    assert office.post(reverse(policies), wrong).status_code == 200
    for step, state in (
        ("contact", "contacted"),
        ("diligence", "diligence"),
        ("establish", "established"),
        ("committee", "committee"),
    ):
        assert post(office, project, step) == 302
        assert project.state == state
    assert post(office, project, "drop", REASON) == 302
    assert project.state == "dropped"


@pytest.fixture
def rest_of() -> FundProject:
    from alliances import fund
    from tests.conftest import act

    return fund.pool_project(
        actor=act(make_cadre("另一挂职")), title="虚构项目", field="NM", city="340200"
    )


def test_whoever_works_for_neither_is_led_to_the_sign_in(desk):
    stranger = desk(make_member(make_organization()))
    assert stranger.get(list_url(FinanceApplication)).status_code == 302
