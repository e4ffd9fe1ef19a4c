"""What makes a need publishable and an IP number genuine. Plain Python, no clock."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.errors import Conflict, ReasonRequired, Refusal


class IPKind(StrEnum):
    """Kinds of intellectual property an achievement may rest on (domain glossary)."""

    INVENTION = "invention"  # 发明专利
    UTILITY_MODEL = "utility_model"  # 实用新型
    DESIGN = "design"  # 外观设计
    SOFTWARE = "software"  # 计算机软件著作权
    LAYOUT_DESIGN = "layout_design"  # 集成电路布图设计
    PLANT_VARIETY = "plant_variety"  # 植物新品种权
    KNOW_HOW = "know_how"  # 技术秘密


class MaturityScale(StrEnum):
    """TRL 1–9, or the thirteen grades of the Chinese scale. Never converted into each other."""

    TRL9 = "trl9"
    GRADE13 = "grade13"


HIGHEST_MATURITY = {MaturityScale.TRL9: 9, MaturityScale.GRADE13: 13}


class InvalidIPNumber(Refusal):
    code = "invalid_ip_number"
    message = "{number} is not a valid Chinese application number for this kind of right."


class InvalidMaturity(Refusal):
    code = "invalid_maturity"
    message = "The maturity level lies between 1 and {highest} on this scale."


class NeedIncomplete(Refusal):
    code = "need_incomplete"
    message = "The need is not complete yet. Missing: {missing}."
    words = ("indicators", "budget", "deadline")


class NotEditable(Conflict):
    code = "not_editable"
    message = "A {thing} that is {current} cannot be edited."


# The digit of the number that names the kind; 8 and 9 are PCT applications entering China.
_PATENT_KINDS = {
    IPKind.INVENTION: "18",
    IPKind.UTILITY_MODEL: "29",
    IPKind.DESIGN: "3",
}
_PATENT_NUMBER = re.compile(r"(?:ZL|CN)?([0-9]{12}|[0-9]{8})\.?([0-9X])", re.ASCII)
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)


def patent_check_digit(serial: str) -> str:
    """The check digit of a Chinese application number: weighted sum modulo 11, 10 written X.

    `serial` is the eight digits used before October 2003 or the twelve used since.
    """
    total = sum(int(digit) * weight for digit, weight in zip(serial, _WEIGHTS, strict=False))
    return "0123456789X"[total % 11]


def check_ip_number(kind: IPKind, number: str) -> str:
    """The number in its canonical form ("201580003807.3"), or a refusal.

    Only patent application numbers have a check digit; other registrations are stored as
    given. Know-how has no number at all.
    """
    number = number.strip()
    if kind is IPKind.KNOW_HOW:
        if number:
            raise InvalidIPNumber(number=number)
        return ""
    if kind not in _PATENT_KINDS:
        if not number:
            raise InvalidIPNumber(number=number)
        return number
    match = _PATENT_NUMBER.fullmatch(number.replace(" ", "").upper())
    if match is None:
        raise InvalidIPNumber(number=number)
    serial, check = match.groups()
    kind_digit = serial[4] if len(serial) == 12 else serial[2]
    if kind_digit not in _PATENT_KINDS[kind] or patent_check_digit(serial) != check:
        raise InvalidIPNumber(number=number)
    return f"{serial}.{check}"


def check_maturity(scale: MaturityScale, level: int) -> None:
    """Refuse a level the scale does not have."""
    highest = HIGHEST_MATURITY[scale]
    if not 1 <= level <= highest:
        raise InvalidMaturity(highest=highest)


def check_reason(reason: str) -> str:
    """The reason a person will be told, or a refusal if it says nothing."""
    if not (said := reason.strip()):
        raise ReasonRequired
    return said


@dataclass(frozen=True, slots=True)
class NeedDraft:
    """The facts that decide whether a need may be published."""

    indicators: int
    budget: Decimal | None
    deadline: date | None
    today: date


def missing_for_publication(draft: NeedDraft) -> list[str]:
    """The names of what is missing, in the order of the form; empty when complete."""
    missing = []
    if draft.indicators < 1:
        missing.append("indicators")
    if draft.budget is None or draft.budget <= 0:
        missing.append("budget")
    if draft.deadline is None or draft.deadline <= draft.today:
        missing.append("deadline")
    return missing


def check_complete(draft: NeedDraft) -> None:
    if missing := missing_for_publication(draft):
        raise NeedIncomplete(missing=missing)
