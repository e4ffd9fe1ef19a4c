"""Every business "no", as plain Python.

Django-free on purpose: rules raise these, and `core.problems` turns them into HTTP.
A refusal has a stable code for programs, a sentence for people, and the facts behind it
for both. The sentences are translated where they are shown; `tests/test_translations.py`
fails on one without Chinese.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, ClassVar

# A 401 says how one could have signed in (RFC 9110 §15.5.2).
CHALLENGE = 'Bearer realm="api"'


class Refusal(Exception):
    """The request was understood and the answer is no."""

    code: ClassVar[str] = "refused"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNPROCESSABLE_ENTITY
    message: ClassVar[str] = "The request was refused."
    # Words its facts may say inside the message; they are translated like the message.
    words: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        # A fact the message needs and the caller forgot fails in the first test that raises it.
        super().__init__(self.message.format(**facts))


class Conflict(Refusal):
    """The thing is in the wrong state for this; another state would have been fine."""

    code = "conflict"
    status = HTTPStatus.CONFLICT
    message = "The current state does not allow this."


class Overtaken(Conflict):
    """Two did the same at once, and a constraint of the database let the first one through."""

    code = "overtaken"
    message = "Somebody else did the same at this moment. Look again before you repeat it."


class NotFound(Refusal):
    """There is no such thing, as far as this actor may know."""

    code = "not_found"
    status = HTTPStatus.NOT_FOUND
    message = "There is nothing here that you may see."


class NotSignedIn(Refusal):
    code = "not_authenticated"
    status = HTTPStatus.UNAUTHORIZED
    message = "Sign in first."


class PermissionDenied(Refusal):
    """A role that can never do this, whatever the state."""

    code = "permission_denied"
    status = HTTPStatus.FORBIDDEN
    message = "Your role does not allow this."


class Busy(Refusal):
    """A lock did not come in time. Nothing was changed; the same request may be sent again."""

    code = "busy"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    message = "The system is busy. Nothing was changed; please try again."


class TooSlow(Refusal):
    code = "too_slow"
    status = HTTPStatus.REQUEST_TIMEOUT
    message = "The request did not arrive in time. Nothing was changed; please send it again."


class InvalidValue(Refusal):
    """A value whose shape is wrong, found outside a serializer."""

    code = "invalid"
    status = HTTPStatus.BAD_REQUEST
    message = "{what} is not valid."


class ReasonRequired(Refusal):
    code = "reason_required"
    message = "This step needs a reason."


class BelowLawfulFloor(Refusal):
    """A term of a notice, a publicity or a policy beyond what the law lets it be.

    `key` names the term, `floor` is the nearest value that would do, `law` the provision.
    """

    code = "below_lawful_floor"
    message = "{key} must keep to the lawful limit of {floor} ({law})."


def all_refusals(root: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Every refusal class that has been imported, once each; docs and tests walk them."""
    yield root
    for child in root.__subclasses__():
        yield from all_refusals(child)
