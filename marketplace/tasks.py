"""Celery entry points. Each one names an action and gets out of the way."""

from celery import shared_task

from marketplace import answer_clock, review_clock


@shared_task(name="marketplace.raise_alarms")
def raise_alarms() -> None:
    """Whatever is due soon, or overdue, of needs in review and of responses to them."""
    review_clock.raise_review_alarms()
    answer_clock.raise_answer_alarms()
