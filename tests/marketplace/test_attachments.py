"""Files of needs: which are taken, who has them, and how they are handed out."""

import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from core.db import transaction
from core.errors import NotFound, PermissionDenied
from core.models import Event
from marketplace import attachments, disclosure
from marketplace.attachment_queries import attachments_visible_to
from marketplace.lifecycle import NeedState
from marketplace.models import AttachmentFile, Need, NeedAttachment, NeedReading
from marketplace.rules import NotEditable
from marketplace.rules import attachments as rules
from marketplace.rules.disclosure import NEED_NDA
from notifications.audience import AUDIENCES
from tests.conftest import NOW, act, organization_of
from tests.marketplace.conftest import HalfWayError, make_need

PDF = b"%PDF-1.7 fictional"
V1 = "/api/v1"


def office(*names: str) -> bytes:
    """An archive with these parts."""
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w") as parts:
        for name in names:
            parts.writestr(name, "x")
    return kept.getvalue()


DOCX = office("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("附页.pdf", PDF, "application/pdf"),
        ("图.PNG", b"\x89PNG\r\n\x1a\n...", "image/png"),
        ("照片.jpeg", b"\xff\xd8\xff...", "image/jpeg"),
        ("说明.docx", DOCX, rules.MEDIA_TYPES[".docx"]),
        ("表.xlsx", office("[Content_Types].xml", "xl/workbook.xml"), rules.MEDIA_TYPES[".xlsx"]),
    ],
)
def test_a_few_kinds_are_taken_by_what_they_are(name, content, kind):
    assert rules.check_attachment(name, content) == kind


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("页.html", b"<script>"),
        ("页.pdf", b"<script>"),
        ("页.svg", b"<svg/>"),
        ("无后缀", PDF),
        ("表.docx", office("[Content_Types].xml", "xl/workbook.xml")),
        ("宏.docx", office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
        ("坏.docx", b"PK\x03\x04 broken"),
    ],
)
def test_what_is_none_of_them_is_refused_whatever_it_is_called(name, content):
    with pytest.raises(rules.AttachmentKindRefused):
        rules.check_attachment(name, content)


@given(name=st.text(min_size=1, max_size=130))
def test_a_name_that_is_taken_is_short_and_has_no_path_nor_marks(name):
    try:
        rules.check_attachment(f"{name}.pdf", PDF)
    except rules.AttachmentNameRefused:
        return
    assert len(name) <= 116
    assert not set(name) & set('/\\\r\n\x00\u202e"<>|:*?')


def test_the_size_has_its_bounds():
    for content in (b"", b"%PDF-" + bytes(rules.LARGEST_BYTES)):
        with pytest.raises(rules.AttachmentTooLarge):
            rules.check_attachment("附页.pdf", content)
    with pytest.raises(rules.TooManyAttachments):
        rules.check_number(rules.MOST_ATTACHMENTS)
    rules.check_number(rules.MOST_ATTACHMENTS - 1)


def add(by: Any, need: Need, content: bytes = PDF, **values: Any) -> NeedAttachment:
    told = {"name": "附页.pdf", "confidential": True, **values}
    return attachments.add_attachment(actor=act(by), need_id=need.pk, content=content, **told)


