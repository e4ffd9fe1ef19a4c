"""Which lots, registrations and refunds wait for the exchange now: lists, filters and the board."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Case, DateTimeField, DecimalField, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from auctions.books import overdue_refunds, unpaid_refunds
from auctions.lifecycle import DecisionState, FloorState, LotState, RegistrationState
from auctions.models import DepositMovement, Forfeiture, Lot, LotDecision, Registration
from auctions.queries import suspensions_overdue
from auctions.rules.deposits import IN_HAND

WAITING = (RegistrationState.APPLIED, RegistrationState.QUALIFIED)
_BOARD = 20


def lots_on_sale(now: datetime) -> QuerySet[Lot]:
    """Announced and not over yet, the next to close first; as many as a board can hold."""
    lots = Lot.objects.filter(state=LotState.PUBLISHED, closes_at__gt=now)
    return lots.select_related("leader").order_by("closes_at", "id")[:_BOARD]


def open_lots(lots: QuerySet[Lot], now: datetime) -> QuerySet[Lot]:
    by_the_clock = Q(opens_at__lte=now, closes_at__gt=now)
    in_the_hall = Q(closes_at=None) & ~Q(floor=FloorState.WAITING)
    return lots.filter(by_the_clock | in_the_hall, state=LotState.PUBLISHED)


def closing_lots(lots: QuerySet[Lot], now: datetime) -> QuerySet[Lot]:
    return open_lots(lots, now).filter(closes_at__lte=now + timedelta(hours=1))


def upcoming_lots(lots: QuerySet[Lot], now: datetime) -> QuerySet[Lot]:
    in_the_hall = Q(closes_at=None, floor=FloorState.WAITING)
    return lots.filter(Q(opens_at__gt=now) | in_the_hall, state=LotState.PUBLISHED)


def overdue_lots(lots: QuerySet[Lot], now: datetime) -> QuerySet[Lot]:
    """Over, and not written down yet: the closer is late."""
    return lots.filter(state=LotState.PUBLISHED, closes_at__lte=now)


def lots_standing_too_long(lots: QuerySet[Lot], now: datetime) -> QuerySet[Lot]:
    """Suspended, and over the days in which it was to go on or to be given up."""
    late = [one.lot_id for one in suspensions_overdue(now)]
    return lots.filter(pk__in=late)


def lots_to_decide(lots: QuerySet[Lot], now: datetime) -> QuerySet[Lot]:
    """Of which one person proposed something that waits for another."""
    waiting = LotDecision.objects.filter(state=DecisionState.PROPOSED)
    return lots.filter(pk__in=waiting.values("lot"))


def waiting_registrations(registrations: QuerySet[Registration]) -> QuerySet[Registration]:
    return registrations.filter(state__in=WAITING)


def refunds_due(movements: QuerySet[DepositMovement]) -> QuerySet[DepositMovement]:
    """Promised back and not paid yet, in time or not."""
    return movements.filter(pk__in=unpaid_refunds().values("pk"))


def refunds_overdue(
    movements: QuerySet[DepositMovement], now: datetime
) -> QuerySet[DepositMovement]:
    return movements.filter(pk__in=overdue_refunds(now).values("pk"))


def undecided(forfeitures: QuerySet[Forfeiture]) -> QuerySet[Forfeiture]:
    return forfeitures.filter(state=DecisionState.PROPOSED)


def with_now(lots: QuerySet[Lot], now: datetime) -> QuerySet[Lot]:
    """The same lots, each with the instant at which the whole list is true as `read_at`."""
    return lots.annotate(read_at=Value(now, output_field=DateTimeField()))


def with_held(registrations: QuerySet[Registration]) -> QuerySet[Registration]:
    """The same registrations, each with what the exchange holds of it as `deposit_held`."""
    amount, kind = F("deposit_movements__amount"), "deposit_movements__kind"
    moved = Case(
        *(When(**{kind: one}, then=sign * amount) for one, sign in IN_HAND.items()),
        default=Value(Decimal(0)),
        output_field=DecimalField(max_digits=18, decimal_places=2),
    )
    return registrations.annotate(deposit_held=Coalesce(Sum(moved), Value(Decimal(0))))
