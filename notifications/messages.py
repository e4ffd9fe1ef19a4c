"""What a person is told of an event: a title, a text and where to look, in their language.

The words are made when they are read, so the language is the reader's of that moment. What an
event's payload may not say (it is read by every subscriber of its topic) is looked up here for
this reader: whether the winner is one's own organization, who the other party is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import get_language, gettext

from accounts.models import ApiClient, Membership, Organization, User
from alliances.models import AllianceMember, FinanceApplication, FundProject
from auctions.models import (
    AuctionSession,
    DepositMovement,
    Forfeiture,
    Lot,
    LotDecision,
    PriorityRight,
    Registration,
)
from core.clock import SHANGHAI
from core.models import Event, word
from enclaves.lifecycle import DutyKind
from enclaves.models import Park, Place, Project
from marketplace.models import Achievement, Deal, Landing, Need, Objection
from notifications.hearers import subject
from notifications.models import WebhookEndpoint
from notifications.words import WORDS


@dataclass(frozen=True, slots=True)
class Message:
    title: str
    text: str
    path: str


# The things that have a page of their own, by its name; what else there is has the first page.
_PAGES = {
    "lot": "lot",
    "session": "session",
    "need": "need",
    "achievement": "achievement",
    "park": "enclave",
}
# Where people are asked for what they judge in person.
_ASKED = {
    "project.reviewers_named": ("project", "admission"),
    "fund_project.committee": ("fund_project", "fund_project"),
}
_PLAIN = ("finds", "paddle", "bid_count", "code", "reason", "on", "due_on")
_MONEY = ("amount", "minimum", "price", "lowest_price")
_TIMES = ("opens_at", "closes_at", "ends_at", "due_at", "lapses_at", "suspended_at")
# Their words name the end, which a lot that is sold in the hall does not have.
_UNTIMED_TOO = ("lot.published", "lot.bid_placed", "lot.resumed")


def message_for(event: Event, reader: User) -> Message:
    """The message about one event to one person."""
    return messages_for([event], reader)[0]


def messages_for(events: Sequence[Event], reader: User) -> list[Message]:
    """The messages about many events to one person, with a fixed number of queries."""
    world = _World.of(events, reader)
    return [_message(event, world) for event in events]


def _message(event: Event, world: "_World") -> Message:
    variant = f"{event.kind}:{world.variant(event)}"
    title, text = WORDS.get(variant) or WORDS.get(event.kind) or (event.kind, "")
    facts = world.facts(event)
    return Message(
        # One line, because it becomes a mail's subject.
        title=" ".join(str(title).format_map(facts).split()),
        text=str(text).format_map(facts),
        path=_path(event, world),
    )


def _path(event: Event, world: "_World") -> str:
    """The page on this site that shows what the event is about."""
    if event.kind == "saved_search.found":
        return "/saved-searches"
    if event.kind in _ASKED:
        thing, page = _ASKED[event.kind]
        return reverse(page, args=[subject(event, thing)])
    if (financing := world.rows["financing"].get(subject(event, "financing") or 0)) is not None:
        own = financing.applicant_id in world.own
        page = "finance_application" if own else "admin:alliances_financeapplication_change"
        return reverse(page, args=[financing.pk])
    own_kind = event.topic.partition(":")[0]
    if own_kind == "response" and world.owns_need(event):
        return reverse("need_responses", args=[subject(event, "need")])
    if own_kind == "deal" and world.is_party(event):
        return reverse("deal", args=[subject(event, "deal")])
    for thing in (own_kind, *_PAGES):
        if thing in _PAGES and (key := subject(event, thing)) is not None:
            return reverse(_PAGES[thing], args=[key])
    return "/"


class _Facts(dict[str, str]):
    """Text by name; a name nobody knows shows as a dash instead of stopping a list or a mail."""

    def __missing__(self, key: str) -> str:
        return "–"


@dataclass(slots=True)
class _World:
    """The rows some events are about, as far as this reader may know them."""

    own: set[int]
    rows: dict[str, dict[int, Any]]
    clients: dict[str, int]
    # The reader's own registrations, as (lot, paddle).
    registered: set[tuple[int, str]]

    @classmethod
    def of(cls, events: Sequence[Event], reader: User) -> "_World":
        member = Membership.objects.filter(user=reader, ended_at=None)
        own = set(member.values_list("organization_id", flat=True))
        clients = _clients(events)
        rows = {thing: _rows(source, _ids(events, thing)) for thing, source in _sources().items()}
        rows["organization"] |= _rows(Organization.objects.all(), set(clients.values()))
        sold = [event.payload["lot"] for event in events if event.kind == "lot.sold"]
        registered = Registration.objects.filter(lot__in=sold, organization__in=own)
        return cls(own, rows, clients, set(registered.values_list("lot_id", "paddle")))

    def variant(self, event: Event) -> str:
        """To whom this event means something else than to the others."""
        if event.kind == "webhook_endpoint.disabled":
            return str(event.payload.get("reason", ""))
        if event.kind in _UNTIMED_TOO and event.payload.get("closes_at") is None:
            return "hall"
        if event.kind == "lot.unsold":
            return str(event.payload["outcome"])
        if event.kind != "lot.sold":
            return ""
        lot = event.payload["lot"]
        if (lot, event.payload["paddle"]) in self.registered:
            return "winner"
        if lot in self.rows["lot"] and self.rows["lot"][lot].consignor_id in self.own:
            return "consignor"
        return "" if any(key == lot for key, _paddle in self.registered) else "exchange"

    def facts(self, event: Event) -> Mapping[str, str]:
        """Everything the words may name, as text in the reader's language."""
        payload = event.payload
        facts = {name: str(payload[name]) for name in _PLAIN if name in payload}
        facts |= {name: yuan(payload[name]) for name in _MONEY if name in payload}
        facts |= {name: shanghai(payload[name]) for name in _TIMES if name in payload}
        for thing, describe in _DESCRIBE.items():
            if (row := self.rows[thing].get(self._key(event, thing))) is not None:
                facts |= describe(row)
        if event.kind.startswith("duty."):
            facts["duty"] = _duty(payload["duty"])
        if event.kind.startswith("response."):
            facts["respondent"] = facts.get("organization", "")
            facts |= self._unnamed_poster(event)
        return _Facts({name: text for name, text in facts.items() if text})

    def owns_need(self, event: Event) -> bool:
        """Whether the reader is of who posted the need."""
        need = self.rows["need"].get(self._key(event, "need"))
        return need is not None and need.organization_id in self.own

    def is_party(self, event: Event) -> bool:
        """Whether the reader is of the seller or the buyer of the deal."""
        deal = self.rows["deal"].get(self._key(event, "deal"))
        return deal is not None and bool({deal.seller_id, deal.buyer_id} & self.own)

    def _unnamed_poster(self, event: Event) -> dict[str, str]:
        """Who responds to an anonymous need does not learn whose it is."""
        need = self.rows["need"].get(self._key(event, "need"))
        if need is None or not need.anonymous or self.owns_need(event):
            return {}
        return {"poster": gettext("the poster")}

    def _key(self, event: Event, thing: str) -> int:
        key = subject(event, thing)
        if key is None and thing == "organization":
            key = self.clients.get(event.topic.removeprefix("client:"))
        return key or 0


