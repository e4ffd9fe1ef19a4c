"""Names in the reader's language, where a thing has one in each."""

from typing import Any

from django import template
from django.utils.translation import get_language

register = template.Library()


@register.filter
def named(thing: Any) -> str:
    """A city's or a field's name: the English one on an English page, if there is one."""
    english = (get_language() or "").startswith("en")
    name: str = (english and thing.name_en) or thing.name
    return name
