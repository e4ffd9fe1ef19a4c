"""Files and pictures in the browser: put with one's own draft, shown, taken off; by nobody else."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from marketplace.attachments import add_achievement_attachment, add_attachment
from marketplace.lifecycle import AchievementState, NeedState
from marketplace.models import Achievement, AchievementAttachment, Need, NeedAttachment, Picture
from marketplace.pictures import add_picture
from marketplace.rules.attachments import MOST_ATTACHMENTS
from tests.conftest import NOW, act, make_member, organization_of
from tests.factories import make_achievement
from tests.marketplace.conftest import events_of, make_need
from tests.marketplace.drawing import drawn
from tests.web.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

PDF = b"%PDF-1.7 fictional"
NO_FILE = "Choose a file that is not empty and has at most 8 MB."


@pytest.fixture
def need(enterprise) -> Need:
    return make_need(enterprise, NeedState.DRAFT)


@pytest.fixture
def draft(seller) -> Achievement:
    return make_achievement(seller, AchievementState.DRAFT)


def pdf(name: str = "工艺.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def picture(content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("图.png", drawn() if content is None else content)


def need_file(person, need, **values) -> NeedAttachment:
    told = {"name": "工艺.pdf", "content": PDF, "confidential": True, **values}
    return add_attachment(actor=act(person), need_id=need.pk, **told)


def test_a_file_is_put_with_a_need_and_taken_off(visit, send, enterprise, need):
    address = f"/needs/{need.pk}"
    form = visit(address, enterprise).text
    assert 'enctype="multipart/form-data"' in form
    assert 'accept=".pdf,.png,.jpg,.jpeg,.docx,.xlsx"' in form
    page = send(enterprise, f"{address}/files", file=pdf(), confidential="on")
    assert page.redirect_chain == [(f"{address}#files", 302)]
    kept = NeedAttachment.objects.get()
    assert (kept.name, kept.media_type, kept.confidential) == ("工艺.pdf", "application/pdf", True)
    assert "The file is added." in text_of(page)
    assert f'href="{kept.path}"' in page.text
    assert 'aria-label="Remove: 工艺.pdf"' in page.text
    send(enterprise, f"{address}/files", file=pdf("公开.pdf", PDF + b" open"))
    assert not NeedAttachment.objects.get(name="公开.pdf").confidential

    page = send(enterprise, f"/need-files/{kept.pk}/remove")
    assert page.redirect_chain == [(f"{address}#files", 302)]
    assert "The file is removed." in text_of(page)
    assert [one.name for one in need.attachments.all()] == ["公开.pdf"]
    kinds = events_of(f"need:{need.pk}")
    assert kinds == ["need.attachment_added"] * 2 + ["need.attachment_removed"]


def test_a_file_that_is_sent_twice_is_kept_once(send, enterprise, need):
    for _ in range(2):
        send(enterprise, f"/needs/{need.pk}/files", file=pdf(), confidential="on")
    assert NeedAttachment.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({}, NO_FILE),
        ({"file": pdf(content=b"")}, NO_FILE),
        ({"file": "工艺.pdf"}, NO_FILE),
        ({"file": pdf("页.html", b"<script>")}, "An attachment is a PDF"),
        ({"file": pdf("x" * 120 + ".pdf")}, "A file has a name of at most 120 characters"),
    ],
)
def test_what_is_no_file_is_told_and_leaves_nothing_behind(send, enterprise, need, sent, told):
    page = send(enterprise, f"/needs/{need.pk}/files", **sent)
    assert page.redirect_chain == [(f"/needs/{need.pk}", 302)]  # the top, where it is told
    assert told in text_of(page)
    assert not NeedAttachment.objects.exists()


def test_what_is_too_large_does_not_arrive(send, enterprise, seller, need, draft, settings):
    large = b"\0" * settings.LARGEST_UPLOAD
    page = send(enterprise, f"/needs/{need.pk}/files", file=pdf(content=PDF + large))
    assert NO_FILE in text_of(page)
    page = send(seller, f"/achievements/{draft.pk}/pictures", file=picture(drawn() + large))
    assert NO_FILE in text_of(page)
    assert not NeedAttachment.objects.exists()
    assert not Picture.objects.exists()


def test_one_file_too_many_is_refused(send, enterprise, need):
    for number in range(MOST_ATTACHMENTS):
        need_file(enterprise, need, name=f"{number}.pdf", content=PDF + b"%d" % number)
    page = send(enterprise, f"/needs/{need.pk}/files", file=pdf())
    assert f"has at most {MOST_ATTACHMENTS} attachments" in text_of(page)
    assert need.attachments.count() == MOST_ATTACHMENTS


def test_papers_and_pictures_are_put_with_an_achievement(visit, send, seller, draft):
    address = f"/achievements/{draft.pk}"
    send(seller, f"{address}/files", file=pdf(), confidential="on")
    paper = AchievementAttachment.objects.get()
    assert (paper.achievement, paper.name, paper.confidential) == (draft, "工艺.pdf", True)
    page = send(seller, f"{address}/pictures", file=picture())
    assert page.redirect_chain == [(f"{address}#pictures", 302)]
    shown = Picture.objects.get()
    assert f'<img src="{shown.path}" width="64" height="48"' in page.text
    assert f"Picture 1: {draft.title}" in page.text
    assert "Remove: picture 1" in page.text
    assert visit(shown.path, seller).status_code == 200

    page = send(seller, f"/pictures/{shown.pk}/remove")
    assert page.redirect_chain == [(f"{address}#pictures", 302)]
    assert "The picture is removed." in text_of(page)
    send(seller, f"/achievement-files/{paper.pk}/remove")
    assert (draft.pictures.count(), draft.attachments.count()) == (0, 0)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", NO_FILE),
        (b"GIF89a", "This is not a JPEG, PNG or WebP picture."),
        (drawn((600, 400))[:-40], "The picture is damaged or incomplete."),
    ],
)
def test_what_is_no_picture_is_told_and_not_kept(send, seller, draft, content, told):
    page = send(seller, f"/achievements/{draft.pk}/pictures", file=picture(content))
    assert told in text_of(page)
    assert not Picture.objects.exists()


def test_what_is_submitted_shows_its_owner_all_of_it_and_takes_nothing_more(visit, send, seller):
    draft = make_achievement(seller, AchievementState.DRAFT)
    shown = add_picture(actor=act(seller), achievement_id=draft.pk, content=drawn())
    paper = add_achievement_attachment(
        actor=act(seller), achievement_id=draft.pk, name="a.pdf", content=PDF, confidential=False
    )
    Achievement.objects.filter(pk=draft.pk).update(state=AchievementState.SUBMITTED)
    page = visit(f"/achievements/{draft.pk}", seller).text
    assert shown.path in page
    assert paper.path in page
    assert "/remove" not in page
    assert f"/achievements/{draft.pk}/files" not in page
    for path in (f"/pictures/{shown.pk}/remove", f"/achievement-files/{paper.pk}/remove"):
        assert "cannot be edited" in text_of(send(seller, path))
    for verb, file in (("files", pdf()), ("pictures", picture(drawn((20, 20))))):
        page = send(seller, f"/achievements/{draft.pk}/{verb}", file=file)
        assert "cannot be edited" in text_of(page)
    assert (draft.pictures.count(), draft.attachments.count()) == (1, 1)


def test_nobody_else_puts_a_file_there_or_takes_one_off(
    visit, send, enterprise, seller, rival, operator, need, draft
):
    own = need_file(enterprise, need)
    shown = add_picture(actor=act(seller), achievement_id=draft.pk, content=drawn())
    paper = add_achievement_attachment(
        actor=act(seller), achievement_id=draft.pk, name="a.pdf", content=PDF, confidential=True
    )
    removals = (
        f"/need-files/{own.pk}/remove",
        f"/pictures/{shown.pk}/remove",
        f"/achievement-files/{paper.pk}/remove",
    )
    additions = [
        (f"/needs/{need.pk}/files", pdf),
        (f"/achievements/{draft.pk}/files", pdf),
        (f"/achievements/{draft.pk}/pictures", picture),
    ]

    def try_all(person) -> list[int]:
        answers = [send(person, path) for path in removals]
        answers += [send(person, path, file=file()) for path, file in additions]
        return [one.status_code for one in answers]

    assert try_all(rival) == try_all(operator) == [404] * 6
    # Public, and still nobody else's.
    Need.objects.filter(pk=need.pk).update(state=NeedState.PUBLISHED, published_at=NOW)
    Achievement.objects.filter(pk=draft.pk).update(
        state=AchievementState.PUBLISHED, published_at=NOW
    )
    assert try_all(rival) == try_all(operator) == [404] * 6
    for watched, watcher in (
        (f"/needs/{need.pk}", make_member(organization_of(enterprise), role="viewer")),
        (f"/achievements/{draft.pk}", make_member(organization_of(seller), role="viewer")),
    ):
        Need.objects.filter(pk=need.pk).update(state=NeedState.DRAFT, published_at=None)
        page = visit(watched, watcher).text
        assert "/remove" not in page
        assert f"{watched}/files" not in page
        try_all(watcher)
    assert (need.attachments.count(), draft.attachments.count()) == (1, 1)
    assert Picture.objects.get() == shown
    for path in (*removals, *(path for path, _ in additions)):
        assert send(None, path).redirect_chain[0][0].startswith("/accounts/login/")
