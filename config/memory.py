"""Garbage collection in the processes that have to answer within milliseconds."""

import gc

from django.urls import get_resolver


def load_views() -> None:
    """Have Django load every view now: the first request would wait a second for it."""
    get_resolver().url_patterns  # noqa: B018


def keep_what_is_loaded() -> None:
    """Leave out of every search what is loaded by now, and search less often.

    Looking through all of Django's classes takes a tenth of a second, in which nobody is answered.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
