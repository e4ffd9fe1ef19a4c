"""The confidential part of an achievement on its page: who is shown it, and on what word."""

from dataclasses import dataclass
from enum import StrEnum

from django.http import Http404

from accounts.actors import Actor
from accounts.models import Organization
from accounts.queries import organizations_visible_to
from core.errors import Refusal
from marketplace.disclosure import read_achievement_detail
from marketplace.models import Achievement
from marketplace.tier_queries import has_signed, is_insider, is_registered


class Tier(StrEnum):
    """How near its reader is to the confidential part."""

    INSIDER = "insider"
    NOBODY = "nobody"  # signed in, but of no verified organization, or binds none
    ANONYMOUS = "anonymous"
    UNSIGNED = "unsigned"
    MAY_OPEN = "may_open"
    OPENED = "opened"


@dataclass(frozen=True, slots=True)
class Confidence:
    """The `unsigned` organizations are asked for the undertaking first."""

    tier: Tier
    unsigned: tuple[Organization, ...] = ()

    @property
    def shows(self) -> bool:
        return self.tier in (Tier.INSIDER, Tier.OPENED)


def confidence_in(actor: Actor, achievement: Achievement, *, open_detail: bool) -> Confidence:
    """What an achievement that the actor sees confides to it; who opens it is written down."""
    if is_insider(actor, achievement):
        return Confidence(Tier.INSIDER)
    if actor.is_anonymous:
        return Confidence(Tier.ANONYMOUS)
    if not is_registered(actor):
        return Confidence(Tier.NOBODY)
    if achievement.detail_under_nda and not has_signed(actor, achievement):
        own = organizations_visible_to(actor).filter(pk__in=actor.acts_for).order_by("name")
        able = tuple(one for one in own if one.is_verified)
        return Confidence(Tier.UNSIGNED if able else Tier.NOBODY, able)
    if not open_detail:
        return Confidence(Tier.MAY_OPEN)
    try:
        read_achievement_detail(actor=actor, achievement_id=achievement.pk)
    except Refusal as refusal:  # it changed since the achievement was looked up
        raise Http404 from refusal
    return Confidence(Tier.OPENED)
