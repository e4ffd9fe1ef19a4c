"""Suggested matches on the pages of a need and of an achievement, and what readers say of them."""

from dataclasses import dataclass

from django.urls import reverse

from accounts.actors import Actor
from marketplace.lifecycle import AchievementState, NeedState
from marketplace.matching import Match, matches_of_achievement, matches_of_need
from marketplace.models import Achievement, Need
from marketplace.reasons import sentence

SHOWN = 5
# Below it a suggestion is little more than one of the same field.
LEAST_SCORE = 25


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One match as a page shows it: the other side, the score, and its reasons as sentences."""

    title: str
    code: str
    address: str
    score: int
    reasons: tuple[str, ...]
    achievement: int
    opinion: bool | None
    # Where thumbs up and down are sent.
    opinions_url: str


def achievements_for(actor: Actor, need: Need) -> list[Suggestion]:
    """What may answer a need; nothing, once the need takes no answers."""
    if need.state != NeedState.PUBLISHED:
        return []
    found = matches_of_need(actor, need, at_most=SHOWN)
    return [
        _shown(match, match.achievement, reverse("achievement", args=[match.achievement.pk]))
        for match in found
        if match.fit.score >= LEAST_SCORE
    ]


def needs_for(actor: Actor, achievement: Achievement) -> list[Suggestion]:
    """Which needs an achievement may answer, while it is on offer."""
    if achievement.state != AchievementState.PUBLISHED:
        return []
    found = matches_of_achievement(actor, achievement, at_most=SHOWN)
    return [
        _shown(match, match.need, reverse("need", args=[match.need.pk]))
        for match in found
        if match.fit.score >= LEAST_SCORE
    ]


def _shown(match: Match, other: Need | Achievement, address: str) -> Suggestion:
    return Suggestion(
        title=other.title,
        code=other.code,
        address=address,
        score=match.fit.score,
        reasons=tuple(
            sentence(reason, match.need, match.achievement) for reason in match.fit.reasons
        ),
        achievement=match.achievement.pk,
        opinion=match.opinion,
        opinions_url=f"/api/v1/needs/{match.need.pk}/match-opinions",
    )
