"""What leaves the house: signed bodies, mail that can be recognized, and nothing to ourselves."""

import json
import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook, WebhookVerificationError

from core import clock as clock_module
from notifications import senders
from notifications.delivery import attempt
from notifications.endpoints import create_endpoint, ping, rotate_secret
from notifications.fanout import fan_out
from notifications.models import Delivery, WebhookEndpoint
from notifications.senders import SendError, send, signed
from tests.conftest import act, organization_of
from tests.notifications.conftest import Receiver, happen, organization_event, serve


@pytest.fixture
def endpoint(make_endpoint):
    return make_endpoint()


@pytest.fixture
def delivery(keeper, endpoint):
    return ping(actor=act(keeper), endpoint_id=endpoint.pk)


def found(address: str, port: int) -> list[Any]:
    """What getaddrinfo answers for a name with one address."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]


def failure(delivery: Delivery) -> SendError:
    with pytest.raises(SendError) as caught:
        send(delivery)
    return caught.value


def test_an_event_arrives_signed_thin_and_under_its_delivery_id(keeper, endpoint, receiver):
    fan_out()
    event = organization_event(organization_of(keeper))
    fan_out()
    delivery = Delivery.objects.get(event=event, channel="webhook")

    assert send(delivery).status_code == 204

    (request,) = receiver.received
    assert request.path == "/hooks"
    assert request.headers["host"] == f"127.0.0.1:{receiver.url.split(':')[2].split('/')[0]}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == f"msg_{delivery.pk}"
    said = Webhook(endpoint.secret).verify(request.body, request.headers)
    assert said == {
        "type": "organization.verified",
        "timestamp": event.at.strftime("%Y-%m-%dT%H:%M:%S.")
        + f"{event.at.microsecond // 1000:03}Z",
        "data": {
            "organization": organization_of(keeper).pk,
            "topic": event.topic,
            "seq": event.seq,
        },
    }


def test_chinese_text_survives_the_signature(endpoint, receiver):
    event = happen("lot.unsold", "lot:1", lot=1, outcome="流拍", closes_at="")
    fan_out()

    send(Delivery.objects.get(event=event))

    (request,) = receiver.received
    assert (
        Webhook(endpoint.secret).verify(request.body, request.headers)["data"]["outcome"] == "流拍"
    )


def test_a_ping_says_nothing_but_ping(endpoint, delivery, receiver):
    send(delivery)

    said = json.loads(receiver.received[0].body)
    assert (said["type"], said["data"]) == ("ping", {})


def test_an_altered_body_and_a_foreign_secret_are_found_out(endpoint, delivery, receiver, keeper):
    send(delivery)
    (request,) = receiver.received

    for body, secret in (
        (request.body.replace(b"ping", b"pong"), endpoint.secret),
        (request.body, "whsec_" + "A" * 43 + "="),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, request.headers)


def test_during_a_rotation_both_secrets_verify(keeper, endpoint, delivery, receiver):
    rotated = rotate_secret(actor=act(keeper), endpoint_id=endpoint.pk)

    send(Delivery.objects.get(pk=delivery.pk))

    (request,) = receiver.received
    assert rotated.secret != endpoint.secret
    for secret in (endpoint.secret, rotated.secret):
        Webhook(secret).verify(request.body, request.headers)


def test_after_a_day_only_the_new_secret_signs(keeper, endpoint):
    rotated = rotate_secret(actor=act(keeper), endpoint_id=endpoint.pk)
    now = clock_module.now()

    def signatures(at):
        return signed(rotated, "msg_1", "{}", at=at)["webhook-signature"].split()

    assert len(signatures(now)) == 2
    assert len(signatures(now + timedelta(hours=25))) == 1


@pytest.mark.parametrize("status", [300, 301, 302, 307, 308, 400, 404, 429, 500, 503])
def test_any_answer_but_2xx_is_a_failure(delivery, receiver, status):
    receiver.answers = [status]

    error = failure(delivery)

    assert (error.code, error.status_code) == (f"http_{status}", status)
    assert not error.permanent


def test_a_redirect_is_not_followed(delivery, receiver):
    receiver.answers = [302]
    receiver.headers = {"Location": receiver.url}

    failure(delivery)

    assert len(receiver.received) == 1


def test_410_is_permanent(delivery, receiver):
    receiver.answers = [410]

    error = failure(delivery)

    assert error.gone
    assert error.permanent


def test_nobody_listening_is_a_failure_that_may_pass(delivery):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    WebhookEndpoint.objects.update(url=f"http://127.0.0.1:{port}/")

    error = failure(Delivery.objects.get(pk=delivery.pk))

    assert (error.code, error.permanent) == ("connection_failed", False)


def test_an_answer_that_is_no_http_is_a_failure(delivery, receiver):
    receiver.drip = lambda wire: wire.write(b"SSH-2.0-OpenSSH_9.6\r\n")

    assert failure(delivery).code == "connection_failed"


def test_a_silent_receiver_is_cut_off(delivery, receiver, monkeypatch):
    monkeypatch.setattr(senders, "TIMEOUT_S", 0.4)
    receiver.drip = lambda wire: time.sleep(1)
    started = time.monotonic()

    assert failure(delivery).code == "timeout"
    assert time.monotonic() - started < 0.9


def test_a_receiver_that_drips_its_headers_is_cut_off(delivery, receiver, monkeypatch):
    monkeypatch.setattr(senders, "TIMEOUT_S", 0.5)

    def drip(wire: Any) -> None:
        wire.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(30):
            wire.write(b"X-%d: y\r\n" % number)
            time.sleep(0.1)

    receiver.drip = drip
    started = time.monotonic()

    assert failure(delivery).code == "timeout"
    assert time.monotonic() - started < 1.5


def test_of_a_long_answer_only_the_beginning_is_read(delivery, receiver, monkeypatch):
    monkeypatch.setattr(senders, "TIMEOUT_S", 2.0)
    written = []

    def flood(wire: Any) -> None:
        wire.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        for _ in range(1000):
            wire.write(b"x" * 65536)
            written.append(65536)

    receiver.drip = flood

    assert send(delivery).status_code == 200
    assert sum(written) < 20_000_000  # what the sockets' buffers took


def test_a_name_that_moves_to_a_private_address_is_refused_at_the_next_attempt(
    keeper, receiver, settings, monkeypatch, clock
):
    """DNS rebinding: public when the endpoint is entered, this machine when we send."""
    settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = False
    answers = ["93.184.215.14", "127.0.0.1"]

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        assert host == "rebinding.example.com"
        return found(answers.pop(0), port)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    endpoint = WebhookEndpoint.objects.create(
        organization=organization_of(keeper),
        url="https://rebinding.example.com/",
        secret="whsec_" + "A" * 43 + "=",
        created_at=clock.now(),
    )
    senders.resolve(endpoint.url)
    delivery = ping(actor=act(keeper), endpoint_id=endpoint.pk)

    attempt(delivery.pk)

    delivery.refresh_from_db()
    assert (delivery.last_error, delivery.failed_at) == ("url_refused", clock.now())
    assert answers == []


def test_one_private_address_among_several_is_enough_to_refuse(settings, monkeypatch):
    rows = found("93.184.215.14", 443) + found("10.0.0.7", 443)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)

    with pytest.raises(senders.WebhookUrlRefused):
        senders.resolve("https://both.example.com/")


def test_a_name_that_does_not_exist_is_refused_like_a_private_one(monkeypatch):
    def nobody(*_: Any, **__: Any) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", nobody)

    with pytest.raises(senders.WebhookUrlRefused, match="not_public"):
        senders.resolve("https://nowhere.example.com/")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for hooks.example.com that signs for itself."""
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    _write_certificate(key, cert)
    return key, cert


