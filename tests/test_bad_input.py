"""Input nobody should send: always a 4xx with a code, never a 5xx, and nothing is stored.

Generated from the forms: a route that takes a body is found by walking the routes, its fields by
asking its form, and what they must refuse stands in `tests.hostile`. Who may call a route, on
which thing and with which valid body is known from the matrix in `tests.test_permissions`.
"""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.urls import get_resolver
from rest_framework import serializers
from rest_framework.response import Response

from auctions.serializers.lots import BidForm
from auctions.serializers.maxima import MaximumForm
from auctions.serializers.sessions import FloorBidForm
from core.parsing import StrictForm
from tests.hostile import (
    AT_EVERY_FIELD,
    ENCODINGS,
    JSON,
    PARTS,
    UNUSUAL,
    hostile_values,
    values_beyond,
)
from tests.test_permissions import (
    CALLERS,
    PAGE_SHOWN,
    PAGES,
    PLACE,
    ROWS,
    Row,
    World,
    lasting_world,
    routes,
    with_own,
    world,
)

__all__ = ["lasting_world", "world"]  # the matrix's fixtures, which tests here ask for by name
# Who sends it is not the question here.
pytestmark = pytest.mark.usefixtures("known_people")

PROBLEM = "application/problem+json"
HUGE_IDS = (0, 2**63 - 1, 2**63, 10**30)
# No route takes one of these for a number: each is tried with one.
STRANGE_IDS = ("9" * 5000, "-1", "１", "1%00")


@dataclass(frozen=True)
class Entrance:
    """A route that takes a body, its form, and the row of the matrix that says who may use it."""

    row: Row
    form: type[StrictForm]

    def __str__(self) -> str:
        return self.row.route


def forms() -> dict[str, type[StrictForm]]:
    """The form of every route of the API that takes a body, by its path."""
    found = {}
    for path, callback in routes(get_resolver()):
        view = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
        if getattr(view, "largest_upload", 0):
            continue  # no JSON: tests/marketplace/test_pictures.py, test_importing.py
        if any(hasattr(view, method) for method in ("post", "put", "patch")):
            found[path.removeprefix("api/v1/")] = getattr(view, "form_class", None)
    found["lots/<int:pk>/bids"] = BidForm  # decided in batches, so it is no `Create`
    found["lots/<int:pk>/floor-bids"] = FloorBidForm  # likewise
    found["lots/<int:pk>/maximum"] = MaximumForm  # one view for what is left, read and taken back
    del found["oauth/token"]  # RFC 6749's own form: tests/accounts/test_tokens.py
    return found


def field_of(entrance: Entrance, name: str, inner: str = "") -> serializers.Field:
    field = entrance.form().fields[name]
    return field.child.fields[inner] if inner else field


def to_refuse(*place: Any) -> list[Any]:
    """What the field at this place is tried with."""
    field = field_of(*place)
    in_full = IN_FULL[type(field)] == place
    nothing = [] if field.allow_null else [None]
    in_general = hostile_values(field)[: None if in_full else AT_EVERY_FIELD]
    return [*values_beyond(field), *in_general, *nothing]


FORMS = forms()
READS = [row for row in ROWS if row.route.startswith("GET ") and "/stream" not in row.route]
WRITES = [
    row
    for row in ROWS
    if row.route.startswith(("POST ", "PUT ", "PATCH ")) and row.route.split()[1] in FORMS
]
DELETES = [row for row in ROWS if row.route.startswith("DELETE ")]
ENTRANCES = [Entrance(row, FORMS[row.route.split()[1]]) for row in WRITES]
# A form is tried in full at the first route that takes it, and as a whole at every other.
FIRSTS = list({entrance.form: entrance for entrance in reversed(ENTRANCES)}.values())
FIELDS = [(entrance, name) for entrance in FIRSTS for name in entrance.form().fields]
# The fields of objects within a list.
INNER = [
    (entrance, name, inner)
    for entrance, name in FIELDS
    if isinstance(listed := entrance.form().fields[name], serializers.ListField)
    and isinstance(listed.child, serializers.Serializer)
    for inner in listed.child.fields
]
# What no field of a class takes is tried in full at one of them.
IN_FULL = {
    type(field): (entrance, *names)
    for entrance, *names in reversed([*FIELDS, *INNER])
    for field in [field_of(entrance, *names)]
}
NUMBERED = [row for row in (*READS, *WRITES, *DELETES) if "<int:pk>" in row.route]
READ_PAGES = [page for page in PAGES if "405" not in PAGES[page]]
LISTS = [row for row in READS if "<" not in row.route and row.route != "GET me"]


