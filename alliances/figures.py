"""What the alliances amount to, from records: members, credit, policies, the fund.

Published figures stand beside what is computed and are never a part of it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q, Sum

from accounts.models import City
from alliances.finance_queries import policies_in_force
from alliances.lifecycle import FundState, MemberState
from alliances.models import Alliance, FinanceApplication, FundProject, SupportPolicy
from alliances.rules.credit import GRANTED, Credit, Credits, total
from alliances.rules.membership import AllianceKind
from core import clock
from core.calendar import date_of, end_of
from core.models import ReferenceFigure, reference_figures

TOPIC = "finance_alliance"
# In the order in which a target passes them; who got farther passed the earlier ones too.
_STAGES: list[FundState] = [one for one in FundState if one is not FundState.DROPPED]


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
    projects = FundProject.objects.all()
    if asked.city:
        projects = projects.filter(city__code=asked.city)
    reached = list(projects.values_list("reached", flat=True))
    invested = projects.aggregate(sum=Sum("amount"))["sum"]
    return Figures(
        as_of=now,
        alliances=[_alliances(kind, asked) for kind in AllianceKind],
        credit=total(credit for _, _, credit in credits),
        by_kind=_groups((kind, kind, credit) for kind, _, credit in credits),
        by_city=_groups((city.code, city.name, credit) for _, city, credit in credits),
        policies=policies_in_force(SupportPolicy.objects.all(), date_of(now)).count(),
        fund=[FundStep(stage.value, _passed(reached, stage)) for stage in _STAGES],
        invested=invested or Decimal("0.00"),
        published=reference_figures(TOPIC),
    )


def _alliances(kind: AllianceKind, asked: Asked) -> AllianceFigure:
    active = Q(members__state=MemberState.ACTIVE)
    if asked.city:
        active &= Q(members__organization__city__code=asked.city)
    standing = Alliance.objects.filter(kind=kind, dissolved_on=None)
    counted = standing.annotate(active=Count("members", filter=active))
    numbers = list(counted.values_list("active", flat=True))
    return AllianceFigure(kind.value, len(numbers), sum(numbers))


def _credits(asked: Asked) -> list[tuple[str, City, Credit]]:
    rows = FinanceApplication.objects.filter(state__in=GRANTED).select_related("city")
    if asked.city:
        rows = rows.filter(city__code=asked.city)
    if asked.since:
        rows = rows.filter(approved_at__gte=end_of(asked.since - timedelta(days=1)))
    if asked.until:
        rows = rows.filter(approved_at__lt=end_of(asked.until))
    return [(one.kind, one.city, one.credit()) for one in rows.order_by("pk")]


def _groups(rows: Iterable[tuple[str, str, Credit]]) -> list[CreditGroup]:
    grouped: dict[tuple[str, str], list[Credit]] = defaultdict(list)
    for key, name, credit in rows:
        grouped[key, name].append(credit)
    return [CreditGroup(key, name, total(some)) for (key, name), some in sorted(grouped.items())]


def _passed(reached: list[str], stage: FundState) -> int:
    farther = {one.value for one in _STAGES[_STAGES.index(stage) :]}
    return sum(one in farther for one in reached)
