"""Data for machines inside of a page."""

from typing import Any

from django import template
from django.utils.html import json_script
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def as_linked_data(data: dict[str, Any]) -> SafeString:
    """A block of JSON-LD, escaped as Django escapes JSON in a page."""
    block = json_script(data).replace("application/json", "application/ld+json", 1)
    return mark_safe(block)  # noqa: S308
