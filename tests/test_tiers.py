"""What is confidential is told to no outsider at any address, and each desk has its own files.

Canary words are planted in every confidential part of needs, achievements, responses and deals, by
the actions that people use; then every address that can be read is read by everybody who may not.
"""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.test.client import Client
from django.urls import get_resolver, reverse

from accounts.models import User
from core.models import Event
from marketplace.models import Achievement, Deal, Need, Response
from notifications.models import Delivery, FeedEntry, Notice
from tests.canaries import UNVERIFIED, World, make_world
from tests.conftest import organization_of
from tests.lasting import lasting
from tests.test_permissions import ELSEWHERE, PLACE, methods, routes

# Told is the question here, and not that the listeners are who they are.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_people", "clock")]

V1 = "api/v1/"
VERIFIED = ("other", "far_bureau", "partner")
OUTSIDERS = (*UNVERIFIED, *VERIFIED)
REFUSED = (401, 403, 404)
# Lists of files, and what might be asked of them.
ASKED = ("needs", "achievements", "responses", "deals", "search")
QUESTIONS = ("q=canary", "q=虚构", "search=canary", "all=1", "ordering=detail")
# A person of the other organization sees what its system sees; a stranger what nobody does.
WALKERS = ("anonymous", "drafted", "expired", "far_bureau", "partner")


@pytest.fixture(scope="module")
def lasting_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with lasting(django_db_blocker):
        yield make_world()


@pytest.fixture
def world(lasting_world: World) -> World:
    return lasting_world


def readable() -> list[str]:
    """Every address that answers GET, as its pattern."""
    return sorted(
        path
        for path, callback in routes(get_resolver())
        if "GET" in methods(callback)
        and not any(path.startswith(elsewhere) for elsewhere in ELSEWHERE)
        and "stream" not in path  # answered at another door; tests/notifications
    )


def noun_of(pattern: str) -> str:
    return pattern.removeprefix(V1).partition("/")[0]


def addresses(world: World) -> Iterator[str]:
    """Each of them filled with every file of its kind; lists also with questions."""
    for pattern in readable():
        if not PLACE.search(pattern):
            asked = QUESTIONS if noun_of(pattern) in ASKED else ()
            yield from (f"/{pattern}", *(f"/{pattern}?{question}" for question in asked))
            continue
        noun = noun_of(pattern)
        files = world.files(noun) if noun in world.hidden else []
        for number in [one.pk for one in files] or [1]:
            yield "/" + PLACE.sub(str(number), pattern)


def hidden_addresses(world: World, who: str) -> set[tuple[str, str]]:
    """The addresses of files that are not there for one caller, each with its pattern."""
    return {
        ("/" + PLACE.sub(str(row.pk), pattern), pattern)
        for pattern in readable()
        if (noun := noun_of(pattern)) in world.hidden and PLACE.search(pattern)
        for row in (*world.hidden[noun], *(world.registered[noun] if who in UNVERIFIED else []))
    }


def test_no_outsider_is_told_a_secret_by_any_address_nor_answered_at_a_hidden_file(world, caplog):
    caplog.set_level(logging.DEBUG)
    found, answered, walked = {}, {}, list(addresses(world))
    with world.asking.watching():
        for who in WALKERS:
            answers = {path: world.asking.ask(world.callers[who], "GET", path) for path in walked}
            for path, answer in answers.items():
                told = answer.content.decode(errors="replace")
                if hits := [secret for secret in world.secrets(who) if secret in told]:
                    at = told.index(hits[0])
                    found[who, path] = told[max(0, at - 80) : at + 40]
            for path, pattern in hidden_addresses(world, who):
                # A page may lead to the sign-in, or take forms alone, whatever is asked for.
                expected = REFUSED if pattern.startswith(V1) else (302, 405, *REFUSED)
                if answers[path].status_code not in expected:
                    answered[who, path] = answers[path].status_code
            # The walk reads what it thinks it reads.
            assert sum(answer.status_code == 200 for answer in answers.values()) > 30
    assert (found, answered) == ({}, {})
    assert "canaryx" not in caplog.text


def listed(client: Any, address: str) -> set[int]:
    """The ids that a list answers, over all its pages."""
    found: set[int] = set()
    following: str | None = address
    while following:
        body = client.get(following).json()
        found |= {row["id"] for row in body["results"]}
        following = body["next"]
    return found


@pytest.mark.parametrize("noun", ["needs", "achievements"])
def test_each_list_holds_what_its_reader_may_know_of(world, noun):
    ids = {
        name: {row.pk for row in kept[noun]}
        for name, kept in (
            ("hidden", world.hidden),
            ("registered", world.registered),
            ("open", world.open),
        )
    }
    draft = world.hidden[noun][0].pk
    for who in UNVERIFIED:
        assert listed(world.callers[who], f"/{V1}{noun}") == ids["open"], who
    for who in VERIFIED:
        assert listed(world.callers[who], f"/{V1}{noun}") == ids["open"] | ids["registered"], who
    whole = set().union(*ids.values())
    for who in ("operator", "cadre"):
        assert listed(world.callers[who], f"/{V1}{noun}") == whole, who
    # The bureau of the city has all that ever reached it.
    assert listed(world.callers["bureau"], f"/{V1}{noun}") == whole - {draft}


