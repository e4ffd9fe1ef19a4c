"""Pictures at the desk: uploaded by a form, shown beside their number, taken off by it."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile

from marketplace.models import Achievement, Picture
from tests.admin.conftest import page_url, step_url
from tests.factories import make_achievement
from tests.marketplace.drawing import drawn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def row(seller) -> Achievement:
    return make_achievement(seller)


def upload(client, row, content, step="add-picture"):
    file = SimpleUploadedFile("图.png", content)
    return client.post(step_url(row, step), {"content": file}, follow=True)


def test_a_picture_is_uploaded_shown_and_removed(desk, operator, row):
    client = desk(operator)
    assert 'enctype="multipart/form-data"' in client.get(step_url(row, "add-picture")).text
    answer = upload(client, row, drawn())
    picture = Picture.objects.get()
    assert answer.redirect_chain == [(page_url(row), 302)]
    assert f'src="{picture.path}"' in answer.text
    assert LogEntry.objects.get().change_message.strip(" ·") == "添加图片"

    gone = client.post(step_url(row, "remove-picture"), {"picture_id": picture.pk}, follow=True)
    assert not Picture.objects.exists()
    assert picture.path not in gone.text


@pytest.mark.parametrize("content", [b"", b"GIF89a", drawn()[:40]])
def test_what_is_no_picture_is_told_and_not_kept(desk, operator, row, content):
    answer = upload(desk(operator), row, content)
    assert answer.status_code == 200
    assert not Picture.objects.exists()
    assert not LogEntry.objects.exists()


def test_what_is_too_large_does_not_arrive(desk, operator, row, settings):
    answer = upload(desk(operator), row, b"\xff\xd8\xff" + b"\0" * settings.LARGEST_UPLOAD)
    assert answer.status_code == 200
    assert not Picture.objects.exists()


def test_only_a_picture_of_this_achievement_is_removed(desk, operator, row, seller):
    upload(desk(operator), make_achievement(seller), drawn())
    other = Picture.objects.get()
    for number in (other.pk, 2**63 - 1, "x", -1):
        desk(operator).post(step_url(row, "remove-picture"), {"picture_id": number})
    assert Picture.objects.get() == other


def test_only_staff_upload_at_the_desk(desk, bureau, row):
    assert upload(desk(bureau), row, drawn()).status_code == 403
    assert not Picture.objects.exists()
