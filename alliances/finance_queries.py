"""Which products, applications, cases and offers an actor may see.

Products are public. An application is seen by its applicant, by members it was routed to, by the
alliance's secretariat and the office; an offer by its two sides, and by those who keep the roll.
How an application goes on is told to its lender; to another member, its own part of it alone.
"""

from datetime import date, datetime
from typing import Any

from django.db.models import Case as DbCase
from django.db.models import (
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
    prefetch_related_objects,
)

from accounts.actors import Actor
from alliances.lifecycle import CaseState, FinanceState, MemberState, OfferState
from alliances.models import (
    AllianceMember,
    DataConsent,
    DataReading,
    FinanceApplication,
    FinanceCase,
    FinanceOffer,
    FinanceProduct,
    SupportPolicy,
)
from alliances.rules.membership import AllianceKind, MemberKind
from alliances.rules.products import Candidate, Case, route
from core.db import as_array, run_together

_WAITING = (FinanceState.ROUTED, FinanceState.OFFERED)
_ASKED_MEMBERS = "cases__member__organization"
_STANDING = Q(alliance__kind=AllianceKind.FINANCIAL, alliance__dissolved_on=None)
# Asked before every other question here, so kept as a statement: composing it would cost more.
_KEPT = """
    SELECT EXISTS (
        SELECT FROM alliances_alliancemember AS member
        JOIN alliances_alliance AS alliance ON alliance.id = member.alliance_id
        WHERE alliance.kind = %s AND alliance.dissolved_on IS NULL
            AND alliance.secretariat_id = ANY(%s::bigint[])
    )
"""


def financial_members() -> QuerySet[AllianceMember]:
    """Whoever is in the financial alliance and has not left it."""
    rows = AllianceMember.objects.filter(_STANDING).exclude(state=MemberState.EXITED)
    return rows.select_related("alliance", "organization__city").prefetch_related("territory")


def keeps_finance(actor: Actor) -> bool:
    """The office, and people of the financial alliance's secretariat."""
    if actor.office:
        return True
    if not actor.acts_for:
        return False
    asked = (_KEPT, [AllianceKind.FINANCIAL.value, as_array(actor.acts_for)])
    return bool(run_together(asked)[0][0][0])


def products() -> QuerySet[FinanceProduct]:
    rows = FinanceProduct.objects.select_related("member__organization", "member__alliance")
    return rows.prefetch_related("technology_fields", "cities")


def products_visible_to(actor: Actor) -> QuerySet[FinanceProduct]:
    """Open ones of active members are public; the others are their member's own, and staff's."""
    if actor.is_staff:
        return products()
    public = Q(closed_at=None, member__state=MemberState.ACTIVE)
    return products().filter(public | Q(member__organization__in=actor.sees))


def products_known_to(actor: Actor) -> QuerySet[FinanceProduct]:
    """A member's own products; all of them for who keeps the roll."""
    if keeps_finance(actor):
        return products()
    return products().filter(member__organization__in=actor.sees)


def policies_visible_to(actor: Actor) -> QuerySet[SupportPolicy]:
    """All of them: they are public."""
    return SupportPolicy.objects.order_by("id")


def policies_in_force(policies: QuerySet[SupportPolicy], today: date) -> QuerySet[SupportPolicy]:
    return policies.filter(Q(valid_until=None) | Q(valid_until__gte=today), valid_from__lte=today)


def applications() -> QuerySet[FinanceApplication]:
    """Every application, with what its view shows."""
    rows = FinanceApplication.objects.select_related(
        "applicant", "field", "city", "collateral", "policy", "pledge"
    )
    return rows.prefetch_related(_ASKED_MEMBERS, "offers")


def applications_visible_to(actor: Actor) -> QuerySet[FinanceApplication]:
    if keeps_finance(actor):
        sent = ~Q(state=FinanceState.DRAFT)
        return applications().filter(sent | Q(applicant__in=actor.sees))
    return applications().filter(
        Q(applicant__in=actor.sees) | Exists(_asked(actor).filter(application=OuterRef("pk")))
    )


def own_applications(actor: Actor) -> QuerySet[FinanceApplication]:
    """Those of the organizations the actor works for."""
    return applications_visible_to(actor).filter(applicant__in=actor.sees)


def credits_visible_to(actor: Actor) -> QuerySet[FinanceApplication]:
    """What came of an application: for its applicant, its lender, and who keeps the roll."""
    if keeps_finance(actor):
        return applications()
    return applications_visible_to(actor).filter(_follows(actor))


def _follows(actor: Actor) -> Q:
    """Applications that are one's own, or to which one lends."""
    return Q(applicant__in=actor.sees) | Q(Exists(_own_offers(actor, OfferState.ACCEPTED)))


def _own_offers(actor: Actor, state: OfferState) -> QuerySet[FinanceOffer]:
    return FinanceOffer.objects.filter(
        application=OuterRef("pk"), state=state, member__organization__in=actor.sees
    )


def with_told_state(rows: QuerySet[FinanceApplication], actor: Actor) -> QuerySet[Any]:
    """An actor's rows with `told`, where each stands as `told_state` says it; empty for None."""
    if keeps_finance(actor):
        return rows.annotate(told=F("state"))
    waiting = _asked(actor).filter(application=OuterRef("pk"), state=CaseState.WAITING)
    return rows.annotate(
        told=DbCase(
            When(_follows(actor), then=F("state")),
            When(Exists(waiting), then=Value(FinanceState.ROUTED)),
            When(Exists(_own_offers(actor, OfferState.MADE)), then=Value(FinanceState.OFFERED)),
            default=Value(""),
            output_field=CharField(),
        )
    )


