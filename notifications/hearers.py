"""Whom an event concerns: organizations and people, found from its payload and its topic.

A function's docstring is what docs/events.md calls those whom it finds.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet

from accounts.lifecycle import OrganizationState
from accounts.models import ApiClient, Membership, Organization, OrganizationKind, Role, Secondment
from alliances.lifecycle import OfferState
from alliances.models import (
    Alliance,
    AllianceMember,
    CommitteeSeat,
    FinanceApplication,
    FinanceOffer,
)
from alliances.rules.membership import AllianceKind
from auctions.models import Bid, Lot, PriorityRight, Registration
from core.clock import SHANGHAI
from core.db import one_or_none
from core.models import Event
from marketplace.lifecycle import ObjectionState
from marketplace.models import Achievement, Deal, Landing, Need, Objection, PanelExpert, Response

# Organizations that concern an event; None means every subscriber.
Organizations = Callable[[Event], Iterable[int] | None]
People = Callable[[Event], Iterable[int]]


def subject(event: Event, thing: str) -> int | None:
    """The id of the thing an event is about, from its payload or its topic."""
    named = event.payload.get(thing)
    if isinstance(named, int):
        return named
    kind, _, key = event.topic.partition(":")
    return int(key) if kind == thing and key.isdigit() else None


def _key(event: Event, thing: str) -> int:
    """The same for a query: 0 is nobody's id."""
    return subject(event, thing) or 0


# --- Organizations ----------------------------------------------------------------------


def everybody(event: Event) -> None:
    """every subscriber"""


def itself(event: Event) -> list[int]:
    """the organization itself"""
    if organization := subject(event, "organization"):
        return [organization]
    clients = ApiClient.objects.filter(client_id=event.topic.removeprefix("client:"))
    return list(clients.values_list("organization_id", flat=True))


def tied(event: Event) -> list[int]:
    """the two organizations"""
    return [event.payload["organization"], event.payload["related"]]


def exchange(event: Event) -> list[int]:
    """the technology exchange"""
    return list(_verified(OrganizationKind.EXCHANGE))


def poster(event: Event) -> list[int]:
    """whoever posted the need"""
    needs = Need.objects.filter(pk=_key(event, "need"))
    return list(needs.values_list("organization_id", flat=True))


def respondent(event: Event) -> list[int]:
    """whoever gave the response"""
    responses = Response.objects.filter(pk=_key(event, "response"))
    return list(responses.values_list("organization_id", flat=True))


def respondents(event: Event) -> list[int]:
    """whoever responded to the need"""
    responses = Response.objects.filter(need=_key(event, "need"))
    return list(responses.values_list("organization_id", flat=True))


def owner(event: Event) -> list[int]:
    """the achievement's owner"""
    achievements = Achievement.objects.filter(pk=_key(event, "achievement"))
    return list(achievements.values_list("owner_id", flat=True))


def secretariat(event: Event) -> list[int]:
    """the alliance's secretariat"""
    members = AllianceMember.objects.filter(pk=_key(event, "member"))
    kept = members.filter(alliance__secretariat__isnull=False)
    return list(kept.values_list("alliance__secretariat", flat=True))


def finance_secretariat(event: Event) -> list[int]:
    """the financial alliance's secretariat"""
    kept = Alliance.objects.filter(kind=AllianceKind.FINANCIAL, secretariat__isnull=False)
    return list(kept.values_list("secretariat", flat=True))


def borrower(event: Event) -> list[int]:
    """whoever applied for finance"""
    applications = FinanceApplication.objects.filter(pk=_key(event, "financing"))
    return list(applications.values_list("applicant_id", flat=True))


def lender(event: Event) -> list[int]:
    """the member whose offer was accepted"""
    offers = FinanceOffer.objects.filter(application=_key(event, "financing"))
    taken = offers.filter(state=OfferState.ACCEPTED)
    return list(taken.values_list("member__organization", flat=True))


def case_member(event: Event) -> list[int]:
    """the member it concerns"""
    members = AllianceMember.objects.filter(pk=_key(event, "member"))
    return list(members.values_list("organization", flat=True))


def parties(event: Event) -> list[int]:
    """the deal's two parties"""
    seller, buyer = event.payload["seller"], event.payload["buyer"]
    if buyer is None:  # not named in what everybody hears
        buyer = Deal.objects.values_list("buyer", flat=True).get(pk=_key(event, "deal"))
    return [seller, buyer]


def deal_seller(event: Event) -> list[int]:
    """the deal's seller"""
    return [event.payload["seller"]]


def deal_buyer(event: Event) -> list[int]:
    """the deal's buyer"""
    return [event.payload["buyer"]]


def consignor(event: Event) -> list[int]:
    """the lot's consignor"""
    lots = Lot.objects.filter(pk=_key(event, "lot"))
    return list(lots.values_list("consignor_id", flat=True))


def holder(event: Event) -> list[int]:
    """the right's holder"""
    return [event.payload["holder"]]


def priority_holders(event: Event) -> list[int]:
    """holders of rights of priority on the lot"""
    rights = PriorityRight.objects.filter(lot=_key(event, "lot"), ended_at=None)
    return list(rights.values_list("holder_id", flat=True))