def path_of(row: Row, world: World, pk: Any = None) -> str:
    number = world.things.get(row.thing, "") if pk is None else pk
    return "/api/v1/" + PLACE.sub(lambda _: str(number), row.route.split()[1])


def allowed(row: Row, world: World) -> Any:
    """The first caller the matrix lets through, or whom it tells that there is nothing yet."""
    with_own(world, row.own)
    statuses = dict(zip(CALLERS, row.statuses.split(), strict=True))
    for wanted in ("2", "404"):
        for caller, status in statuses.items():
            if status.startswith(wanted):
                return world.callers[caller]
    raise AssertionError(f"nobody may {row.route}")


def send(row: Row, world: World, body: bytes | str, pk: Any = None, **headers: str) -> Response:
    content_type = headers.pop("content_type", JSON)
    return allowed(row, world).generic(
        row.route.split()[0],
        path_of(row, world, pk),
        data=body,
        content_type=content_type,
        headers={"Idempotency-Key": str(uuid4()), **headers},
    )


def counts() -> tuple[int, ...]:
    """How many rows each table holds, in one statement."""
    tables = [model._meta.db_table for model in apps.get_models()]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT count(*) FROM {name}" for name in tables))  # noqa: S608
        return tuple(count for (count,) in cursor.fetchall())


def complaint(answer: Response) -> str:
    """What is wrong with this answer to bad input; nothing, if it is as it should be."""
    if not 400 <= answer.status_code < 500:
        return f"{answer.status_code} {answer.content[:80]!r}"
    if answer.headers["Content-Type"] != PROBLEM:
        return f"{answer.status_code} as {answer.headers['Content-Type']}"
    problem = json.loads(answer.content)
    lacking = {"type", "title", "status", "code", "detail", "request_id"} - set(problem)
    return f"without {lacking}" if lacking else ""


def body_with(entrance: Entrance, world: World, name: str, value: Any) -> str:
    return json.dumps({**entrance.row.body(world), name: value})


# --- Bodies -----------------------------------------------------------------------------


def test_every_route_that_takes_a_body_is_tried_here():
    assert set(FORMS) == {row.route.split()[1] for row in WRITES}
    assert [path for path, form in FORMS.items() if form is None] == []


@pytest.mark.parametrize("entrance", ENTRANCES, ids=str)
def test_the_valid_body_is_taken(world, entrance, settings):
    settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = True
    answer = send(entrance.row, world, json.dumps(entrance.row.body(world)))
    assert answer.status_code in (200, 201), answer.content


@pytest.mark.parametrize("entrance", FIRSTS, ids=str)
def test_each_field_refuses_what_it_must(world, entrance, settings):
    settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = True
    before, wrong = counts(), {}
    for name in entrance.form().fields:
        for value in to_refuse(entrance, name):
            answer = send(entrance.row, world, body_with(entrance, world, name, value))
            if said := complaint(answer):
                wrong[name, repr(value)[:60]] = said
    assert wrong == {}
    assert counts() == before


@pytest.mark.parametrize(("entrance", "name", "inner"), INNER, ids=str)
def test_a_field_of_an_inner_object_refuses_what_it_must(world, entrance, name, inner):
    valid, before, wrong = PARTS[name], counts(), {}
    for value in to_refuse(entrance, name, inner):
        answer = send(
            entrance.row, world, body_with(entrance, world, name, [valid, {**valid, inner: value}])
        )
        if said := complaint(answer):
            wrong[repr(value)[:60]] = said
    assert wrong == {}
    assert counts() == before


