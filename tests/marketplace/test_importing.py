"""Tables of needs and of achievements: taken in whole, once, as drafts; and lists as files."""

import csv
from io import BytesIO, StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from openpyxl import load_workbook

from marketplace.lifecycle import AchievementState
from marketplace.models import Achievement, Need
from marketplace.serializers.tables import NEED_COLUMNS
from search.models import Document
from tests.conftest import organization_of
from tests.factories import make_achievement
from tests.marketplace.conftest import events_of, make_need
from tests.marketplace.requests import ACHIEVEMENT, NEED, V1, keyed, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

FIELDS = [
    "external_id",
    "title",
    "field",
    "city",
    "indicators",
    "budget",
    "deadline",
    "modes",
    "detail_under_nda",
]
INDICATORS = "循环寿命 ≥ 2000 次（GB/T 31484）；厚度 <= 0.5 mm [保密]"
FIRST = f'甲-1,虚构：耐高温涂层,新材料,,{INDICATORS},"3,200,000",2026/12/31,委托开发；licence,否'
SECOND = "甲-2,虚构：轴承监测,AI,330100,,,,,"


def sent(client, things, text, *, dry_run=False, **headers):
    file = SimpleUploadedFile("t.csv", text if isinstance(text, bytes) else text.encode())
    body = {"file": file, "dry_run": str(dry_run).lower()}
    return client.post(f"{V1}/{things}/import", body, format="multipart", **headers)


@pytest.fixture
def needs_table():
    """Two needs under the labels that the product has in Chinese."""
    with translation.override("zh-hans"):
        labels = {column.field: str(column.label) for column in NEED_COLUMNS}
    return "\n".join([",".join(labels[name] for name in FIELDS), FIRST, SECOND])


def test_a_dry_run_tells_what_would_become_of_each_row_and_writes_nothing(
    api, enterprise, needs_table
):
    answer = sent(api(enterprise), "needs", needs_table, dry_run=True)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["rows"], told["accepted"], told["refused"], told["errors"]) == (2, 2, 0, [])
    assert [one["row"] for one in told["results"]] == [2, 3]
    assert not Need.objects.exists()


def test_the_rows_become_drafts_of_the_organization_once(api, enterprise, needs_table):
    client = api(enterprise)
    answer = sent(client, "needs", needs_table)
    assert answer.status_code == 201, answer.content
    first, second = Need.objects.order_by("id")
    assert [one["code"] for one in answer.json()["results"]] == [first.code, second.code]
    assert {need.organization for need in (first, second)} == {organization_of(enterprise)}
    assert {need.state for need in (first, second)} == {"draft"}
    assert (first.field.code, second.city.code, str(first.budget)) == ("NM", "330100", "3200000.00")
    assert first.modes == ["commissioned", "licence"]
    one, other = first.indicators.all()
    assert (one.name, one.operator, one.unit, one.test_method) == (
        "循环寿命",
        "ge",
        "次",
        "GB/T 31484",
    )
    assert (str(other.target), other.confidential) == ("0.500000", True)
    assert events_of(f"need:{first.pk}") == ["need.posted"]
    document = Document.objects.get(kind="need", object_id=first.pk)
    assert "循环寿命" in document.keywords
    assert "厚度" not in document.keywords

    again = sent(client, "needs", needs_table).json()
    assert [one["outcome"] for one in again["results"]] == ["existing", "existing"]
    assert [one["id"] for one in again["results"]] == [first.pk, second.pk]
    assert Need.objects.count() == 2


def test_a_repetition_with_the_same_key_is_answered_alike(api, enterprise):
    client, key = api(enterprise), keyed()
    table = "title,field\n虚构：一,NM\n"
    first = sent(client, "needs", table, **key)
    second = sent(client, "needs", table, **key)
    assert first.json() == second.json()
    assert second["Idempotent-Replay"] == "true"
    assert Need.objects.count() == 1
    refused(sent(client, "needs", table + "虚构：二,NM\n", **key), 409, "idempotency_key_reused")


