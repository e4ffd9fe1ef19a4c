"""How good are the product's suggestions on a judged set, beside plain keywords in the same run?"""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import prefetch_related_objects

from accounts.actors import ANONYMOUS
from accounts.models import City, Organization
from core import clock
from core.db import insert_all, transaction
from marketplace.lifecycle import AchievementState, NeedState
from marketplace.matching import matches_of_need
from marketplace.models import Achievement, Need, NeedIndicator, TechnologyField
from marketplace.queries import needs
from marketplace.searchable import searchable_achievement, searchable_need
from search.documents import keep
from tests.evaluation.judged import Judged, JudgedNeed, ndcg, recall

# The least number of letters of a word that a plain search would look for.
_LETTERS = 2


@dataclass(frozen=True)
class Loaded:
    """A judged set in the database: its needs, and the keys of its achievements by their ids."""

    judged: Judged
    needs: Mapping[str, int]
    achievements: Mapping[int, str]


def measure(loaded: Loaded) -> dict[str, float]:
    """Means over the needs, of the product's order and of the plain one."""
    figures: dict[str, float] = {}
    for name, order in (("", _suggested), ("_baseline", _by_plain_keywords)):
        judged = [(order(loaded, need), need.grades) for need in loaded.judged.needs]
        figures[f"matching.ndcg10{name}"] = statistics.mean(ndcg(*one) for one in judged)
        figures[f"matching.recall20{name}"] = statistics.mean(recall(*one) for one in judged)
    return figures


def _suggested(loaded: Loaded, need: JudgedNeed) -> list[str]:
    """As `GET /needs/{id}/matches` orders them for anybody."""
    row = needs().get(pk=loaded.needs[need.key])
    found = matches_of_need(ANONYMOUS, row, at_most=100)
    known = loaded.achievements
    return [known[match.achievement.pk] for match in found if match.achievement.pk in known]


def _by_plain_keywords(loaded: Loaded, need: JudgedNeed) -> list[str]:
    """By how many of the need's words stand anywhere in the other text, as ILIKE finds them."""
    text = f"{need.title}，{need.summary}"
    words = {word for word in _plain().cut(text) if len(word) >= _LETTERS}
    texts = {
        one.key: f"{one.title}，{one.summary}".lower()
        for one in reversed(loaded.judged.achievements)
    }
    shared = {key: sum(word.lower() in text for word in words) for key, text in texts.items()}
    return sorted((key for key in texts if shared[key]), key=lambda key: -shared[key])


@cache
def _plain() -> Any:
    """As it comes; to the one that `search.lexicon` uses the words of the domain are added."""
    import rjieba

    return rjieba.Jieba()


def load(judged: Judged, poster: Organization, owner: Organization, *, codes: str) -> Loaded:
    """Puts a judged set into the database, published and found."""
    cities = {city.code: city for city in City.objects.all()}
    fields = {each.code: each for each in TechnologyField.objects.all()}
    now = clock.now()
    offered = [
        Achievement(
            code=f"A-{codes}-{one.key}",
            owner=owner,
            city=cities[one.city],
            field=fields[one.field],
            title=one.title,
            summary=one.summary,
            maturity_scale="trl9",
            maturity_level=one.level,
            ip_kind="know_how",
            state=AchievementState.PUBLISHED,
            created_at=now,
            published_at=now,
        )
        for one in judged.achievements
    ]
    wanted = [
        Need(
            code=f"N-{codes}-{one.key}",
            organization=poster,
            city=cities[one.city],
            field=fields[one.field],
            title=one.title,
            summary=one.summary,
            budget=Decimal("1000000.00"),
            deadline=date(2030, 12, 31),
            state=NeedState.PUBLISHED,
            created_at=now,
            published_at=now,
        )
        for one in judged.needs
    ]
    with transaction():
        Achievement.objects.bulk_create(offered)
        Need.objects.bulk_create(wanted)
        insert_all(
            [
                NeedIndicator(need_id=row.pk, name=name, operator=how, target=target, unit=unit)
                for row, one in zip(wanted, judged.needs, strict=True)
                for name, how, target, unit in one.indicators
            ]
        )
        keep([searchable_achievement(row) for row in offered])
        prefetch_related_objects(wanted, "indicators")
        keep([searchable_need(row) for row in wanted])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE search_document, search_card")
    return Loaded(
        judged,
        {one.key: row.pk for row, one in zip(wanted, judged.needs, strict=True)},
        {row.pk: one.key for row, one in zip(offered, judged.achievements, strict=True)},
    )
