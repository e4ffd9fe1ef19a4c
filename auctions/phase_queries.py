"""Which lots are in a phase: the clock's question, put to the database for a whole list."""

from datetime import datetime, timedelta

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet, Value

from auctions.lifecycle import FloorState, LotState, Outcome
from auctions.models import Lot
from auctions.rules.phases import Phase

_IN_A_STATE = {
    Phase.DRAFT: (LotState.DRAFT, LotState.SUBMITTED, LotState.RETURNED, LotState.APPROVED),
    Phase.SUSPENDED: (LotState.SUSPENDED,),
    Phase.WITHDRAWN: (LotState.WITHDRAWN,),
    Phase.VOID: (LotState.VOID,),
}


def lots_in_phase(lots: QuerySet[Lot], wanted: Phase, now: datetime) -> QuerySet[Lot]:
    """Those of `lots` that are in this phase now; the same as their own `phase_at`."""
    sold = Q(state=LotState.CLOSED, result__outcome=Outcome.SOLD)
    if wanted is Phase.SOLD:
        return lots.filter(sold)
    if wanted is Phase.UNSOLD:
        return lots.filter(state__in=(LotState.CLOSED, LotState.DEFAULTED)).exclude(sold)
    if wanted in _IN_A_STATE:
        return lots.filter(state__in=_IN_A_STATE[wanted])
    announced, in_hall = lots.filter(state=LotState.PUBLISHED), Q(scheduled_close__isnull=True)
    waits = (in_hall & Q(floor=FloorState.WAITING)) | (~in_hall & Q(opens_at__gt=now))
    if wanted is Phase.OPEN:
        return announced.exclude(waits).filter(in_hall | Q(closes_at__gt=now))
    if wanted is Phase.OVER:
        return announced.exclude(in_hall | waits).filter(closes_at__lte=now)
    lasts = ExpressionWrapper(
        F("policy__exhibition_days") * Value(timedelta(days=1)), output_field=DurationField()
    )
    waiting = announced.filter(waits).alias(exhibition_ends=F("exhibition_at") + lasts)
    on_show = Q(exhibition_at__lte=now, exhibition_ends__gt=now)
    notice = Q(exhibition_at__gt=now)
    if wanted is Phase.UPCOMING:
        return waiting.exclude(on_show | notice)
    return waiting.filter(on_show if wanted is Phase.EXHIBITION else notice)