def test_one_bad_row_keeps_out_the_whole_table_and_each_complaint_says_where(api, enterprise):
    table = (
        "title,field,budget,paid_to_solver,deadline,external_id,indicators\n"
        "虚构：一,NM,1.00,,,X,\n"
        "虚构：二,nowhere,,,,,\n"
        "虚构：三,NM,1.00,2.00,,,\n"
        "虚构：四,NM,abc,,31.12.2026,,fast enough\n"
        "虚构：五,NM,,,,X,\n"
    )
    body = refused(sent(api(enterprise), "needs", table), 422, "rows_refused")
    assert [(one["row"], one["field"], one["code"]) for one in body["errors"]] == [
        (3, "", "unknown_technology_field"),
        (4, "", "funding_contradicts"),
        (5, "indicators", "cell_not_understood"),
        (5, "budget", "invalid"),
        (5, "deadline", "invalid"),
        (6, "", "external_id_twice"),
    ]
    assert not Need.objects.exists()
    looked = sent(api(enterprise), "needs", table, dry_run=True).json()
    assert looked["errors"] == body["errors"]
    assert (looked["accepted"], looked["refused"]) == (1, 4)


def test_a_table_or_body_that_is_none_is_refused(api, enterprise, anonymous, stranger):
    client = api(enterprise)
    refused(sent(client, "needs", b"\xd0\xcf\x11\xe0"), 422, "table_unreadable")
    refused(sent(client, "needs", "title\nx"), 422, "missing_columns")
    refused(sent(client, "needs", "title,field,colour\n"), 422, "unknown_columns")
    refused(sent(client, "needs", "title,field\n" + "x,NM\n" * 1001), 422, "table_too_large")
    refused(client.post(f"{V1}/needs/import", {}, format="multipart"), 400, "invalid")
    refused(
        client.post(f"{V1}/needs/import", {"file": "x"}, format="json"),
        415,
        "unsupported_media_type",
    )
    refused(sent(anonymous, "needs", "title,field\n"), 401, "not_authenticated")
    refused(sent(api(stranger), "needs", "title,field\n"), 403, "permission_denied")


def test_achievements_come_with_their_inventors_and_numbers(api, seller):
    table = (
        "title,field,maturity_level,ip_kind,ip_number,inventors,is_service,external_id\n"
        "虚构：前驱体,NM,6,invention,ZL201580003807.3,甲 60%；乙,是,Z-1\n"
    )
    client = api(seller)
    answer = sent(client, "achievements", table)
    assert answer.status_code == 201, answer.content
    one = Achievement.objects.get()
    assert (one.owner, one.is_service, one.external_id) == (organization_of(seller), True, "Z-1")
    assert [(each.name, each.share) for each in one.inventors.all()][1] == ("乙", None)
    assert events_of(f"achievement:{one.pk}") == ["achievement.listed"]
    bad = table.replace("ZL201580003807.3", "ZL201580003807.4").replace("Z-1", "Z-2")
    body = refused(sent(client, "achievements", bad), 422, "rows_refused")
    assert [one["row"] for one in body["errors"]] == [2]


def rows_of_csv(answer):
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_a_list_is_a_file_with_the_same_filters_and_tiers(api, anonymous, enterprise, seller):
    shown = make_need(
        enterprise, title="=1+1", external_id="内-1", detail_under_nda=True, detail="机密"
    )
    make_need(enterprise, "draft", title="虚构：草稿")
    header, *rows = rows_of_csv(anonymous.get(f"{V1}/needs?format=csv"))
    assert len(rows) == 1
    by_field = dict(zip(header, rows[0], strict=True))
    assert "'=1+1" in rows[0]
    assert shown.code in rows[0]
    assert not {"内-1", "机密"} & set(by_field.values())
    assert len(rows_of_csv(anonymous.get(f"{V1}/needs?format=csv&field=AI"))) == 1
    own = rows_of_csv(api(enterprise).get(f"{V1}/needs?format=csv"))
    assert len(own) == 3
    assert "机密" in own[2]
    book = load_workbook(BytesIO(anonymous.get(f"{V1}/needs?format=xlsx").content))
    assert [cell.value for cell in book.active[1]] == header
    make_achievement(seller)
    make_achievement(seller, AchievementState.DRAFT)
    assert len(rows_of_csv(anonymous.get(f"{V1}/achievements?format=csv"))) == 2


PLAN = [
    {"title": "样件", "deliverable": "虚构样件", "months": 3, "payment_share": "40.00"},
    {"title": "批量", "deliverable": "虚构报告", "months": 12, "payment_share": "0.00"},
]


def test_what_was_exported_can_be_imported_by_another(api, enterprise, rival):
    posted = (
        api(enterprise)
        .post(f"{V1}/needs", {**NEED, "modes": ["joint"], "anonymous": True, "plan": PLAN})
        .json()
    )
    file = api(enterprise).get(f"{V1}/needs?format=xlsx").content
    answer = sent(api(rival), "needs", file)
    assert answer.status_code == 201, answer.content
    copy = api(rival).get(f"{V1}/needs/{answer.json()['results'][0]['id']}").json()
    for name in (
        "title",
        "field",
        "city",
        "budget",
        "deadline",
        "modes",
        "anonymous",
        "summary",
        "plan",
    ):
        assert copy[name] == posted[name], name
    for one in (*copy["indicators"], *posted["indicators"]):
        del one["id"]
    assert copy["indicators"] == posted["indicators"]


