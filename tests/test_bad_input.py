"""Input nobody should send: always a 4xx with a code, never a 5xx, and nothing is stored.

Generated from the forms: a route that takes a body is found by walking the routes, its fields by
asking its form, and what they must refuse stands in `tests.hostile`. Who may call a route, on
which thing and with which valid body is known from the matrix in `tests.test_permissions`.

Most routes do the same three things with a body (`accounts.requests`): read it, ask the form, tell
the problem. Of those each field and each whole body is sent through the door once, with one value
in turn; with its other values these three are asked without sessions, rights and rows around them.
What the form takes, and any route with a way of its own, is always sent through the door.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.urls import get_resolver
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from accounts.requests import Change, Command, Create
from auctions.serializers.lots import BidForm
from auctions.serializers.maxima import MaximumForm
from auctions.serializers.sessions import FloorBidForm
from core.parsing import StrictForm, StrictJSONParser
from core.problems import handle
from tests.hostile import (
    AT_EVERY_FIELD,
    ENCODINGS,
    JSON,
    PARTS,
    UNUSUAL,
    hostile_values,
    huge_values,
    values_beyond,
)
from tests.test_permissions import (
    CALLERS,
    PLACE,
    ROWS,
    Row,
    World,
    first_noun,
    lasting_world,
    routes,
    with_own,
    world,
)

__all__ = ["lasting_world", "world"]  # the matrix's fixtures, which tests here ask for by name
# Who sends it is not the question here.
pytestmark = pytest.mark.usefixtures("known_people")

PROBLEM = "application/problem+json"


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


def plainly_handled() -> set[str]:
    """Routes that do with a body what `accounts.requests` does, and nothing of their own."""
    plain = (Create.post, Change.patch, Command.post)
    return {
        f"{method.upper()} {path.removeprefix('api/v1/')}"
        for path, callback in routes(get_resolver())
        if path.startswith("api/v1/")
        for method in ("post", "patch")
        if getattr(getattr(callback, "view_class", None), method, None) in plain
    }


@cache
def fields_of(form: type[StrictForm]) -> dict[str, serializers.Field]:
    return dict(form().fields)


def field_of(entrance: Entrance, name: str, inner: str = "") -> serializers.Field:
    field = fields_of(entrance.form)[name]
    return field.child.fields[inner] if inner else field


def to_refuse(*place: Any) -> list[Any]:
    """What the field at this place is tried with."""
    field = field_of(*place)
    in_full = IN_FULL[type(field)] == place
    nothing = [] if field.allow_null else [None]
    in_general = hostile_values(field)[: None if in_full else AT_EVERY_FIELD]
    huge = huge_values(field) if in_full else []
    return [*values_beyond(field), *in_general, *huge, *nothing]


FORMS = forms()
PLAIN = plainly_handled()
WRITES = [
    row
    for row in ROWS
    if row.route.startswith(("POST ", "PUT ", "PATCH ")) and row.route.split()[1] in FORMS
]
ENTRANCES = [Entrance(row, FORMS[row.route.split()[1]]) for row in WRITES]
# A form is tried in full at the first route that takes it, and as a whole at every other.
FIRSTS = list({entrance.form: entrance for entrance in reversed(ENTRANCES)}.values())
FIELDS = [(entrance, name) for entrance in FIRSTS for name in fields_of(entrance.form)]
# The fields of objects within a list.
INNER = [
    (entrance, name, inner)
    for entrance, name in FIELDS
    if isinstance(listed := fields_of(entrance.form)[name], serializers.ListField)
    and isinstance(listed.child, serializers.Serializer)
    for inner in listed.child.fields
]
# What no field of a class takes is tried in full at one of them.
IN_FULL = {
    type(field): (entrance, *names)
    for entrance, *names in reversed([*FIELDS, *INNER])
    for field in [field_of(entrance, *names)]
}


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


@cache
def prepared(session: Any) -> str:
    """Planning a statement over every table costs more than running it: once per connection."""
    tables = [model._meta.db_table for model in apps.get_models()]
    counted = " UNION ALL ".join(f"SELECT count(*) FROM {name}" for name in tables)  # noqa: S608
    session.execute(f"PREPARE counted AS {counted}")
    return "EXECUTE counted"


def counts() -> tuple[int, ...]:
    """How many rows each table holds, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(prepared(connection.connection))
        return tuple(count for (count,) in cursor.fetchall())


@pytest.fixture(scope="module")
def before(lasting_world) -> tuple[int, ...]:
    """How many there are before each test; what one of them leaves is undone after it."""
    return counts()


def complaint(answer: Response) -> str:
    """What is wrong with this answer to bad input; nothing, if it is as it should be."""
    if not 400 <= answer.status_code < 500:
        return f"{answer.status_code} {answer.content[:80]!r}"
    if answer.headers["Content-Type"] != PROBLEM:
        return f"{answer.status_code} as {answer.headers['Content-Type']}"
    problem = json.loads(answer.content)
    lacking = {"type", "title", "status", "code", "detail", "request_id"} - set(problem)
    return f"without {lacking}" if lacking else ""


