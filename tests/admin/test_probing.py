"""Nothing is found out by filters, searches, orderings or malformed values in an address."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.actors import Actor
from accounts.desk.roles import ROLES
from accounts.models import User
from tests.admin.conftest import World, list_url
from tests.admin.doors import knock
from tests.conftest import Clock, act

Desk = Callable[[User], Client]

# What a list may be asked for. Everything else is refused; adding a row is a decision.
OFFERED = {
    "accounts.organization": {"state__exact", "kind__exact", "city__id__exact"},
    "accounts.relation": {"kind__exact", "by_staff__exact"},
    "accounts.user": {"is_active__exact", "is_superuser__exact"},
    "accounts.membership": {"role__exact"},
    "accounts.secondment": {"group__exact", "city__id__exact"},
    "accounts.apiclient": set(),
    "accounts.city": set(),
    "core.event": set(),
    "core.holiday": {"kind__exact"},
    "core.referencefigure": set(),
    "auctions.auctionsession": {"kind__exact", "state__exact"},
    "auctions.runningorderentry": {"session"},
    "auctions.policy": {"regime__exact"},
    "auctions.auctionhouse": set(),
    "auctions.auctioneer": set(),
    "auctions.lot": {"when", "state__exact"},
    "auctions.lotresult": {"outcome__exact"},
    "auctions.lotappraisal": set(),
    "auctions.priorityright": {"basis__exact"},
    "auctions.reservereading": set(),
    "auctions.registration": {"state"},
    "auctions.depositmovement": {"refund", "kind__exact"},
    "auctions.forfeiture": {"state__exact"},
    "auctions.bid": {"lot"},
    "auctions.refusedbid": {"lot", "was_overtaken__exact"},
    "marketplace.need": {
        "review",
        "state__exact",
        "call__id__exact",
        "city__id__exact",
        "field__id__exact",
    },
    "marketplace.needcall": {"when"},
    "marketplace.response": {"answer", "state__exact", "reason_code__exact"},
    "marketplace.achievement": {
        "state__exact",
        "city__id__exact",
        "field__id__exact",
        "ip_kind__exact",
    },
    "marketplace.deal": {"state__exact", "channel__exact", "method__exact"},
    "marketplace.broker": set(),
    "marketplace.brokerage": {"state__exact", "side__exact"},
    "marketplace.expertpanel": set(),
    "marketplace.panelobjection": {"state__exact"},
    "marketplace.needundertaking": set(),
    "marketplace.needreading": set(),
    "marketplace.plannedmilestone": {"state__exact"},
    "marketplace.landing": {"state__exact", "city__id__exact"},
    "marketplace.publicity": {"when"},
    "marketplace.objection": {"state", "deal"},
    "marketplace.technologyfield": set(),
    "enclaves.park": {"home_city__id__exact", "mode__exact"},
    "enclaves.project": {"standing", "field__id__exact"},
    "enclaves.tenancy": set(),
    "enclaves.report": {"state__exact"},
    "enclaves.talent": {"grade__exact"},
    "enclaves.place": {"kind__exact", "state__exact", "city__id__exact"},
    "enclaves.assessment": {"state__exact", "grade__exact"},
    "alliances.alliance": {"kind__exact"},
    "alliances.alliancemember": {"state__exact", "kind__exact", "alliance__id__exact"},
    "alliances.supportpolicy": {"level__exact"},
    "alliances.financeproduct": {"kind__exact"},
    "alliances.financeapplication": {
        "answer",
        "state",
        "kind__exact",
        "city__id__exact",
    },
    "alliances.financeoffer": {"state__exact"},
    "alliances.fundproject": {"state__exact", "reached__exact", "city__id__exact"},
    "alliances.committeeseat": set(),
    "notifications.delivery": {"way", "channel__exact"},
    "notifications.notice": set(),
    "notifications.webhookendpoint": {"disabled_reason__exact"},
    "notifications.stuckevent": set(),
}
# Where the one secret amount lies, as a lot's list and another's would ask for it.
RESERVES = ("reserve__amount", "lot__reserve__amount")
LOOKUPS = ("exact", "gte", "startswith", "regex", "isnull", "in", "contains")
MALFORMED = ("\x00", "abc", "²", "9" * 25, "１", "' OR 1=1 --")


def _fields(model: type[Model]) -> Iterator[str]:
    """The model's own columns and what points at it."""
    return (field.name for field in model._meta.get_fields())


def _farther(model: type[Model], depth: int = 2) -> Iterator[str]:
    """Columns one, two and three relations away, in the direction of the foreign keys."""
    for field in model._meta.concrete_fields:
        if (related := field.related_model) is not None:
            yield from (f"{field.name}__{name}" for name in _fields(related))
            if depth:
                yield from (f"{field.name}__{path}" for path in _farther(related, depth - 1))


