"""What may become what: one transition table per kind of thing.

The table is the whole truth. A missing arrow is a 409 `illegal_transition`, and
`write_docs` draws the diagrams in docs/lifecycles.md from the same tables.
"""

from collections.abc import Mapping, Set
from enum import StrEnum
from typing import Generic, TypeVar

from core.errors import Conflict

State = TypeVar("State", bound=StrEnum)


class IllegalTransition(Conflict):
    code = "illegal_transition"
    message = "A {thing} that is {current} cannot become {wanted}."


class Lifecycle(Generic[State]):
    """A named transition table over every member of one enum."""

    def __init__(self, name: str, moves: Mapping[State, Set[State]]) -> None:
        states = type(next(iter(moves)))
        if missing := set(states) - set(moves):
            raise ValueError(f"{name}: the table lacks {sorted(missing)}")
        self.name = name
        self.moves = {state: frozenset(targets) for state, targets in moves.items()}

    def allows(self, current: State, wanted: State) -> bool:
        return wanted in self.moves[current]

    def check(self, current: State, wanted: State) -> None:
        """Refuse a move the table does not have."""
        if not self.allows(current, wanted):
            raise IllegalTransition(thing=self.name, current=current, wanted=wanted)

    def sources(self, wanted: State) -> frozenset[State]:
        """The states from which `wanted` can be reached in one move."""
        return frozenset(state for state, targets in self.moves.items() if wanted in targets)
