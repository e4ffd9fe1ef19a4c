"""Celery entry points of the marketplace: each names an action and gets out of the way."""

from celery import shared_task

from marketplace import answer_clock, fee_clock, listing, plan_clock, review_clock, reward_clock


@shared_task(name="marketplace.raise_alarms")
def raise_alarms() -> None:
    """Whatever is due soon, or overdue: reviews, answers to responses, milestones, rewards."""
    review_clock.raise_review_alarms()
    answer_clock.raise_answer_alarms()
    plan_clock.raise_plan_alarms()
    reward_clock.raise_reward_alarms()


@shared_task(name="marketplace.check_validity")
def check_validity() -> None:
    listing.unlist_stale()
    listing.remind_owners()
    fee_clock.remind_of_fees()
