"""How the transformation fund decides: by its committee, with a quorum. Plain Python.

Two thirds of the seats have to vote, and two thirds of the votes have to be in favour; what the
cities contribute makes up the amount. The measures are the product's own.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.errors import Conflict, Refusal

_NUMERATOR, _DENOMINATOR = 2, 3
LEAST_SEATS = 3


class CommitteeTooSmall(Conflict):
    code = "committee_too_small"
    message = "The committee needs {least} seats or more; today it has {seats}."


class NoQuorum(Conflict):
    code = "no_quorum"
    message = "{cast} of {seats} seats have voted; {needed} have to."


class NotPassed(Conflict):
    code = "not_passed"
    message = "{in_favour} of {cast} votes are in favour; {needed} have to be."


class SharesDoNotAddUp(Refusal):
    code = "shares_do_not_add_up"
    message = "The cities' shares are {together} CNY together, not {amount}; each city has one."


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes of a committee: how many seats it has, and who voted how."""

    seats: int
    in_favour: int
    against: int

    @property
    def cast(self) -> int:
        return self.in_favour + self.against

    @property
    def quorum(self) -> int:
        return two_thirds_of(self.seats)

    @property
    def majority(self) -> int:
        return two_thirds_of(self.cast)

    @property
    def has_quorum(self) -> bool:
        return self.cast >= self.quorum

    @property
    def has_passed(self) -> bool:
        return self.has_quorum and self.in_favour >= self.majority


def two_thirds_of(number: int) -> int:
    """The smallest whole number that is not below two thirds."""
    return -(-number * _NUMERATOR // _DENOMINATOR)


def tally(seats: int, votes: Sequence[bool]) -> Tally:
    return Tally(seats, sum(votes), len(votes) - sum(votes))


def check_seats(seats: int) -> None:
    if seats < LEAST_SEATS:
        raise CommitteeTooSmall(least=LEAST_SEATS, seats=seats)


def check_passed(found: Tally) -> None:
    """Refuse what has no quorum or not enough votes in favour."""
    if not found.has_quorum:
        raise NoQuorum(cast=found.cast, seats=found.seats, needed=found.quorum)
    if not found.has_passed:
        raise NotPassed(in_favour=found.in_favour, cast=found.cast, needed=found.majority)


def check_shares(amount: Decimal, cities: Collection[str], parts: Sequence[Decimal]) -> None:
    """Refuse shares that are not the whole, or two of one city."""
    together = sum(parts, Decimal(0))
    if together != amount or len(set(cities)) != len(parts):
        raise SharesDoNotAddUp(together=together, amount=amount)
