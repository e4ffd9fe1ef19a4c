"""Addresses and queries nobody should send: a 4xx or nothing else than without them.

What is sent and how it is judged stands in `tests.test_bad_input`, which does the same to bodies.
"""

import json
from typing import Any
from urllib.parse import unquote

import pytest
from django.apps import apps
from django.urls import Resolver404, resolve

from tests.hostile import JSON
from tests.test_bad_input import WRITES, allowed, before, complaint, counts, path_of, send
from tests.test_permissions import (
    PAGE_SHOWN,
    PAGES,
    ROWS,
    Row,
    first_noun,
    lasting_world,
    with_own,
    world,
)

__all__ = ["before", "lasting_world", "world"]  # fixtures, which tests here ask for by name
# Who sends it is not the question here.
pytestmark = pytest.mark.usefixtures("known_people")

MISSING_IDS = (0, 2**63 - 1)
HUGE_IDS = (2**63, 10**30)
# No route takes one of these for a number.
STRANGE_IDS = ("9" * 5000, "-1", "１", "1%00")
READS = [row for row in ROWS if row.route.startswith("GET ") and "/stream" not in row.route]
DELETES = [row for row in ROWS if row.route.startswith("DELETE ")]
NUMBERED = [row for row in (*READS, *WRITES, *DELETES) if "<int:pk>" in row.route]
# Pages of signed links are left to the tests of the links.
READ_PAGES = [page for page in PAGES if "405" not in PAGES[page] and "<str:" not in page]
LISTS = [row for row in READS if "<" not in row.route and row.route != "GET me"]
NOUNS = sorted({first_noun(row) for row in ROWS})


def of_noun(noun: str, rows: list[Row]) -> list[tuple[int, Row]]:
    """With their places among all of these rows, by which they take turns."""
    return [(place, row) for place, row in enumerate(rows) if first_noun(row) == noun]


@pytest.mark.parametrize("noun", NOUNS)
def test_an_id_beyond_every_row_is_not_found(world, before, noun):
    wrong = {}
    for place, row in of_noun(noun, NUMBERED):
        for pk in (MISSING_IDS[place % 2], HUGE_IDS[place // 2 % 2]):
            answer = send(row, world, json.dumps(row.body(world)), pk=pk)
            if said := complaint(answer):
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


@pytest.mark.parametrize("noun", NOUNS)
def test_a_hostile_query_is_refused_or_changes_nothing(world, noun):
    wrong = {}
    for place, row in of_noun(noun, READS):
        client, path = allowed(row, world), path_of(row, world)
        plain = said_by(client.get(path))
        # Each list meets a third of them, anything else a ninth, and each query several of both.
        share = 3 if row in LISTS else 9
        for query in QUERIES[place % share :: share]:
            answer = client.get(f"{path}?{query}")
            if answer.status_code == 200:
                if said_by(answer) != plain:
                    wrong[row.route, query[:30]] = "another answer"
            elif said := complaint(answer):
                wrong[row.route, query[:30]] = said
    assert wrong == {}


LOOKUPS = ("isnull", "startswith", "regex")
WORDS = ("order_by", "sort", "o")


@pytest.mark.parametrize("row", LISTS, ids=lambda row: row.route)
def test_no_field_can_be_probed_by_sorting_or_comparing(world, row):
    """By the likeliest lookup and word, and by one of the others in turn."""
    client, path, place = allowed(row, world), path_of(row, world), LISTS.index(row)
    plain = client.get(path).json()
    names = sorted(
        {field.name for model in apps.get_models() for field in model._meta.get_fields()}
    )
    for lookup in ("gte", LOOKUPS[place % 3]):
        probes = "&".join(f"{name}__{lookup}=1" for name in names)
        assert client.get(f"{path}?{probes}").json() == plain, lookup
    for word in ("ordering", WORDS[place // 3 % 3]):
        probes = "&".join(f"{word}=-{name}" for name in names)
        assert client.get(f"{path}?{probes}").json() == plain, word


# Who may read which pages whole, and what their numbers are of.
READERS = {"sessions": "operator", "finance": "borrower", "admissions": "judge"}
OFFICE = ("enclaves", "alliances", "statistics", "fund-projects")
SHOWN = {
    **PAGE_SHOWN,
    "enclaves": "park",
    "alliances": "alliance",
    "finance": "routed_financing",
    "finance/applications/<int:pk>/change": "draft_financing",
    "admissions": "judged_project",
    "fund-projects": "committee_project",
}


@pytest.mark.parametrize("page", READ_PAGES, ids=lambda page: page or "home")
def test_a_page_survives_every_query_and_every_id(world, page):
    about = page.partition("/")[0]
    own = with_own(world, READERS.get(about, "seller")).callers["own"]
    client = world.callers["cadre"] if about in OFFICE else own
    thing = world.things[SHOWN.get(page) or SHOWN.get(about, "lot")]
    wrong = {}
    place = READ_PAGES.index(page)
    odd = ["bids=all", "bids=x", "after=-1", "after=１", "after=" + "9" * 40]
    odd = odd if page.startswith("lots") else odd[place % 2 :: 2]
    # Each page meets a sixth of them, all together each of them at least twice.
    for query in ["", *QUERIES[place % 6 :: 6], *odd]:
        address = "/" + page.replace("<int:pk>", str(thing)) + f"?{query}"
        answer = client.get(address)
        if answer.status_code not in (200, 400):
            wrong[query[:30]] = answer.status_code
    for pk in (*MISSING_IDS, *HUGE_IDS, "9" * 5000, "1%00", "%ff") if "<int:pk>" in page else ():
        answer = client.get("/" + page.replace("<int:pk>", str(pk)))
        if answer.status_code not in (400, 404):
            wrong[str(pk)[:20]] = answer.status_code
    assert wrong == {}


PATHS = sorted({row.route.split()[1] for row in ROWS})


@pytest.mark.parametrize("noun", NOUNS)
def test_other_methods_are_refused_and_options_are_told(world, noun):
    """Which methods there are is known from the matrix; each address tries one that is not.

    HEAD asks what GET does, which the matrix walks over: every fourth address is asked.
    """
    wrong = {}
    for place, path in enumerate(PATHS):
        rows = [row for row in ROWS if row.route.split()[1] == path]
        if first_noun(rows[0]) != noun:
            continue
        client = with_own(world, rows[0].own).callers["own"]
        address = path_of(rows[0], world)
        others = sorted({"GET", "POST", "PUT", "DELETE"} - {row.route.split()[0] for row in rows})
        for method in others[place % max(len(others), 1) :][:1]:
            answer = client.generic(method, address, data="{}", content_type=JSON)
            if answer.status_code != 405 or complaint(answer):
                wrong[method, path] = answer.status_code
        for method in ("OPTIONS", "HEAD")[: 1 if place % 4 else 2]:
            if (status := client.generic(method, address).status_code) >= 502:
                wrong[method, path] = status
    assert wrong == {}
