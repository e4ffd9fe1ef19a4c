"""Telling owners that the fee of a right is due soon: once for each day on which one is due."""

from collections.abc import Iterable
from datetime import date
from itertools import chain

import structlog
from django.db.models import Exists, OuterRef

from core import clock
from core.calendar import date_of
from core.db import transaction
from core.events import record
from marketplace.lifecycle import AchievementState
from marketplace.locks import lock_achievement
from marketplace.models import Achievement, FeeReminder, IPRecord
from marketplace.rules.listing import FEE_REMINDED_BEFORE, fees_to_remind

log = structlog.get_logger(__name__)

# What is on the list, on its way there, or kept for a sale; a right that passed is its buyer's.
_KEPT = (
    *(AchievementState.SUBMITTED, AchievementState.APPROVED, AchievementState.PUBLISHED),
    *(AchievementState.RESERVED, AchievementState.UNLISTED),
)


def remind_of_fees() -> int:
    """Tell the owners of every fee that is due soon; return how many achievements were told of.

    Each in a transaction of its own, so that one that fails stops nobody else.
    """
    return sum(_remind_alone(one) for one in _with_fees(clock.today()))


def _with_fees(today: date) -> Iterable[int]:
    """Achievements with a fee that is due soon and was not told of yet."""
    soon = (today, today + FEE_REMINDED_BEFORE)
    told = FeeReminder.objects.filter(due_on=OuterRef("next_fee_on"))
    own = Achievement.objects.filter(state__in=_KEPT, next_fee_on__range=soon)
    further = IPRecord.objects.filter(achievement__state__in=_KEPT, next_fee_on__range=soon)
    untold = (
        own.exclude(Exists(told.filter(achievement=OuterRef("pk")))).values_list("pk", flat=True),
        further.exclude(Exists(told.filter(achievement=OuterRef("achievement")))).values_list(
            "achievement", flat=True
        ),
    )
    return sorted(set(chain(*untold)))


def _remind_alone(achievement_id: int) -> bool:
    try:
        return _remind(achievement_id)
    except Exception:
        log.exception("marketplace.fee_not_told", achievement=achievement_id)
        return False


def _remind(achievement_id: int) -> bool:
    with transaction():
        achievement = lock_achievement(achievement_id)
        now = clock.now()
        if achievement.state not in _KEPT:
            return False
        told = set(achievement.fee_reminders.values_list("due_on", flat=True))
        fees = [right.next_fee_on for right in achievement.dossier(date_of(now)).rights]
        due = fees_to_remind(fees, told, date_of(now))
        for day in due:
            FeeReminder.objects.create(achievement=achievement, due_on=day, reminded_at=now)
            record(
                f"achievement:{achievement.pk}",
                "achievement.fee_due",
                at=now,
                achievement=achievement.pk,
                code=achievement.code,
                owner=achievement.owner_id,
                due_on=day.isoformat(),
            )
    return bool(due)
