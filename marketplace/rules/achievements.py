"""What makes an IP number genuine and a maturity level one of its scale. Plain Python."""

import re
from enum import StrEnum

from core.errors import Refusal


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


class MaturityBand(StrEnum):
    """How far from the market, in the words of every day: 小试, 中试, 产业化."""

    LABORATORY = "laboratory"
    PILOT = "pilot"
    INDUSTRIAL = "industrial"


# The last level of the laboratory and of the pilot; the scales are not converted into each other.
_BANDS = {MaturityScale.TRL9: (4, 7), MaturityScale.GRADE13: (7, 9)}
HIGHEST_MATURITY = {MaturityScale.TRL9: 9, MaturityScale.GRADE13: 13}


class InvalidIPNumber(Refusal):
    code = "invalid_ip_number"
    message = "{number} is not a valid Chinese application number for this kind of right."


class InvalidMaturity(Refusal):
    code = "invalid_maturity"
    message = "The maturity level lies between 1 and {highest} on this scale."


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


def maturity_band(scale: MaturityScale, level: int) -> MaturityBand:
    """The band of a level: to TRL 4 or grade 7 the laboratory, to TRL 7 or grade 9 the pilot."""
    laboratory, pilot = _BANDS[scale]
    if level <= laboratory:
        return MaturityBand.LABORATORY
    return MaturityBand.PILOT if level <= pilot else MaturityBand.INDUSTRIAL