def _sources() -> dict[str, QuerySet[Any]]:
    return {
        "session": AuctionSession.objects.all(),
        "lot": Lot.objects.select_related("consignor"),
        "financing": FinanceApplication.objects.select_related("applicant"),
        "fund_project": FundProject.objects.all(),
        "member": AllianceMember.objects.select_related("alliance", "organization"),
        "need": Need.objects.select_related("organization"),
        "achievement": Achievement.objects.select_related("owner"),
        "deal": Deal.objects.select_related("seller", "buyer"),
        "objection": Objection.objects.only("decision"),
        "park": Park.objects.select_related("home_city", "host_district"),
        "project": Project.objects.all(),
        "place": Place.objects.all(),
        "landing": Landing.objects.all(),
        "organization": Organization.objects.all(),
        "related": Organization.objects.all(),
        "registration": Registration.objects.select_related("organization"),
        "priority_right": PriorityRight.objects.select_related("holder"),
        "movement": DepositMovement.objects.select_related("forfeiture", "refund"),
        "forfeiture": Forfeiture.objects.all(),
        "decision": LotDecision.objects.all(),
        "endpoint": WebhookEndpoint.objects.defer("secret", "previous_secret"),
    }


def _clients(events: Iterable[Event]) -> dict[str, int]:
    """The organizations of the API clients that some events are about."""
    names = {
        event.topic.removeprefix("client:") for event in events if event.topic.startswith("client:")
    }
    found = ApiClient.objects.filter(client_id__in=names)
    return dict(found.values_list("client_id", "organization_id"))


