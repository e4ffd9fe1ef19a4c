"""Celery entry points of the alliances: each names actions and gets out of the way."""

from celery import shared_task

from alliances import financing_clock


@shared_task(name="alliances.watch_financing")
def watch_financing() -> None:
    """Route what waits, remind members, escalate to the office, end what nobody took up."""
    financing_clock.route_waiting()
    financing_clock.remind_members()
    financing_clock.expire_waiting()