def refusal(entrance: Entrance, body: str) -> Response | None:
    """What a plain route answers to a body that its form refuses; nothing, if the form takes it."""
    try:
        data = StrictJSONParser().parse(BytesIO(body.encode()))
        entrance.form(data=data).is_valid(raise_exception=True)
    except APIException as error:
        answer = handle(error, {})
        assert answer is not None
        answer.accepted_renderer, answer.renderer_context = JSONRenderer(), {}
        answer.accepted_media_type = JSON
        return answer.render()
    return None


def complaints(
    entrance: Entrance, world: World, bodies: dict[Any, str], place: int
) -> Iterator[tuple[Any, str]]:
    """What is wrong with the answers to these bodies; one of them meets the door, by its place."""
    for number, (name, body) in enumerate(bodies.items()):
        inside = entrance.row.route in PLAIN and number != place % len(bodies)
        answer = (refusal(entrance, body) if inside else None) or send(entrance.row, world, body)
        if said := complaint(answer):
            yield name, said


def bodies_with(entrance: Entrance, world: World, *names: str) -> dict[Any, str]:
    """The valid body with each value at this place that must be refused."""
    valid = entrance.row.body(world)
    found = {}
    for value in to_refuse(entrance, *names):
        name, *inner = names
        at = [PARTS[name], {**PARTS[name], inner[0]: value}] if inner else value
        found[(*names, repr(value)[:60])] = json.dumps({**valid, name: at})
    return found


# --- Bodies -----------------------------------------------------------------------------


def test_every_route_that_takes_a_body_is_tried_here():
    assert set(FORMS) == {row.route.split()[1] for row in WRITES}
    assert [path for path, form in FORMS.items() if form is None] == []
    # That the valid bodies are taken, of which one field is made bad here, is told by the matrix.
    assert [row.route for row in WRITES if not {"200", "201"} & set(row.statuses.split())] == []


@pytest.mark.parametrize("entrance", FIRSTS, ids=str)
def test_each_field_refuses_what_it_must(world, before, entrance, settings):
    settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = True
    assert refusal(entrance, json.dumps(entrance.row.body(world))) is None
    wrong = {}
    for place, name in enumerate(fields_of(entrance.form)):
        wrong |= complaints(entrance, world, bodies_with(entrance, world, name), place)
    assert wrong == {}
    assert counts() == before


@pytest.mark.parametrize("entrance", sorted({one for one, *_ in INNER}, key=str), ids=str)
def test_a_field_of_an_inner_object_refuses_what_it_must(world, before, entrance):
    wrong = {}
    for place, (one, name, inner) in enumerate(INNER):
        if one is entrance:
            wrong |= complaints(entrance, world, bodies_with(entrance, world, name, inner), place)
    assert wrong == {}
    assert counts() == before


TEXTS = [
    (entrance, name, UNUSUAL[place % len(UNUSUAL)])
    for place, (entrance, name) in enumerate(FIELDS)
    if isinstance(fields_of(entrance.form)[name], serializers.CharField)
]


@pytest.mark.parametrize("first", FIRSTS, ids=str)
def test_unusual_text_is_stored_as_it_came_or_refused(world, first, settings):
    """All of it in one text, and each alone at some field."""
    settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = True
    wrong = {}
    for entrance, name, alone in TEXTS:
        if entrance is not first:
            continue
        for text in ["".join(UNUSUAL)[: fields_of(entrance.form)[name].max_length], alone]:
            mark = transaction.savepoint()
            body = json.dumps({**entrance.row.body(world), name: text})
            answer = send(entrance.row, world, body)
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


def of_noun(noun: str) -> list[tuple[int, Entrance]]:
    """With their places among all entrances, by which they take turns."""
    return [(place, one) for place, one in enumerate(ENTRANCES) if first_noun(one.row) == noun]


NOUNS = sorted({first_noun(entrance.row) for entrance in ENTRANCES})


@pytest.mark.parametrize("noun", NOUNS)
def test_only_an_object_with_known_fields_is_a_body(world, before, noun):
    wrong = {}
    for place, entrance in of_noun(noun):
        in_full = entrance in FIRSTS
        texts = dict(list(BODIES.items())[: None if in_full else AT_EVERY_ROUTE])
        texts |= dict([list(UNREADABLE.items())[place % len(UNREADABLE)]])
        for extra in EXTRAS[place % 2 :: 2] if in_full else EXTRAS[:1]:
            body = {**entrance.row.body(world), extra: 1}
            texts[f"with {extra!r}"] = json.dumps(body)
        for name, said in complaints(entrance, world, texts, place):
            wrong[entrance.row.route, name] = said
    assert wrong == {}
    assert counts() == before


@pytest.mark.parametrize("noun", NOUNS)
def test_only_json_in_utf_8_is_read(world, before, noun):
    """The door is one for all routes: each meets it with one of these in turn."""
    cases, wrong = list(ENCODINGS.items()), {}
    for place, entrance in of_noun(noun):
        name, (content_type, body, status) = cases[place % len(cases)]
        answer = send(entrance.row, world, body, content_type=content_type)
        if said := complaint(answer):
            wrong[entrance.row.route, name] = said
        elif answer.status_code != status:
            wrong[entrance.row.route, name] = f"{answer.status_code}, not {status}"
    assert wrong == {}
    assert counts() == before
