"""Reads the sets of judged matches, and says how good an order of them is.

nDCG@10 with gains 2^grade − 1 and recall@20 over everything with a grade, by plain Python.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

FOLDER = Path(__file__).parent
Grades = Mapping[str, int]


@dataclass(frozen=True)
class JudgedNeed:
    key: str
    field: str
    city: str
    title: str
    summary: str
    indicators: Sequence[tuple[str, str, Decimal, str]]
    grades: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class JudgedAchievement:
    key: str
    field: str
    city: str
    level: int
    title: str
    summary: str


@dataclass(frozen=True)
class Judged:
    needs: Sequence[JudgedNeed]
    achievements: Sequence[JudgedAchievement]


def read(name: str) -> Judged:
    """The set in `<name>.txt`; its first lines say how it is written."""
    needs: dict[str, JudgedNeed] = {}
    achievements: list[JudgedAchievement] = []
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        sort, key, *rest = line.split("|")
        if sort == "N":
            code, city, title, summary, indicators = rest
            needs[key] = JudgedNeed(key, code, city, title, summary, _indicators(indicators))
        else:
            code, city, level, title, summary, grades = rest
            achievements.append(JudgedAchievement(key, code, city, int(level), title, summary))
            for need, _, grade in (said.partition(":") for said in grades.split()):
                needs[need].grades[key] = int(grade)
    return Judged(list(needs.values()), achievements)


def _indicators(text: str) -> list[tuple[str, str, Decimal, str]]:
    found = []
    for each in text.split("；"):
        name, operator, target, *unit = each.split()
        found.append((name, operator, Decimal(target), "".join(unit)))
    return found


def ndcg(ranked: Sequence[str], grades: Grades, *, at: int = 10) -> float:
    """The gain of an order, discounted by place, as a share of the best order's."""
    return _gain(grades.get(key, 0) for key in ranked[:at]) / _gain(
        sorted(grades.values(), reverse=True)[:at]
    )


def recall(ranked: Sequence[str], grades: Grades, *, at: int = 20) -> float:
    """How many of those with a grade are among the first."""
    return len(set(ranked[:at]) & set(grades)) / len(grades)


def _gain(grades: Iterable[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))
