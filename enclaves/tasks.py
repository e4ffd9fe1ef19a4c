"""Celery entry points of the enclaves: each names an action and gets out of the way."""

from celery import shared_task

from enclaves import duties


@shared_task(name="enclaves.raise_duty_alarms")
def raise_duty_alarms() -> None:
    """Whatever a park's operator or its cities have to do soon, or should have done."""
    duties.raise_duty_alarms()
