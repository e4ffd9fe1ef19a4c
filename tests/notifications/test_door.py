"""Behind the ASGI door Django sees whole, clean requests, and its answers arrive as they are."""

import asyncio
import json
import socket
import time
from http.client import HTTPConnection
from uuid import uuid4

import pytest

from config import asgi, wsgi
from config.asgi import Door
from core.models import Event
from tests.conftest import credit_code, make_user
from tests.notifications.streaming import PATIENCE_S, serving


def echo(environ, start_response):
    """Answers with what a WSGI application is told of a request."""
    body = environ["wsgi.input"].read()
    told = {name: value for name, value in environ.items() if isinstance(value, str)}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({**told, "length": len(body), "body": body[:50].decode("latin-1")}).encode()]


@pytest.fixture(scope="module")
def port():
    with serving(Door(echo, workers=2)) as port:
        yield port


@pytest.fixture
def django_port(transactional_db):
    with serving(Door(wsgi.application, workers=2)) as port:
        yield port


def ask(port, method="GET", path="/", body=None, headers=None, **more):
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request(method, path, body, headers or {}, **more)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def told(port, *arguments, **more):
    return json.loads(ask(port, *arguments, **more)[1])


def talk(port, *pieces):
    """Send bytes as they are; the answer up to where the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as wire:
        for piece in pieces:
            wire.sendall(piece)
        answer = b""
        while chunk := wire.recv(65536):
            answer += chunk
        return answer


def test_the_address_and_the_port_of_the_caller_are_told(port):
    environ = told(port, "GET", "/a%20b/%E6%8B%8D?x=1&y=%E4%B8%AD")

    assert environ["REMOTE_ADDR"] == "127.0.0.1"
    assert environ["REQUEST_METHOD"] == "GET"
    assert environ["SERVER_PORT"] == str(port)
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/a b/拍"
    assert environ["QUERY_STRING"] == "x=1&y=%E4%B8%AD"
    assert environ["wsgi.url_scheme"] == "http"


def test_a_body_arrives_whole(port):
    body = b"0123456789" * 20_000

    environ = told(port, "POST", "/", body)

    assert (environ["length"], environ["CONTENT_LENGTH"]) == (200_000, "200000")


def test_a_body_in_pieces_of_unknown_number_arrives_whole(port):
    environ = told(port, "POST", "/", iter([b"abc"] * 1000), encode_chunked=True)

    assert (environ["length"], environ["CONTENT_LENGTH"]) == (3000, "3000")


def test_of_a_body_above_the_limit_one_byte_too_many_is_kept(port, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    assert told(port, "POST", "/", b"x" * 1000)["length"] == 1000
    assert told(port, "POST", "/", b"x" * 5_000_000)["length"] == 1001


def test_a_header_with_an_underscore_does_not_pass_for_the_real_one(port):
    environ = told(
        port,
        headers={"X_Forwarded_Proto": "https", "Content_Length": "9", "X-Real": "kept"},
    )

    assert "HTTP_X_FORWARDED_PROTO" not in environ
    assert "CONTENT_LENGTH" not in environ
    assert environ["HTTP_X_REAL"] == "kept"


def test_a_query_that_is_not_ascii_is_no_accident(port):
    answer = talk(port, "GET /?q=中 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())

    assert b"500" not in answer.splitlines()[0]


def test_a_request_cut_off_in_its_body_reaches_nobody(transactional_db, monkeypatch):
    reached = []

    def remember(environ, start_response):
        reached.append(environ["PATH_INFO"])
        return echo(environ, start_response)

    with serving(Door(remember)) as port:
        with socket.create_connection(("127.0.0.1", port)) as wire:
            wire.sendall(b"POST /cut HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\namount=1")
        time.sleep(0.2)
        ask(port, "GET", "/after")

    assert reached == ["/after"]


def test_a_body_that_does_not_come_is_not_waited_for(port, monkeypatch):
    monkeypatch.setattr(asgi, "BODY_WITHIN_S", 0.2)

    answer = talk(port, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")

    assert answer.startswith(b"HTTP/1.1 408")
    head, _, body = answer.partition(b"\r\n\r\n")
    problem = json.loads(body)
    assert problem["code"] == "too_slow"
    assert b"server-time: 20" in head.lower()
    assert f"x-request-id: {problem['request_id']}".encode() in head


def test_slow_senders_take_no_thread_from_the_others(port):
    """The door has two threads; three requests hang in their bodies."""
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
    try:
        for wire in slow:
            wire.sendall(head)
        assert told(port, "GET", "/quick")["PATH_INFO"] == "/quick"
    finally:
        for wire in slow:
            wire.close()


def test_whoever_leaves_before_the_answer_disturbs_nobody(port):
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", port)) as wire:
            wire.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")

    assert told(port)["PATH_INFO"] == "/"


def test_a_long_answer_arrives_whole_and_one_nobody_reads_ends():
    def long(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return (b"x" * 65536 for _ in range(200))

    with serving(Door(long, workers=1)) as port:
        with socket.create_connection(("127.0.0.1", port)) as wire:
            wire.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            wire.recv(10)
        # The only thread is free again.
        response, body = ask(port)

    assert (response.status, len(body)) == (200, 200 * 65536)


def test_a_head_request_has_an_answer_without_a_body(port):
    response, body = ask(port, "HEAD", "/")

    assert (response.status, body) == (200, b"")


def test_a_websocket_is_declined():
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(Door(echo)({"type": "websocket"}, None, send))

    assert sent == [{"type": "websocket.close", "code": 1000}]


def test_only_a_get_of_a_lot_s_stream_is_a_stream(port):
    for method, path in [
        ("POST", "/api/v1/lots/1/stream"),
        ("GET", "/api/v1/lots/1/stream/"),
        ("GET", "/api/v1/lots/1x/stream"),
        ("GET", "/api/v1/lots/%EF%BC%91/stream"),
        ("GET", "/api/v1/lots/1234567890123456789/stream"),
        ("GET", "/x/api/v1/lots/1/stream"),
    ]:
        assert told(port, method, path)["REQUEST_METHOD"] == method


# --- With Django behind it ----------------------------------------------------------------


def test_an_api_answer_is_the_same_as_without_the_door(django_port, client):
    response, body = ask(django_port, "GET", "/api/v1/cities")

    assert response.status == 200
    assert json.loads(body)["results"] == client.get("/api/v1/cities").json()["results"]
    assert response.headers["Server-Time"]


def test_ten_megabytes_of_json_are_refused_as_a_problem(django_port, client):
    founder = make_user()
    client.force_login(founder)
    cookie = f"sessionid={client.cookies['sessionid'].value}; csrftoken={'a' * 32}"
    headers = {
        "Content-Type": "application/json",
        "Cookie": cookie,
        "X-CSRFToken": "a" * 32,
        "Idempotency-Key": str(uuid4()),
    }

    response, body = ask(
        django_port, "POST", "/api/v1/organizations", b'"' + b"x" * 10_000_000 + b'"', headers
    )

    assert (response.status, json.loads(body)["code"]) == (413, "too_large")


def test_an_upload_may_be_larger_than_other_bodies(port, settings):
    large = b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1000)
    desk = "/admin/marketplace/achievement/7/step/add-picture/"
    uploads = (
        *("/api/v1/achievements/7/pictures", "/api/v1/achievements/7/attachments", desk),
        *("/api/v1/needs/7/attachments", desk.replace("picture", "paper")),
        *("/achievements/7/pictures", "/achievements/7/files", "/needs/7/files"),
    )
    for path in uploads:
        assert told(port, "POST", path, large)["length"] == len(large)
        most = settings.LARGEST_UPLOAD
        assert told(port, "POST", path, b"x" * (most + 1000))["length"] == most + 1
    kept = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1
    for method, path in (("POST", "/api/v1/achievements"), ("PUT", uploads[0])):
        assert told(port, method, path, large)["length"] == kept


def test_a_session_works_behind_the_door(django_port, client):
    founder = make_user()
    client.force_login(founder)
    headers = {
        "Content-Type": "application/json",
        "Cookie": f"sessionid={client.cookies['sessionid'].value}; csrftoken={'a' * 32}",
        "X-CSRFToken": "a" * 32,
    }
    form = {
        "kind": "enterprise",
        "name": "门后",
        "credit_code": credit_code(4711),
        "city": "330100",
    }

    response, body = ask(
        django_port, "POST", "/api/v1/organizations", json.dumps(form).encode(), headers
    )

    assert (response.status, json.loads(body)["name"]) == (201, "门后")
    assert Event.objects.get().actor_user == founder


def test_static_files_are_served(django_port):
    response, body = ask(django_port, "GET", "/static/admin/css/base.css")

    assert response.status == 200
    assert response.headers["Content-Type"].startswith("text/css")
    assert len(body) == int(response.headers["Content-Length"])
