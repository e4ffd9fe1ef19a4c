"""Which calls for needs there are, and in which phase; all of them are public."""

from datetime import datetime

from django.db.models import Q, QuerySet

from core.errors import InvalidValue
from marketplace.lifecycle import CallPhase
from marketplace.models import NeedCall


class UnknownCall(InvalidValue):
    code = "unknown_call"
    message = "There is no call for needs with the id {call}."


def calls() -> QuerySet[NeedCall]:
    """Every call, with what its view shows: all are public."""
    return NeedCall.objects.prefetch_related("technology_fields", "cities")


def calls_in_phase(
    rows: QuerySet[NeedCall], wanted: CallPhase, now: datetime
) -> QuerySet[NeedCall]:
    """Those of `rows` that are in this phase now; the same as their terms' own `phase`."""
    closed = Q(closes_at__lte=now) | Q(ended_at__isnull=False)
    if wanted is CallPhase.CLOSED:
        return rows.filter(closed)
    is_open = Q(opens_at__lte=now)
    return rows.filter(is_open if wanted is CallPhase.OPEN else ~is_open).exclude(closed)


def call_by_id(call_id: int | None) -> NeedCall | None:
    if call_id is None:
        return None
    try:
        return calls().get(pk=call_id)
    except NeedCall.DoesNotExist:
        raise UnknownCall(call=call_id) from None
