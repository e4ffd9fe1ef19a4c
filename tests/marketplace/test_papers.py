"""Papers of achievements and of their further rights: who has them, and what stays of them."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client

from core.db import transaction
from core.errors import InvalidValue, NotFound, PermissionDenied
from core.history import history_of
from core.models import Event
from marketplace import achievements, attachments, disclosure
from marketplace.attachment_queries import achievement_attachments_visible_to
from marketplace.lifecycle import AchievementState
from marketplace.models import (
    Achievement,
    AchievementAttachment,
    AchievementFile,
    AchievementReading,
)
from marketplace.rules import NotEditable
from marketplace.rules import attachments as rules
from marketplace.rules.disclosure import ACHIEVEMENT_NDA
from notifications.audience import AUDIENCES
from tests.conftest import NOW, act, organization_of
from tests.factories import make_achievement
from tests.marketplace.conftest import HalfWayError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
S = AchievementState
PDF = b"%PDF-1.7 fictional"
V1 = "/api/v1"
SOFTWARE = {"kind": "software", "number": "虚构登记1号"}
LAYOUT = {"kind": "layout_design", "number": "虚构布图1号"}
SECRET = {"kind": "know_how"}


def add(by: Any, achievement: Achievement, content: bytes = PDF, **values: Any) -> Any:
    told = {"name": "证书.pdf", "confidential": True, **values}
    return attachments.add_achievement_attachment(
        actor=act(by), achievement_id=achievement.pk, content=content, **told
    )


def telling(owner: Any, achievement: Achievement, *rights: dict[str, Any]) -> list[int]:
    """The keys of its further rights once its owner has told these."""
    achievements.edit_achievement(
        actor=act(owner), achievement_id=achievement.pk, ip_records=list(rights)
    )
    return list(achievement.ip_records.order_by("place").values_list("pk", flat=True))


@pytest.fixture
def draft(seller):
    return make_achievement(seller, S.DRAFT)


def test_over_rest_a_further_right_has_its_paper(api, seller, draft):
    (right,) = telling(seller, draft, SOFTWARE)
    path = f"{V1}/achievements/{draft.pk}/attachments"

    def body(**values: str) -> dict[str, Any]:
        return {"file": SimpleUploadedFile("登记 证书.pdf", PDF), **values}

    made = api(seller).post(path, body(record=str(right)), format="multipart")
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["record"], told["achievement"], told["confidential"]) == (right, draft.pk, True)
    answer = api(seller).get(told["url"])
    assert (answer.content, answer["Content-Type"]) == (PDF, "application/pdf")
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E7%99%BB")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert api(seller).get(path).json()["results"] == [told]
    event = Event.objects.get(kind="achievement.attachment_added")
    assert set(event.payload) == set(AUDIENCES[event.kind].payload)
    assert "证书" not in str(event.payload)
    for wrong in ("0", "9" * 18, "x", "-1"):
        refused = api(seller).post(path, body(record=wrong), format="multipart")
        assert refused.status_code == 400, wrong
    assert api(seller).delete(told["url"]).status_code == 204
    assert not AchievementFile.objects.exists()


def test_a_key_that_is_sent_again_keeps_one_file(api, seller, draft):
    path, key = f"{V1}/achievements/{draft.pk}/attachments", "7f1c2f1e-0f4c-4a43-9c1e-6f9f6f1c2f1e"
    answers = [
        api(seller).post(
            path,
            {"file": SimpleUploadedFile("证书.pdf", PDF)},
            format="multipart",
            headers={"Idempotency-Key": key},
        )
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert AchievementAttachment.objects.count() == 1


def test_a_confidential_paper_is_there_for_whoever_may_read_the_detail(
    api, seller, rival, bureau, stranger, anonymous, draft
):
    secret = add(seller, draft)
    public = add(seller, draft, b"%PDF-1.7 open", name="公开.pdf", confidential=False)
    Achievement.objects.filter(pk=draft.pk).update(
        state=S.PUBLISHED, published_at=NOW, detail_under_nda=True
    )
    path = f"{V1}/achievements/{draft.pk}/attachments"
    for reader in (anonymous, api(stranger), api(rival)):
        assert [one["id"] for one in reader.get(path).json()["results"]] == [public.pk]
        assert reader.get(public.path).status_code == 200
        assert reader.get(secret.path).status_code == 404
    assert api(bureau).get(secret.path).status_code == 200
    disclosure.accept_achievement_undertaking(
        actor=act(rival),
        organization_id=organization_of(rival).pk,
        achievement_id=draft.pk,
        version=ACHIEVEMENT_NDA.version,
    )
    before = AchievementReading.objects.count()
    assert api(rival).get(secret.path).content == PDF
    assert AchievementReading.objects.count() == before + 1, "a reading is written down"


def test_papers_are_the_owners_while_it_drafts_and_staffs_until_the_right_has_passed(
    seller, rival, operator, draft
):
    kept = add(seller, draft)
    assert add(seller, draft) == kept, "the same bytes are one file"
    with pytest.raises(NotFound):
        add(rival, draft)
    with pytest.raises(InvalidValue):
        add(seller, draft, PDF + b"x", record_id=kept.pk + 1000)
    by_owner, by_staff = (S.DRAFT, S.RETURNED), (S.SUBMITTED, S.RETURNED, S.APPROVED)
    listed = (S.PUBLISHED, S.RESERVED, S.UNLISTED)
    for number, state in enumerate(S):
        Achievement.objects.filter(pk=draft.pk).update(state=state, published_at=NOW)
        for person, may in ((seller, by_owner), (operator, (*by_staff, *listed))):
            content = PDF + str([number, person.pk]).encode()
            if state in may:
                made = add(person, draft, content)
            else:
                with pytest.raises((NotEditable, NotFound)):
                    add(person, draft, content)
                continue
            if state in listed:
                with pytest.raises(NotEditable):
                    _remove(person, made)
                made.delete()
            else:
                _remove(person, made)
    assert achievement_attachments_visible_to(act(seller)).get() == kept


def _remove(person: Any, made: AchievementAttachment) -> None:
    attachments.remove_achievement_attachment(actor=act(person), attachment_id=made.pk)


def test_nobody_else_takes_a_paper_off(seller, rival, operator, draft):
    kept = add(seller, draft, confidential=False)
    Achievement.objects.filter(pk=draft.pk).update(state=S.PUBLISHED, published_at=NOW)
    with pytest.raises(PermissionDenied):
        _remove(rival, kept)
    with pytest.raises(NotFound):
        attachments.remove_achievement_attachment(
            actor=act(operator), attachment_id=kept.pk, achievement_id=draft.pk + 1
        )


def test_there_are_only_so_many(seller, draft):
    for number in range(rules.MOST_ATTACHMENTS):
        add(seller, draft, PDF + bytes([number]))
    with pytest.raises(rules.TooManyAttachments):
        add(seller, draft, PDF + b"more")


def test_a_right_that_is_told_again_keeps_its_row_and_its_papers(seller, draft):
    software, layout, first, second = telling(seller, draft, SOFTWARE, LAYOUT, SECRET, SECRET)
    paper = add(seller, draft, record_id=software)
    fee = {"legal_status": "granted"}
    told = telling(seller, draft, LAYOUT, SECRET, {**SOFTWARE, **fee}, SECRET)
    assert told == [layout, first, software, second]
    assert draft.ip_records.get(pk=software).legal_status == "granted"
    paper.refresh_from_db()
    assert paper.record_id == software
    telling(seller, draft, LAYOUT)
    paper.refresh_from_db()
    assert paper.record_id is None, "the file of a right that is gone stays the achievement's"
    noted = history_of("achievement", draft.pk).filter(part="achievementattachment")
    assert [one.change for one in noted] == ["changed", "added"]


def test_a_failure_half_way_leaves_everything_as_it_was(seller, draft, break_half_way):
    kept = add(seller, draft)
    break_half_way()
    with pytest.raises(HalfWayError):
        add(seller, draft, PDF + b"more")
    with pytest.raises(HalfWayError):
        _remove(seller, kept)
    assert list(AchievementFile.objects.values_list("pk", flat=True)) == [kept.pk]


def test_the_database_refuses_what_is_no_paper(seller, draft):
    add(seller, draft)
    columns = ("achievement_id", "name", "media_type", "size", "sha256", "added_at")
    copy = AchievementAttachment.objects.values(*columns).get()
    for values, constraint in (
        ({}, "achievementattachment_once_per_achievement"),
        ({"sha256": "x"}, "achievementattachment_hash_shape"),
        ({"size": 0, "sha256": "0" * 64}, "achievementattachment_of_a_size"),
        ({"media_type": "text/html", "sha256": "0" * 64}, "achievementattachment_of_a_known_kind"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction():
            AchievementAttachment.objects.create(**{**copy, **values})


def test_the_desk_enters_a_paper_for_a_right_and_takes_it_off(seller, operator, draft):
    (right,) = telling(seller, draft, SOFTWARE)
    Achievement.objects.filter(pk=draft.pk).update(state=S.SUBMITTED)
    desk = Client()
    desk.force_login(operator)
    page = f"/admin/marketplace/achievement/{draft.pk}/"
    wrong = {"file": SimpleUploadedFile("页.html", b"<script>"), "confidential": "on"}
    assert "不含宏" in desk.post(f"{page}step/add-paper/", wrong).content.decode()
    sent = {"file": SimpleUploadedFile("证书.pdf", PDF), "record_id": right, "confidential": "on"}
    assert desk.post(f"{page}step/add-paper/", sent).status_code == 302
    paper = AchievementAttachment.objects.get()
    assert (paper.record_id, paper.confidential, paper.by_user) == (right, True, operator)
    assert f'href="{paper.path}"' in desk.get(f"{page}change/").content.decode()
    told = desk.get(f"{page}history/").content.decode()
    assert "证书.pdf" in told
    form = desk.get(f"{page}step/remove-paper/").content.decode()
    assert f'value="{paper.pk}"' in form
    desk.post(f"{page}step/remove-paper/", {"attachment_id": paper.pk})
    assert not AchievementAttachment.objects.exists()
