"""A reserve and a maximum that stand nowhere else, and how they are found in what is told."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

# As the API, a page, Django's own Chinese format and a page in 万元 would write it.
RESERVE = "7345125.00"
SPELLINGS = ("7345125", "7,345,125", "734,5125", "734.5125")
# A maximum that is never reached; its own bidder alone may read it back.
MAXIMUM = "8216375.00"
OF_A_MAXIMUM = ("8216375", "8,216,375", "821,6375", "821.6375")
Found = list[tuple[str, str]]


def told(where: str, text: str | bytes) -> Found:
    text = text.decode(errors="replace") if isinstance(text, bytes) else text
    return [(where, mark) for mark in (*SPELLINGS, *OF_A_MAXIMUM) if mark in text]


# What they say below INFO settings.LOGGING leaves out: every query, and every variable that a
# template looks for in vain, with all that was there instead.
TALKATIVE = ("django.db", "django.template")


class Listener(logging.Handler):
    """Every word that is logged."""

    def __init__(self, spoken: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.spoken = spoken

    def emit(self, record: logging.LogRecord) -> None:
        self.spoken.append(f"{record.name} {record.getMessage()} {record.__dict__}")


@contextmanager
def heard() -> Iterator[list[str]]:
    assert settings.LOGGING["root"]["level"] == "INFO"
    assert not set(TALKATIVE) & set(settings.LOGGING["loggers"])
    spoken: list[str] = []
    root, listener = logging.getLogger(), Listener(spoken)
    levels = {root: logging.DEBUG} | {logging.getLogger(name): logging.INFO for name in TALKATIVE}
    before = {logger: logger.level for logger in levels}
    root.addHandler(listener)
    try:
        for logger, level in levels.items():
            logger.setLevel(level)
        yield spoken
    finally:
        root.removeHandler(listener)
        for logger, level in before.items():
            logger.setLevel(level)
