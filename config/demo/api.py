"""The REST API from outside: signed-in callers, calls with keys, problems as exceptions."""

import json
from abc import abstractmethod
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
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


def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager(timeout=10, retries=False)


@dataclass
class Caller:
    """Whoever calls the API. How one is signed in is for the kinds of callers."""

    base_url: str
    _http: urllib3.PoolManager = field(default_factory=_pool, kw_only=True)

    @abstractmethod
    def _signed_in(self) -> dict[str, str]:
        """The headers that say who is calling."""

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
        headers = {**self._signed_in(), "Accept-Language": "zh-Hans"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
            more["body"] = json.dumps(body).encode()
        url = path if path.startswith("http") else f"{self.base_url}/api/v1{path}"
        answer = self._http.request(method, url, headers=headers, **more)
        if answer.status >= 400:
            raise Problem(json.loads(answer.data))
        return bytes(answer.data)


@dataclass
class Client(Caller):
    """One API client, signed in by client credentials."""

    client_id: str
    client_secret: str
    _token: str = field(default="", kw_only=True)

    def _signed_in(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._access_token()}"}

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


@dataclass
class Person(Caller):
    """Somebody at a browser: signed in on the page, with the session's cookie from then on."""

    username: str
    password: str
    _cookies: SimpleCookie = field(default_factory=SimpleCookie, kw_only=True)

    def _signed_in(self) -> dict[str, str]:
        if "sessionid" not in self._cookies:
            self._sign_in()
        return self._proofs()

    def _proofs(self) -> dict[str, str]:
        """The cookies, and that the request comes from a page of ours."""
        cookies = "; ".join(f"{name}={one.value}" for name, one in self._cookies.items())
        token = self._cookies["csrftoken"].value
        return {"Cookie": cookies, "X-CSRFToken": token, "Referer": self.base_url}

    def _sign_in(self) -> None:
        url = f"{self.base_url}/accounts/login/"
        page = self._http.request("GET", url)
        self._keep(page)
        done = self._http.request(
            "POST",
            url,
            body=urlencode({"login": self.username, "password": self.password}),
            headers={**self._proofs(), "Content-Type": "application/x-www-form-urlencoded"},
            redirect=False,
        )
        self._keep(done)
        if "sessionid" not in self._cookies:
            raise Problem({"status": done.status, "code": "not_signed_in", "detail": self.username})

    def _keep(self, answer: urllib3.BaseHTTPResponse) -> None:
        for line in answer.headers.getlist("Set-Cookie"):
            self._cookies.load(line)
