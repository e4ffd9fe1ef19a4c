"""Reads the environment, and says which variable is missing or malformed and what it looks like."""

import os
import sys
from typing import NoReturn
from urllib.parse import urlsplit

import environ

_env = environ.Env()


def _stop(name: str, problem: str, example: str) -> NoReturn:
    sys.exit(f"{name} {problem}. Set it like this:  {name}={example}")


def text(name: str, *, example: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None:
        _stop(name, "is not set", example)
    return value


def flag(name: str, *, default: bool) -> bool:
    value = os.environ.get(name, str(default)).strip().lower()
    if value not in {"true", "false", "1", "0"}:
        _stop(name, f"is {value!r}, which is neither true nor false", "true")
    return value in {"true", "1"}


def words(name: str, *, default: str) -> list[str]:
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def database() -> dict[str, object]:
    """DATABASE_URL as Django's settings; unix sockets included."""
    example = "postgresql://user:password@localhost:5432/marketplace"
    url = text("DATABASE_URL", example=example)
    if urlsplit(url).scheme not in {"postgres", "postgresql"}:
        _stop("DATABASE_URL", "is not a PostgreSQL address", example)
    try:
        return dict(_env.db_url_config(url))
    except (ValueError, environ.ImproperlyConfigured) as error:
        _stop("DATABASE_URL", f"cannot be read ({error})", example)
