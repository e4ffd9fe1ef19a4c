"""What the alliances amount to, from records: members, credit, policies, the fund.

Published figures stand beside what is computed and are never a part of it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import QuerySet, Sum

from accounts.actors import ANONYMOUS, Actor
from accounts.models import City
from alliances.finance_queries import (
    credits_visible_to,
    policies_in_force,
    policies_visible_to,
)
from alliances.fund_queries import fund_projects_visible_to
from alliances.lifecycle import FundState, MemberState
from alliances.models import (
    Alliance,
    AllianceMember,
    FinanceApplication,
    FundProject,
    SupportPolicy,
)
from alliances.queries import alliances_visible_to, members
from alliances.rules.credit import GRANTED, Credit, Credits, total
from alliances.rules.membership import AllianceKind
from core import clock
from core.calendar import date_of, end_of
from core.models import ReferenceFigure, reference_figures

TOPIC = "finance_alliance"
# In the order in which a target passes them; who got farther passed the earlier ones too.
STAGES: list[FundState] = [one for one in FundState if one is not FundState.DROPPED]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is counted: of a city, and credit approved within days. Members count as of now."""

    city: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class AllianceFigure:
    """How many alliances of a kind stand, and how many active members they have."""

    kind: str
    alliances: int
    members: int


@dataclass(frozen=True, slots=True)
class CreditGroup:
    """The credit of one kind of product, or of one city."""

    key: str
    name: str
    credit: Credits


@dataclass(frozen=True, slots=True)
class FundStep:
    stage: str
    number: int


@dataclass(frozen=True, slots=True)
class Figures:
    as_of: datetime
    alliances: list[AllianceFigure]
    credit: Credits
    by_kind: list[CreditGroup]
    by_city: list[CreditGroup]
    policies: int
    fund: list[FundStep]
    invested: Decimal
    published: dict[str, ReferenceFigure]


def figures(asked: Asked) -> Figures:
    """Everything, as of now; a member and a credit count once each."""
    now = clock.now()
    credits = _credits(asked)
    projects = _targets(FundProject.objects.all(), asked)
    reached = list(projects.values_list("reached", flat=True))
    invested = projects.aggregate(sum=Sum("amount"))["sum"]
    return Figures(
        as_of=now,
        alliances=[_alliances(kind, asked) for kind in AllianceKind],
        credit=total(credit for _, _, credit in credits),
        by_kind=_groups((kind, kind, credit) for kind, _, credit in credits),
        by_city=_groups((city.code, city.name, credit) for _, city, credit in credits),
        policies=policies_counted(date_of(now)).count(),
        fund=[FundStep(stage.value, _passed(reached, stage)) for stage in STAGES],
        invested=invested or Decimal("0.00"),
        published=reference_figures(TOPIC),
    )


def alliances_counted(kind: str = "") -> QuerySet[Alliance]:
    """The alliances behind a figure: those that stand."""
    rows = alliances_visible_to(ANONYMOUS).filter(dissolved_on=None)
    return rows.filter(kind=kind) if kind else rows


def members_counted(asked: Asked, kind: str = "") -> QuerySet[AllianceMember]:
    """The members behind a figure: active ones of alliances that stand."""
    rows = members().filter(state=MemberState.ACTIVE, alliance__in=alliances_counted(kind))
    return rows.filter(organization__city__code=asked.city) if asked.city else rows


def credits_counted(asked: Asked, kind: str, *, actor: Actor) -> QuerySet[FinanceApplication]:
    """The credits behind a figure, as far as the reader may see what came of them."""
    rows = credits_visible_to(actor).filter(pk__in=_granted(asked).values("pk"))
    return rows.filter(kind=kind) if kind else rows


def policies_counted(today: date) -> QuerySet[SupportPolicy]:
    return policies_in_force(policies_visible_to(ANONYMOUS), today)


def targets_counted(asked: Asked, stage: FundState, *, actor: Actor) -> QuerySet[FundProject]:
    """The fund's targets that came to a stage or farther, as far as the reader may see them."""
    farther = [one.value for one in STAGES[STAGES.index(stage) :]]
    return _targets(fund_projects_visible_to(actor), asked).filter(reached__in=farther)


def _targets(rows: QuerySet[FundProject], asked: Asked) -> QuerySet[FundProject]:
    return rows.filter(city__code=asked.city) if asked.city else rows


def _alliances(kind: AllianceKind, asked: Asked) -> AllianceFigure:
    counted = members_counted(asked, kind).count()
    return AllianceFigure(kind.value, alliances_counted(kind).count(), counted)


def _credits(asked: Asked) -> list[tuple[str, City, Credit]]:
    rows = _granted(asked).select_related("city").order_by("pk")
    return [(one.kind, one.city, one.credit()) for one in rows]


def _granted(asked: Asked) -> QuerySet[FinanceApplication]:
    """What was approved: of a city, within days."""
    rows = FinanceApplication.objects.filter(state__in=GRANTED)
    if asked.city:
        rows = rows.filter(city__code=asked.city)
    if asked.since:
        rows = rows.filter(approved_at__gte=end_of(asked.since - timedelta(days=1)))
    if asked.until:
        rows = rows.filter(approved_at__lt=end_of(asked.until))
    return rows


def _groups(rows: Iterable[tuple[str, str, Credit]]) -> list[CreditGroup]:
    grouped: dict[tuple[str, str], list[Credit]] = defaultdict(list)
    for key, name, credit in rows:
        grouped[key, name].append(credit)
    return [CreditGroup(key, name, total(some)) for (key, name), some in sorted(grouped.items())]


def _passed(reached: list[str], stage: FundState) -> int:
    farther = {one.value for one in STAGES[STAGES.index(stage) :]}
    return sum(one in farther for one in reached)
