"""A bid through the fast door and through the ordinary one: the same answers, byte for byte.

Two lots, alike, each behind a real server; every request is sent to both, and what they answer
is compared: status, headers and body, but for ids, instants, paddles and hashes.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.clients import create_api_client, revoke_api_client
from accounts.models import Organization
from auctions import bidding
from auctions.bid_queue import Turn
from auctions.models import Bid, Lot, RefusedBid
from config import wsgi
from config.asgi import Door
from tests.accounts.conftest import ask_for_token
from tests.auctions.test_bidding import chain_is_whole
from tests.conftest import make_member, make_organization, organization_of
from tests.factories import admit, draft_lot, make_lot
from tests.notifications.streaming import PATIENCE_S, serving

KEYS = [str(UUID(int=number)) for number in range(1, 9)]
SECOND = r'"[0-9-]{10}T[0-9:]{8}(\.[0-9]{6})?Z"'
# What differs between two lots that are alike.
OWN = [
    (re.compile(SECOND), '"<instant>"'),
    (re.compile(r'"[0-9a-f]{64}"'), '"<hash>"'),
    (re.compile(r'"id":[0-9]+'), '"id":<id>'),
    (re.compile(r'"paddle":"[0-9]+"'), '"paddle":"<paddle>"'),
]
STAMP = re.compile(r"[0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z")


class NoGateway:
    """In its place: every request is for the ordinary door, and decided alone."""

    def place_bid(self, *, turn: Turn, **bid: Any) -> Any:
        with turn:
            return bidding.place_bid(**bid)

    async def answer(self, *request: Any) -> None:
        return None

    async def close(self) -> None:
        pass


class Counting:
    """The fast door, and which requests it answered itself."""

    def __init__(self, gateway: Any) -> None:
        self.gateway = gateway
        self.answered = False

    async def answer(self, *request: Any) -> Any:
        answer = await self.gateway.answer(*request)
        self.answered = answer is not None
        return answer

    def place_bid(self, **bid: Any) -> Any:
        return self.gateway.place_bid(**bid)

    async def close(self) -> None:
        await self.gateway.close()


@dataclass
class Side:
    """One server, its lot, and the hidden and the upcoming lots beside it."""

    port: int
    lots: dict[str, Lot]
    gateway: Any

    def send(self, case: "Case", tokens: dict[str, str]) -> tuple[int, dict[str, str], str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        lot = self.lots.get(case.lot)
        path = case.path.replace("{lot}", str(lot.pk) if lot else case.lot)
        connection.putrequest(case.method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in case.sent(tokens):
            connection.putheader(name, value)
        connection.endheaders(case.body)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, headers, body


@dataclass
class Case:
    """One request. `fast` says whether the gateway shall answer it itself."""

    name: str
    status: int
    fast: bool = True
    body: bytes | None = b'{"amount": "1000.00"}'
    token: str | None = "bidder"
    key: str | None = ""
    lot: str = "open"
    method: str = "POST"
    path: str = "/api/v1/lots/{lot}/bids"
    headers: dict[str, str | None] = field(default_factory=dict)
    twice: tuple[str, str] | None = None

    def sent(self, tokens: dict[str, str]) -> Iterator[tuple[str, str]]:
        ordinary = {
            "Host": "127.0.0.1",
            "Content-Type": "application/json",
            "Content-Length": None if self.body is None else str(len(self.body)),
            "Idempotency-Key": str(uuid4()) if self.key == "" else self.key,
            "Authorization": f"Bearer {tokens[self.token]}" if self.token else None,
            "X-Request-ID": "case-12345678",
            **self.headers,
        }
        yield from ((name, value) for name, value in ordinary.items() if value is not None)
        if self.twice:
            yield self.twice


def amount(text: str) -> bytes:
    return json.dumps({"amount": text}).encode()


def slow(name: str, status: int, **request: Any) -> Case:
    """A request that is for the ordinary door."""
    return Case(name, status, fast=False, **request)


DECIDED = [
    Case("not registered", 403, token="outsider"),
    Case("only applied", 403, token="applicant"),
    Case("the consignor", 403, token="seller"),
    Case("too low", 422, body=amount("999.00"), key=KEYS[0]),
    Case("too low, again", 422, body=amount("999.00"), key=KEYS[0]),
    Case("too low, and then another amount", 409, body=amount("998.00"), key=KEYS[0]),
    Case("off the step", 422, body=amount("1001.00")),
    Case("accepted", 201, key=KEYS[1]),
    Case("accepted, again", 201, key=KEYS[1]),
    Case("accepted, again, in capitals", 201, key=KEYS[1].upper()),
    Case("accepted, and then another amount", 409, body=amount("1100.00"), key=KEYS[1]),
    Case("already leading", 422, body=amount("1100.00")),
    Case("accepted, the other", 201, token="rival", body=amount("1050.00")),
    Case("too low in English", 422, headers={"Accept-Language": "en-GB,en;q=0.9"}),
    Case("too low in a language we lack", 422, headers={"Accept-Language": "fr"}),
    Case("too low in no language", 422, headers={"Accept-Language": "*;q=x,,"}),
    Case("accepted in English", 201, body=amount("1100.00"), headers={"Accept-Language": "en"}),
    Case("without a request id", 422, headers={"X-Request-ID": None}),
    Case("with an unusable request id", 422, headers={"X-Request-ID": "a b"}),
    Case("with blanks in the body", 422, body=b' {\n"amount"\t:"1000.00" }\r\n'),
    Case("with a charset", 422, headers={"Content-Type": "application/json; charset=utf-8"}),
    Case("with a media type in capitals", 422, headers={"Content-Type": "Application/JSON"}),
    Case("accepting anything", 422, headers={"Accept": "*/*"}),
    Case("accepting JSON", 422, headers={"Accept": "application/json"}),
    Case("with the scheme in small letters", 422, headers={"Authorization": "bearer {bidder}"}),
    Case("for the own organization", 422, headers={"Acting-Organization": "{organization}"}),
    Case("on a lot with zeros before it", 422, path="/api/v1/lots/000{lot}/bids"),
    Case("on a lot that has not opened", 409, lot="upcoming"),
    Case("on a hidden lot", 404, lot="hidden"),
    Case("on a lot that is not there", 404, lot="999999999999999999"),
    Case("suspended", 422, token="suspended", body=amount("1150.00")),
    Case("more money than there is", 422, token="rival", body=amount("9999999999999999.99")),
]
TWO_IDS = ("X-Request-ID", "case-12345678")
REFUSED = [
    slow("no token", 401, token=None),
    slow("an unknown token", 401, headers={"Authorization": "Bearer unknown"}),
    slow("an empty token", 401, headers={"Authorization": "Bearer "}),
    slow("a token that is not text", 401, headers={"Authorization": "Bearer \xff"}),
    slow("another scheme", 401, headers={"Authorization": "Basic abc"}),
    slow("a revoked client", 401, token="revoked"),
    slow("a token that has expired", 401, token="expired"),
    slow("a token for reading", 403, token="reader"),
    slow("no key", 400, key=None),
    slow("no canonical key", 400, key="{" + KEYS[2] + "}"),
    slow("no key of hexadecimal digits", 400, key="x" * 36),
    slow("two keys", 400, key=KEYS[2], twice=("Idempotency-Key", KEYS[3])),
    slow("two request ids", 422, twice=TWO_IDS),
    slow("for another organization", 404, headers={"Acting-Organization": "1"}),
    slow("for an organization of letters", 400, headers={"Acting-Organization": "x"}),
    slow("no media type", 415, headers={"Content-Type": None}),
    slow("a form", 415, headers={"Content-Type": "application/x-www-form-urlencoded"}),
    slow("XML", 415, headers={"Content-Type": "application/xml"}),
    slow("wanting HTML", 406, headers={"Accept": "text/html"}),
    slow("wanting JSON among others", 422, headers={"Accept": "text/html, application/json"}),
    slow("a query", 422, path="/api/v1/lots/{lot}/bids?x=1"),
    slow("a query that is not text", 400, path="/api/v1/lots/{lot}/bids?x=%00"),
    slow("a slash at the end", 404, path="/api/v1/lots/{lot}/bids/"),
    slow("a number that is none", 404, path="/api/v1/lots/x/bids"),
    slow("a number too long", 404, lot="9999999999999999999"),
    slow("another host", 400, headers={"Host": "elsewhere.example"}),
    slow("no host", 422, headers={"Host": None}),
    slow("a language in a cookie", 422, headers={"Cookie": "django_language=en"}),
    slow("a long language", 422, headers={"Accept-Language": "en," * 300}),
    slow("a session without its CSRF token", 403, token=None, headers={"Cookie": "{session}"}),
    slow(
        "a session",
        422,
        token=None,
        headers={"Cookie": "{session}; csrftoken=" + "a" * 32, "X-CSRFToken": "a" * 32},
    ),
    slow("putting", 405, method="PUT"),
    slow("deleting", 405, method="DELETE"),
    slow("asking what may be done", 200, method="OPTIONS"),
    slow("reading", 200, method="GET", body=None),
]
BODIES = {
    "nothing": b"",
    "no JSON": b"amount=1000.00",
    "half": b'{"amount": "1000.00"',
    "more behind it": b'{"amount": "1000.00"}}',
    "the key twice": b'{"amount": "1000.00", "amount": "1000.00"}',
    "another field": b'{"amount": "1000.00", "currency": "CNY"}',
    "no amount": b"{}",
    "null": b'{"amount": null}',
    "a number": b'{"amount": 1000.00}',
    "a list": b'["1000.00"]',
    "one decimal": b'{"amount": "1000.0"}',
    "three decimals": b'{"amount": "1000.000"}',
    "a zero before it": b'{"amount": "01000.00"}',
    "a sign": b'{"amount": "+1000.00"}',
    "less than nothing": b'{"amount": "-1000.00"}',
    "an exponent": b'{"amount": "1E+3"}',
    "nothing at all": b'{"amount": "0.00"}',
    "too many digits": b'{"amount": "12345678901234567.00"}',
    "wide digits": '{"amount": "１０００.００"}'.encode(),
    "a line end in it": b'{"amount": "1000.00\\n"}',
    "an escaped digit": b'{"amount": "\\u0031000.00"}',
    "NUL": b'{"amount": "1000.00\\u0000"}',
    "a bare NUL": b'{"amount": "1000.00"}\x00',
    "half a character": b'{"amount": "\\ud800"}',
    "no UTF-8": b'{"amount": "\xff"}',
    "a byte order mark": b'\xef\xbb\xbf{"amount": "1000.00"}',
    "a blank JSON lacks": b'{"amount":\x0b"1000.00"}',
    "too deep": b"[" * 100_000,
    "too long": b'{"amount": "1000.00"}' + b" " * 300_000,
}
# The escaped digit is a 1 to JSON, so this bid is well-formed: too low by now.
WELL_FORMED = {"an escaped digit": 422, "too long": 413}
SHAPES = [
    slow(f"body: {name}", WELL_FORMED.get(name, 400), body=body) for name, body in BODIES.items()
]


def lots(seller: Any, people: dict[str, Any]) -> dict[str, Lot]:
    later = timezone.now() + timedelta(hours=1)
    lot = make_lot(seller)
    for name in ("bidder", "rival", "suspended"):
        admit(lot, people[name])
    return {
        "open": lot,
        "upcoming": make_upcoming(seller, people["bidder"], later),
        "hidden": draft_lot(seller),
    }


def make_upcoming(seller: Any, bidder: Any, opens_at: Any) -> Lot:
    lot = make_lot(seller, opens_at=opens_at, closes_at=opens_at + timedelta(hours=1))
    admit(lot, bidder)
    return lot


def tokens_of(people: dict[str, Any]) -> dict[str, str]:
    clients = {
        name: create_api_client(
            credit_code=organization_of(person).credit_code, scopes=["bids:write", "lots:read"]
        )
        for name, person in people.items()
    }
    revoked, short = (
        create_api_client(
            credit_code=organization_of(people["bidder"]).credit_code, scopes=["bids:write"]
        )
        for _ in range(2)
    )
    tokens = {name: token(client) for name, client in clients.items()}
    tokens |= {"reader": token(clients["bidder"], scope="lots:read"), "revoked": token(revoked)}
    revoke_api_client(client_id=revoked.client_id)
    tokens["expired"] = token(short)
    from allauth.idp.oidc.models import Token

    Token.objects.filter(client_id=short.client_id).update(expires_at=timezone.now())
    return tokens


def token(client: Any, **fields: str) -> str:
    return ask_for_token(client, **fields).json()["access_token"]


def different(one: dict[str, Any], other: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name in {**one, **other}:
        if one.get(name) != other.get(name) or name == "status":
            yield name, one.get(name), other.get(name)


def alike(answer: tuple[int, dict[str, str], str], known_id: bool) -> dict[str, Any]:
    """An answer without what two requests never have in common."""
    status, headers, body = answer
    for pattern, name in OWN:
        body = pattern.sub(name, body)
    if not known_id:
        request_id = headers.pop("x-request-id")
        assert re.fullmatch("[0-9a-f]{32}", request_id)
        body = body.replace(request_id, "<request id>")
    assert STAMP.fullmatch(headers.pop("server-time"))
    length = headers.pop("content-length", "none, but pieces")
    assert length in (str(len(answer[2].encode())), "none, but pieces")
    headers["transfer-encoding"] = length.isdigit()
    headers.pop("date")
    return {"status": status, "body": body, **headers}


def filled(cases: Iterable[Case], known: dict[str, str]) -> Iterator[Case]:
    """The cases with what is only known now."""
    for case in cases:
        for name, value in case.headers.items():
            for hole, filling in known.items():
                if value is not None and hole in value:
                    case.headers[name] = value = value.replace(hole, filling)
        yield case


@pytest.fixture
def people(seller, bidder, rival):
    others = ("outsider", "applicant", "suspended")
    strangers = {name: make_member(make_organization(), name=name) for name in others}
    return {"seller": seller, "bidder": bidder, "rival": rival, **strangers}


@pytest.mark.usefixtures("transactional_db")
def test_both_doors_give_the_same_answers(people, seller, bidder):
    own = [lots(seller, people) for _ in range(2)]
    Organization.objects.filter(pk=organization_of(people["suspended"]).pk).update(
        state="suspended"
    )
    tokens = tokens_of(people)
    browser = Client()
    browser.force_login(bidder)
    known = {
        "{bidder}": tokens["bidder"],
        "{organization}": str(organization_of(bidder).pk),
        "{session}": f"sessionid={browser.cookies['sessionid'].value}",
    }
    fast, ordinary = Door(wsgi.application, workers=2), Door(wsgi.application, workers=2)
    fast.bids, ordinary.bids = Counting(fast.bids), NoGateway()

    differences = []
    with serving(fast) as one, serving(ordinary) as other:
        sides = [Side(one, own[0], fast.bids), Side(other, own[1], None)]
        for case in filled((*DECIDED, *REFUSED, *SHAPES), known):
            key = case.key or str(uuid4())
            case.key = None if case.key is None else key
            fast.bids.answered = False
            answers = [side.send(case, tokens) for side in sides]
            known_id = "X-Request-ID" not in case.headers and case.twice is not TWO_IDS
            shown = [alike(answer, known_id) for answer in answers]
            if shown[0] != shown[1] or shown[0]["status"] != case.status:
                differences.append((case.name, case.status, *different(*shown)))
            elif fast.bids.answered is not case.fast:
                differences.append((case.name, "answered by the gateway:", fast.bids.answered))

    assert not differences, "\n".join(map(str, differences))
    left = [left_behind(side.lots["open"]) for side in sides]
    assert left[0] == left[1]
    assert all(chain_is_whole(Lot.objects.get(pk=side.lots["open"].pk)) for side in sides)


def left_behind(lot: Lot) -> tuple[list[Any], list[Any]]:
    """The ledger and the refusals of a lot, in the order of their deciding."""
    who = ("registration__organization", "by_user", "by_client", "amount")
    bids = Bid.objects.filter(lot=lot).order_by("number").values_list("number", *who)
    refused = RefusedBid.objects.filter(lot=lot).order_by("id").values_list("code", "facts", *who)
    return list(bids), list(refused)
