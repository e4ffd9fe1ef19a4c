"""A table of tenancies is taken whole or not at all, and says of each row what keeps it out."""

import csv
from datetime import date
from io import BytesIO, StringIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from core.models import Event
from enclaves.models import Tenancy
from tests.conftest import make_organization, organization_of
from tests.enclaves.conftest import make_park, make_tenancy, make_unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

HEADER = "unit_name,承租方,starts_on,ends_on,rent\n"
ROWS = 'A座三层,虚构甲,2026-01-01,2027-01-01,"12,000"\nA座三层,虚构乙,2027/1/1,,0\n'


@pytest.fixture
def send(api, park):
    def post(user, rows, *, header=HEADER, key=None, **parts):
        file = SimpleUploadedFile("t.csv", (header + rows).encode())
        path = f"/api/v1/enclaves/{park.pk}/tenancies/import"
        headers = {"Idempotency-Key": str(key)} if key else {}
        return api(user).post(path, {"file": file, **parts}, format="multipart", headers=headers)

    return post


@pytest.fixture
def unit(park):
    return make_unit(park, name="A座三层")


def outcomes(answer):
    assert answer.status_code == 201, answer.content
    return [one["outcome"] for one in answer.json()["results"]]


def test_a_dry_run_judges_every_row_and_writes_nothing(send, unit, park_operator):
    dry = send(park_operator, ROWS, dry_run="true")
    assert (dry.status_code, dry.json()["accepted"]) == (200, 2), dry.content
    assert not Tenancy.objects.exists()
    assert not Event.objects.filter(kind="park.unit_let").exists()


def test_a_table_is_entered_once_however_often_it_is_sent(send, unit, park_operator, park):
    key = uuid4()
    first = send(park_operator, ROWS, key=key)
    assert outcomes(first) == ["created", "created"]
    assert send(park_operator, ROWS, key=key).json() == first.json()
    assert outcomes(send(park_operator, ROWS)) == ["existing", "existing"]
    ids = [one["id"] for one in first.json()["results"]]
    told = Event.objects.filter(kind="park.unit_let").order_by("seq")
    assert [one.payload for one in told] == [{"park": park.pk, "tenancy": pk} for pk in ids]
    entered = Tenancy.objects.order_by("pk").values_list("pk", "rent", "starts_on", "ends_on")
    assert list(entered) == [
        (ids[0], 12_000, date(2026, 1, 1), date(2027, 1, 1)),
        (ids[1], 0, date(2027, 1, 1), None),
    ]


def test_one_bad_row_keeps_out_the_whole_table_and_each_is_told_of(send, unit, park_operator):
    make_tenancy(unit)
    make_unit(make_park(park_operator), name="别处")
    rows = (
        "A座三层,虚构甲,2026-06-01,,12000\n"
        "别处,虚构乙,2027-01-01,,1\n"
        "A座三层,虚构丙,2027-01-01,2028-01-01,1\n"
        "A座三层,虚构丁,2027-06-01,,1\n"
        "A座三层,虚构戊,不知道,,1\n"
        "A座三层,虚构己,2029-01-01,2029-01-01,1\n"
    )
    refused = send(park_operator, rows)
    assert (refused.status_code, refused.json()["code"]) == (422, "rows_refused")
    said = [(one["row"], one["code"], one["field"]) for one in refused.json()["errors"]]
    assert said[:3] == [(2, "unit_occupied", ""), (3, "unknown_unit", ""), (5, "unit_occupied", "")]
    assert [(row, field) for row, _, field in said[3:]] == [(6, "starts_on"), (7, "")]
    assert said[4][1] == "period_empty"
    assert Tenancy.objects.count() == 1


def test_only_the_operator_brings_a_table(send, unit, bureau, settler, park_operator, anonymous):
    for user in (bureau, settler):
        assert send(user, ROWS).status_code == 403
    assert send(user, ROWS, dry_run="true").status_code == 403
    assert not Tenancy.objects.exists()


def test_tenancies_are_a_file_that_runs_nothing_and_can_be_imported_again(
    api, send, unit, park, park_operator, rival
):
    make_tenancy(unit, tenant_name="=1+1")
    make_tenancy(unit, starts_on=date(2027, 1, 1), ends_on=None)
    path = f"/api/v1/enclaves/{park.pk}/tenancies?format="
    text = api(park_operator).get(f"{path}csv").content.decode("utf-8-sig")
    assert [row[1] for row in csv.reader(StringIO(text))][1:] == ["虚构租户", "'=1+1"]
    assert outcomes(send(park_operator, text, header="")) == ["existing", "existing"]
    page = load_workbook(BytesIO(api(park_operator).get(f"{path}xlsx").content)).active
    assert (page["B3"].value, page["B3"].data_type) == ("=1+1", "s")
    assert len(api(rival).get(f"{path}csv").content.decode("utf-8-sig").splitlines()) == 1


def test_a_tenant_is_linked_by_its_credit_code(api, send, unit, park, park_operator, settler):
    organization, unverified = organization_of(settler), make_organization(verified=False)
    header = "unit_name,tenant_name,统一社会信用代码,starts_on,ends_on,rent\n"
    linked = f"A座三层,,{organization.credit_code},2026-01-01,2027-01-01,1\n"
    bad = (
        f"A座三层,虚构,{unverified.credit_code},2027-01-01,2028-01-01,1\n"
        f"A座三层,虚构,91310000MA00000000,2028-01-01,2029-01-01,1\n"
        "A座三层,,,2029-01-01,2030-01-01,1\n"
    )
    refused = send(park_operator, linked + bad, header=header).json()
    assert [(one["row"], one["code"], one["field"]) for one in refused["errors"]] == [
        (3, "no_such_organization", ""),
        (4, "no_such_organization", ""),
        (5, "required", "tenant_name"),
    ]
    assert not Tenancy.objects.exists()
    assert outcomes(send(park_operator, linked, header=header)) == ["created"]
    told = api(settler).get(f"/api/v1/enclaves/{park.pk}/tenancies").json()["results"]
    assert [(one["tenant"], one["tenant_name"], one["credit_code"]) for one in told] == [
        (organization.pk, organization.name, organization.credit_code)
    ]
    type(organization).objects.update(name="虚构的新名称")
    text = api(park_operator).get(f"/api/v1/enclaves/{park.pk}/tenancies?format=csv").content
    again = send(park_operator, text.decode("utf-8-sig"), header="")
    assert outcomes(again) == ["existing"], "also under another name"