TEXTS = [
    (entrance, name, UNUSUAL[place % len(UNUSUAL)])
    for place, (entrance, name) in enumerate(FIELDS)
    if isinstance(entrance.form().fields[name], serializers.CharField)
]


@pytest.mark.parametrize("first", FIRSTS, ids=str)
def test_unusual_text_is_stored_as_it_came_or_refused(world, first, settings):
    """All of it in one text, and each alone at some field."""
    settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = True
    wrong = {}
    for entrance, name, alone in TEXTS:
        if entrance is not first:
            continue
        for text in ["".join(UNUSUAL)[: entrance.form().fields[name].max_length], alone]:
            mark = transaction.savepoint()
            answer = send(entrance.row, world, body_with(entrance, world, name, text))
            transaction.savepoint_rollback(mark)
            if answer.status_code in (200, 201):
                shown = answer.json().get(name, text)
                if shown not in (text, text.strip()):
                    wrong[name, ascii(text)] = ascii(shown)
            elif said := complaint(answer):
                wrong[name, ascii(text)] = said
    assert wrong == {}


# A body as text, by what is wrong with it; the first few are tried at every route.
BODIES: dict[str, str] = {
    "a list": "[]",
    "null": "null",
    "a list of objects": "[{}]",
    "a text": '"x"',
    "a number": "5",
    "true": "true",
}
# The parser's business, which is one for all routes: each tries one of them.
UNREADABLE: dict[str, str] = {
    "cut off": '{"a": ',
    "the same key twice": '{"reason": "x", "reason": "x"}',
    "too deep": '{"a": ' + "[" * 100_000,
    "not a number": '{"a": NaN}',
    "two documents": "{}{}",
}
EXTRAS = ("state", "id", "organization_id", "code", "__class__", "")
AT_EVERY_ROUTE = 2


@pytest.mark.parametrize("entrance", ENTRANCES, ids=str)
def test_only_an_object_with_known_fields_is_a_body(world, entrance):
    in_full, place = entrance in FIRSTS, ENTRANCES.index(entrance)
    texts = dict(list(BODIES.items())[: None if in_full else AT_EVERY_ROUTE])
    texts |= dict([list(UNREADABLE.items())[place % len(UNREADABLE)]])
    for extra in EXTRAS[place % 2 :: 2] if in_full else EXTRAS[:1]:
        body = {**entrance.row.body(world), extra: 1}
        texts[f"with {extra!r}"] = json.dumps(body)
    before, wrong = counts(), {}
    for name, text in texts.items():
        if said := complaint(send(entrance.row, world, text)):
            wrong[name] = said
    assert wrong == {}
    assert counts() == before


@pytest.mark.parametrize("entrance", ENTRANCES, ids=str)
def test_only_json_in_utf_8_is_read(world, entrance):
    # The door is one for all routes: each tries the first, and in turn one of the others.
    every, others = list(ENCODINGS.items())[:1], list(ENCODINGS.items())[1:]
    cases = [*every, others[ENTRANCES.index(entrance) % len(others)]]
    before, wrong = counts(), {}
    for name, (content_type, body, status) in cases:
        answer = send(entrance.row, world, body, content_type=content_type)
        if said := complaint(answer):
            wrong[name] = said
        elif answer.status_code != status:
            wrong[name] = f"{answer.status_code}, not {status}"
    assert wrong == {}
    assert counts() == before


# --- Addresses and queries --------------------------------------------------------------


@pytest.mark.parametrize("row", NUMBERED, ids=lambda row: row.route)
def test_an_id_beyond_every_row_is_not_found(world, row):
    before, wrong = counts(), {}
    place = NUMBERED.index(row)
    for pk in (*HUGE_IDS[:2], HUGE_IDS[2 + place % 2], STRANGE_IDS[place % 4]):
        answer = send(row, world, json.dumps(row.body(world)), pk=pk)
        if said := complaint(answer):
            wrong[str(pk)[:20]] = said
    assert wrong == {}
    assert counts() == before


