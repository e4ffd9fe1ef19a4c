"""How well does an achievement fit a need, and why? A score from 0 to 100 with its reasons.

Plain Python over public facts. Each component gives points and says what they are for; the score is
their sum. A match is a suggestion: a person decides.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from itertools import islice


class Component(StrEnum):
    TERMS = "terms"
    FIELD = "field"
    INDUSTRY = "industry"
    INDICATORS = "indicators"
    MATURITY = "maturity"
    CITY = "city"


# The most that each component gives; together 100.
MOST = {
    Component.TERMS: 60,
    Component.FIELD: 10,
    Component.INDUSTRY: 4,
    Component.INDICATORS: 14,
    Component.MATURITY: 7,
    Component.CITY: 5,
}
# In the same province, of 5 for the same city.
_SAME_PROVINCE = 3
# The first two figures of an industry code (GB/T 4754 division), of 4 for the whole code.
_SAME_DIVISION = 2
# BM25: how soon a repeated word stops to count, and how much a long text is held against it.
_SATURATION, _LENGTH = 1.2, 0.4
# How quickly shared words lead to the full points.
_STEEPNESS = 3.0
SHOWN_WORDS = 6


@dataclass(frozen=True, slots=True)
class Wanted:
    """A quantified indicator of a need; `name` and `unit` in folded letters."""

    name: str
    operator: str
    target: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Description:
    """What one side says of itself in public. `words` tell how much each word counts."""

    words: Mapping[str, float]
    field: str = ""
    industry: str = ""
    city: str = ""
    province: str = ""


@dataclass(frozen=True, slots=True)
class NeedSide(Description):
    indicators: Sequence[Wanted] = ()


@dataclass(frozen=True, slots=True)
class AchievementSide(Description):
    """`text` in folded letters, in which figures are looked for; `readiness` from 0 to 1."""

    text: str = ""
    readiness: float = 0.0


@dataclass(frozen=True, slots=True)
class Corpus:
    """How often words are met at all: in which share of the documents, and how long those are."""

    shares: Mapping[str, float] = field(default_factory=dict)
    # Of a word of which nothing is known.
    rare: float = 0.001
    length: float = 40.0
    # Asked for the same words again and again, once for each candidate.
    _weights: dict[str, float] = field(default_factory=dict, compare=False, repr=False)

    def weight(self, word: str) -> float:
        """Rare words say more: the logarithm of one against the share."""
        if (known := self._weights.get(word)) is None:
            known = math.log1p(1.0 / max(self.shares.get(word, self.rare), 1e-6))
            self._weights[word] = known
        return known


@dataclass(frozen=True, slots=True)
class Reason:
    """Why points were given; `facts` are what a sentence about it has to name."""

    component: Component
    points: int
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Fit:
    score: int
    reasons: tuple[Reason, ...]
    # For the order among equal scores: the score before it was rounded.
    exact: float


def fit(need: NeedSide, achievement: AchievementSide, corpus: Corpus) -> Fit:
    """The score and what it is made of; a component that says nothing is left out."""
    found = [
        _terms(need, achievement, corpus),
        _field(need, achievement),
        _industry(need, achievement),
        _indicators(need, achievement),
        _maturity(achievement),
        _city(need, achievement),
    ]
    given = [(component, points, facts) for component, points, facts in found if points or facts]
    exact = sum(points for _, points, _ in given)
    reasons = tuple(Reason(each, round(points), facts) for each, points, facts in given)
    return Fit(score=min(100, round(exact)), reasons=reasons, exact=exact)


_Part = tuple[Component, float, Mapping[str, object]]


def _terms(need: NeedSide, achievement: AchievementSide, corpus: Corpus) -> _Part:
    """Words in common: which share of all that the need says, rare words before common ones."""
    length = sum(achievement.words.values())
    norm = _SATURATION * (1 - _LENGTH + _LENGTH * length / corpus.length)
    whole, shared = 0.0, {}
    for word, counts in need.words.items():
        importance = counts * corpus.weight(word)
        whole += importance
        if often := achievement.words.get(word):
            shared[word] = importance * often * (_SATURATION + 1) / (often + norm)
    if not shared:
        return Component.TERMS, 0.0, {}
    share = sum(shared.values()) / whole
    points = MOST[Component.TERMS] * (1 - math.exp(-_STEEPNESS * share))
    return Component.TERMS, points, {"words": _most_telling(shared)}


def _most_telling(shared: Mapping[str, float]) -> list[str]:
    """The words that gave most, without those that are only a part of another one."""
    ordered = sorted(shared, key=lambda word: (-shared[word], word))
    together = "\n".join(shared)
    whole = (word for word in ordered if together.find(word, together.find(word) + 1) < 0)
    return list(islice(whole, SHOWN_WORDS))


def _field(need: NeedSide, achievement: AchievementSide) -> _Part:
    if not need.field or need.field != achievement.field:
        return Component.FIELD, 0.0, {}
    return Component.FIELD, MOST[Component.FIELD], {"field": need.field}


def _industry(need: NeedSide, achievement: AchievementSide) -> _Part:
    own, other = need.industry, achievement.industry
    if own and own == other:
        return Component.INDUSTRY, MOST[Component.INDUSTRY], {"industry": own}
    if own[:3] and own[:3] == other[:3]:
        return Component.INDUSTRY, _SAME_DIVISION, {"industry": own[:3]}
    return Component.INDUSTRY, 0.0, {}


def _indicators(need: NeedSide, achievement: AchievementSide) -> _Part:
    """Those that the achievement states a figure for; a stated figure that falls short says so."""
    met: list[str] = []
    missed: list[str] = []
    for wanted in need.indicators:
        stated = stated_figure(achievement.text, wanted.name, wanted.unit)
        if stated is not None:
            (met if meets(stated, wanted) else missed).append(wanted.name)
    if not met and not missed:
        return Component.INDICATORS, 0.0, {}
    points = MOST[Component.INDICATORS] * len(met) / len(need.indicators)
    facts = {"met": met, "missed": missed, "of": len(need.indicators)}
    return Component.INDICATORS, points, facts


def stated_figure(text: str, name: str, unit: str) -> Decimal | None:
    """The figure that a folded text gives right after a name, in the same unit."""
    if not name:
        return None
    pattern = rf"{re.escape(name)}[^0-9。；;，,\-]{{0,8}}(-?[0-9]{{1,12}}(?:\.[0-9]{{1,6}})?)\s*"
    found = re.search(pattern + (re.escape(unit) if unit else ""), text)
    return Decimal(found.group(1)) if found else None


def meets(stated: Decimal, wanted: Wanted) -> bool:
    if wanted.operator == "ge":
        return stated >= wanted.target
    if wanted.operator == "le":
        return stated <= wanted.target
    return stated == wanted.target


def _maturity(achievement: AchievementSide) -> _Part:
    """The nearer to the market, the more: who has a need wants it solved."""
    points = MOST[Component.MATURITY] * achievement.readiness
    return Component.MATURITY, points, {"readiness": round(100 * achievement.readiness)}


def _city(need: NeedSide, achievement: AchievementSide) -> _Part:
    if need.city and need.city == achievement.city:
        return Component.CITY, MOST[Component.CITY], {"same": "city"}
    if need.province and need.province == achievement.province:
        return Component.CITY, _SAME_PROVINCE, {"same": "province"}
    return Component.CITY, 0.0, {}
