"""How long it takes until a serializer has its fields, made anew by DRF and copied by ours.

    DJANGO_SETTINGS_MODULE=config.settings_test python -m tests.core.copying

The best of five, in microseconds, those with most fields first; nothing is told or taken. That
DRF's way also has Python forget what it knew of all fields' classes is not in it.
"""

import sys
from timeit import repeat
from typing import Any

import django

TIMES = 200


def below(one: type[Any]) -> set[type[Any]]:
    """All that derives from it, at any remove, and itself."""
    return {one}.union(*map(below, one.__subclasses__()))


def main() -> None:
    django.setup()
    from django.urls import get_resolver
    from rest_framework import serializers

    from core.serializers import Serializer

    get_resolver().url_patterns  # noqa: B018  # it loads all views

    def microseconds(make: Any, one: Any) -> float:
        return min(repeat(lambda: make(one), number=TIMES, repeat=5)) / TIMES * 1e6

    found = sorted(below(Serializer), key=lambda each: -len(each._declared_fields))
    sys.stdout.write(f"{'fields':>6} {'DRF':>6} {'ours':>6} {'ratio':>6}  serializer\n")
    for each in found[:20]:
        before = microseconds(serializers.Serializer.get_fields, each())  # noqa: TID251
        after = microseconds(Serializer.get_fields, each())
        told = f"{len(each._declared_fields):6} {before:6.0f} {after:6.0f} {after / before:6.2f}"
        sys.stdout.write(f"{told}  {each.__module__}.{each.__qualname__}\n")


if __name__ == "__main__":
    main()
