"""The two ways out: mail by Django, webhooks by a client that is told where to connect.

A webhook's host name is resolved once; every address it has is checked; the connection goes
to one of them, with the name in the Host header and the TLS handshake. No redirect is
followed, no proxy of the environment is used, and after ten seconds the socket is cut.
"""

import json
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from threading import Timer
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext, override
from standardwebhooks import Webhook
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from accounts.models import User
from core import clock
from core.envelope import stamp
from core.models import Event
from notifications.messages import message_for
from notifications.models import Delivery, WebhookEndpoint
from notifications.rules import Target, WebhookUrlRefused, check_address, parse_url
from search.links import unsubscribe_path

log = structlog.get_logger(__name__)

TIMEOUT_S = 10.0
MAX_ANSWER = 64 * 1024
PING = "ping"
_RESOLVE_S = 5.0
_GONE = 410
# getaddrinfo knows no timeout of its own.
_resolvers = ThreadPoolExecutor(8, thread_name_prefix="resolve")


@dataclass(frozen=True, slots=True)
class Answer:
    """It was taken."""

    status_code: int | None = None


class SendError(Exception):
    """It was not taken. `code` is a stable word that the endpoint's owner reads."""

    def __init__(
        self, code: str, *, status_code: int | None = None, permanent: bool = False
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status_code = status_code
        self.permanent = permanent

    @property
    def gone(self) -> bool:
        return self.status_code == _GONE


def send(delivery: Delivery) -> Answer:
    """Send one delivery now; its constraints say that it has what its channel needs."""
    if delivery.event is not None and delivery.recipient is not None:
        return _mail(delivery, delivery.event, delivery.recipient)
    if delivery.endpoint is not None:
        return _post(delivery, delivery.endpoint)
    raise SendError("no_addressee", permanent=True)


# --- Mail -------------------------------------------------------------------------------


def _mail(delivery: Delivery, event: Event, reader: User) -> Answer:
    with override(reader.language):
        message = message_for(event, reader)
        ending, headers = _way_out(event, reader)
    mail = EmailMessage(
        subject=message.title,
        body=f"{message.text}\n\n{_address(message.path)}\n{ending}",
        to=[delivery.address],
        headers={
            # The same at every attempt: a mail that comes twice is recognized as one.
            "Message-ID": f"<{delivery.message_id}@{urlsplit(settings.PUBLIC_URL).hostname}>",
            "Auto-Submitted": "auto-generated",
            **headers,
        },
    )
    try:
        mail.send()
    except SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise SendError("mail_refused", permanent=all(code >= 500 for code in codes)) from error
    except SMTPResponseException as error:
        raise SendError("mail_refused", permanent=error.smtp_code >= 500) from error
    except (SMTPException, OSError) as error:
        raise SendError("mail_failed") from error
    return Answer()


def _address(path: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}"


def _way_out(event: Event, reader: User) -> tuple[str, dict[str, str]]:
    """How a reader stops mails that it asked for by itself, in the mail and for its program
    (RFC 2369, RFC 8058). What a deal or a lot brings with it nobody can do without."""
    if event.kind != "saved_search.found":
        return "", {}
    link = _address(unsubscribe_path(reader.pk))
    headers = {
        "List-Unsubscribe": f"<{link}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    said = gettext("No more such mails: {link}").format(link=link)
    return f"\n{said}\n", headers


# --- Webhooks ---------------------------------------------------------------------------


def _post(delivery: Delivery, endpoint: WebhookEndpoint) -> Answer:
    if endpoint.disabled_at is not None:
        raise SendError("endpoint_disabled", permanent=True)
    body = json.dumps(content(delivery), ensure_ascii=False, separators=(",", ":"))
    headers = signed(endpoint, delivery.message_id, body, at=clock.now())
    ends = monotonic() + TIMEOUT_S
    try:
        # Again at each attempt: a name may have moved since the endpoint was entered.
        target, addresses = resolve(endpoint.url)
    except WebhookUrlRefused as error:
        raise SendError("url_refused", permanent=True) from error
    status = _exchange(target, addresses, body.encode(), headers, ends=ends)
    if 200 <= status < 300:
        return Answer(status)
    raise SendError(f"http_{status}", status_code=status, permanent=status == _GONE)


def thin(event: Event) -> dict[str, Any]:
    """What happened to which thing, as it is sent and as it is pulled."""
    return {
        "type": event.kind,
        "timestamp": stamp(event.at),
        "data": {**event.payload, "topic": event.topic, "seq": event.seq},
    }


def content(delivery: Delivery) -> dict[str, Any]:
    """The thin event: what happened to which thing; the details are read over the API."""
    if (event := delivery.event) is None:
        return {"type": PING, "timestamp": stamp(delivery.created_at), "data": {}}
    return thin(event)


def signed(
    endpoint: WebhookEndpoint, message_id: str, body: str, *, at: datetime
) -> dict[str, str]:
    """The headers of Standard Webhooks; during a rotation both secrets sign."""
    secrets = [endpoint.secret]
    if endpoint.previous_secret_until is not None and at < endpoint.previous_secret_until:
        secrets.append(endpoint.previous_secret)
    at = at.astimezone(UTC)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(
            Webhook(secret).sign(message_id, at, body) for secret in secrets
        ),
    }


def resolve(url: str) -> tuple[Target, list[str]]:
    """Take the URL apart and look its host up once; refuse it if any address is forbidden."""
    private_allowed = settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES
    target = parse_url(url, private_allowed=private_allowed)
    addresses = _addresses(target)
    for address in addresses:
        check_address(address, private_allowed=private_allowed)
    return target, addresses


def _addresses(target: Target) -> list[str]:
    looked_up = _resolvers.submit(
        socket.getaddrinfo, target.host, target.port, type=socket.SOCK_STREAM
    )
    try:
        found = looked_up.result(_RESOLVE_S)
    except (OSError, UnicodeError) as error:
        # Not told apart from a private address: the answer would map our own network's names.
        raise WebhookUrlRefused(problem="not_public") from error
    return list(dict.fromkeys(str(row[4][0]) for row in found))


def _exchange(
    target: Target, addresses: list[str], body: bytes, headers: dict[str, str], *, ends: float
) -> int:
    """Send one request and return the status of the answer."""
    connection = _connect(target, addresses, ends)
    try:
        with _cut_at(connection, ends):
            connection.request(
                "POST",
                target.path,
                body,
                {
                    "Host": target.host_header,
                    "Content-Type": "application/json",
                    "User-Agent": "corridor-marketplace-webhooks/1",
                    "Accept-Encoding": "identity",
                    "Connection": "close",
                    **headers,
                },
                preload_content=False,
                decode_content=False,
            )
            answer = connection.getresponse()
            # Headers that were cut off look complete to the parser.
            in_time = monotonic() < ends
            with suppress(HTTPError, OSError):
                answer.read(MAX_ANSWER)  # politeness; what it says is the receiver's business
            answer.close()
    except (HTTPError, HTTPException, OSError) as error:
        raise SendError("timeout" if monotonic() >= ends else "connection_failed") from error
    finally:
        connection.close()
    if not in_time:
        raise SendError("timeout")
    return answer.status


def _connect(target: Target, addresses: list[str], ends: float) -> HTTPConnection:
    """Connect to the first address that answers; the name is only said, never resolved again."""
    for address in addresses:
        connection = _connection(target, address, max(0.1, ends - monotonic()))
        try:
            connection.connect()
        except NewConnectionError:
            connection.close()
        except (HTTPError, OSError) as error:
            connection.close()
            slow = isinstance(error, TimeoutError | ConnectTimeoutError)
            raise SendError("timeout" if slow else _tls_or_not(error)) from error
        else:
            return connection
    raise SendError("connection_failed")


def _tls_or_not(error: Exception) -> str:
    return "tls_failed" if isinstance(error, ssl.SSLError) else "connection_failed"


def _connection(target: Target, address: str, timeout: float) -> HTTPConnection:
    if not target.is_tls:
        return HTTPConnection(address, target.port, timeout=timeout)
    return HTTPSConnection(
        address,
        target.port,
        timeout=timeout,
        server_hostname=target.host,
        ssl_context=ssl.create_default_context(),
    )


@contextmanager
def _cut_at(connection: HTTPConnection, ends: float) -> Iterator[None]:
    """Cut the socket when the time is up, however slowly the other side drips its answer."""
    sock = connection.sock

    def cut() -> None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    timer = Timer(max(0.0, ends - monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
