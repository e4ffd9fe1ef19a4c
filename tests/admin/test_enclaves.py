"""Enclave parks at the desk: operators, home city, host city and office, each with its own rows."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import OrganizationKind, User
from enclaves.models import Park, Project, Report, Tenancy
from tests.admin.conftest import list_url, page_url, step_url
from tests.conftest import Clock, make_cadre, make_member, make_organization
from tests.enclaves.conftest import make_park, make_project, make_tenancy, make_unit

Desk = Callable[..., Client]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def runner() -> User:
    return make_member(make_organization(OrganizationKind.ENCLAVE_OPERATOR, city="310117"))


@pytest.fixture
def park(runner: User) -> Park:
    return make_park(runner)


def bureau_of(city: str) -> User:
    return make_member(make_organization(OrganizationKind.PUBLIC_BODY, city=city))


def drawn_up(park: Park, **values: object) -> Report:
    return park.reports.create(
        starts_on=date(2025, 1, 1),
        ends_on=date(2026, 1, 1),
        figures={},
        tax=1,
        output=1,
        talents=0,
        drawn_up_at="2026-03-02T01:00:00Z",
        **values,
    )


def test_each_sees_the_parks_of_its_own(park: Park, runner: User, desk: Desk):
    other = make_park()
    Park.objects.filter(pk=other.pk).update(
        home_city=Park.objects.get(pk=park.pk).host_district, host_district=park.home_city
    )
    third = make_park()
    cities = type(park.home_city).objects
    Park.objects.filter(pk=third.pk).update(
        home_city=cities.get(code="341800"), host_district=cities.get(code="340200")
    )
    own, turned, far = (make_project(one) for one in (park, other, third))
    seen = {
        runner: {own},
        bureau_of("330100"): {own, turned},
        bureau_of("310117"): {own, turned},
        bureau_of("341800"): {far},
    }
    for user, expected in seen.items():
        page = desk(user).get(list_url(Project)).content.decode()
        found = {one for one in (own, turned, far) if f">{one.code}<" in page}
        assert found == expected, user


def test_an_operator_runs_its_park_and_confirms_nothing(park: Park, runner: User, desk: Desk):
    project, client = make_project(park), desk(runner)
    assert client.post(step_url(project, "admit")).status_code == 302
    project.refresh_from_db()
    assert project.state == "admitted"
    report = drawn_up(park)
    client.post(step_url(report, "submit"))
    report.refresh_from_db()
    assert report.state == "submitted"
    assert client.post(step_url(report, "confirm")).status_code == 403
    assert client.get(reverse("admin:marketplace_deal_changelist")).status_code == 403


def test_two_cities_confirm_at_the_desk(park: Park, desk: Desk):
    report = drawn_up(park, state="submitted", submitted_at="2026-03-02T01:00:00Z")
    for city, state in (("330100", "submitted"), ("310117", "agreed")):
        desk(bureau_of(city)).post(step_url(report, "confirm"))
        report.refresh_from_db()
        assert report.state == state


def test_a_unit_is_let_and_given_back_at_the_desk(park: Park, runner: User, desk: Desk):
    unit, client = make_unit(park), desk(runner)
    add = reverse("admin:enclaves_tenancy_add")
    form = {
        "park": park.pk,
        "unit": unit.name,
        "tenant_name": "虚构租户",
        "starts_on": "2026-04-01",
        "rent": "12,000",
        "key": "2f1e6e0c-8c55-4a86-9a3f-3f7d2a9e1c77",
    }
    assert client.get(add).status_code == 200
    assert "没有" in client.post(add, {**form, "unit": "没有"}).content.decode()
    assert client.post(add, form).status_code == 302
    tenancy = Tenancy.objects.get()
    taken = client.post(add, {**form, "key": "2f1e6e0c-8c55-4a86-9a3f-3f7d2a9e1c78"})
    assert taken.status_code == 200
    assert Tenancy.objects.count() == 1
    assert client.get(step_url(tenancy, "end")).status_code == 200
    ended = {"ends_on": "2026-06-01", "reason": "虚构：提前退租"}
    client.post(step_url(tenancy, "end"), ended)
    tenancy.refresh_from_db()
    assert tenancy.ends_on == date(2026, 6, 1)


def test_a_report_is_drawn_up_at_the_desk(park: Park, runner: User, desk: Desk):
    add = reverse("admin:enclaves_report_add")
    form = {
        "park": park.pk,
        "period": "year",
        "starts_on": "2025-01-01",
        "tax": "1280000",
        "output": "0",
        "key": "2f1e6e0c-8c55-4a86-9a3f-3f7d2a9e1c79",
    }
    assert desk(runner).post(add, form).status_code == 302
    report = Report.objects.get()
    page = desk(runner).get(page_url(report)).content.decode()
    assert "编制" in page or report.figures["landed"] == 0


def test_projects_are_listed_by_where_they_stand(park: Park, runner: User, desk: Desk):
    landed, landing = make_project(park, state="landed"), make_project(park, state="landing")
    client = desk(runner)
    page = client.get(f"{list_url(Project)}?standing=landed").content.decode()
    assert f">{landed.code}<" in page
    assert f">{landing.code}<" not in page
    assert client.get(f"{list_url(Project)}?standing=gone").status_code == 302


def test_a_term_that_ran_out_closes_the_desk(park: Park, desk: Desk, clock: Clock):
    cadre = make_cadre("former")
    tenancy = make_tenancy(make_unit(park))
    assert desk(cadre).get(page_url(tenancy)).status_code == 200
    clock.advance(days=400)
    assert desk(cadre).get(page_url(tenancy)).status_code == 302