def _asked(actor: Actor) -> QuerySet[FinanceCase]:
    """The cases of members the actor works for; a member that has left finishes what it lends."""
    own = FinanceCase.objects.filter(member__organization__in=actor.sees)
    lent = FinanceOffer.objects.filter(
        application=OuterRef("application"), member=OuterRef("member"), state=OfferState.ACCEPTED
    )
    return own.filter(~Q(member__state=MemberState.EXITED) | Exists(lent))


def read_asked_members(application: FinanceApplication) -> None:
    """For one that was locked, before `own_case` and its member are asked for."""
    prefetch_related_objects([application], _ASKED_MEMBERS)


def is_applicant(actor: Actor, application: FinanceApplication) -> bool:
    return application.applicant_id in actor.sees


def own_case(actor: Actor, application: FinanceApplication) -> FinanceCase | None:
    """The case of the member that the actor works for."""
    found = (one for one in application.cases.all() if one.member.organization_id in actor.sees)
    return next(found, None)


def lender_of(application: FinanceApplication) -> AllianceMember | None:
    """The member whose offer was accepted."""
    accepted = (one for one in application.offers.all() if one.state == OfferState.ACCEPTED)
    offer = next(accepted, None)
    if offer is None:
        return None
    return AllianceMember.objects.select_related("organization", "alliance").get(pk=offer.member_id)


def reads_money(actor: Actor, application: FinanceApplication) -> bool:
    """Whether the actor reads what came of it: applicant, lender, and who keeps the roll."""
    if is_applicant(actor, application):
        return True
    case = own_case(actor, application)
    if case is not None:
        return any(
            one.member_id == case.member_id and one.state == OfferState.ACCEPTED
            for one in application.offers.all()
        )
    return True


def told_state(actor: Actor, application: FinanceApplication) -> FinanceState | None:
    """Where it stands, for who reads what came of it; a member is told of its own part alone.

    Routed while its answer is awaited, offered while its offer stands, and None when its part has
    ended: what the others answered, and what was chosen, is none of its business.
    """
    case = own_case(actor, application)
    if case is None or reads_money(actor, application):
        return FinanceState(application.state)
    if case.state == CaseState.WAITING:
        return FinanceState.ROUTED
    standing = (
        one.member_id == case.member_id and one.state == OfferState.MADE
        for one in application.offers.all()
    )
    return FinanceState.OFFERED if any(standing) else None


def cases_visible_to(actor: Actor) -> QuerySet[FinanceCase]:
    rows = FinanceCase.objects.select_related(
        "application__applicant", "member__organization", "member__alliance", "product"
    )
    if keeps_finance(actor):
        return rows
    return rows.filter(
        Q(application__applicant__in=actor.sees) | Q(pk__in=_asked(actor).values("pk"))
    )


def cases_overdue(actor: Actor, now: datetime) -> QuerySet[FinanceCase]:
    """Those that the actor sees and whose member has not answered in time."""
    return cases_visible_to(actor).filter(state=CaseState.WAITING, due_at__lte=now)


def cases_waiting(actor: Actor) -> QuerySet[FinanceCase]:
    """Those that the actor may answer and has not."""
    own = _asked(actor).filter(member__organization__in=actor.acts_for)
    return own.filter(state=CaseState.WAITING, application__state__in=_WAITING)


def offers_visible_to(actor: Actor) -> QuerySet[FinanceOffer]:
    rows = FinanceOffer.objects.select_related(
        "application__applicant", "member__organization", "member__alliance"
    )
    if keeps_finance(actor):
        return rows
    return rows.filter(
        Q(application__applicant__in=actor.sees) | Q(member__organization__in=actor.sees)
    )


def consents_visible_to(actor: Actor) -> QuerySet[DataConsent]:
    rows = DataConsent.objects.select_related("application__applicant", "member__organization")
    if keeps_finance(actor):
        return rows
    return rows.filter(
        Q(application__applicant__in=actor.sees) | Q(member__organization__in=actor.sees)
    )


def readings_of(application_id: int) -> QuerySet[DataReading]:
    return DataReading.objects.filter(application=application_id).select_related(
        "member__organization", "person"
    )


def eligible(application: FinanceApplication, today: date) -> dict[int, int]:
    """Which members would be asked today, each with one of its products."""
    case = application.case()
    return route(case, candidates(case), applicant=application.applicant_id, today=today)


def candidates(case: Case) -> list[Candidate]:
    """Every open product of this kind with its member, for the rules to choose from."""
    offered = products().filter(
        kind=case.kind,
        closed_at=None,
        member__in=financial_members().filter(state=MemberState.ACTIVE),
    )
    return [
        Candidate(
            member=one.member_id,
            organization=one.member.organization_id,
            product=one.pk,
            terms=one.terms(),
            state=MemberState(one.member.state),
            kind=MemberKind(one.member.kind),
            licence=one.member.licence(),
            cities=frozenset(city.code for city in one.member.territory.all()),
        )
        for one in offered.prefetch_related("member__territory").order_by("id")
    ]


def case_ids_to_remind(now: datetime) -> list[int]:
    asked = FinanceCase.objects.exclude(member__state=MemberState.EXITED)
    waiting = asked.filter(state=CaseState.WAITING, soon_at__lte=now)
    untold = waiting.filter(reminded_at=None) | waiting.filter(due_at__lte=now, escalated_at=None)
    return list(untold.order_by("due_at").values_list("pk", flat=True))


def application_ids_unrouted() -> list[int]:
    rows = FinanceApplication.objects.filter(state=FinanceState.SUBMITTED)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def application_ids_expired(now: datetime) -> list[int]:
    waiting = (FinanceState.SUBMITTED, *_WAITING)
    rows = FinanceApplication.objects.filter(state__in=waiting, expires_at__lte=now)
    return list(rows.order_by("pk").values_list("pk", flat=True))