PAPERS = {
    "summary": "虚构摘要",
    "detail": "虚构的保密内容",
    "contact": "虚构联系方式",
    "detail_under_nda": True,
    "modes": ["transfer", "trial_first"],
    "price_kind": "fixed",
    "asking_price": "1200000.00",
    "cost_to_market": "0.00",
    "preferred_city": "310117",
    "maturity_evidence": "虚构中试报告",
    "legal_status": "granted",
    "next_fee_on": "2026-12-01",
    "is_service": True,
    "export_class": "free",
    "secrecy_level": "open",
    "inventors": [{"name": "甲", "share": "60.00"}, {"name": "乙", "share": "40.00"}],
    "co_owners": [
        {
            "name": "虚构共有人",
            "share": "25.00",
            "consented_on": "2026-02-01",
            "consent": "虚构同意书",
        },
        {"name": "虚构另一人", "share": None, "consented_on": None, "consent": ""},
    ],
    "ip_records": [
        {
            "kind": "software",
            "number": "虚构登记1号",
            "territory": "CN",
            "applied_on": "2024-01-01",
            "granted_on": None,
            "legal_status": "granted",
            "next_fee_on": "2027-01-01",
            "holder": "虚构合作单位",
            "consented_on": "2026-02-01",
            "consent": "虚构同意书2号",
        }
    ],
    "encumbrances": [
        {
            "kind": "ordinary",
            "holder": "虚构被许可人",
            "since": "2025-01-01",
            "until": None,
            "consent": "虚构许可合同",
        }
    ],
}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_an_exported_achievement_comes_back_with_its_whole_dossier(api, seller, rival, kind):
    client = api(seller)
    answer = client.post(f"{V1}/achievements", {**ACHIEVEMENT, **PAPERS}, format="json")
    assert answer.status_code == 201, answer.content
    listed = answer.json()
    file = client.get(f"{V1}/achievements?format={kind}").content
    sent_back = sent(api(rival), "achievements", file)
    assert sent_back.status_code == 201, sent_back.content
    number = sent_back.json()["results"][0]["id"]
    copy = api(rival).get(f"{V1}/achievements/{number}").json()
    own = {"id", "code", "owner", "owner_name", "city"}
    for one in (*copy["ip_records"], *listed["ip_records"]):
        del one["id"]
    assert {name: copy[name] for name in copy.keys() - own} == {
        name: listed[name] for name in listed.keys() - own
    }


def test_a_planned_row_and_a_pledge_are_told_where_they_make_no_sense(api, enterprise, seller):
    table = 'title,field,plan\n虚构：一,NM,"虚构阶段 | 虚构成果 | drei | 40.00"\n'
    body = refused(sent(api(enterprise), "needs", table), 422, "rows_refused")
    assert {one["field"] for one in body["errors"]} == {"plan"}
    table = (
        "title,field,maturity_level,ip_kind,encumbrances\n"
        '虚构：一,NM,6,know_how,"质押 | 虚构银行 | soon\n质押 | 虚构银行 | 2025-01-01"\n'
    )
    body = refused(sent(api(seller), "achievements", table), 422, "rows_refused")
    assert {one["field"] for one in body["errors"]} == {"encumbrances"}


def test_too_long_a_list_is_no_file(anonymous, enterprise, monkeypatch):
    monkeypatch.setattr("core.sheets.MOST_ROWS", 0)
    make_need(enterprise)
    refused(anonymous.get(f"{V1}/needs?format=csv"), 422, "too_many_rows")


def test_an_empty_table_has_the_columns_that_are_read(anonymous):
    names = anonymous.get(f"{V1}/needs/import").json()
    (header,) = rows_of_csv(anonymous.get(f"{V1}/needs/import?format=csv"))
    assert header == names
    assert anonymous.get(f"{V1}/achievements/import?format=xlsx").status_code == 200


def test_the_page_is_for_who_binds_an_organization(api, anonymous, enterprise):
    for things in ("needs", "achievements"):
        assert "import.js" in api(enterprise).get(f"/{things}/import").content.decode()
        assert "import.js" not in anonymous.get(f"/{things}/import").content.decode()
