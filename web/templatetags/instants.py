"""Instants as people read them: Shanghai's, to the second or to the millisecond."""

from datetime import datetime

from django import template

from core.clock import SHANGHAI

register = template.Library()


@register.filter
def to_second(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


@register.filter
def day(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d")


@register.filter
def to_millisecond(instant: datetime) -> str:
    """The time of day. Cut, not rounded: a bid must not seem to be of the next second."""
    return instant.astimezone(SHANGHAI).isoformat(timespec="milliseconds")[11:23]


@register.filter
def to_minute(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
