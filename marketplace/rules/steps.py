"""What steps of all kinds of things ask for: a reason that says something, a thing still open."""

from core.errors import Conflict, ReasonRequired


class NotEditable(Conflict):
    code = "not_editable"
    message = "A {thing} that is {current} cannot be edited."


def check_reason(reason: str) -> str:
    """The reason a person will be told, or a refusal if it says nothing."""
    if not (said := reason.strip()):
        raise ReasonRequired
    return said
