"""Celery entry points of the pages: each names an action and gets out of the way."""

from celery import shared_task

from web import saved


@shared_task(name="web.tell_finds")
def tell_finds() -> None:
    """New answers to saved searches: at once, or after eight in the morning."""
    saved.tell_finds()
