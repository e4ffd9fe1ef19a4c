"""The checker: what has to be true of every history, whatever failed meanwhile.

Pure: calls and rows in, violations out. It knows the published rules and nothing of the product;
hashes are recomputed with `verify`. The invariants are those of the trust model, by its numbers,
and S1, that a secret is told to nobody.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.faults import answers, bidding, endings
from tests.faults.books import Book, opened
from tests.faults.history import Call
from tests.faults.ledgers import Ledgers

MOST_TOLD = 40
Invariant = Callable[[Book], Iterator[str]]

INVARIANTS: dict[str, Invariant] = {
    "I1": bidding.numbers_have_no_gap,
    "I2": bidding.every_bid_raises,
    "I3": bidding.time_goes_on,
    "I4": answers.what_was_accepted_is_there,
    "I5": answers.what_was_refused_is_not_there,
    "I6": answers.a_key_has_one_answer,
    "I7": bidding.bids_are_in_time,
    "I8": bidding.the_end_moves_as_announced,
    "I9": bidding.the_lot_is_its_bids,
    "I10": endings.a_closed_lot_has_one_result,
    "I11": endings.the_highest_bid_wins,
    "I12": endings.nothing_after_the_end,
    "I13": endings.everything_is_told_once,
    "I14": answers.nobody_looks_back,
    "I15": endings.the_money_is_all_there,
    "I16": bidding.the_chain_holds,
    "I17": endings.everything_is_closed,
    "S1": answers.the_reserve_is_told_to_nobody,
}


@dataclass(frozen=True, slots=True)
class Violation:
    invariant: str
    lot: str
    text: str

    def __str__(self) -> str:
        return f"{self.invariant} {self.lot}: {self.text}"


def check(ledgers: Ledgers, calls: Iterable[Call]) -> list[Violation]:
    """Everything that is wrong; nothing, if the product kept its promises."""
    return [
        Violation(name, book.lot.code, text)
        for book in opened(ledgers, calls)
        for name, holds in INVARIANTS.items()
        for text in holds(book)
    ]


def told(violations: Sequence[Violation]) -> bool:
    """Say what is wrong, or that nothing is; whether nothing is."""
    for violation in violations[:MOST_TOLD]:
        say(f"  {violation}")
    if violations:
        counted = Counter(one.invariant for one in violations)
        say(f"VIOLATED: {', '.join(f'{name} ×{times}' for name, times in counted.items())}")
    else:
        say(f"{', '.join(INVARIANTS)}: hold")
    return not violations


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
