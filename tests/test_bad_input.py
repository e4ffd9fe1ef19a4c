"""Input nobody should send: always a 4xx with a code, never a 5xx, and nothing is stored.

Generated from the forms: a route that takes a body is found by walking the routes, its fields by
asking its form, and what they must refuse stands in `tests.hostile`. Who may call a route, on
which thing and with which valid body is known from the matrix in `tests.test_permissions`.

Most routes do the same four things with a body (`accounts.requests`): read it, take its
fingerprint, ask the form, tell the problem. Which routes these are is read off their code, and
that the door answers as these four do, each of them shows with one body. With all others the four
are asked without sessions, rights and rows around them. What the form takes, and whatever is for a
route with a way of its own, is always sent through the door.
"""

import json
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from itertools import chain
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from core.idempotency import fingerprint
from core.parsing import StrictJSONParser
from core.problems import handle
from tests.entrances import (
    DOORS,
    ENTRANCES,
    FIELDS,
    FIRSTS,
    FORMS,
    INNER,
    PLAIN,
    WRITES,
    Entrance,
    fields_of,
    filled_in,
    to_refuse,
)
from tests.hostile import ENCODINGS, JSON, PARTS, UNUSUAL
from tests.test_permissions import (
    CALLERS,
    Row,
    World,
    lasting_world,
    path_of,
    with_own,
    world,
)

__all__ = ["lasting_world", "world"]  # the matrix's fixtures, which tests here ask for by name
# Who sends it is not the question here.
pytestmark = pytest.mark.usefixtures("known_people")

PROBLEM = "application/problem+json"


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
        fingerprint(data)
        filled_in(entrance.form, data).is_valid(raise_exception=True)
    except APIException as error:
        answer = handle(error, {})
        assert answer is not None
        answer.accepted_renderer, answer.renderer_context = JSONRenderer(), {}
        answer.accepted_media_type = JSON
        return answer.render()
    return None


def complaints(
    entrance: Entrance, world: World, bodies: dict[Any, str]
) -> Iterator[tuple[Any, str]]:
    """What is wrong with the answers to these bodies."""
    for name, body in bodies.items():
        inside = entrance.row.route in PLAIN
        answer = (refusal(entrance, body) if inside else None) or send(entrance.row, world, body)
        if said := complaint(answer):
            yield (entrance.row.route, name), said


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


def test_each_field_refuses_what_it_must(world, before, settings):
    settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = True
    wrong: dict[Any, str] = {}
    for entrance in FIRSTS:
        assert refusal(entrance, json.dumps(entrance.row.body(world))) is None, entrance
        for one, *names in (*FIELDS, *INNER):
            if one is entrance:
                bodies = bodies_with(entrance, world, *names)
                wrong |= complaints(entrance, world, bodies)
    assert wrong == {}
    assert counts() == before


# Of each text its entrance, its name, and what of the unusual it is tried with alone.
TEXTS = [
    (entrance, name, UNUSUAL[place % len(UNUSUAL)])
    for place, (entrance, name) in enumerate(FIELDS)
    if isinstance(fields_of(entrance.form)[name], serializers.CharField)
]


def named_by(answer: Response, texts: dict[str, str]) -> set[str]:
    """The texts that a refusal shows, or says the names of."""
    problem = answer.json()
    return {
        name for name in texts if texts[name] == problem.get(name) or name == problem.get("what")
    }


def tried(entrance: Entrance, world: World, texts: dict[str, str]) -> Iterator[tuple[str, Any]]:
    """What each text shows as, or its refusal; found by halves, if that names none of them."""
    mark = transaction.savepoint()
    answer = send(entrance.row, world, json.dumps({**entrance.row.body(world), **texts}))
    transaction.savepoint_rollback(mark)
    if answer.status_code in (200, 201):
        shown = answer.json()
        yield from ((name, shown.get(name, text)) for name, text in texts.items())
    elif len(texts) == 1 or complaint(answer):
        yield from ((name, answer) for name in texts)
    else:
        named = named_by(answer, texts)
        yield from ((name, answer) for name in named)
        others = sorted(texts.keys() - named)
        for part in [others] if named else (others[::2], others[1::2]):
            if part:
                yield from tried(entrance, world, {name: texts[name] for name in part})


