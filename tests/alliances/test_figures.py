"""The figures of the alliances reconcile with the records, and stand beside the published ones."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from alliances.models import AllianceMember, FinanceApplication
from core.models import ReferenceFigure
from tests.alliances.conftest import join, make_alliance
from tests.alliances.lending import approve, draw, make_lenders, repay, submit
from tests.conftest import make_organization

pytestmark = pytest.mark.usefixtures("clock")
URL = "/api/v1/statistics/alliances"


def credit(told):
    return [told["credit"][name] for name in ("number", "limit", "disbursed", "outstanding")]


def test_limit_and_draws_are_both_told_and_nothing_counts_twice(alliance, enterprise, anonymous):
    (banker,) = make_lenders(alliance, 1)
    application = approve(enterprise, banker)
    assert credit(anonymous.get(URL).json()) == [1, "1000000.00", "0.00", "0.00"]
    draw(banker, application, "400000.00")
    draw(banker, application, "100000.00")
    assert credit(anonymous.get(URL).json()) == [1, "1000000.00", "500000.00", "500000.00"]
    repay(banker, application, "500000.00")
    submit(enterprise)  # asked for, and not granted
    told = anonymous.get(URL).json()
    assert credit(told) == [1, "1000000.00", "500000.00", "0.00"]
    (by_city,) = told["by_city"]
    assert (by_city["key"], by_city["credit"]) == ("330100", told["credit"])
    (by_kind,) = told["by_kind"]
    assert (by_kind["key"], by_kind["credit"]) == ("tech_loan", told["credit"])
    assert FinanceApplication.objects.count() == 2


def test_only_active_members_of_standing_alliances_count(alliance, anonymous, clock):
    join(alliance, make_organization())
    join(alliance, make_organization(), "suspended")
    gone = make_alliance("other", dissolved_on="2025-01-01")
    join(gone, make_organization())
    told = {one["kind"]: one for one in anonymous.get(URL).json()["alliances"]}
    assert told["financial"] == {"kind": "financial", "alliances": 1, "members": 1}
    assert told["other"]["members"] == 0
    listed = anonymous.get(f"/api/v1/alliances/{alliance.pk}/members?state=active")
    assert len(listed.json()["results"]) == told["financial"]["members"]
    AllianceMember.objects.filter(state="active").update(state="suspended")
    told = {one["kind"]: one for one in anonymous.get(URL).json()["alliances"]}
    assert told["financial"]["members"] == 0


def test_the_published_figures_stand_beside_with_date_and_source(db, anonymous):
    told = anonymous.get(URL).json()["published"]
    assert (told["members"]["value"], told["members"]["unit"]) == ("550", "家")
    assert told["policies"]["value"] == "28"
    assert told["cumulative_credit"]["source"]
    assert told["cumulative_credit"]["as_of"]


def test_figures_narrow_to_a_city_and_days(alliance, enterprise, anonymous):
    (banker,) = make_lenders(alliance, 1)
    approve(enterprise, banker)
    for query, number in (
        ("city=330100", 1),
        ("city=340200", 0),
        ("since=2026-03-02&until=2026-03-02", 1),
        ("since=2026-03-03", 0),
        ("until=2026-03-01", 0),
    ):
        assert anonymous.get(f"{URL}?{query}").json()["credit"]["number"] == number, query
    for wrong in ("city=110000", "since=x", "until=2026-02-30"):
        assert anonymous.get(f"{URL}?{wrong}").status_code == 400


def test_the_file_holds_the_same_figures(alliance, enterprise, anonymous):
    (banker,) = make_lenders(alliance, 1)
    draw(banker, approve(enterprise, banker), "400000.00")
    pages = load_workbook(BytesIO(anonymous.get(f"{URL}?format=xlsx").content)).worksheets
    rows = {row[0]: row[1:4] for row in pages[0].iter_rows(values_only=True)}
    assert rows["授信"] == (1, 1_000_000, None)
    assert rows["累计放款"] == (None, 400_000, None)
    assert rows["累计授信"] == (None, None, "＞29000 亿元")
    credits = [list(page.iter_rows(min_row=2, values_only=True)) for page in pages[1:]]
    assert [row[1:] for (row,) in credits] == [(1, 1_000_000, 400_000, 400_000)] * 2
    text = anonymous.get(f"{URL}?format=csv").content.decode("utf-8-sig")
    assert "累计放款,,400000.00," in text
    assert anonymous.get(f"{URL}?format=csv&city=110000").status_code == 400


def test_no_name_in_the_file_is_a_formula(alliance, enterprise, anonymous):
    figure = ReferenceFigure.objects.get(key="finance_alliance.members")
    figure.name = "=1+1"
    figure.save()
    assert "\r\n'=1+1," in anonymous.get(f"{URL}?format=csv").content.decode("utf-8-sig")
    book = load_workbook(BytesIO(anonymous.get(f"{URL}?format=xlsx").content))
    cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row]
    assert "=1+1" in [cell.value for cell in cells if cell.data_type == "s"]
    assert all(cell.data_type != "f" for cell in cells)
