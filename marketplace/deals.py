"""Deals: the one record every way of trading ends in."""

from datetime import datetime
from decimal import Decimal

from core import money
from core.db import require_transaction
from core.events import Acts, record
from core.models import numbered
from marketplace.models import Channel, Deal, PricingMethod


def form(
    *,
    seller_id: int,
    buyer_id: int,
    price: Decimal,
    method: PricingMethod,
    channel: Channel,
    at: datetime,
    actor: Acts | None = None,
    achievement_id: int | None = None,
    need_id: int | None = None,
) -> Deal:
    """A contract is formed, in the caller's transaction; the constraints say what one is."""
    require_transaction()
    deal = Deal.objects.create(
        **numbered(Deal, "D", at),
        seller_id=seller_id,
        buyer_id=buyer_id,
        price=price,
        method=method,
        channel=channel,
        formed_at=at,
        achievement_id=achievement_id,
        need_id=need_id,
    )
    _record(deal, actor, at)
    return deal


def _record(deal: Deal, actor: Acts | None, at: datetime) -> None:
    record(
        f"deal:{deal.pk}",
        "deal.formed",
        at=at,
        actor=actor,
        deal=deal.pk,
        code=deal.code,
        seller=deal.seller_id,
        buyer=deal.buyer_id,
        price=money.text(deal.price),
        method=PricingMethod(deal.method).value,
        channel=Channel(deal.channel).value,
        achievement=deal.achievement_id,
        need=deal.need_id,
    )