def _write_certificate(key: Any, cert: Any) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example.com")])
    now = datetime.now(UTC)
    signed_by_itself = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("hooks.example.com")]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    cert.write_bytes(signed_by_itself.public_bytes(serialization.Encoding.PEM))


@pytest.fixture
def tls_receiver(certificate, settings, monkeypatch):
    """hooks.example.com, which is here, behind TLS; it remembers the name it was asked for."""
    settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = True
    key, cert = certificate
    told, names = Receiver(), []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, port, *_, **__: [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
        ],
    )
    with serve(told, wrap=lambda plain: context.wrap_socket(plain, server_side=True)) as port:
        told.url = f"https://hooks.example.com:{port}/in"
        yield told, names


def test_tls_is_spoken_with_the_name_and_to_the_address(
    keeper, tls_receiver, certificate, monkeypatch
):
    told, names = tls_receiver
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    endpoint = endpoint_at(keeper, told.url)

    assert send(ping(actor=act(keeper), endpoint_id=endpoint.pk)).status_code == 204

    assert names == ["hooks.example.com"]
    assert told.received[0].headers["host"].startswith("hooks.example.com:")


def test_a_certificate_nobody_vouches_for_is_refused(keeper, tls_receiver):
    told, _ = tls_receiver
    endpoint = endpoint_at(keeper, told.url)

    assert failure(ping(actor=act(keeper), endpoint_id=endpoint.pk)).code == "tls_failed"
    assert told.received == []


def test_a_certificate_for_another_name_is_refused(keeper, tls_receiver, certificate, monkeypatch):
    told, _ = tls_receiver
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    endpoint = endpoint_at(keeper, told.url.replace("hooks.", "other."))

    assert failure(ping(actor=act(keeper), endpoint_id=endpoint.pk)).code == "tls_failed"


def endpoint_at(keeper: Any, url: str) -> WebhookEndpoint:
    organization = organization_of(keeper).pk
    return create_endpoint(actor=act(keeper), organization_id=organization, url=url)
