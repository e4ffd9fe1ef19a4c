"""The rights an achievement rests on: each with a genuine number, and none told twice.

A right of another country has that country's number, which is stored as it is given.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.errors import Refusal
from marketplace.rules.achievements import InvalidIPNumber, IPKind, check_ip_number

CHINA = "CN"


class RightTwice(Refusal):
    code = "right_twice"
    message = "The right {number} is told twice; it is one right."


@dataclass(frozen=True, slots=True)
class Right:
    """`territory` is a country's two letters (ISO 3166-1)."""

    kind: IPKind
    number: str
    territory: str = CHINA


def check_right(right: Right) -> Right:
    """The right with its number in canonical form, or a refusal of the number."""
    if right.territory == CHINA:
        return replace(right, number=check_ip_number(right.kind, right.number))
    number = right.number.strip()
    if (right.kind is IPKind.KNOW_HOW) == bool(number):
        raise InvalidIPNumber(number=number)
    return replace(right, number=number)


def check_rights(rights: Iterable[Right]) -> list[Right]:
    """All of them in canonical form; know-how has no number, and may be told more than once."""
    checked = [check_right(one) for one in rights]
    known = set[tuple[str, str]]()
    for one in checked:
        if one.number and (one.territory, one.number) in known:
            raise RightTwice(number=one.number)
        known.add((one.territory, one.number))
    return checked
