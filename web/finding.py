"""One search over everything a reader may see: what is asked, of whom, and how it is shown.

Composed here because it reaches over apps that do not know each other; each says by its own query
who sees its things.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.queries import city_by_code
from auctions.queries import lots_visible_to
from core.errors import InvalidValue
from core.parsing import check_text
from enclaves.queries import parks_visible_to
from marketplace.queries import achievements_visible_to, needs_visible_to, technology_field
from marketplace.rules.achievements import MaturityBand
from search.models import Kind
from search.queries import FACETS, Found, Way, find
from search.rules.cursors import Cursor, read_cursor

LONGEST_QUESTION = 200
LIMIT, HIGHEST_LIMIT = 20, 100
_SOURCES = {
    Kind.NEED: ("needs:read", needs_visible_to),
    Kind.ACHIEVEMENT: ("achievements:read", achievements_visible_to),
    Kind.LOT: ("lots:read", lots_visible_to),
    Kind.ENCLAVE: ("enclaves:read", parks_visible_to),
}
_WAYS = frozenset(Way)


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for. An empty question finds nothing."""

    text: str
    only: Mapping[str, str]
    limit: int = LIMIT
    cursor: Cursor | None = None


def visible_to(actor: Actor) -> dict[Kind, QuerySet[Any]]:
    """What the reader may see; a partner system only what its token reaches."""
    return {
        kind: things(actor)
        for kind, (scope, things) in _SOURCES.items()
        if actor.scopes is None or scope in actor.scopes
    }


def read_question(parameters: Mapping[str, str]) -> Question:
    """The question of a query string; a value that makes no sense is a 400."""
    text = parameters.get("q", "").strip()
    check_text(text)
    if len(text) > LONGEST_QUESTION:
        raise InvalidValue(what="q")
    only = {name: parameters[name] for name in FACETS if parameters.get(name)}
    check_only(only)
    cursor = parameters.get("cursor")
    return Question(
        text=text,
        only=only,
        limit=_limit(parameters.get("limit")),
        cursor=None if cursor is None else read_cursor(cursor, _WAYS),
    )


def check_only(only: Mapping[str, str]) -> None:
    """Refuse a filter whose value names nothing."""
    for value in only.values():
        check_text(value)
    if only.get("kind", Kind.NEED) not in Kind.values:
        raise InvalidValue(what="kind")
    if only.get("maturity", MaturityBand.PILOT) not in frozenset(MaturityBand):
        raise InvalidValue(what="maturity")
    if "city" in only:
        city_by_code(only["city"])
    if "field" in only:
        technology_field(only["field"])


def _limit(text: str | None) -> int:
    if text is None:
        return LIMIT
    whole = text.isascii() and text.isdigit() and len(text) < 4 and not text.startswith("0")
    if not whole or int(text) > HIGHEST_LIMIT:
        raise InvalidValue(what="limit")
    return int(text)


def search(actor: Actor, question: Question) -> Found:
    """What the reader finds: a few statements, whatever the question."""
    if not question.text:
        return Found()
    return find(
        question.text,
        visible_to(actor),
        only=question.only,
        limit=question.limit,
        cursor=question.cursor,
    )