def test_unusual_text_is_stored_as_it_came_or_refused(world, settings):
    """All of it in one text, and each alone at some field; all fields that take theirs at once."""
    settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = True
    wrong: dict[Any, str] = {}
    for entrance in FIRSTS:
        alone = {name: text for one, name, text in TEXTS if one is entrance}
        limits = {name: fields_of(entrance.form)[name].max_length for name in alone}
        together = {name: "".join(UNUSUAL)[:limit] for name, limit in limits.items()}
        apart: set[str] = set()  # what was refused by something else than the form
        for texts in (alone, together) if alone else ():
            bodies = {
                name: json.dumps({**entrance.row.body(world), name: text})
                for name, text in texts.items()
            }
            refused = {name for name, body in bodies.items() if refusal(entrance, body)}
            wrong |= complaints(entrance, world, {name: bodies[name] for name in refused})
            at_once = {name: texts[name] for name in texts.keys() - refused - apart}
            parts = [at_once, *({name: texts[name]} for name in apart - refused)]
            for name, shown in chain.from_iterable(
                tried(entrance, world, part) for part in parts if part
            ):
                if isinstance(shown, HttpResponse):
                    apart.add(name)
                    said = complaint(shown)
                else:
                    said = "" if shown in (texts[name], texts[name].strip()) else ascii(shown)
                if said:
                    wrong[entrance.row.route, name, ascii(texts[name])] = said
    assert wrong == {}


# A body as text, by what is wrong with it.
BODIES: dict[str, str] = {
    "a list": "[]",
    "null": "null",
    "a list of objects": "[{}]",
    "a text": '"x"',
    "a number": "5",
    "true": "true",
    "cut off": '{"a": ',
    "the same key twice": '{"reason": "x", "reason": "x"}',
    "not a number": '{"a": NaN}',
    "two documents": "{}{}",
}
# Seen by the parser alone, and looking at it costs time.
DEEPEST = {"too deep": '{"a": ' + "[" * 100_000}
EXTRAS = ("state", "id", "organization_id", "code", "__class__", "")


def test_only_an_object_with_known_fields_is_a_body(world, before):
    wrong: dict[Any, str] = {}
    for entrance in FIRSTS:
        extras = {
            f"with {extra!r}": json.dumps({**entrance.row.body(world), extra: 1})
            for extra in EXTRAS
        }
        wrong |= complaints(entrance, world, BODIES | extras)
    assert wrong == {}
    assert counts() == before


def test_every_door_answers_as_its_form_does(world, before):
    wrong: dict[Any, Any] = {}
    for entrance in ENTRANCES:
        body = json.dumps({**entrance.row.body(world), "no such field": 1})
        answer, inside = send(entrance.row, world, body), refusal(entrance, body)
        assert inside is not None
        said, expected = (json.loads(one.content) for one in (answer, inside))
        if complaint(answer) or {**said, "request_id": ""} != {**expected, "request_id": ""}:
            wrong[entrance.row.route] = said
    assert wrong == {}
    assert counts() == before


def test_only_json_in_utf_8_is_read(world, before):
    """By every door that has code of its own; several routes may be one door."""
    texts = {name: (JSON, text.encode(), 400) for name, text in (BODIES | DEEPEST).items()}
    different = {DOORS[entrance.row.route]: entrance for entrance in reversed(ENTRANCES)}
    wrong: dict[Any, str] = {}
    for entrance in different.values():
        for name, (content_type, body, status) in (ENCODINGS | texts).items():
            answer = send(entrance.row, world, body, content_type=content_type)
            if said := complaint(answer):
                wrong[entrance.row.route, name] = said
            elif answer.status_code != status:
                wrong[entrance.row.route, name] = f"{answer.status_code}, not {status}"
    assert wrong == {}
    assert counts() == before
