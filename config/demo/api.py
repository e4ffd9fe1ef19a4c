"""A partner system's view of the REST API: a token, calls with keys, problems as exceptions."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import urllib3


class Problem(Exception):
    """A problem+json answer."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body
        super().__init__(f"{body.get('status')} {body.get('code')}: {body.get('detail')}")

    @property
    def code(self) -> str:
        return str(self.body.get("code"))


@dataclass
class Client:
    """One API client, signed in by client credentials."""

    base_url: str
    client_id: str
    client_secret: str
    _http: urllib3.PoolManager = field(
        default_factory=lambda: urllib3.PoolManager(timeout=10, retries=False)
    )
    _token: str = ""

    def get(self, path: str) -> Any:
        return self._call("GET", path)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._call("POST", path, body or {})

    def upload(self, path: str, content: bytes) -> Any:
        """Send a file as the part `file`."""
        return json.loads(self._bytes("POST", path, fields={"file": ("file", content)}))

    def download(self, path: str) -> bytes:
        """The very bytes of an answer."""
        return self._bytes("GET", path)

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return json.loads(self._bytes(method, path, body))

    def _bytes(
        self, method: str, path: str, body: dict[str, Any] | None = None, **more: Any
    ) -> bytes:
        headers = {"Authorization": f"Bearer {self._access_token()}", "Accept-Language": "zh-Hans"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
            more["body"] = json.dumps(body).encode()
        url = path if path.startswith("http") else f"{self.base_url}/api/v1{path}"
        answer = self._http.request(method, url, headers=headers, **more)
        if answer.status >= 400:
            raise Problem(json.loads(answer.data))
        return bytes(answer.data)

    def _access_token(self) -> str:
        if not self._token:
            form = {
                "grant_type": "client_credentials",
                "client_id": self.client_id,
                "client_secret": self.client_secret,
            }
            answer = self._http.request(
                "POST",
                f"{self.base_url}/api/v1/oauth/token",
                body=urlencode(form),
                headers={"Content-Type": "application/x-www-form-urlencoded"},
            )
            if answer.status != 200:
                raise Problem(json.loads(answer.data))
            self._token = json.loads(answer.data)["access_token"]
        return self._token
