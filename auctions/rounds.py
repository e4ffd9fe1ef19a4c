"""The rounds of a lot: which comes next, when one ended, and which have nothing after them yet."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from auctions.lifecycle import WITH_RESULT, DepositKind, LotState, Outcome
from auctions.models import Aftermath, DepositMovement, Lot, LotResult
from auctions.rules.aftermath import shortfall
from core.db import one_or_none


def standing_rounds() -> QuerySet[Lot]:
    """Lots that were not taken back: of those, one lot has one next round at most."""
    return Lot.objects.exclude(state=LotState.WITHDRAWN)


def next_round_of(lot: Lot) -> Lot | None:
    """The lot that sells the same again, unless that one was withdrawn."""
    if lot.state not in WITH_RESULT:
        return None
    known: list[Lot] | None = getattr(lot, "standing_rounds", None)
    if known is not None:
        return known[0] if known else None
    return one_or_none(standing_rounds().filter(previous_lot=lot))


def ended_at(lot: Lot) -> datetime:
    """When a lot ended without a sale that lasts: at its close, or when the sale fell."""
    fell = one_or_none(Aftermath.objects.filter(lot=lot).values_list("at", flat=True))
    return fell or LotResult.objects.get(lot=lot).closed_at


def lots_to_propose_again(since: datetime) -> list[int]:
    """Lots that came to nothing since then, whose consignors were not asked about another round."""
    unsold = Q(state=LotState.CLOSED) & ~Q(result__outcome=Outcome.SOLD)
    fell = Q(state__in=[LotState.VOID, LotState.DEFAULTED])
    lots = Lot.objects.filter(unsold | fell, relisting_proposal=None)
    recent = lots.filter(Q(result__closed_at__gt=since) | Q(aftermath__at__gt=since))
    asked = recent.exclude(next_rounds__state__in=set(LotState) - {LotState.WITHDRAWN})
    return list(asked.order_by("pk").values_list("pk", flat=True))


def shortfall_of(lot: Lot) -> Decimal | None:
    """What the buyer of a defaulted lot still owes; None until a later round is sold."""
    if lot.state != LotState.DEFAULTED:
        return None
    result = one_or_none(LotResult.objects.filter(lot=lot).select_related("winning_bid"))
    if result is None or result.winning_bid is None:
        return None
    kept = DepositMovement.objects.filter(
        registration=result.winning_bid.registration_id, kind=DepositKind.FORFEITED
    ).aggregate(sum=Sum("amount"))["sum"]
    following = next_round_of(lot)
    while following is not None:
        resale = one_or_none(LotResult.objects.filter(lot=following, outcome=Outcome.SOLD))
        if resale is not None and following.state == LotState.CLOSED:
            return shortfall(
                result.winning_bid.amount, resale.price or Decimal(0), kept or Decimal(0)
            )
        following = next_round_of(following)
    return None