@pytest.mark.parametrize("noun", ["responses", "deals"])
def test_what_is_between_two_parties_is_theirs_and_staffs(world, noun):
    (row,) = world.hidden[noun]
    address = f"/{V1}{noun}/{row.pk}"
    for who, status in (("owner", 200), ("operator", 200), ("cadre", 200), ("bureau", 404)):
        assert world.callers[who].get(address).status_code == status, who


def test_a_secret_is_found_by_no_search_and_counted_nowhere(world):
    with world.asking.watching():
        for who in OUTSIDERS:
            finds_no_secret(world, who)


def finds_no_secret(world: World, who: str) -> None:
    def search(asked: str) -> Any:
        path = f"/{V1}search?q={asked}"
        return json.loads(world.asking.ask(world.callers[who], "GET", path).content)

    words = ["canaryxtitle", "canaryxdetail", "canaryxindicator", "canaryxcontact"]
    words += ["canaryxfile", "canaryxcontent", "canaryxplan", "canaryxdeliverable"]
    words += ["canaryxconsent", "canaryxnumber", "canaryxpaper", "canaryxpaperfile"]
    if who in UNVERIFIED:
        words += ["canaryregtitle", "canaryregsummary"]
    for word in words:
        body = search(word)
        assert (body["results"], body["count"]) == ([], 0), (who, word)
    body = search("虚构&limit=100")
    seen = [*world.open["needs"], *world.open["achievements"]]
    if who in VERIFIED:
        seen += [*world.registered["needs"], *world.registered["achievements"]]
    assert body["count"] == len(seen), who
    assert {row["code"] for row in body["results"]} == {row.code for row in seen}, who
    for facet in body["facets"].values():
        counts = facet.values() if isinstance(facet, dict) else [one["count"] for one in facet]
        assert sum(counts) <= len(seen), who


class Reader(Client):
    """At the desk; a page that several others lead to is read once."""

    def __init__(self, user: User) -> None:
        super().__init__()
        self.force_login(user)
        self.read: dict[str, str] = {}

    def told(self, address: str) -> str:
        if address not in self.read:
            answer = self.get(address)
            to = answer.headers.get("Location")
            self.read[address] = answer.content.decode() + (self.told(to) if to else "")
        return self.read[address]


def test_the_desk_of_another_city_and_of_an_ended_term_holds_none_of_it(world):
    for who in ("far_bureau", "expired", "other"):
        reader = Reader(world.people[who])
        for model in (Need, Achievement, Response, Deal):
            pages = f"admin:marketplace_{model._meta.model_name}"
            listed = reverse(f"{pages}_changelist")
            for question in ("", "?q=canary", "?q=虚构", "?state__exact=submitted"):
                assert "canaryx" not in reader.told(listed + question), (who, listed)
            for row in model.objects.all():
                for page in ("change", "history"):
                    address = reverse(f"{pages}_{page}", args=[row.pk])
                    assert reader.get(address).status_code != 200, (who, address)


def test_the_desk_of_the_own_city_and_the_office_hold_the_files(world):
    submitted = world.hidden["needs"][1]
    page = reverse("admin:marketplace_need_change", args=[submitted.pk])
    for who in ("bureau", "cadre", "operator"):
        client = Client()
        client.force_login(world.people[who])
        assert "canaryxcontact" in client.get(page).content.decode(), who


def test_who_may_read_the_detail_has_its_files_and_its_plan(world):
    *_, file = world.hidden["attachments"]
    for who in ("poster", "bureau", "operator", "cadre"):
        answer = world.callers[who].get(f"/{V1}attachments/{file.pk}")
        assert b"canaryxcontent" in answer.content, who
        told = world.callers[who].get(f"/{V1}needs/{file.need_id}").content.decode()
        assert "canaryxplan" in told, who
    client = Client()
    client.force_login(world.people["bureau"])
    page = client.get(reverse("admin:marketplace_need_change", args=[file.need_id]))
    for word in ("canaryxfile.pdf", file.path, "canaryxplan", "canaryxdeliverable"):
        assert word in page.content.decode(), word


def test_no_event_carries_a_secret_to_anybody(world):
    payloads = json.dumps(list(Event.objects.values_list("payload", flat=True)))
    assert "canary" not in payloads.replace("canaryxreason", "")
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert {"need.published", "achievement.published", "response.submitted"} <= kinds
    outside = {organization_of(world.people[who]).pk for who in ("drafted",)}
    hidden = {f"need:{row.pk}" for row in (*world.hidden["needs"], *world.registered["needs"])}
    hidden |= {
        f"achievement:{row.pk}"
        for row in (*world.hidden["achievements"], *world.registered["achievements"])
    }
    for entry in FeedEntry.objects.filter(event__topic__in=hidden).select_related("event"):
        assert entry.organizations is not None, entry.event.kind
        assert not outside & set(entry.organizations), entry.event.kind
    people = [world.people[who].pk for who in ("other", "far_bureau", "drafted", "expired")]
    assert not Notice.objects.filter(recipient__in=people, event__topic__in=hidden).exists()
    assert not any("canaryx" in message.body for message in mail.outbox)
    assert not Delivery.objects.filter(event__topic__in=hidden, endpoint__isnull=False).exists()
