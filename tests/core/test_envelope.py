"""What every answer carries: the request's id and the server's time. And what never gets in."""

from datetime import UTC, datetime, timedelta

import pytest

from core.envelope import current_request_id, stamp

pytestmark = pytest.mark.django_db

CITIES = "/api/v1/cities"


@pytest.mark.parametrize("path", [CITIES, "/api/v1/me", "/api/v1/nothing", "/health/live", "/"])
def test_every_answer_has_an_id_and_the_time(client, path):
    answer = client.get(path)
    assert len(answer.headers["X-Request-ID"]) == 32
    told = datetime.fromisoformat(answer.headers["Server-Time"])
    assert answer.headers["Server-Time"].endswith("Z")
    assert abs(told - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("given", ["abcdefgh", "a.b-c_D9" * 8, "0" * 64])
def test_the_callers_own_id_is_kept(client, given):
    answer = client.get("/api/v1/me", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] == given
    assert answer.json()["request_id"] == given


@pytest.mark.parametrize("given", ["", "short", "a" * 65, "a b c d e f", "虚构" * 8, "<script>x"])
def test_another_id_is_replaced_by_one_of_ours(client, given):
    answer = client.get("/api/v1/me", headers={"X-Request-ID": given.encode().decode("latin-1")})
    assert answer.headers["X-Request-ID"] != given
    assert len(answer.headers["X-Request-ID"]) == 32


def test_between_requests_there_is_no_id(client):
    client.get(CITIES)
    assert current_request_id() == ""


def test_the_time_has_milliseconds_in_utc():
    moment = datetime(2026, 11, 22, 1, 0, 0, 123999, tzinfo=UTC)
    assert stamp(moment) == "2026-11-22T01:00:00.123Z"


HOSTILE_PATHS = ["/api/v1/lots/1%00", "/api/v1/lots/%00", "/api/%00"]
HOSTILE_QUERIES = ["%00", "state=%00", "state=a%00b", "%ff", "x=%ff", "x=%ed%a0%80", "x=%c0%af"]


@pytest.mark.parametrize("path", [*HOSTILE_PATHS, *(f"{CITIES}?{q}" for q in HOSTILE_QUERIES)])
def test_an_address_that_is_no_text_is_refused(client, path):
    answer = client.get(path)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid"
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize("path", ["/api/v1/me", CITIES])
@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "anything"])
def test_a_cookie_that_is_no_text_is_refused(client, path, name):
    answer = client.get(path, headers={"Cookie": f'{name}="aaaaaaaa\\000b"'})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Accept-Language", "a" * 5000),
        ("Accept-Language", "zh-Hans;q=nan"),
        ("Accept-Language", "../../etc"),
        ("Cookie", "a=b; ; =; sessionid"),
        ("Cookie", "sessionid=" + "a" * 5000),
        ("Cookie", "django_language=%00"),
        ("X-Forwarded-For", "x, y"),
        ("Range", "bytes=0-"),
        ("If-None-Match", "*"),
    ],
)
def test_a_strange_header_hurts_nobody(client, header, value):
    assert client.get(CITIES, headers={header: value}).status_code == 200


def test_a_strange_host_is_refused_in_our_words(client):
    answer = client.get(CITIES, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_an_address_of_the_api_has_no_slash_at_its_end(client):
    assert client.get(f"{CITIES}/").status_code == 404
