"""Names in the reader's language, where a thing has one in each."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.translation import get_language

from core import problems

register = template.Library()


@register.filter
def named(thing: Any) -> str:
    """A city's or a field's name: the English one on an English page, if there is one."""
    english = (get_language() or "").startswith("en")
    name: str = (english and thing.name_en) or thing.name
    return name


@register.filter
def enumerated(words: Iterable[object]) -> str:
    """Several words in a row, parted as the reader's language parts them."""
    return problems.enumerated(str(one) for one in words)