def fetched(client: Any, attachment: NeedAttachment) -> Any:
    return client.get(f"{V1}/attachments/{attachment.pk}")


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_over_rest_a_file_is_kept_and_handed_out_to_be_saved_and_never_shown(api, enterprise):
    need = make_need(enterprise, NeedState.DRAFT)
    file = SimpleUploadedFile("工艺 说明.docx", DOCX, content_type="text/html")
    made = api(enterprise).post(
        f"{V1}/needs/{need.pk}/attachments", {"file": file}, format="multipart"
    )
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["name"], told["size"], told["confidential"]) == ("工艺 说明.docx", len(DOCX), True)
    answer = api(enterprise).get(told["url"])
    assert answer.content == DOCX
    assert answer["Content-Type"] == rules.MEDIA_TYPES[".docx"]
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E5%B7%A5")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-store"
    listed = api(enterprise).get(f"{V1}/needs/{need.pk}/attachments").json()["results"]
    assert listed == [told]
    event = Event.objects.get(kind="need.attachment_added")
    assert set(event.payload) == set(AUDIENCES[event.kind].payload)
    assert "工艺" not in str(event.payload)
    wrong = SimpleUploadedFile("页.html", b"<script>")
    path = f"{V1}/needs/{need.pk}/attachments"
    assert api(enterprise).post(path, {"file": wrong}, format="multipart").status_code == 415
    assert api(enterprise).delete(told["url"]).status_code == 204
    assert not AttachmentFile.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_a_confidential_file_is_there_for_whoever_may_read_the_detail(
    api, enterprise, rival, bureau, stranger, anonymous
):
    need = make_need(enterprise, NeedState.DRAFT, detail_under_nda=True)
    secret = add(enterprise, need)
    public = add(enterprise, need, b"%PDF-1.7 open", name="公开.pdf", confidential=False)
    Need.objects.filter(pk=need.pk).update(state=NeedState.PUBLISHED, published_at=NOW)
    path = f"{V1}/needs/{need.pk}/attachments"
    for reader in (anonymous, api(stranger), api(rival)):
        assert [one["id"] for one in reader.get(path).json()["results"]] == [public.pk]
        assert fetched(reader, public).status_code == 200
        assert fetched(reader, secret).status_code == 404
    assert fetched(api(bureau), secret).status_code == 200
    disclosure.accept_undertaking(
        actor=act(rival),
        organization_id=organization_of(rival).pk,
        need_id=need.pk,
        version=NEED_NDA.version,
    )
    before = NeedReading.objects.count()
    assert fetched(api(rival), secret).content == PDF
    assert NeedReading.objects.count() == before + 1, "a reading is written down"


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_files_are_its_posters_alone_while_it_drafts_and_there_are_only_so_many(
    enterprise, rival, operator
):
    need = make_need(enterprise, NeedState.DRAFT)
    kept = add(enterprise, need)
    assert add(enterprise, need) == kept, "the same bytes are one file"
    with pytest.raises(NotFound):
        add(rival, need)
    with pytest.raises(PermissionDenied):
        add(operator, need)
    with pytest.raises(NotFound):
        attachments.remove_attachment(actor=act(rival), attachment_id=kept.pk)
    for number in range(rules.MOST_ATTACHMENTS - 1):
        add(enterprise, need, PDF + bytes([number]))
    with pytest.raises(rules.TooManyAttachments):
        add(enterprise, need, PDF + b"more")
    Need.objects.filter(pk=need.pk).update(state=NeedState.SUBMITTED)
    for change in (
        lambda: add(enterprise, need, PDF + b"late"),
        lambda: attachments.remove_attachment(actor=act(enterprise), attachment_id=kept.pk),
    ):
        with pytest.raises(NotEditable):
            change()
    assert attachments_visible_to(act(enterprise)).count() == rules.MOST_ATTACHMENTS


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_a_failure_half_way_leaves_everything_as_it_was(enterprise, break_half_way):
    need = make_need(enterprise, NeedState.DRAFT)
    kept = add(enterprise, need)
    break_half_way()
    with pytest.raises(HalfWayError):
        add(enterprise, need, PDF + b"more")
    with pytest.raises(HalfWayError):
        attachments.remove_attachment(actor=act(enterprise), attachment_id=kept.pk)
    assert list(AttachmentFile.objects.values_list("pk", flat=True)) == [kept.pk]


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_the_database_refuses_what_is_no_attachment(enterprise):
    need = make_need(enterprise, NeedState.DRAFT)
    add(enterprise, need)
    columns = ("need_id", "name", "media_type", "size", "sha256", "added_at")
    copy = NeedAttachment.objects.values(*columns).get()
    for values, constraint in (
        ({}, "needattachment_once_per_need"),
        ({"sha256": "x"}, "needattachment_hash_shape"),
        ({"size": 0, "sha256": "0" * 64}, "needattachment_of_a_size"),
        ({"media_type": "text/html", "sha256": "0" * 64}, "needattachment_of_a_known_kind"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction():
            NeedAttachment.objects.create(**{**copy, **values})
