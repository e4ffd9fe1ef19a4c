"""Celery entry points. Each one names an action and gets out of the way."""

from celery import shared_task

from auctions import closing, heads, maxima, refunds, relisting, suspensions
from auctions.lifecycle import ClosedBy

# The sweep runs each second; for what will be due before the next one it comes back in time.
SWEEP_SECONDS = 1.0


@shared_task(name="auctions.close_due_lots")
def close_due_lots() -> None:
    """Close what is due, and ask to be back in time for what is nearly due.

    Coming back only makes a close more punctual: it may be lost or happen twice.
    """
    closing.close_due_lots(by=ClosedBy.CELERY)
    for seconds in closing.moments_due_within(SWEEP_SECONDS):
        close_lots_due_now.apply_async(countdown=seconds, expires=seconds + 30)


@shared_task(name="auctions.close_lots_due_now")
def close_lots_due_now() -> None:
    closing.close_due_lots(by=ClosedBy.CELERY)


@shared_task(name="auctions.act_for_opened_lots")
def act_for_opened_lots() -> None:
    maxima.act_for_opened_lots()


@shared_task(name="auctions.publish_heads")
def publish_heads() -> None:
    heads.publish_due_heads()


@shared_task(name="auctions.raise_refund_alarms")
def raise_refund_alarms() -> None:
    refunds.raise_overdue_alarms()


@shared_task(name="auctions.propose_relistings")
def propose_relistings() -> None:
    relisting.propose_relistings()


@shared_task(name="auctions.remind_of_suspensions")
def remind_of_suspensions() -> None:
    suspensions.remind_of_suspensions()
