"""Addresses and queries nobody should send: a 4xx or nothing else than without them.

What is sent and how it is judged stands in `tests.test_bad_input`, which does the same to bodies.
"""

import json
from inspect import unwrap
from typing import Any
from urllib.parse import unquote

import pytest
from django.apps import apps
from django.db.models import Lookup
from django.urls import Resolver404, get_resolver, resolve
from rest_framework.generics import ListAPIView, RetrieveAPIView

from tests.entrances import WRITES, common_code
from tests.hostile import JSON
from tests.test_bad_input import allowed, before, complaint, counts, send
from tests.test_permissions import (
    PAGE_SHOWN,
    PAGES,
    ROWS,
    lasting_world,
    path_of,
    routes,
    with_own,
    world,
)
from tests.watched import EVERY_NAME, UNREAD, Walk

__all__ = ["before", "lasting_world", "world"]  # fixtures, which tests here ask for by name
# Who sends it is not the question here.
pytestmark = pytest.mark.usefixtures("known_people")

MISSING_IDS = (0, 2**63 - 1)
HUGE_IDS = (2**63, 10**30)
# No route takes one of these for a number.
STRANGE_IDS = ("9" * 5000, "-1", "１", "1%00")
STRANGE_PAGE_IDS = ("9" * 5000, "1%00", "%ff")
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
READS = [row for row in ROWS if row.route.startswith("GET ") and "/stream" not in row.route]
DELETES = [row for row in ROWS if row.route.startswith("DELETE ")]
NUMBERED = [row for row in (*READS, *WRITES, *DELETES) if "<int:pk>" in row.route]
# Pages of signed links are left to the tests of the links.
READ_PAGES = [page for page in PAGES if "405" not in PAGES[page] and "<str:" not in page]
LISTS = [row for row in READS if "<" not in row.route and row.route != "GET me"]


@pytest.fixture
def compared(monkeypatch) -> set[int]:
    """Numbers that a condition compares something with."""
    numbers: set[int] = set()
    begin = Lookup.__init__

    def noting(lookup: Any, left: Any, right: Any) -> None:
        begin(lookup, left, right)
        if isinstance(right, int):
            numbers.add(right)

    monkeypatch.setattr(Lookup, "__init__", noting)
    return numbers


