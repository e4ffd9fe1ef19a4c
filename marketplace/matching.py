"""Which achievements may answer a need, which needs an achievement may answer; opinions on it.

Computed when it is read, so that it is never older than either side: candidates by their words,
then `rules.matching` judges each by what it says in public. Nothing confidential enters, on either
side, so no score and no reason can hint at it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.permissions import require_signed_in
from core import clock
from core.db import transaction
from core.errors import NotFound
from marketplace.lifecycle import AchievementState, NeedState
from marketplace.models import Achievement, MatchOpinion, Need
from marketplace.queries import achievements_visible_to, needs_visible_to
from marketplace.rules import HIGHEST_MATURITY, MaturityScale
from marketplace.rules.matching import (
    AchievementSide,
    Corpus,
    Fit,
    NeedSide,
    Wanted,
    fit,
)
from marketplace.searchable import public_indicators, searchable_achievement, searchable_need
from search.likeness import candidates, words_of_documents
from search.models import Kind
from search.rules.text import fold
from search.rules.vectors import Weight
from search.statistics import WordStatistics, word_statistics

Row = TypeVar("Row", Need, Achievement)

# Judged for one answer; of which the best are told.
CANDIDATES = 120
SHOWN, MOST_SHOWN = 20, 100
# What a word counts where it stands. Keywords of both name the field, which counts by itself; those
# of a need name its indicators, too.
_IN_ACHIEVEMENTS = {Weight.TITLE: 2.0, Weight.TEXT: 1.0}
_IN_NEEDS = {**_IN_ACHIEVEMENTS, Weight.KEYWORDS: 1.0}
# Less than this is no match, only two texts of one field.
LEAST_SCORE = 15


@dataclass(frozen=True, slots=True)
class Match:
    """One suggestion, as the reader of either side sees it."""

    need: Need
    achievement: Achievement
    fit: Fit
    # What the reader said of it; None, if nothing.
    opinion: bool | None


def matches_of_need(actor: Actor, need: Need, *, at_most: int) -> list[Match]:
    """Published achievements that fit the need, the best first."""
    offered = achievements_visible_to(actor).filter(state=AchievementState.PUBLISHED)
    if need.organization_id in actor.sees:  # nobody solves one's own need
        offered = offered.exclude(owner=need.organization_id)
    known = word_statistics()
    found = _to_judge(_whole(need), Kind.ACHIEVEMENT, offered, need.field_id, known)
    said = words_of_documents(Kind.ACHIEVEMENT, found, _IN_ACHIEVEMENTS)
    own = words_of_documents(Kind.NEED, [need.pk], _IN_NEEDS).get(need.pk, {})
    side, corpus = _need_side(need, own), Corpus(known.shares, known.rare)
    judged = (
        (need, one, fit(side, _achievement_side(one, said.get(one.pk, {})), corpus))
        for one in _plain(achievements_visible_to(actor)).filter(pk__in=found)
    )
    return _best(actor, judged, at_most)


def matches_of_achievement(actor: Actor, achievement: Achievement, *, at_most: int) -> list[Match]:
    """Published needs that the achievement fits, the best first."""
    open_needs = needs_visible_to(actor).filter(state=NeedState.PUBLISHED)
    if achievement.owner_id in actor.sees:
        open_needs = open_needs.exclude(organization=achievement.owner_id)
    entry = searchable_achievement(achievement)
    text = f"{entry.title} {entry.text}"
    known = word_statistics()
    found = _to_judge(text, Kind.NEED, open_needs, achievement.field_id, known)
    said = words_of_documents(Kind.NEED, found, _IN_NEEDS)
    own = words_of_documents(Kind.ACHIEVEMENT, [achievement.pk], _IN_ACHIEVEMENTS).get(
        achievement.pk, {}
    )
    side, corpus = _achievement_side(achievement, own), Corpus(known.shares, known.rare)
    judged = (
        (one, achievement, fit(_need_side(one, said.get(one.pk, {})), side, corpus))
        for one in _plain(needs_visible_to(actor))
        .prefetch_related("indicators")
        .filter(pk__in=found)
    )
    return _best(actor, judged, at_most)


def give_opinion(*, actor: Actor, need_id: int, achievement: int, is_useful: bool) -> MatchOpinion:
    """Thumbs up or down, of who may see both sides. Said again, it replaces what was said before.

    Nobody is told and no score changes, so nothing is recorded beside the row.
    """
    require_signed_in(actor)
    with transaction(by=actor.caller):
        if not (
            needs_visible_to(actor).filter(pk=need_id).exists()
            and achievements_visible_to(actor).filter(pk=achievement).exists()
        ):
            raise NotFound
        opinion, _ = MatchOpinion.objects.update_or_create(
            need_id=need_id,
            achievement_id=achievement,
            **_person(actor),
            defaults={"is_useful": is_useful, "given_at": clock.now()},
        )
    return opinion


def _person(actor: Actor) -> dict[str, Any]:
    return {"user_id": actor.user_id, "client": actor.client_id}


def _to_judge(
    text: str, kind: Kind, visible: QuerySet[Any], field_id: int, known: WordStatistics
) -> list[int]:
    """What has words in common; where that is little, also what is newest in the same field.

    Two people may describe one thing without a single word in common.
    """
    found = candidates(text, kind, visible, known, at_most=CANDIDATES)
    if (room := CANDIDATES - len(found)) <= 0:
        return found
    others = visible.filter(field=field_id).exclude(pk__in=found).order_by("-pk")
    return found + list(others.values_list("pk", flat=True)[:room])


def _plain(rows: QuerySet[Row]) -> QuerySet[Row]:
    """The same rows with no more than what they are judged by and named with."""
    return rows.prefetch_related(None).select_related(None).select_related("city", "field")


_Judged = tuple[Need, Achievement, Fit]


def _best(actor: Actor, judged: Iterable[_Judged], at_most: int) -> list[Match]:
    worth = [one for one in judged if one[2].score >= LEAST_SCORE]
    worth.sort(key=lambda one: (-one[2].exact, -one[0].pk, -one[1].pk))
    opinions = _opinions(actor, worth[:at_most])
    return [
        Match(need, achievement, found, opinions.get((need.pk, achievement.pk)))
        for need, achievement, found in worth[:at_most]
    ]


def _opinions(actor: Actor, shown: list[_Judged]) -> dict[tuple[int, int], bool]:
    if actor.is_anonymous or not shown:
        return {}
    rows = MatchOpinion.objects.filter(
        need__in={need.pk for need, _, _ in shown},
        achievement__in={achievement.pk for _, achievement, _ in shown},
        **_person(actor),
    )
    return {
        (need, achievement): is_useful
        for need, achievement, is_useful in rows.values_list("need", "achievement", "is_useful")
    }


def _whole(need: Need) -> str:
    entry = searchable_need(need)
    names = " ".join(indicator.name for indicator in public_indicators(need))
    return f"{entry.title} {entry.text} {names}"


def _need_side(need: Need, words: Mapping[str, float]) -> NeedSide:
    entry, indicators = searchable_need(need), public_indicators(need)
    return NeedSide(
        words=words,
        field=entry.field,
        industry=need.industry,
        city=entry.city,
        province=need.city.province_code,
        indicators=[
            Wanted(fold(one.name), one.operator, one.target, fold(one.unit)) for one in indicators
        ],
    )


def _achievement_side(achievement: Achievement, words: Mapping[str, float]) -> AchievementSide:
    entry = searchable_achievement(achievement)
    highest = HIGHEST_MATURITY[MaturityScale(achievement.maturity_scale)]
    return AchievementSide(
        words=words,
        field=entry.field,
        industry=achievement.industry,
        city=entry.city,
        province=achievement.city.province_code,
        text=fold(f"{entry.title} {entry.text}"),
        readiness=achievement.maturity_level / highest,
    )
