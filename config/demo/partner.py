"""A partner system's webhook receiver: verifies each delivery as Standard Webhooks says."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from standardwebhooks import Webhook, WebhookVerificationError


@dataclass
class Partner:
    """Listens on loopback while the `with` block lasts; keeps what it could verify."""

    secret: str = ""
    received: list[dict[str, Any]] = field(default_factory=list)
    refused: int = 0

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hooks"

    def heard(self, kind: str, lot_id: int) -> dict[str, Any] | None:
        """The verified message of this kind about this lot, if it has come."""
        for message in list(self.received):
            if message["type"] == kind and message["data"].get("lot") == lot_id:
                return message
        return None

    def take(self, body: bytes, headers: dict[str, str]) -> bool:
        try:
            Webhook(self.secret).verify(body, headers)
        except (WebhookVerificationError, ValueError):
            self.refused += 1
            return False
        self.received.append(json.loads(body))
        return True

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        partner = self

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                self.send_response(204 if partner.take(body, headers) else 400)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """The terminal belongs to the demo."""

        return Receiver
