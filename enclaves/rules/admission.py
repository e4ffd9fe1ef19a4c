"""Whether a project may move into a park: what its reviewers said, and whether there is room."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from core.errors import Conflict, Refusal


class CapacityUnknown(Conflict):
    code = "capacity_unknown"
    message = "The park has not said how much room it keeps for incubation."


class CapacityExceeded(Conflict):
    """Areas in m²; another project has to exit, or the park to grow."""

    code = "capacity_exceeded"
    message = "The project asks for {wanted} square metres, and {free} are free."


class RoomTaken(Refusal):
    """Areas in m²; a project has to exit first."""

    code = "room_taken"
    message = "The projects in the park take {taken} square metres; {wanted} are too few for them."


class AdmissionDeclined(Conflict):
    code = "admission_declined"
    message = "{favour} reviewers are in favour and {against} against: the project stays outside."


class ReviewsOutstanding(Conflict):
    """`missing` counts the reviews that are still to come."""

    code = "reviews_outstanding"
    message = "The admission waits for {missing} more reviews."


def free_area(taken: Iterable[Decimal], capacity: Decimal) -> Decimal:
    """What is left in m²; nothing where more is taken than there is."""
    return max(capacity - sum(taken, Decimal(0)), Decimal(0))


def check_room(wanted: Decimal, taken: Iterable[Decimal], capacity: Decimal | None) -> None:
    """Refuse a project that does not fit beside those that are there."""
    if capacity is None:
        raise CapacityUnknown
    free = free_area(taken, capacity)
    if wanted > free:
        raise CapacityExceeded(wanted=wanted, free=free)


def check_room_left(taken: Iterable[Decimal], capacity: Decimal | None) -> None:
    """Refuse less room than the projects take that are there; unknown room was never given out."""
    together = sum(taken, Decimal(0))
    if capacity is not None and together > capacity:
        raise RoomTaken(taken=together, wanted=capacity)


def check_votes(votes: Sequence[bool], reviewers: int) -> None:
    """Refuse until everybody on the panel has said, and unless most are in favour.

    Without a panel the operator decides alone.
    """
    if len(votes) < reviewers:
        raise ReviewsOutstanding(missing=reviewers - len(votes))
    favour = sum(votes)
    if reviewers and favour * 2 <= reviewers:
        raise AdmissionDeclined(favour=favour, against=reviewers - favour)
