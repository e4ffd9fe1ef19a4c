"""Pledges of rights that were registered (质押登记): each keeps its achievement from being sold.

A pledged right passes to nobody unless the pledgee agrees (民法典 art. 444). What an owner tells of
pledges made elsewhere stands in its dossier; these here come from a financing and go with it.
"""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.calendar import date_of
from core.db import one_or_none, require_transaction
from core.errors import Conflict, NotFound, Refusal
from core.events import Acts, record
from marketplace.lifecycle import AchievementState, DealState
from marketplace.locks import lock_achievement
from marketplace.models import Achievement, Deal, Encumbrance
from marketplace.rules.listing import EncumbranceKind


class AchievementPledged(Conflict):
    code = "achievement_pledged"
    message = "The right is pledged to {holder}; until it is released it passes to nobody."


class NotTheHolder(Refusal):
    code = "not_the_holder"
    message = "Only who holds the right, or has bought it, gives it as collateral."


class HeldForSale(Conflict):
    code = "held_for_sale"
    message = "The achievement is kept for a sale; it can be pledged when that is over."


class PledgedOnWrongDay(Refusal):
    code = "pledged_on_wrong_day"
    message = "A pledge is registered today or before, and released on that day or later."


def may_give(organization_id: int, achievement_id: int) -> bool:
    """Whether the organization holds the right, or has bought it and will."""
    return to_give({organization_id}).filter(pk=achievement_id).exists()


def to_give(organization_ids: Collection[int]) -> QuerySet[Achievement]:
    """What these organizations may give as collateral: held, or bought."""
    formed = Deal.objects.filter(achievement=OuterRef("pk"), state=DealState.FORMED)
    bought = Exists(formed.filter(buyer__in=organization_ids))
    held = Q(owner__in=organization_ids) & ~Q(state=AchievementState.TRANSFERRED)
    return Achievement.objects.filter(bought | held)


def pledge(
    achievement_id: int,
    *,
    by: int,
    holder: str,
    registration: str,
    on: date,
    at: datetime,
    actor: Acts | None = None,
) -> Encumbrance:
    """Step: enter the registered pledge that its holder gives; one stands at a time."""
    achievement = lock_achievement(achievement_id)
    check_unpledged(achievement)
    if achievement.state == AchievementState.RESERVED:
        raise HeldForSale
    passed = achievement.state == AchievementState.TRANSFERRED
    if not (_bought(by, achievement.pk) if passed else achievement.owner_id == by):
        raise NotTheHolder
    if on > date_of(at):
        raise PledgedOnWrongDay
    made = Encumbrance.objects.create(
        achievement=achievement,
        kind=EncumbranceKind.PLEDGE,
        holder=holder,
        since=on,
        registration=registration,
    )
    _record(achievement, "pledged", at, actor)
    return made


def release(
    encumbrance_id: int, *, on: date, at: datetime, actor: Acts | None = None
) -> Encumbrance:
    """Step: the pledge was struck off the register; its achievement may be sold again."""
    require_transaction()
    known = one_or_none(Encumbrance.objects.filter(pk=encumbrance_id, released_on=None))
    if known is None:
        raise NotFound
    achievement = lock_achievement(known.achievement_id)
    if not known.since <= on <= date_of(at):
        raise PledgedOnWrongDay
    known.released_on = on
    known.save(update_fields=["released_on"])
    _record(achievement, "pledge_released", at, actor)
    return known


def check_unpledged(achievement: Achievement) -> None:
    """Step: refuse what is pledged by registration, unless the pledgee agreed by a paper."""
    standing = achievement.encumbrances.filter(released_on=None, consent="")
    if (known := standing.exclude(registration="").first()) is not None:
        raise AchievementPledged(holder=known.holder)


def _bought(organization_id: int, achievement_id: int) -> bool:
    formed = Deal.objects.filter(achievement=achievement_id, state=DealState.FORMED)
    return formed.filter(buyer=organization_id).exists()


def _record(achievement: Achievement, what: str, at: datetime, actor: Acts | None) -> None:
    record(
        f"achievement:{achievement.pk}",
        f"achievement.{what}",
        at=at,
        actor=actor,
        achievement=achievement.pk,
        code=achievement.code,
        owner=achievement.owner_id,
    )
