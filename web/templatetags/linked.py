"""Data for machines inside of a page, and links to where something is from."""

import re
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_ADDRESS = re.compile(r"(https?://[!-~]+)")


@register.filter
def as_linked_data(data: dict[str, Any]) -> SafeString:
    """A block of JSON-LD, escaped as Django escapes JSON in a page."""
    block = json_script(data).replace("application/json", "application/ld+json", 1)
    return mark_safe(block)  # noqa: S308


@register.filter
def sourced(source: str) -> SafeString:
    """A source with its address as a link, up to where Chinese words follow."""
    parts = enumerate(_ADDRESS.split(source))  # every second one is an address
    return format_html_join("", "{}", ((_link(one) if place % 2 else one,) for place, one in parts))


def _link(address: str) -> SafeString:
    return format_html('<a href="{}" rel="nofollow noopener">{}</a>', address, address)
