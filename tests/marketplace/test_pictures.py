"""Pictures of achievements: who adds and removes them, who sees them, what is refused."""

from contextlib import nullcontext
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError

from core.db import transaction
from core.errors import NotFound, PermissionDenied
from core.models import Event
from marketplace import imaging, pictures
from marketplace.lifecycle import AchievementState
from marketplace.models import Picture, PictureFile
from marketplace.rules import NotEditable
from marketplace.rules.pictures import MOST_PICTURES, NoPicture, TooManyPictures
from tests.conftest import act
from tests.factories import make_achievement
from tests.marketplace.conftest import HalfWayError, events_of
from tests.marketplace.drawing import drawn, opened
from tests.marketplace.requests import V1, keyed, partner, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
S = AchievementState


def add(user: Any, row: Any, content: bytes | None = None) -> Picture:
    return pictures.add_picture(actor=act(user), achievement_id=row.pk, content=content or drawn())


def upload(client: Any, row: Any, content: bytes, name: str = "图.png", **more: Any) -> Any:
    file = SimpleUploadedFile(name, content, content_type="application/octet-stream")
    return client.post(
        f"{V1}/achievements/{row.pk}/pictures", {"file": file}, format="multipart", **more
    )


def test_an_added_picture_is_kept_with_its_bytes_and_its_event(seller):
    row = make_achievement(seller, S.DRAFT)
    picture = add(seller, row)

    kept = bytes(PictureFile.objects.get(picture=picture).content)
    assert (picture.sha256, picture.width, picture.height) == (
        imaging.shown(drawn()).sha256,
        64,
        48,
    )
    assert opened(kept).format == "JPEG"
    event = Event.objects.get(topic=f"achievement:{row.pk}")
    assert (event.kind, event.actor_user) == ("achievement.picture_added", seller)
    assert event.payload == {
        "achievement": row.pk,
        "code": row.code,
        "owner": row.owner_id,
        "picture": picture.pk,
        "sha256": picture.sha256,
    }


def test_the_same_picture_is_there_once(seller):
    row = make_achievement(seller, S.DRAFT)
    assert add(seller, row) == add(seller, row, drawn(kind="PNG", optimize=True))
    assert row.pictures.count() == 1
    assert len(events_of(f"achievement:{row.pk}")) == 1


def test_a_picture_is_taken_off_with_its_bytes(seller):
    row = make_achievement(seller, S.RETURNED)
    picture = add(seller, row)
    pictures.remove_picture(actor=act(seller), picture_id=picture.pk)
    assert not PictureFile.objects.exists()
    assert events_of(f"achievement:{row.pk}")[-1] == "achievement.picture_removed"
    with pytest.raises(NotFound):
        pictures.remove_picture(actor=act(seller), picture_id=picture.pk)


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("by", ["seller", "operator"])
def test_until_when_owner_and_staff_change_pictures(state, by, people):
    row, actor = make_achievement(people["seller"], S.DRAFT), act(people[by])
    picture = add(people["seller"], row)
    type(row).objects.filter(pk=row.pk).update(state=state, published_at=row.created_at)
    open_to_staff = set(S) - {S.TRANSFERRED, S.WITHDRAWN}
    may_add = state in (open_to_staff if by == "operator" else {S.DRAFT, S.RETURNED})
    # What a lot was announced with stays.
    may_remove = may_add and state != S.RESERVED

    for may, action, what in (
        (may_add, pictures.add_picture, {"achievement_id": row.pk, "content": drawn((7, 7))}),
        (may_remove, pictures.remove_picture, {"picture_id": picture.pk}),
    ):
        with nullcontext() if may else pytest.raises(NotEditable):
            action(actor=actor, **what)

    assert row.pictures.count() == 1 + may_add - may_remove
    assert len(events_of(f"achievement:{row.pk}")) == 1 + may_add + may_remove