def _ids(events: Iterable[Event], thing: str) -> set[int]:
    return {key for event in events if (key := subject(event, thing)) is not None}


def _rows(source: QuerySet[Any], keys: set[int]) -> dict[int, Any]:
    return source.in_bulk(keys) if keys else {}


def _name(organization: Organization) -> str:
    """An organization in the reader's language, as far as it has a name there."""
    if (get_language() or "").startswith("en") and organization.name_en:
        return organization.name_en
    return organization.name


def _titled(session: AuctionSession) -> str:
    if (get_language() or "").startswith("en") and session.title_en:
        return session.title_en
    return session.title


_DESCRIBE: dict[str, Callable[[Any], dict[str, str]]] = {
    "lot": lambda lot: {
        "lot": lot.title,
        "lot_code": lot.code,
        "lot_reason": lot.state_reason,
        "consignor": _name(lot.consignor),
    },
    "session": lambda session: {
        "session": _titled(session),
        "session_code": session.code,
        "session_reason": session.state_reason,
    },
    "need": lambda need: {
        "need": need.title,
        "need_code": need.code,
        "need_reason": need.state_reason,
        "poster": _name(need.organization),
    },
    "achievement": lambda achievement: {
        "achievement": achievement.title,
        "achievement_code": achievement.code,
        "achievement_reason": achievement.state_reason,
        "valid_until": achievement.valid_until or "",
        "owner": _name(achievement.owner),
    },
    "deal": lambda deal: {
        "deal": deal.code,
        "deal_reason": deal.state_reason,
        "seller": _name(deal.seller),
        "buyer": _name(deal.buyer),
    },
    "objection": lambda objection: {"objection_decision": objection.decision},
    "park": lambda park: {
        "park": park.name,
        "home_city": park.home_city.name,
        "host_district": park.host_district.name,
    },
    "project": lambda project: {
        "project": project.title,
        "project_code": project.code,
        "project_reason": project.state_reason,
    },
    "place": lambda place: {"place": place.name, "place_reason": place.state_reason},
    "landing": lambda landing: {"entity": landing.entity_name},
    "financing": lambda financing: {
        "financing_code": financing.code,
        "financing_reason": financing.state_reason,
        "borrower": _name(financing.applicant),
    },
    "fund_project": lambda project: {"fund_project": project.title, "fund_code": project.code},
    "member": lambda member: {
        "alliance": member.alliance.name,
        "member": _name(member.organization),
        "member_reason": member.state_reason,
    },
    "organization": lambda organization: {
        "organization": _name(organization),
        "reason": organization.state_reason,
    },
    "related": lambda organization: {"related": _name(organization)},
    "registration": lambda registration: {
        "applicant": _name(registration.organization),
        "own_paddle": registration.paddle,
        "registration_reason": registration.state_reason,
    },
    "priority_right": lambda right: {
        "holder": _name(right.holder),
        "basis": right.get_basis_display(),
        "article": right.article,
        "right_reason": right.end_reason,
    },
    "movement": lambda movement: {
        "forfeiture_reason": movement.forfeiture.reason if movement.forfeiture else "",
        "refund_reference": movement.refund.reference if hasattr(movement, "refund") else "",
    },
    "forfeiture": lambda forfeiture: {
        "forfeiture_reason": forfeiture.reason,
        "decision_reason": forfeiture.decision_reason,
    },
    "decision": lambda decision: {
        "decision": decision.get_kind_display(),
        "proposal_reason": decision.reason,
        "decision_reason": decision.decision_reason,
    },
    "endpoint": lambda endpoint: {"url": endpoint.url},
}


def _duty(kind: Any) -> str:
    """What is due, in the reader's language."""
    return str(word(DutyKind(kind))) if kind in list(DutyKind) else str(kind)


def yuan(amount: Any) -> str:
    """¥3,350,000.00, whatever the language: the signs are the currency's."""
    try:
        return f"¥{Decimal(str(amount)):,.2f}"
    except InvalidOperation:
        return str(amount)


def shanghai(instant: Any) -> str:
    """An instant as the people of the corridor read it on the wall."""
    try:
        return f"{datetime.fromisoformat(str(instant)).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return str(instant)