QUERIES = [
    *(
        "%00",
        "state=%00",
        "%ff=%ff",
        "x=%ed%a0%80",
        "limit=0",
        "limit=-1",
        "limit=101",
        "limit=1e1",
    ),
    *("limit=", "limit=" + "9" * 30, "limit=000000001" + "0" * 5000, "cursor=%00", "cursor=zzz"),
    *("cursor=cD1hYmM=", "cursor=cD0lMDA=", "state=nope", "state=DROP", "owner=x", "owner=1e3"),
    *("achievement=１", "consignor=1.5", "field=nope", "city=110000", "method=x", "channel=x"),
    *("unread=maybe", "format=xml", "format=html", "page=0", "offset=-1"),
    "&".join(f"a{number}=1" for number in range(1500)),
    "x=" + "a" * 20_000,
]


def said_by(answer: Any) -> Any:
    """A document is compared by its bytes."""
    return answer.json() if answer.headers["Content-Type"] == JSON else answer.content


@pytest.mark.parametrize("row", READS, ids=lambda row: row.route)
def test_a_hostile_query_is_refused_or_changes_nothing(world, row):
    client, path, wrong = allowed(row, world), path_of(row, world), {}
    plain = said_by(client.get(path))
    # Each list meets a third of them, anything else a ninth, and each query several of both.
    share = 3 if row in LISTS else 9
    for query in QUERIES[READS.index(row) % share :: share]:
        answer = client.get(f"{path}?{query}")
        if answer.status_code == 200:
            if said_by(answer) != plain:
                wrong[query[:30]] = "another answer"
        elif said := complaint(answer):
            wrong[query[:30]] = said
    assert wrong == {}


@pytest.mark.parametrize("row", LISTS, ids=lambda row: row.route)
def test_no_field_can_be_probed_by_sorting_or_comparing(world, row):
    client, path = allowed(row, world), path_of(row, world)
    plain = client.get(path).json()
    names = sorted(
        {field.name for model in apps.get_models() for field in model._meta.get_fields()}
    )
    for lookup in ("gte", "isnull", "startswith", "regex"):
        probes = "&".join(f"{name}__{lookup}=1" for name in names)
        assert client.get(f"{path}?{probes}").json() == plain, lookup
    for word in ("ordering", "order_by", "sort", "o"):
        probes = "&".join(f"{word}=-{name}" for name in names)
        assert client.get(f"{path}?{probes}").json() == plain, word


@pytest.mark.parametrize("page", READ_PAGES, ids=lambda page: page or "home")
def test_a_page_survives_every_query_and_every_id(world, page):
    client = with_own(world, "operator" if page.startswith("sessions") else "seller").callers["own"]
    thing = world.things[PAGE_SHOWN.get(page.partition("/")[0], "lot")]
    wrong = {}
    odd = ["bids=all", "bids=x", "after=-1", "after=１", "after=" + "9" * 40]
    for query in ["", *QUERIES[::3], *odd]:
        address = "/" + page.replace("<int:pk>", str(thing)) + f"?{query}"
        answer = client.get(address)
        if answer.status_code not in (200, 400):
            wrong[query[:30]] = answer.status_code
    for pk in (*HUGE_IDS, "9" * 5000, "1%00", "%ff") if "<int:pk>" in page else ():
        answer = client.get("/" + page.replace("<int:pk>", str(pk)))
        if answer.status_code not in (400, 404):
            wrong[str(pk)[:20]] = answer.status_code
    assert wrong == {}


@pytest.mark.parametrize("path", sorted({row.route.split()[1] for row in ROWS}))
def test_other_methods_are_refused_and_options_are_told(world, path):
    rows = [row for row in ROWS if row.route.split()[1] == path]
    client = with_own(world, rows[0].own).callers["client"]
    address = path_of(rows[0], world)
    for method in {"GET", "POST", "PUT", "DELETE"} - {row.route.split()[0] for row in rows}:
        answer = client.generic(method, address, data="{}", content_type=JSON)
        assert answer.status_code == 405, method
        assert complaint(answer) == ""
    for method in ("OPTIONS", "HEAD"):
        assert client.generic(method, address).status_code < 502