def test_nobody_else_changes_pictures(people):
    row = make_achievement(people["seller"])
    draft = make_achievement(people["seller"], S.DRAFT)
    picture = add(people["operator"], row)
    for name in ("rival", "stranger", "bureau"):
        with pytest.raises(PermissionDenied):
            add(people[name], row)
        with pytest.raises(PermissionDenied):
            pictures.remove_picture(actor=act(people[name]), picture_id=picture.pk)
        with pytest.raises(NotFound):
            add(people[name], draft)
    assert row.pictures.get() == picture


def test_nobody_has_us_decode_what_they_may_not_add(people, monkeypatch):
    row = make_achievement(people["seller"])

    def decoded(content):
        raise AssertionError

    monkeypatch.setattr(imaging, "shown", decoded)
    for name, refusal in (("rival", PermissionDenied), ("seller", NotEditable)):
        with pytest.raises(refusal):
            add(people[name], row)


def test_an_achievement_has_only_so_many(seller):
    row = make_achievement(seller, S.DRAFT)
    for number in range(MOST_PICTURES):
        add(seller, row, drawn((10, 10 + number)))
    with pytest.raises(TooManyPictures):
        add(seller, row, drawn((11, 11)))
    assert row.pictures.count() == MOST_PICTURES


def test_a_failure_half_way_leaves_everything_as_it_was(seller, break_half_way):
    row = make_achievement(seller, S.DRAFT)
    picture = add(seller, row)
    break_half_way()
    with pytest.raises(HalfWayError):
        add(seller, row, drawn((9, 9)))
    with pytest.raises(HalfWayError):
        pictures.remove_picture(actor=act(seller), picture_id=picture.pk)
    assert list(PictureFile.objects.values_list("pk", flat=True)) == [picture.pk]


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"sha256": "x" * 64}, "picture_hash_shape"),
        ({"width": 1601}, "picture_within_the_frame"),
        ({"height": 0}, "picture_within_the_frame"),
        ({}, "picture_once_an_achievement"),
    ],
)
def test_the_database_refuses_what_is_no_picture(values, constraint, seller):
    row = make_achievement(seller, S.DRAFT)
    add(seller, row)
    copy = Picture.objects.values("achievement_id", "sha256", "width", "height", "added_at").get()
    with pytest.raises(IntegrityError, match=constraint), transaction():
        Picture.objects.create(**{**copy, **values})


# --- Over REST --------------------------------------------------------------------------


def test_a_picture_over_rest(api, seller, anonymous, operator):
    row = make_achievement(seller, S.DRAFT)
    answer = upload(api(seller), row, drawn())
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert body == {
        "id": body["id"],
        "url": f"{V1}/pictures/{body['id']}",
        "alt": row.title,
        "width": 64,
        "height": 48,
        "sha256": imaging.shown(drawn()).sha256,
        "added_at": "2026-03-02T01:00:00Z",
    }
    listed = api(seller).get(f"{V1}/achievements/{row.pk}/pictures").json()
    assert listed["results"] == [body]
    assert api(seller).get(f"{V1}/achievements/{row.pk}").json()["pictures"] == [body]

    served = api(seller).get(body["url"])
    assert (served.status_code, served["Content-Type"]) == (200, "image/jpeg")
    assert opened(served.content).size == (64, 48)
    assert served["X-Content-Type-Options"] == "nosniff"
    assert served["ETag"] == f'"{body["sha256"]}"'
    assert served["Cache-Control"] == "private, max-age=31536000, immutable"
    known = api(seller).get(body["url"], HTTP_IF_NONE_MATCH=served["ETag"])
    assert (known.status_code, known.content) == (304, b"")
    for address in (body["url"], f"{V1}/achievements/{row.pk}/pictures"):
        refused(anonymous.get(address), 404, "not_found")

    assert api(seller).delete(body["url"]).status_code == 204
    refused(api(seller).get(body["url"]), 404, "not_found")
    assert api(seller).get(f"{V1}/achievements/{row.pk}/pictures").json()["results"] == []


