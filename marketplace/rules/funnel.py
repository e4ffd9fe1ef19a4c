"""The funnel of needs: how many were solicited, agreed on and landed. Plain Python.

A need counts once at each stage, and at a stage only if it counts at those before it.
*Solicited* passed the platform's review and was published; *substantive* has a signed contract of
a deal that it brought about; *landed* has a confirmed landing of such a deal.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

_TENTH = Decimal("0.1")
STANDING = "standing"  # the call of the needs that answer none


class FunnelBy(StrEnum):
    """What the counts may be split by."""

    CALL = "call"
    CITY = "city"
    FIELD = "field"
    MONTH = "month"


class FunnelStage(StrEnum):
    SOLICITED = "solicited"
    SUBSTANTIVE = "substantive"
    LANDED = "landed"


@dataclass(frozen=True, slots=True)
class Way:
    """How far one need has come, and since when; a deal that ended counts no more."""

    need_id: int
    published_on: date
    signed_on: date | None = None
    landed_on: date | None = None

    def stages(self) -> tuple[FunnelStage, ...]:
        if self.signed_on is None:
            return (FunnelStage.SOLICITED,)
        if self.landed_on is None:
            return (FunnelStage.SOLICITED, FunnelStage.SUBSTANTIVE)
        return tuple(FunnelStage)


@dataclass(frozen=True, slots=True)
class Step:
    """A stage with its count and its share of what was solicited, in per cent."""

    stage: FunnelStage
    count: int
    share: Decimal | None


def funnel(ways: Iterable[Way]) -> list[Step]:
    """Every stage in its order; shares are rounded half up to a tenth, and none of nothing."""
    reached = [stage for way in ways for stage in way.stages()]
    solicited = reached.count(FunnelStage.SOLICITED)
    return [
        Step(stage, count := reached.count(stage), _share(count, solicited))
        for stage in FunnelStage
    ]


def _share(count: int, of: int) -> Decimal | None:
    if not of:
        return None
    return (Decimal(count) * 100 / of).quantize(_TENTH, ROUND_HALF_UP)