def _asking(paths: Iterable[str]) -> set[str]:
    return {probe for path in paths for probe in (path, *(f"{path}__{each}" for each in LOOKUPS))}


def test_the_table_of_offers_covers_every_list():
    assert set(OFFERED) == {model._meta.label_lower for model in admin.site._registry}


def test_only_what_a_list_offers_can_be_asked():
    """By no column, near or far, and not by the reserve, to which no column leads."""
    for model, model_admin in admin.site._registry.items():
        probes = _asking((*_fields(model), *_farther(model), *RESERVES))
        allowed = {probe for probe in probes if model_admin.lookup_allowed(probe, "1")}
        assert allowed <= OFFERED[model._meta.label_lower], model


class _AskedOfAll(Exception):
    """The list has asked of every name in the address whether it may be asked for."""


def test_every_list_asks_of_every_name_whether_it_is_allowed(
    everything: User, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    """So what is refused above is refused there, whatever code of its own a list has."""
    actor = act(everything)
    for model, model_admin in admin.site._registry.items():
        names = _asking((*_fields(model), *RESERVES))
        asked: set[str] = set()

        def allow(name: str, value: str, request: Any, asked=asked, names=names) -> bool:
            asked.add(name)
            if asked == names:
                raise _AskedOfAll
            return True

        monkeypatch.setattr(model_admin, "lookup_allowed", allow)
        with pytest.raises(_AskedOfAll):
            model_admin.get_changelist_instance(_request(everything, actor, names))


def _request(user: User, actor: Actor, names: Iterable[str]) -> Any:
    request = RequestFactory().get("/", dict.fromkeys(names, "1"))
    request.user = user
    request._actor, request._desk_roles = actor, ROLES
    return request


@pytest.mark.usefixtures("known_people")
def test_a_refused_probe_is_a_400_and_an_offer_an_answer(everything: User, desk: Desk, clock: Any):
    for model in admin.site._registry:
        url = list_url(model)
        assert knock(everything, url, {"reserve__amount__gte": "1"}).status_code == 400, model
        for offer in OFFERED[model._meta.label_lower]:
            assert knock(everything, url, {offer: "1"}).status_code in (200, 302), (model, offer)
    for probe in ("id__gte", "nothing", "organization__name__startswith", "state__regex"):
        assert desk(everything).get(url, {probe: "1"}).status_code == 400, probe


def test_the_leak_that_was_measured_is_closed(world: World, everything: User, desk: Desk):
    """Digit by digit: a list that answers differently to >= tells the value in 29 requests."""
    client = desk(everything)
    for probe in ("starting_price__gte", "deposit_amount__gte", "leader__organization__name"):
        answers = {
            client.get(reverse("admin:auctions_lot_changelist"), {probe: value}).status_code
            for value in ("1", "999999999")
        }
        assert answers == {400}


@pytest.mark.usefixtures("unrendered")
def test_paddles_cannot_be_searched_or_sorted_in_the_list_of_names(
    world: World, everything: User, desk: Desk
):
    client = desk(everything)
    url = reverse("admin:auctions_registration_changelist")
    known = client.get(url, {"state": "all"}).context_data["cl"].result_count
    assert known > 2
    for paddle in ("PDL-B", "PDL-R", "PDL"):
        found = client.get(url, {"state": "all", "q": paddle}).context_data["cl"]
        assert found.result_count == 0
    orders = {
        tuple(
            row.pk
            for row in client.get(url, {"state": "all", "o": str(column)})
            .context_data["cl"]
            .result_list
        )
        for column in (*range(8), *range(-8, 0))
        if column not in (6, -6)  # by the time of application
    }
    assert len(orders) == 1


@pytest.mark.usefixtures("unrendered")
def test_names_cannot_be_searched_in_the_ledger_of_bids(world: World, everything: User, desk: Desk):
    client = desk(everything)
    for name in ("bid", "refusedbid"):
        url = reverse(f"admin:auctions_{name}_changelist")
        assert client.get(url, {"q": world.open_lot.code}).context_data["cl"].result_count
        for text in ("虚构竞买人", "bidder", "rival"):
            assert client.get(url, {"q": text}).context_data["cl"].result_count == 0


@pytest.mark.usefixtures("unrendered", "known_people")
def test_malformed_values_are_answered_calmly(everything: User, desk: Desk, clock: Clock):
    client = desk(everything)
    client.raise_request_exception = False
    for model in admin.site._registry:
        offers = OFFERED[model._meta.label_lower]
        # A third of the values at each: every value meets filters of every kind.
        probes = [
            (name, value)
            for place, name in enumerate(sorted(offers), start=len(model.__name__))
            for value in MALFORMED[place % 3 :: 3]
        ]
        for name, value in [*probes, ("q", "\x00")]:
            answer = client.get(list_url(model), {name: value})
            assert answer.status_code in (200, 302, 400), (model, name, value)
            if answer.status_code == 200:
                # Of the page, the filters alone draw the value.
                listed = answer.context_data["cl"]
                assert all([*spec.choices(listed)] for spec in listed.filter_specs), (model, name)


@pytest.mark.usefixtures("known_people")
@pytest.mark.parametrize(
    "query",
    [
        {"p": "abc"},
        {"p": "-1"},
        {"p": "9" * 40},
        {"p": "²"},
        {"p": "\x00"},
        {"o": "99.-99.x.²"},
        {"o": "9" * 40},
        {"o": "\x00"},
        {"_to_field": "organization"},
        {"_to_field": "\x00"},
        {"_popup": "1"},
        {"_facets": "1"},
        {"e": "1", "state": "nonsense"},
        {"all": ""},
        {"_changelist_filters": "state__exact=%00"},
        {"\x00": "1"},
    ],
)
def test_a_list_survives_any_query(query: dict[str, str], operator: User, desk: Desk, clock: Clock):
    client = desk(operator)
    client.raise_request_exception = False
    for name in ("lot", "registration", "bid"):
        answer = client.get(reverse(f"admin:auctions_{name}_changelist"), query)
        assert answer.status_code in (200, 302, 400), (name, query)


@pytest.mark.usefixtures("known_people")
@pytest.mark.parametrize("pk", ["abc", "%00", "-1", "9" * 30, "½", "1.5", "_5F", "1/2", "１"])
def test_a_page_survives_any_id(pk: str, everything: User, desk: Desk, clock: Clock):
    client = desk(everything)
    client.raise_request_exception = False
    base = reverse("admin:auctions_lot_changelist")
    for page in ("change/", "history/", "delete/", "step/submit/", "step/x%00/", ""):
        answer = client.get(f"{base}{pk}/{page}")
        assert answer.status_code in (301, 302, 400, 403, 404), page
    user = reverse("admin:accounts_user_changelist")
    assert client.get(f"{user}{pk}/password/").status_code in (302, 400, 404)


@pytest.mark.parametrize("selected", ["abc", "\x00", "9" * 30, "½", "-1"])
def test_a_bulk_step_survives_any_selection(
    selected: str, operator: User, desk: Desk, clock: Clock
):
    client = desk(operator)
    client.raise_request_exception = False
    url = reverse("admin:auctions_registration_changelist")
    for index in ("0", "x", "9", "-7"):
        data = {"action": "approve_selected", "index": index, "_selected_action": [selected]}
        assert client.post(url, data).status_code in (302, 400)
    data = {"action": "delete_selected", "index": "0", "_selected_action": ["1"]}
    assert client.post(url, data).status_code == 302


@pytest.mark.parametrize(
    "query",
    [
        {"term": "\x00"},
        {"term": "x", "page": "abc"},
        {"term": "x", "app_label": "nothing"},
        {"term": "x", "model_name": "lot", "field_name": "consignor"},
        {"term": "x", "model_name": "lot", "field_name": "title"},
    ],
)
def test_the_box_to_choose_from_survives_any_query(
    query: dict[str, str], operator: User, desk: Desk, clock: Clock
):
    client = desk(operator)
    client.raise_request_exception = False
    known = {"app_label": "auctions", "model_name": "lot", "field_name": "achievement"}
    answer = client.get(reverse("admin:autocomplete"), {**known, **query})
    assert answer.status_code in (200, 400, 403, 404)


def test_the_box_to_choose_an_achievement_offers_published_ones(world: World, desk: Desk):
    known = {"app_label": "auctions", "model_name": "lot", "field_name": "achievement", "term": ""}
    answer = desk(world.people["operator"]).get(reverse("admin:autocomplete"), known)
    offered = {int(row["id"]) for row in answer.json()["results"]}
    assert world.draft_lot.achievement_id in offered
    assert world.submitted_achievement.pk not in offered
    assert world.open_lot.achievement_id not in offered  # reserved


def test_people_cannot_be_looked_up_by_who_must_not_know_them(world: World, desk: Desk):
    known = {
        "app_label": "accounts",
        "model_name": "membership",
        "field_name": "user",
        "term": "bidder",
    }
    for who, expected in (("operator", 403), ("cadre", 403), ("root", 200)):
        answer = desk(world.people[who]).get(reverse("admin:autocomplete"), known)
        assert answer.status_code == expected, who