def test_what_everybody_may_see_any_cache_may_keep(operator, seller, anonymous):
    row = make_achievement(seller)
    picture = add(operator, row)
    served = anonymous.get(picture.path, HTTP_ACCEPT="image/avif,image/webp,*/*;q=0.8")
    assert (served.status_code, served["Cache-Control"]) == (
        200,
        "public, max-age=31536000, immutable",
    )
    assert anonymous.get(picture.path, HTTP_ACCEPT="image/jpeg").status_code == 200


def test_a_repeated_upload_is_answered_alike(api, seller):
    row, key = make_achievement(seller, S.DRAFT), keyed()
    first = upload(api(seller), row, drawn(), **key)
    again = upload(api(seller), row, drawn(), **key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotent-Replay"] == "true"
    refused(upload(api(seller), row, drawn((9, 9)), **key), 409, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"GIF89a" + b"\0" * 60, 415, "no_picture"),
        (b"<svg onload='alert(1)'/>", 415, "no_picture"),
        (drawn((300, 300), "JPEG")[:-400], 422, "picture_broken"),
        (b"", 400, "invalid"),
    ],
)
def test_what_is_no_picture_is_refused_and_nothing_is_kept(content, status, code, api, seller):
    row = make_achievement(seller, S.DRAFT)
    refused(upload(api(seller), row, content, name="photo.jpg"), status, code)
    assert not Picture.objects.exists()


def test_a_body_that_is_too_large_is_refused(api, seller, settings):
    row = make_achievement(seller, S.DRAFT)
    large = upload(api(seller), row, b"\xff\xd8\xff" + b"\0" * settings.LARGEST_UPLOAD)
    refused(large, 413, "too_large")


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("application/x-www-form-urlencoded", b"file=x", 415),
        ("image/png", drawn(), 415),
        ("multipart/form-data", b"--x--", 400),
        ("multipart/form-data; boundary=", b"--x--", 400),
        ("multipart/form-data; boundary=x; charset=nonsense", b"--x--", 400),
        ("multipart/form-data; boundary=x", b"--x--", 400),
        ("multipart/form-data; boundary=x", b"\0\xff" * 500, 400),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--x--',
            400,
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n'
            b"Content-Transfer-Encoding: base64\r\n\r\n!\r\n--x--",
            400,
        ),
    ],
)
def test_a_body_that_is_no_upload_is_refused(content_type, body, status, api, seller):
    row = make_achievement(seller, S.DRAFT)
    address = f"{V1}/achievements/{row.pk}/pictures"
    for client in (api(seller), partner(seller, "achievements:write")):
        answer = client.generic("POST", address, body, content_type=content_type)
        assert answer.status_code == status, answer.content
        assert answer["Content-Type"] == "application/problem+json"
    assert not Picture.objects.exists()


def test_one_part_named_file_and_nothing_else(api, seller):
    row = make_achievement(seller, S.DRAFT)
    address = f"{V1}/achievements/{row.pk}/pictures"
    files = [SimpleUploadedFile(f"{n}.png", drawn((9, 9 + n))) for n in range(2)]
    for parts in ({"file": files}, {"file": files[0], "caption": "x"}, {"picture": files[1]}):
        refused(api(seller).post(address, parts, format="multipart"), 400, "invalid")
    assert not Picture.objects.exists()


def test_a_browser_has_to_prove_that_the_upload_is_meant(seller):
    from rest_framework.test import APIClient

    row = make_achievement(seller, S.DRAFT)
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(seller)
    refused(upload(client, row, drawn()), 403, "permission_denied")


def test_a_picture_for_what_is_not_there_is_refused(api, rival, seller):
    row = make_achievement(seller, S.DRAFT)
    refused(upload(api(rival), row, drawn()), 404, "not_found")
    with pytest.raises(NoPicture):
        add(seller, row, b"x")
