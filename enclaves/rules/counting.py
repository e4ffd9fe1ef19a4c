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


def by_grade(stays: Iterable[Stay], period: Span) -> dict[TalentGrade, int]:
    """How many people of each grade there were; whoever worked in two projects counts once."""
    highest: dict[str, TalentGrade] = {}
    for stay in stays:
        if stay.span.overlaps(period):
            known = highest.get(stay.person, stay.grade)
            highest[stay.person] = min(known, stay.grade, key=_RANK.__getitem__)
    found = list(highest.values())
    return {grade: found.count(grade) for grade in TalentGrade}
