"""Celery entry points. Each one names an action and gets out of the way."""

from celery import shared_task

from auctions import closing, heads, maxima, refunds
from auctions.lifecycle import ClosedBy

# The sweep runs each second; what will be due before the next one is nudged for its instant.
SWEEP_SECONDS = 1.0


@shared_task(name="auctions.close_due_lots")
def close_due_lots() -> None:
    """Close what is due, and ask to be back in time for what is nearly due.

    The nudge only makes a close more punctual: it may be lost or come twice.
    """
    closing.close_due_lots(by=ClosedBy.CELERY)
    for lot_id, seconds in closing.due_within(SWEEP_SECONDS):
        close_lot.apply_async([lot_id], countdown=seconds, expires=seconds + 30)


@shared_task(name="auctions.close_lot")
def close_lot(lot_id: int) -> None:
    closing.close_lot(lot_id, by=ClosedBy.CELERY)


@shared_task(name="auctions.act_for_opened_lots")
def act_for_opened_lots() -> None:
    maxima.act_for_opened_lots()


@shared_task(name="auctions.publish_heads")
def publish_heads() -> None:
    heads.publish_due_heads()


@shared_task(name="auctions.raise_refund_alarms")
def raise_refund_alarms() -> None:
    refunds.raise_overdue_alarms()
