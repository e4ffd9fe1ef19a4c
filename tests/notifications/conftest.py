"""A receiver of webhooks on this machine, and organizations that have somebody to notify."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.actors import Actor
from accounts.clients import create_api_client
from accounts.models import Organization, Role, User
from core import clock as clock_module
from core.db import transaction
from core.events import record
from core.models import Event
from notifications.endpoints import create_endpoint
from notifications.models import WebhookEndpoint
from tests.conftest import act, make_member, make_organization, organization_of


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A partner's system: it keeps what it is sent and answers as it is told."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    drip: Callable[[Any], None] | None = None


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """Listens on loopback, which the settings allow for as long as the test lasts."""
    settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = True
    told = Receiver()
    with serve(told) as port:
        told.url = f"http://127.0.0.1:{port}/hooks"
        yield told


@contextmanager
def serve(told: Receiver, wrap: Callable[[Any], Any] | None = None) -> Iterator[int]:
    """A real HTTP server in a thread, for as long as the block lasts; its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(told))
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    if wrap:
        server.socket = wrap(server.socket)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(told: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            headers = {name.lower(): value for name, value in self.headers.items()}
            told.received.append(Received(self.path, headers, self.rfile.read(length)))
            if told.drip:
                told.drip(self.wfile)
                return
            self.send_response(told.answers.pop(0) if told.answers else 204)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            pass

    return Handler


@pytest.fixture
def keeper(db: None) -> User:
    """The manager of an enterprise, who looks after its systems."""
    return make_member(make_organization(name="虚构系统公司"), Role.MANAGER, name="keeper")


@pytest.fixture
def make_endpoint(receiver: Receiver, keeper: User) -> Callable[..., WebhookEndpoint]:
    def make(**values: Any) -> WebhookEndpoint:
        actor = values.pop("actor", None) or act(keeper)
        values.setdefault("organization_id", organization_of(keeper).pk)
        values.setdefault("url", receiver.url)
        return create_endpoint(actor=actor, **values)

    return make


@pytest.fixture
def partner(keeper: User) -> Callable[..., APIClient]:
    """A partner system of the keeper's organization, with its token."""

    def with_scopes(scopes: str = "webhooks:write") -> APIClient:
        client = APIClient()
        credentials = create_api_client(
            credit_code=organization_of(keeper).credit_code, scopes=scopes.split()
        )
        answer = client.post(
            "/api/v1/oauth/token",
            {
                "grant_type": "client_credentials",
                "client_id": credentials.client_id,
                "client_secret": credentials.client_secret,
            },
            format="multipart",
        )
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access_token']}")
        return client

    return with_scopes


def happen(kind: str, topic: str, actor: Actor | None = None, **payload: Any) -> Event:
    """Record an event in a transaction of its own, as an action does."""
    with transaction():
        return record(topic, kind, at=clock_module.now(), actor=actor, **payload)


def organization_event(organization: Organization, what: str = "verified") -> Event:
    return happen(
        f"organization.{what}",
        f"organization:{organization.pk}",
        organization=organization.pk,
    )
