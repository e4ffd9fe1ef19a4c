"""Every figure of the alliances has the rows behind it, for who may see them, and as a file."""

import csv
from io import StringIO

import pytest

from alliances.models import FundProject, SupportPolicy
from marketplace.models import TechnologyField
from tests.alliances.conftest import join, make_alliance, make_banker
from tests.alliances.lending import approve, draw, make_lenders
from tests.conftest import NOW, city_of, make_organization, organization_of

pytestmark = pytest.mark.usefixtures("clock")
URL = "/api/v1/statistics/alliances"


def rows(client, path):
    answer = client.get(f"{URL}/{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_as_many_rows_are_listed_as_are_counted(alliance, enterprise, rest, cadre, anonymous):
    banker, _ = make_lenders(alliance, 2)
    join(alliance, make_organization(), "suspended")
    gone = make_alliance("other", dissolved_on="2025-01-01")
    join(gone, make_organization())
    draw(banker, approve(enterprise, banker), "400000.00")
    for until in (None, "2026-03-01"):
        SupportPolicy.objects.create(
            title="虚构政策",
            issuer=f"虚构局{until}",
            level="city",
            issued_on="2025-01-01",
            valid_from="2025-01-01",
            valid_until=until,
            audience="虚构对象",
            source="虚构来源",
        )
    for stage in ("pool", "diligence"):
        FundProject.objects.create(
            code=f"P-{stage}",
            title="虚构标的",
            field=TechnologyField.objects.get(code="NM"),
            city=city_of("340200"),
            state=stage,
            reached=stage,
            pooled_at=NOW,
        )
    office = rest(cadre)
    told = anonymous.get(URL).json()
    for one in told["alliances"]:
        assert len(rows(anonymous, f"alliances?kind={one['kind']}")) == one["alliances"]
        assert len(rows(anonymous, f"members?kind={one['kind']}")) == one["members"]
    (credit,) = rows(office, "credits?kind=tech_loan")
    assert credit["approved_limit"] == told["credit"]["limit"]
    assert credit["disbursed"] == told["credit"]["disbursed"]
    assert len(rows(office, f"credits?city={told['by_city'][0]['key']}")) == 1
    assert rows(office, "credits?city=340200") == rows(office, "credits?until=2026-03-01") == []
    assert len(rows(anonymous, "policies")) == told["policies"] == 1
    for step in told["fund"]:
        assert len(rows(office, f"targets?stage={step['stage']}")) == step["number"]
    assert rows(office, "targets?city=310117") == []


def test_what_came_of_an_application_is_for_its_two_sides_and_the_keepers(
    alliance, keeper, enterprise, rest, cadre, anonymous
):
    banker, other = make_lenders(alliance, 2)
    application = approve(enterprise, banker)
    for reader in (enterprise, banker, keeper, cadre):
        assert [one["code"] for one in rows(rest(reader), "credits")] == [application.code]
    for reader in (other, make_banker()):
        assert rows(rest(reader), "credits") == []
    assert rows(anonymous, "credits") == rows(anonymous, "targets") == []


def test_a_list_is_a_file_too_and_nonsense_is_refused(alliance, enterprise, rest, cadre):
    (banker,) = make_lenders(alliance, 1)
    application, office = approve(enterprise, banker), rest(cadre)
    files = {"alliances": alliance.name, "members": organization_of(banker).name}
    files |= {"credits": application.code, "policies": "", "targets": ""}
    for name, word in files.items():
        answer = office.get(f"{URL}/{name}?format=csv")
        assert answer.status_code == 200, name
        header, *lines = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
        assert len(header) >= 5
        assert any(word in cell for line in lines for cell in line) is bool(word), name
        assert office.get(f"{URL}/{name}?format=xlsx").content[:2] == b"PK"
    for wrong in ("members?kind=x", "credits?kind=bank", "targets?stage=dropped", "credits?city=1"):
        assert office.get(f"{URL}/{wrong}").status_code == 400, wrong
