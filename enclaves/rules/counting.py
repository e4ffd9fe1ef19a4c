"""How people are counted: each once a period, by the highest grade. Plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass

from enclaves.lifecycle import TalentGrade
from enclaves.rules.tenancy import Span

# The highest first, as the enum lists them.
_RANK = {grade: place for place, grade in enumerate(TalentGrade)}


@dataclass(frozen=True, slots=True)
class Stay:
    """That a person of a grade worked somewhere in the park for some days."""

    person: str
    grade: TalentGrade
    span: Span
    record: int = 0  # by which its row is found again


def counted(stays: Iterable[Stay], period: Span) -> list[Stay]:
    """The stay by which each person counts: the first of the highest grade."""
    chosen: dict[str, Stay] = {}
    for stay in stays:
        if stay.span.overlaps(period):
            known = chosen.get(stay.person)
            if known is None or _RANK[stay.grade] < _RANK[known.grade]:
                chosen[stay.person] = stay
    return list(chosen.values())


def by_grade(stays: Iterable[Stay], period: Span) -> dict[TalentGrade, int]:
    """How many people of each grade there were; whoever worked in two projects counts once."""
    found = [stay.grade for stay in counted(stays, period)]
    return {grade: found.count(grade) for grade in TalentGrade}
