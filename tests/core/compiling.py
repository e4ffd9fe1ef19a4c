"""How long it takes to ask for one row of each model, by Django's compiler and by ours.

    DJANGO_SETTINGS_MODULE=config.settings_test python -m tests.core.compiling

Nothing is sent to a database; the best of five, in microseconds, the widest models first.
"""

import sys
from timeit import repeat
from typing import Any

import django
from django.apps import apps
from django.db import connection

TIMES = 200


def microseconds(compiler: Any, rows: Any) -> float:
    def ask() -> None:
        one = compiler(rows.query, connection, None)
        one.as_sql()
        one.get_converters([column for column, _, _ in one.select])

    return min(repeat(ask, number=TIMES, repeat=5)) / TIMES * 1e6


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> None:
    django.setup()
    from django.db.backends.postgresql.compiler import SQLCompiler as Djangos

    from core.postgresql.compiler import SQLCompiler as Ours

    models = sorted(apps.get_models(), key=lambda model: -len(model._meta.concrete_fields))
    say(f"{'columns':>7} {'Django':>7} {'ours':>7} {'ratio':>6}  model")
    for model in models[:20]:
        rows = model._base_manager.filter(pk=1)
        before, after = microseconds(Djangos, rows), microseconds(Ours, rows)
        columns = len(model._meta.concrete_fields)
        say(f"{columns:7} {before:7.0f} {after:7.0f} {after / before:6.2f}  {model._meta.label}")


if __name__ == "__main__":
    main()