def buyer(event: Event) -> list[int]:
    """the lot's buyer"""
    lots = Lot.objects.filter(pk=_key(event, "lot"), deal__isnull=False)
    return list(lots.values_list("deal__buyer", flat=True))


def bidders(event: Event) -> list[int]:
    """the lot's registered bidders"""
    registrations = Registration.objects.filter(lot_id=_key(event, "lot"))
    admitted = registrations.filter(approved_at__isnull=False)
    return list(admitted.values_list("organization_id", flat=True))


def registrants(event: Event) -> list[int]:
    """whoever registered for the lot"""
    registrations = Registration.objects.filter(lot_id=_key(event, "lot"))
    return list(registrations.values_list("organization_id", flat=True))


def applicant(event: Event) -> list[int]:
    """whoever registered"""
    registrations = Registration.objects.filter(pk=_key(event, "registration"))
    return list(registrations.values_list("organization_id", flat=True))


def overtaken(event: Event) -> list[int]:
    """whoever led until this bid, unless it has bid again since"""
    number = event.payload["number"]
    bids = Bid.objects.filter(lot_id=_key(event, "lot"))
    before = one_or_none(bids.filter(number=number - 1).select_related("registration"))
    if before is None:
        return []
    again = bids.filter(registration_id=before.registration_id, number__gte=number)
    return [] if again.exists() else [before.registration.organization_id]


def everybody_once_announced(event: Event) -> list[int] | None:
    """every subscriber if the lot had been announced, else its consignor and the exchange"""
    if Lot.objects.filter(pk=_key(event, "lot"), published_at__isnull=False).exists():
        return None
    return [*consignor(event), *exchange(event)]


def everybody_once_listed(event: Event) -> list[int] | None:
    """every subscriber who could read the need if it had been published, else its poster"""
    if Need.objects.filter(pk=_key(event, "need"), published_at__isnull=False).exists():
        return whoever_may_read(event)
    return poster(event)


def whoever_may_read(event: Event) -> list[int] | None:
    """every subscriber; of what is for verified organizations only, those"""
    if not _about(event).filter(registered_only=True).exists():
        return None
    verified = Organization.objects.filter(state=OrganizationState.VERIFIED)
    return list(verified.values_list("pk", flat=True))


def _about(event: Event) -> QuerySet[Any]:
    """The need, or the achievement, whose event it is."""
    if event.topic.startswith("achievement:"):
        return Achievement.objects.filter(pk=_key(event, "achievement"))
    return Need.objects.filter(pk=_key(event, "need"))


# --- People -----------------------------------------------------------------------------


def searcher(event: Event) -> list[int]:
    """the person whose saved searches they are"""
    return [_key(event, "searcher")]


def office(event: Event) -> list[int]:
    """the Joint Conference Office"""
    day = event.at.astimezone(SHANGHAI).date()
    serving = Secondment.objects.filter(starts_on__lte=day, ends_on__gte=day)
    return list(serving.values_list("user_id", flat=True))


def committee(event: Event) -> list[int]:
    """whoever sits on the fund's committee"""
    day = event.at.astimezone(SHANGHAI).date()
    sitting = CommitteeSeat.objects.filter(starts_on__lte=day, ends_on__gte=day)
    return list(sitting.values_list("person_id", flat=True))


def bureau(event: Event) -> list[int]:
    """the science bureau of the city"""
    city = Need.objects.filter(pk=_key(event, "need")).values("city_id")
    bodies = _verified(OrganizationKind.PUBLIC_BODY).filter(city_id__in=city)
    return members_of(bodies)


def landing_bureau(event: Event) -> list[int]:
    """the science bureau of the city where it landed"""
    city = Landing.objects.filter(pk=_key(event, "landing")).values("city_id")
    bodies = _verified(OrganizationKind.PUBLIC_BODY).filter(city_id__in=city)
    return members_of(bodies)


def reviewer(event: Event) -> list[int]:
    """whose turn the review is: the city's science bureau, or the office"""
    return office(event) if event.payload["step"] == "office" else bureau(event)


def experts(event: Event) -> list[int]:
    """the panel's experts"""
    serving = PanelExpert.objects.filter(
        panel__need=_key(event, "need"), panel__set_aside_at=None, recused_at=None
    )
    return list(serving.values_list("person_id", flat=True))


def objector(event: Event) -> list[int]:
    """whoever raised the objection"""
    raised = Objection.objects.filter(pk=_key(event, "objection"))
    return list(raised.values_list("person_id", flat=True))


def objectors(event: Event) -> list[int]:
    """whoever's objection lapsed with it"""
    lapsed = Objection.objects.filter(
        publicity__deal=_key(event, "deal"), state=ObjectionState.LAPSED
    )
    return list(lapsed.values_list("person_id", flat=True))


def managers(event: Event) -> list[int]:
    """the organization's managers"""
    return members_of(itself(event), roles=[Role.MANAGER])


def _verified(kind: OrganizationKind) -> QuerySet[Organization, int]:
    rows = Organization.objects.filter(kind=kind, state=OrganizationState.VERIFIED)
    return rows.values_list("pk", flat=True)


def members_of(organizations: Iterable[int], roles: Iterable[Role] = tuple(Role)) -> list[int]:
    current = Membership.objects.filter(
        organization_id__in=organizations, role__in=list(roles), ended_at=None
    )
    return list(current.values_list("user_id", flat=True))
