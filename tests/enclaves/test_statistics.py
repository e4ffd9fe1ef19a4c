"""The figures of enclave parks: by park, city and period, with what is behind them; duties."""

import csv
from datetime import date
from io import BytesIO, StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from core.models import Event, ReferenceFigure
from enclaves import reports
from enclaves.duties import raise_duty_alarms
from enclaves.models import DutyAlarm
from notifications.fanout import fan_out_all
from notifications.models import Notice
from tests.conftest import NOW, act, city_of, organization_of
from tests.enclaves.conftest import (
    make_park,
    make_project,
    make_talent,
    make_tenancy,
    make_unit,
)
from tests.enclaves.test_reports import YEAR, agree

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

V1 = "/api/v1"
PATH = f"{V1}/statistics/enclaves"


@pytest.fixture
def landed(park):
    project = make_project(park, state="landed", ip_count=3)
    project.moves.create(to="admitted", moved_at=NOW, by_client="client")
    return project


def test_figures_are_public_and_narrowed_by_park_city_and_days(anonymous, park, landed):
    elsewhere = make_park()
    type(elsewhere).objects.filter(pk=elsewhere.pk).update(home_city=city_of("341800"))

    def total(query=""):
        answer = anonymous.get(f"{PATH}?{query}")
        assert answer.status_code == 200, answer.content
        return answer.json()

    everything = total()
    assert (everything["since"], everything["until"]) == ("2026-01-01", "2026-03-02")
    assert [one["enclave"] for one in everything["enclaves"]] == [park.pk, elsewhere.pk]
    assert everything["total"]["landed"] == everything["enclaves"][0]["landed"] == 1
    assert total("home_city=341800")["total"]["landed"] == 0
    assert total("home_city=330100")["total"]["landed"] == 1
    assert total("host_district=310117")["total"]["ip_count"] == 3
    assert total(f"enclave={elsewhere.pk}")["total"]["resident"] == 0
    assert total("since=2025-01-01&until=2025-12-31")["total"]["landed"] == 0
    for query in ("home_city=999999", "since=today", "enclave=x", "since=2026-04-01"):
        assert anonymous.get(f"{PATH}?{query}").status_code in (400, 422), query


def test_published_figures_stand_beside_and_are_not_counted(anonymous, park):
    ReferenceFigure.objects.update_or_create(
        key="enclaves.in_songjiang",
        defaults={
            "name": "松江的科创飞地",
            "name_en": "Enclaves in Songjiang",
            "value": 18,
            "unit": "个",
            "as_of": "2024",
            "source": "虚构来源",
        },
    )
    told = anonymous.get(PATH).json()
    assert told["published"]["in_songjiang"]["value"] == "18"
    assert told["published"]["in_songjiang"]["source"] == "虚构来源"
    assert len(told["enclaves"]) == 1


def test_many_parks_are_counted_in_as_many_statements_as_one(
    anonymous, park, landed, django_assert_num_queries
):
    make_talent(landed)
    with CaptureQueriesContext(connection) as alone:
        first = anonymous.get(PATH).json()
    for _ in range(3):
        another = make_park()
        project = make_project(another, state="landed", ip_count=2)
        project.moves.create(to="admitted", moved_at=NOW, by_client="client")
        make_talent(project)  # the same person, who counts once in all
        make_tenancy(make_unit(another, area_m2=300))
    with django_assert_num_queries(len(alone)):
        told = anonymous.get(PATH).json()
    assert told["enclaves"][0] == first["enclaves"][0]
    for name in ("resident", "admitted", "landed", "ip_count"):
        assert told["total"][name] == sum(one[name] for one in told["enclaves"]) > 0, name
    assert told["total"]["let_m2"] == "900.00"
    assert {one["talents"]["doctor"] for one in (*told["enclaves"], told["total"])} == {1}


def test_figures_are_a_file_too_in_which_no_name_is_a_formula(anonymous, park_operator):
    park = make_park(park_operator, name="=1+1", area_m2=5000)
    make_tenancy(make_unit(park, area_m2=300))
    make_project(park, state="landed", ip_count=3)
    answer = anonymous.get(f"{PATH}?format=csv")
    assert answer["Content-Type"] == "text/csv"
    told = csv.reader(StringIO(answer.content.decode("utf-8-sig")))
    header, one, together = told
    assert (one[0], one[3:6]) == ("'=1+1", ["2026-01-01", "2026-03-02", "300.00"])
    assert one[3:] == together[3:]
    assert one[8] == "1"
    pages = load_workbook(BytesIO(anonymous.get(f"{PATH}?format=xlsx").content)).worksheets
    assert (pages[0]["A2"].value, pages[0]["A2"].data_type) == ("=1+1", "s")
    assert (pages[0]["F2"].value, pages[0].max_column) == (300, len(header))
    assert "18 个" in [row[1] for row in pages[1].iter_rows(values_only=True)]
    assert anonymous.get(f"{PATH}?format=xlsx&enclave=x").status_code == 400


def test_behind_a_figure_are_its_projects_for_who_may_see_them(
    api, anonymous, landed, park_operator, rival
):
    path = f"{PATH}/projects?figure=landed"
    told = api(park_operator).get(path).json()["results"]
    assert [(one["id"], one["state"]) for one in told] == [(landed.pk, "landed")]
    assert api(rival).get(path).json()["results"] == []
    assert anonymous.get(path).json()["results"] == []
    assert anonymous.get(f"{PATH}/projects?figure=all").status_code == 400
    for figure in ("resident", "admitted", "producing", "exited"):
        assert api(park_operator).get(f"{PATH}/projects?figure={figure}").status_code == 200


