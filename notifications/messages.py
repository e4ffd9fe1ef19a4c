"""What a person is told of an event: a title, a text and where to look, in their language.

The words are made when they are read, so the language is the reader's of that moment. What an
event's payload may not say (it is read by every subscriber of its topic) is looked up here for
this reader: whether the winner is one's own organization, who the other party is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiClient, Membership, Organization, User
from auctions.models import Lot, Registration
from core.clock import SHANGHAI
from core.models import Event
from marketplace.models import Achievement, Deal, Need
from notifications.audience import subject
from notifications.models import WebhookEndpoint


@dataclass(frozen=True, slots=True)
class Message:
    title: str
    text: str
    path: str


# The words. A kind may have variants for readers to whom the event means something else.
_WORDS: dict[str, tuple[Any, Any]] = {
    "organization.submitted": (
        _("{organization} asks to be verified"),
        _("Compare the file of {organization} with the public register."),
    ),
    "organization.verified": (
        _("{organization} has been verified"),
        _("The organization may now post needs, list achievements and bid."),
    ),
    "organization.returned": (
        _("The file of {organization} was returned"),
        _("Reason: {reason}"),
    ),
    "organization.suspended": (
        _("{organization} has been suspended"),
        _("It may not trade until it is reinstated. Reason: {reason}"),
    ),
    "client.created": (
        _("A system of {organization} was given access"),
        _("An API client was created. If nobody in your organization asked for it, tell us."),
    ),
    "client.revoked": (
        _("The access of a system of {organization} has ended"),
        _("Its API client was revoked. Its tokens are refused from now on."),
    ),
    "webhook_endpoint.created": (
        _("A webhook endpoint was added for {organization}"),
        _("Events are now sent to {url}."),
    ),
    "webhook_endpoint.secret_rotated": (
        _("The secret of a webhook endpoint was changed"),
        _("The old secret of {url} signs for another 24 hours beside the new one."),
    ),
    "webhook_endpoint.disabled": (
        _("A webhook endpoint was disabled"),
        _("Nothing is sent to {url} any more."),
    ),
    "webhook_endpoint.disabled:gone": (
        _("A webhook endpoint was disabled"),
        _("{url} answered 410 Gone, so nothing is sent there any more."),
    ),
    "webhook_endpoint.enabled": (
        _("A webhook endpoint was enabled"),
        _("Events are sent to {url} again."),
    ),
    "need.submitted": (
        _("A need awaits your endorsement: {need}"),
        _("{poster} submitted the need {need_code}."),
    ),
    "need.endorsed": (
        _("The need was endorsed: {need}"),
        _("The city's bureau endorsed {need_code}. The office publishes it next."),
    ),
    "need.returned": (
        _("The need was returned: {need}"),
        _("Reason: {need_reason}"),
    ),
    "need.published": (
        _("The need is published: {need}"),
        _("{need_code} is on the public list and open for responses."),
    ),
    "need.matched": (
        _("The need is matched: {need}"),
        _("A response to {need_code} was accepted and a deal was formed."),
    ),
    "need.closed": (
        _("The need was closed: {need}"),
        _("{need_code} takes no more responses."),
    ),
    "need.withdrawn": (
        _("The need was withdrawn: {need}"),
        _("{need_code} was taken back by your organization."),
    ),
    "response.submitted": (
        _("A response to your need: {need}"),
        _("{respondent} responded to {need_code}."),
    ),
    "response.shortlisted": (
        _("Your response is on the shortlist: {need}"),
        _("{poster} put your response to {need_code} on the shortlist."),
    ),
    "response.accepted": (
        _("Your response was accepted: {need}"),
        _("{poster} accepted your response to {need_code}. A deal was formed."),
    ),
    "response.declined": (
        _("Your response was declined: {need}"),
        _("{poster} did not choose your response to {need_code}."),
    ),
    "response.withdrawn": (
        _("A response to your need was withdrawn: {need}"),
        _("{respondent} withdrew its response to {need_code}."),
    ),
    "achievement.submitted": (
        _("An achievement awaits approval: {achievement}"),
        _("{owner} submitted the achievement {achievement_code}."),
    ),
    "achievement.approved": (
        _("The achievement was approved: {achievement}"),
        _("{achievement_code} can be published now."),
    ),
    "achievement.returned": (
        _("The achievement was returned: {achievement}"),
        _("Reason: {achievement_reason}"),
    ),
    "achievement.published": (
        _("The achievement is published: {achievement}"),
        _("{achievement_code} is on the public list."),
    ),
    "achievement.withdrawn": (
        _("The achievement was withdrawn: {achievement}"),
        _("{achievement_code} is no longer on the public list."),
    ),
    "achievement.reserved": (
        _("The achievement is reserved: {achievement}"),
        _("{achievement_code} is kept for one sale."),
    ),
    "achievement.released": (
        _("The achievement is free again: {achievement}"),
        _("{achievement_code} is back on the public list."),
    ),
    "deal.formed": (
        _("A deal was formed: {deal}"),
        _("{seller} sells to {buyer} for {price}."),
    ),
    "lot.submitted": (
        _("A lot awaits approval: {lot}"),
        _("{consignor} submitted the lot {lot_code}."),
    ),
    "lot.approved": (
        _("The lot was approved: {lot}"),
        _("{lot_code} can be announced now."),
    ),
    "lot.returned": (
        _("The lot was returned: {lot}"),
        _("Reason: {lot_reason}"),
    ),
    "lot.published": (
        _("The lot is announced: {lot}"),
        _("Bidding on {lot_code} runs from {opens_at} to {closes_at} (Beijing time)."),
    ),
    "lot.withdrawn": (
        _("The lot was withdrawn: {lot}"),
        _("{lot_code} will not be sold. Deposits are paid back. Reason: {lot_reason}"),
    ),
    "lot.bid_placed": (
        _("You have been outbid: {lot}"),
        _(
            "Paddle {paddle} bid {amount} on {lot_code}. The next bid is at least {minimum}."
            " Bidding ends at {closes_at} (Beijing time)."
        ),
    ),
    "lot.sold": (
        _("The lot was sold: {lot}"),
        _("{lot_code} went to paddle {paddle} for {price}. Your deposit is paid back."),
    ),
    "lot.sold:winner": (
        _("You have won: {lot}"),
        _("{lot_code} is yours for {price}. Your deposit counts towards the price."),
    ),
    "lot.sold:consignor": (
        _("Your lot was sold: {lot}"),
        _("{lot_code} was sold for {price} after {bid_count} bids."),
    ),
    "lot.sold:exchange": (
        _("The lot was sold: {lot}"),
        _("{lot_code} went to paddle {paddle} for {price} after {bid_count} bids."),
    ),
    "lot.unsold": (
        _("The lot was not sold: {lot}"),
        _("Bidding on {lot_code} ended without a sale."),
    ),
    "registration.requested": (
        _("A registration to bid: {lot}"),
        _("{applicant} registered for {lot_code}."),
    ),
    "registration.approved": (
        _("You may bid: {lot}"),
        _("{applicant} bids on {lot_code} under paddle {own_paddle}."),
    ),
    "registration.refused": (
        _("Your registration was refused: {lot}"),
        _("Reason: {registration_reason}"),
    ),
    "deposit.held": (
        _("Your deposit has arrived: {lot}"),
        _("We hold {amount} for {lot_code}."),
    ),
    "deposit.released": (
        _("Your deposit is paid back: {lot}"),
        _("{amount} for {lot_code} is paid back within 24 hours."),
    ),
    "deposit.credited": (
        _("Your deposit counts towards the price: {lot}"),
        _("{amount} of the price of {lot_code} is paid by your deposit."),
    ),
}
MESSAGE_KINDS = frozenset(key.partition(":")[0] for key in _WORDS)
_PAGES = {
    "lot": "lots",
    "need": "needs",
    "achievement": "achievements",
    "deal": "deals",
    "organization": "organizations",
}
_MONEY = ("amount", "minimum", "price")
_TIMES = ("opens_at", "closes_at")


def message_for(event: Event, reader: User) -> Message:
    """The message about one event to one person."""
    return messages_for([event], reader)[0]


def messages_for(events: Sequence[Event], reader: User) -> list[Message]:
    """The messages about many events to one person, with a fixed number of queries."""
    world = _World.of(events, reader)
    return [_message(event, world) for event in events]


def _message(event: Event, world: "_World") -> Message:
    variant = f"{event.kind}:{world.variant(event)}"
    title, text = _WORDS.get(variant) or _WORDS.get(event.kind) or (event.kind, "")
    facts = world.facts(event)
    return Message(
        # One line, because it becomes a mail's subject.
        title=" ".join(str(title).format_map(facts).split()),
        text=str(text).format_map(facts),
        path=_path(event),
    )


def _path(event: Event) -> str:
    """The page on this site that shows what the event is about."""
    own_kind = event.topic.partition(":")[0]
    if own_kind in ("webhook_endpoint", "client"):
        return "/notices"
    for thing in (own_kind, *_PAGES):
        if thing in _PAGES and (key := subject(event, thing)) is not None:
            return f"/{_PAGES[thing]}/{key}"
    return "/notices"


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
        rows = {
            thing: _rows(source, _ids(events, thing)) for thing, source in _sources().items()
        }
        rows["organization"] |= _rows(Organization.objects.all(), set(clients.values()))
        sold = [event.payload["lot"] for event in events if event.kind == "lot.sold"]
        registered = Registration.objects.filter(lot__in=sold, organization__in=own)
        return cls(own, rows, clients, set(registered.values_list("lot_id", "paddle")))

    def variant(self, event: Event) -> str:
        """To whom this event means something else than to the others."""
        if event.kind == "webhook_endpoint.disabled":
            return str(event.payload.get("reason", ""))
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
        facts = {name: str(payload[name]) for name in ("paddle", "bid_count") if name in payload}
        facts |= {name: yuan(payload[name]) for name in _MONEY if name in payload}
        facts |= {name: shanghai(payload[name]) for name in _TIMES if name in payload}
        for thing, describe in _DESCRIBE.items():
            if (row := self.rows[thing].get(self._key(event, thing))) is not None:
                facts |= describe(row)
        if event.kind.startswith("response."):
            facts["respondent"] = facts.get("organization", "")
        return _Facts({name: text for name, text in facts.items() if text})

    def _key(self, event: Event, thing: str) -> int | None:
        key = subject(event, thing)
        if key is None and thing == "organization":
            return self.clients.get(event.topic.removeprefix("client:"))
        return key


def _sources() -> dict[str, QuerySet[Any]]:
    return {
        "lot": Lot.objects.select_related("consignor"),
        "need": Need.objects.select_related("organization"),
        "achievement": Achievement.objects.select_related("owner"),
        "deal": Deal.objects.select_related("seller", "buyer"),
        "organization": Organization.objects.all(),
        "registration": Registration.objects.select_related("organization"),
        "endpoint": WebhookEndpoint.objects.defer("secret", "previous_secret"),
    }


def _clients(events: Iterable[Event]) -> dict[str, int]:
    """The organizations of the API clients that some events are about."""
    names = {
        event.topic.removeprefix("client:")
        for event in events
        if event.topic.startswith("client:")
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


_DESCRIBE = {
    "lot": lambda lot: {
        "lot": lot.title,
        "lot_code": lot.code,
        "lot_reason": lot.state_reason,
        "consignor": _name(lot.consignor),
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
        "owner": _name(achievement.owner),
    },
    "deal": lambda deal: {
        "deal": deal.code,
        "seller": _name(deal.seller),
        "buyer": _name(deal.buyer),
    },
    "organization": lambda organization: {
        "organization": _name(organization),
        "reason": organization.state_reason,
    },
    "registration": lambda registration: {
        "applicant": _name(registration.organization),
        "own_paddle": registration.paddle,
        "registration_reason": registration.state_reason,
    },
    "endpoint": lambda endpoint: {"url": endpoint.url},
}


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
