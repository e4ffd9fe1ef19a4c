"""The roll of an alliance comes as a table: dry run, complaints by row, all or none."""

import csv
from io import BytesIO, StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from accounts.models import OrganizationKind
from alliances.models import AllianceMember
from core.models import Event
from tests.alliances.conftest import join
from tests.conftest import make_organization

pytestmark = pytest.mark.usefixtures("clock")
HEADER = ("credit_code", "kind", "licence_number", "territory", "contact_name")


def sheet(*rows):
    book = Workbook()
    for row in (HEADER, *rows):
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def send(client, alliance, content, dry_run="false"):
    url = f"/api/v1/alliances/{alliance.pk}/members/import"
    file = SimpleUploadedFile("roll", content)
    return client.post(url, {"file": file, "dry_run": dry_run}, format="multipart")


def outcomes(answer):
    assert answer.status_code == 201, answer.content
    return [one["outcome"] for one in answer.json()["results"]]


@pytest.fixture
def banks(db):
    return [make_organization(OrganizationKind.FINANCIAL_INSTITUTION) for _ in range(2)]


@pytest.fixture
def roll(banks):
    rows = [(one.credit_code, "银行", "虚构许可证", "310117；340200", "联系人") for one in banks]
    return sheet(*rows)


def test_a_dry_run_judges_the_roll_and_writes_nothing(alliance, keeper, rest, roll):
    looked = send(rest(keeper), alliance, roll, "true")
    assert (looked.status_code, looked.json()["accepted"]) == (200, 2), looked.content
    assert not AllianceMember.objects.exists()
    assert not Event.objects.filter(kind="member.activated").exists()


def test_a_roll_is_taken_in_once(alliance, keeper, rest, roll, banks):
    assert outcomes(send(rest(keeper), alliance, roll)) == ["created", "created"]
    assert outcomes(send(rest(keeper), alliance, roll)) == ["existing", "existing"]
    member = AllianceMember.objects.earliest("pk")
    assert (member.state, member.territory.count()) == ("active", 2)
    told = Event.objects.filter(kind="member.activated").order_by("pk")
    assert [one.payload["organization"] for one in told] == [bank.pk for bank in banks]


def test_who_has_left_stays_away(alliance, keeper, rest, roll, banks):
    gone = join(alliance, banks[0], "exited")
    assert outcomes(send(rest(keeper), alliance, roll)) == ["existing", "created"]
    assert AllianceMember.objects.get(organization=banks[0]) == gone


def test_one_row_that_cannot_be_taken_keeps_out_all_and_each_is_told_of(
    alliance, keeper, rest, banks
):
    one, two = (bank.credit_code for bank in banks)
    rows = [
        (one, "bank", "虚构", "", "联系人"),
        (two, "bank", "", "", "联系人"),
        (one, "bank", "虚构", "", "联系人"),
        ("91000000000000000X", "bank", "虚构", "", "联系人"),
        (alliance.secretariat.credit_code, "bank", "虚构", "", "联系人"),
        (make_organization().credit_code, "enterprise", "", "", "联系人"),
        (make_organization().credit_code, "bank", "虚构", "999999", "联系人"),
        (make_organization().credit_code, "bank", "虚构", "", ""),
    ]
    answer = send(rest(keeper), alliance, sheet(*rows))
    assert (answer.status_code, answer.json()["code"]) == (422, "rows_refused")
    assert [(error["row"], error["code"]) for error in answer.json()["errors"]] == [
        (3, "licence_missing"),
        (4, "organization_twice"),
        (5, "no_such_organization"),
        (6, "secretariat_stays_out"),
        (7, "wrong_alliance"),
        (8, "unknown_city"),
        (9, "required"),
    ]
    assert not AllianceMember.objects.exists()


def test_only_who_keeps_the_roll_brings_one_and_of_an_alliance_that_stands(
    alliance, keeper, rest, roll, seller
):
    for dry_run in ("true", "false"):
        assert send(rest(seller), alliance, roll, dry_run).status_code == 403
    alliance.dissolved_on = "2025-01-01"
    alliance.save()
    answer = send(rest(keeper), alliance, roll)
    assert (answer.status_code, answer.json()["code"]) == (409, "alliance_dissolved")
    assert not AllianceMember.objects.exists()


def test_the_roll_is_a_file_too_and_tells_what_its_reader_may_see(
    alliance, keeper, rest, banks, anonymous
):
    join(alliance, banks[0], contact_name="=1+1", contact_phone="021-0000")
    join(alliance, banks[1], "suspended")
    url = f"/api/v1/alliances/{alliance.pk}/members?format="
    for reader, rows, phone in ((rest(keeper), 2, "021-0000"), (anonymous, 1, None)):
        page = load_workbook(BytesIO(reader.get(f"{url}xlsx").content)).active
        told = list(page.iter_rows(min_row=2))
        assert len(told) == rows
        assert told[-1][8].value == phone
        assert all(cell.data_type != "f" for row in told for cell in row)
    text = rest(keeper).get(f"{url}csv").content
    lines = list(csv.reader(StringIO(text.decode("utf-8-sig"))))
    assert lines[-1][7:9] == ["'=1+1", "021-0000"]
    assert outcomes(send(rest(keeper), alliance, text)) == ["existing", "existing"]
