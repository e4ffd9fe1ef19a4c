"""The public pages of enclave parks: which are listed, what a page tells, and what it does not."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import ReferenceFigure
from enclaves.models import Park, Report
from tests.conftest import NOW, city_of, make_member, make_organization
from tests.enclaves.conftest import make_park, make_project, make_talent, make_tenancy, make_unit
from tests.web.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def report(park: Park, state: str, year: int, output: int) -> Report:
    return park.reports.create(
        starts_on=date(year, 1, 1),
        ends_on=date(year + 1, 1, 1),
        figures={},
        tax=987_654_321,
        output=output,
        talents=0,
        state=state,
        drawn_up_at=NOW,
        submitted_at=NOW,
    )


def test_without_a_park_the_list_says_so(visit):
    assert "No enclave park is on record yet" in text_of(visit("/enclaves"))


def test_parks_are_listed_with_both_cities_and_what_both_confirmed(visit):
    park = make_park(name="虚构杭州飞地", mode="rent", opened_on=date(2024, 5, 1))
    bare = make_park(name="虚构宣城飞地", area_m2=None, incubating_m2=None)
    Park.objects.filter(pk=bare.pk).update(home_city=city_of("341800"))
    make_project(park, state="landed")
    make_project(park)
    for state, year, output in (
        ("agreed", 2023, 1_000_000),
        ("agreed", 2024, 2_350_000),
        ("submitted", 2025, 5_000_000),
    ):
        report(park, state, year, output)
    text = text_of(visit("/enclaves"))
    for told in (park.name, bare.name, "10,000", "¥3,350,000", "2024-05-01", "none yet"):
        assert told in text, told
    assert "¥8,350,000" not in text, "what only one side says is no result"
    narrowed = visit("/enclaves?city=341800").text
    assert bare.name in narrowed
    assert park.name not in narrowed
    assert park.name in visit("/enclaves?city=nonsense").text


def test_a_park_has_a_page_that_tells_what_is_public(visit):
    owner = make_organization(name="虚构运营公司")
    park = make_park(
        make_member(owner),
        name="虚构中心",
        address="虚构路1号",
        tax_policy="在飞出地纳税",
        investment=Decimal("20000000.00"),
    )
    make_tenancy(make_unit(park, name="A座三层"), tenant_name="虚构租户公司", rent=Decimal(123_456))
    make_talent(make_project(park, state="landed"), "虚构人才甲")
    park.funds.create(name="虚构基金", size=Decimal("100000000.00"), since=date(2026, 1, 1))
    report(park, "agreed", 2024, 2_350_000)
    ReferenceFigure.objects.create(
        key="enclaves.test.area_m2",
        name="虚构中心：面积",
        name_en="Test: area",
        value=Decimal(9000),
        unit="平方米",
        as_of="2024",
        source="https://example.org/published",
    )
    page = visit(f"/enclaves/{park.pk}")
    text = text_of(page)
    for told in (
        *("虚构运营公司", "虚构路1号", "在飞出地纳税", "¥20,000,000", "2,000 wan yuan"),
        *("虚构基金", "¥2,350,000", "from 2024-01-01 to 2024-12-31", "9000 平方米"),
    ):
        assert told in text, told
    assert 'href="https://example.org/published"' in page.text
    for inside in ("虚构租户公司", "虚构人才甲", "123,456", "987,654,321", "A座三层"):
        assert inside not in page.text, inside
    assert visit("/enclaves/999999").status_code == 404


def test_the_list_asks_as_much_for_one_park_as_for_many(visit):
    make_park()
    with CaptureQueriesContext(connection) as one:
        visit("/enclaves")
    for _ in range(5):
        make_project(make_park(), state="landed")
    with CaptureQueriesContext(connection) as many:
        visit("/enclaves")
    assert len(many) == len(one)