def test_an_id_beyond_every_row_is_not_found(world, before, compared):
    """A missing id is sent where no condition looked for the huge one among rows.

    Of either a condition finds nothing, and what a view does then is the same. A number that is
    used in another way breaks it by being huge, or because no row has it.
    """
    wrong = {}
    for place, row in enumerate(NUMBERED):
        body = json.dumps(row.body(world))
        compared.clear()
        for pk in (HUGE_IDS[place // 2 % 2], MISSING_IDS[place % 2]):
            if compared.isdisjoint(HUGE_IDS) and (said := complaint(send(row, world, body, pk=pk))):
                wrong[row.route, str(pk)[:20]] = said
    assert wrong == {}
    assert counts() == before


def test_what_is_no_number_is_no_address_and_not_found(world, before):
    """Which address is meant is decided before any view, for all of them alike."""
    for row in NUMBERED:
        for pk in STRANGE_IDS:
            with pytest.raises(Resolver404):
                resolve(unquote(path_of(row, world, pk)))
    for row, pk in zip(NUMBERED[:: len(NUMBERED) // 12], STRANGE_IDS * 3, strict=False):
        assert complaint(send(row, world, json.dumps(row.body(world)), pk=pk)) == "", row.route
    assert counts() == before


# Refused before any view, for all of them alike.
UNREADABLE = ["%00", "state=%00", "cursor=%00", "%ff=%ff", "x=%ed%a0%80"]
QUERIES = [
    *("limit=0", "limit=-1", "limit=101", "limit=1e1", "limit=", "limit=" + "9" * 30),
    *("limit=000000001" + "0" * 5000, "cursor=zzz", "cursor=cD1hYmM=", "cursor=cD0lMDA="),
    *("state=nope", "state=DROP", "owner=x", "owner=1e3", "achievement=１", "consignor=1.5"),
    *("field=nope", "city=110000", "method=x", "channel=x", "unread=maybe", "format=xml"),
    *("format=html", "page=0", "offset=-1", "x=" + "a" * 20_000),
    *("bids=all", "bids=x", "after=-1", "after=１", "after=" + "9" * 40),
]
# By what a list might be compared and sorted.
LOOKUPS = ("gte", "isnull", "startswith", "regex")
WORDS = ("ordering", "order_by", "sort", "o")


def probes() -> str:
    """Every field of ours compared with something, and sorted by."""
    models = apps.get_models()
    fields = sorted({field.name for model in models for field in model._meta.get_fields()})
    compared = [f"{name}__{lookup}=1" for name in fields for lookup in LOOKUPS]
    return "&".join(compared + [f"{word}=-{',-'.join(fields)}" for word in WORDS])


PROBES = probes()


def said_by(answer: Any) -> Any:
    """A document is compared by its bytes."""
    return answer.json() if answer.headers["Content-Type"] == JSON else answer.content


def test_a_hostile_query_is_refused_or_changes_nothing(world, monkeypatch):
    """Nor can any field be probed by comparing or sorting: what is for that, nobody reads."""
    wrong: dict[Any, Any] = {}
    walk = Walk(QUERIES, UNREADABLE, monkeypatch)
    for row in READS:
        client, path = allowed(row, world), path_of(row, world)
        walked = walk.ask(client, path, PROBES if row in LISTS else "")
        _, plain = next(walked)
        for query, answer in walked:
            if query == UNREAD and answer.status_code != plain.status_code:
                wrong[row.route, query] = answer.status_code
            elif answer.status_code == 200 == plain.status_code:
                if said_by(answer) != said_by(plain):
                    wrong[row.route, query[:30]] = "another answer"
            elif said := complaint(answer):
                wrong[row.route, query[:30]] = said
    assert wrong == {}
    assert EVERY_NAME not in walk.read
    assert {name for name in walk.read if "__" in name or name in WORDS} == set()


# Who may read which pages whole, and what their numbers are of.
READERS = {
    "sessions": "operator",
    "needs/<int:pk>/responses": "enterprise",
    "needs/new": "enterprise",
    "needs/<int:pk>/change": "enterprise",
    "finance": "borrower",
    "admissions": "judge",
}
OFFICE = ("enclaves", "alliances", "statistics", "fund-projects")
SHOWN = {
    **PAGE_SHOWN,
    "needs/<int:pk>/change": "draft_need",
    "achievements/<int:pk>/change": "draft_achievement",
    "deals": "deal",
    "enclaves": "park",
    "alliances": "alliance",
    "finance": "routed_financing",
    "finance/applications/<int:pk>/change": "draft_financing",
    "admissions": "judged_project",
    "fund-projects": "committee_project",
}


def test_a_page_survives_every_query_and_every_id(world, monkeypatch):
    wrong: dict[Any, int] = {}
    walk = Walk(QUERIES, UNREADABLE, monkeypatch)
    for page in READ_PAGES:
        about = page.partition("/")[0]
        reader = READERS.get(page) or READERS.get(about, "seller")
        own = with_own(world, reader).callers["own"]
        client = world.callers["cadre"] if about in OFFICE else own
        thing = world.things[SHOWN.get(page) or SHOWN.get(about, "lot")]
        for query, answer in walk.ask(client, "/" + page.replace("<int:pk>", str(thing))):
            if answer.status_code not in (200, 400):
                wrong[page, query[:30]] = answer.status_code
        for pk in (*MISSING_IDS, *HUGE_IDS) if "<int:pk>" in page else ():
            answer = client.get("/" + page.replace("<int:pk>", str(pk)))
            if answer.status_code not in (400, 404):
                wrong[page, str(pk)] = answer.status_code
    assert wrong == {}


def test_what_is_no_number_is_no_page(world):
    numbered = [page for page in READ_PAGES if "<int:pk>" in page]
    for page in numbered:
        for pk in STRANGE_PAGE_IDS:
            with pytest.raises(Resolver404):
                resolve(unquote("/" + page.replace("<int:pk>", pk)))
    for page, pk in zip(numbered, STRANGE_PAGE_IDS, strict=False):
        answer = world.callers["cadre"].get("/" + page.replace("<int:pk>", pk))
        assert answer.status_code in (400, 404), page


def deciding(view: Any, method: str) -> tuple[Any, ...]:
    """The code that answers to a method that a view does not have, to OPTIONS and to HEAD."""
    writes = hasattr(view, "post") or hasattr(view, "put")
    if method == "OPTIONS" and hasattr(view, "get_serializer") and writes:
        return (method, view)  # it describes the fields
    if method == "HEAD":
        get = unwrap(getattr(view, "head", None) or getattr(view, "get", None))
        if get not in (None, ListAPIView.get, RetrieveAPIView.get):
            return (method, view)
    return (method, common_code(view))


def test_other_methods_are_refused_and_options_are_told(world):
    """By each code that decides about them; by which one, is read off the views.

    HEAD asks what GET does, which the matrix walks over: whoever has a GET of its own is asked.
    """
    wrong, asked = {}, set()
    for path, callback in routes(get_resolver()):
        rows = [row for row in ROWS if f"api/v1/{row.route.split()[1]}" == path]
        if not rows:
            continue
        view = callback.view_class
        client = with_own(world, rows[0].own).callers["own"]
        has = {row.route.split()[0] for row in rows}
        assert has == {one for one in METHODS if hasattr(view, one.lower())}, path
        for method in (*sorted(METHODS - has), "OPTIONS", "HEAD"):
            if (code := deciding(view, method)) in asked:
                continue
            asked.add(code)
            answer = client.generic(method, path_of(rows[0], world), "{}", content_type=JSON)
            is_told = answer.status_code < 500 and method not in METHODS
            if not is_told and (answer.status_code != 405 or complaint(answer)):
                wrong[method, path] = answer.status_code
    assert wrong == {}
