"""A workflow step at the desk: a button, a page to confirm on, a POST that calls the action.

The action is the one REST calls, with its locks, checks and events. The page of a step shows
what is about to happen and changes nothing; only its form, with a CSRF token, does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from accounts.actors import Actor
from accounts.desk.forms import StepForm
from accounts.desk.roles import DeskRole


class Label(Protocol):
    """A text, or one that is translated where it is shown."""

    def __str__(self) -> str: ...


def _always(actor: Actor, row: Any) -> bool:
    return True


@dataclass(frozen=True)
class Step:
    """One row of an admin class's table of steps.

    `sources` are the states from which the step is offered, taken from the lifecycle's table.
    They decide which buttons are drawn; whether the step is legal is the action's business.
    What an action answers with is shown on the page `shown_once`, if the step has one: in the
    answer to the form and nowhere else.
    """

    name: str
    label: Label
    explanation: Label
    action: Callable[..., Any]
    id_name: str
    roles: frozenset[DeskRole]
    sources: frozenset[Any] | None  # None: what has no states
    form_class: type[StepForm] = StepForm
    applies: Callable[[Actor, Any], bool] = _always
    tone: Literal["forward", "back", "grave"] = "forward"
    shown_once: str = ""

    def is_offered(self, actor: Actor, roles: frozenset[DeskRole], row: Any) -> bool:
        return (
            bool(self.roles & roles)
            and (self.sources is None or row.state in self.sources)
            and self.applies(actor, row)
        )

    def run(self, actor: Actor, pk: int, values: Mapping[str, Any]) -> Any:
        return self.action(actor=actor, **{self.id_name: pk}, **values)