def test_behind_areas_funds_and_talents_are_as_many_rows_as_are_counted(
    api, anonymous, park, landed, park_operator, settler, rival
):
    elsewhere = make_park()
    unit = make_unit(park, area_m2=300)
    own = make_tenancy(unit, tenant=organization_of(settler), tenant_name="=1+1")
    make_tenancy(unit, starts_on=date(2025, 1, 1), ends_on=date(2026, 1, 1))
    make_unit(park)
    make_tenancy(make_unit(elsewhere))
    for home, since in ((park, "2025-01-01"), (park, "2026-12-01"), (elsewhere, "2025-01-01")):
        home.funds.create(name=f"虚构基金{since}", size=100, since=since)
    make_talent(landed)
    second = make_project(park, state="landed")
    make_talent(second, "同一人")
    second.talents.create(
        name="硕士", person_key="1", grade="master", starts_on=date(2026, 1, 1), entered_at=NOW
    )
    query = f"enclave={park.pk}"
    figures = anonymous.get(f"{PATH}?{query}").json()["total"]

    def behind(user, name, more=""):
        answer = (api(user) if user else anonymous).get(f"{PATH}/{name}?{query}{more}")
        assert answer.status_code == 200, answer.content
        return answer.json()["results"]

    (let,) = behind(park_operator, "tenancies")
    assert (let["id"], let["area_m2"], let["enclave_name"]) == (
        *(own.pk, figures["let_m2"], park.name),
    )
    funds = behind(None, "funds")
    assert (
        (len(funds), funds[0]["size"])
        == (figures["funds"], figures["funds_size"])
        == (*(1, "100.00"),)
    )
    for grade, number in figures["talents"].items():
        assert len(behind(park_operator, "talents", f"&grade={grade}")) == number, grade
    assert [one["name"] for one in behind(park_operator, "talents")] == ["硕士", "虚构人才"]
    assert [one["id"] for one in behind(settler, "tenancies")] == [own.pk]
    for name in ("tenancies", "talents"):
        assert behind(rival, name) == behind(None, name) == [], name
    text = api(park_operator).get(f"{PATH}/tenancies?format=csv").content.decode("utf-8-sig")
    assert list(csv.reader(StringIO(text)))[1][:4] == [park.name, unit.name, "300.00", "'=1+1"]
    for name in ("tenancies", "funds", "talents"):
        assert api(park_operator).get(f"{PATH}/{name}?format=xlsx").content[:2] == b"PK"
        assert anonymous.get(f"{PATH}/{name}?enclave=x").status_code == 400
    assert anonymous.get(f"{PATH}/talents?grade=x").status_code == 400


def test_the_calendar_tells_what_is_due_and_what_is_overdue(
    api, park, park_operator, host_bureau, rival
):
    agreement = agree(park)
    tenancy = make_tenancy(make_unit(park), ends_on=date(2026, 3, 20))
    report = reports.draw_up_report(
        actor=act(park_operator), park_id=park.pk, tax=0, output=0, **YEAR
    )
    told = api(host_bureau).get(f"{V1}/enclaves/{park.pk}/duties").json()
    assert told == [
        {
            "kind": "report",
            "subject": agreement.pk,
            "due_on": "2026-01-31",
            "phase": "overdue",
        },
        {"kind": "tenancy", "subject": tenancy.pk, "due_on": "2026-03-20", "phase": "soon"},
    ]
    assert api(rival).get(f"{V1}/enclaves/{park.pk}/duties").status_code == 404
    agree(park, "output")
    reports.submit_report(actor=act(park_operator), report_id=report.pk)
    told = api(host_bureau).get(f"{V1}/enclaves/{park.pk}/duties").json()
    assert [(one["kind"], one["subject"], one["phase"]) for one in told] == [
        ("confirmation", report.pk, "upcoming"),
        ("tenancy", tenancy.pk, "soon"),
    ]


def test_people_are_told_of_a_duty_once_in_each_phase(park, park_operator, bureau, cadre, clock):
    agree(park)
    assert raise_duty_alarms() == 1
    assert raise_duty_alarms() == 0
    told = Event.objects.get(kind="duty.overdue")
    assert told.payload == {"park": park.pk, "duty": "report", "due_on": "2026-01-31"}
    fan_out_all()
    heard = set(Notice.objects.values_list("recipient", flat=True))
    assert {park_operator.pk, bureau.pk, cadre.pk} <= heard
    clock.set(NOW.replace(year=2027, month=1, day=20))
    assert raise_duty_alarms() == 1
    assert DutyAlarm.objects.filter(phase="soon").count() == 1


def test_a_park_that_fails_stops_no_other(park, park_operator, monkeypatch):
    from enclaves import duties

    other = make_park(park_operator)
    for one in (park, other):
        agree(one)
    lock = duties.lock_park

    def failing(park_id):
        if park_id == park.pk:
            raise RuntimeError
        return lock(park_id)

    monkeypatch.setattr(duties, "lock_park", failing)
    assert raise_duty_alarms() == 1
