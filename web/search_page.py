"""GET /search: the page on which people look for needs, achievements, lots and parks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe
from rest_framework.exceptions import ParseError

from accounts.queries import cities
from accounts.requests import actor_of
from core import clock
from core.errors import InvalidValue
from marketplace.queries import technology_fields
from marketplace.reasons import band_name
from marketplace.rules.achievements import MaturityBand
from search.models import Document, Kind
from search.queries import FACETS, Found
from search.rules.cursors import Cursor
from search.rules.snippets import Places, marked, snippet
from web import texts
from web.finding import Question, read_question, search
from web.pages import page
from web.templatetags.names import named

# The page that shows a thing of a kind.
_PAGES = {
    Kind.NEED: "need",
    Kind.ACHIEVEMENT: "achievement",
    Kind.LOT: "lot",
    Kind.ENCLAVE: "enclave",
}
_SNIPPET = 160
_EXAMPLES = ("锂电池回收", "耐高温涂层", "激光雷达", "骨修复", "碳化硅")
Labels = Mapping[str, Mapping[str, str]]


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """GET /search?q=: what was found, how many by each filter, and what to do if it is nothing."""
    now = clock.now()
    try:
        question = read_question(request.GET)
    except (InvalidValue, ParseError):
        # A page has no other way to answer it than to ask again.
        return page(request, "web/search.html", now, status=400, unreadable=True)
    found, names = search(actor_of(request), question), labels()
    return page(
        request,
        "web/search.html",
        now,
        question=question.text,
        examples=_EXAMPLES,
        kept=question.only,
        hits=[_hit(document, *found.hits_in(document), names) for document in found.documents],
        found=found,
        facets=list(_facets(found, question, names)),
        everywhere=_address(question.text),
        next=_turned(question, found.next),
        previous=_turned(question, found.previous),
    )


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing as the page shows it; `title` and `snippet` are escaped but for <em>."""

    document: Document
    title: SafeString
    snippet: SafeString
    facts: tuple[str, ...]
    kind: str
    address: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter: how many it leaves, and where choosing or dropping it leads."""

    label: str
    count: int
    address: str
    is_chosen: bool


def _hit(document: Document, in_title: Places, in_text: Places, labels: Labels) -> Hit:
    values = ((name, getattr(document, name)) for name in ("field", "city", "maturity"))
    return Hit(
        document,
        # Written by `search.rules.snippets`, which escapes everything but its own <em>.
        title=mark_safe(marked(document.title, in_title)),  # noqa: S308
        snippet=mark_safe(snippet(document.shown, in_text, length=_SNIPPET)),  # noqa: S308
        facts=tuple(labels[name].get(value, value) for name, value in values if value),
        kind=labels["kind"][document.kind],
        address=address_of(document),
    )


def address_of(document: Document) -> str:
    """The page that shows the thing; none, if its kind has no pages."""
    return reverse(_PAGES[Kind(document.kind)], args=[document.object_id])


def _facets(
    found: Found, question: Question, labels: Labels
) -> Iterator[tuple[str, str, list[Choice]]]:
    """Each filter with its name and its values, the most frequent first."""
    names = texts.search_filters()
    for name in FACETS:
        counts = dict(found.facets.get(name, {}))
        if chosen := question.only.get(name):
            counts.setdefault(chosen, 0)
        ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        choices = [_choice(name, value, count, question, labels) for value, count in ordered]
        if choices:
            yield name, names[name], choices


def _choice(name: str, value: str, count: int, question: Question, labels: Labels) -> Choice:
    is_chosen = question.only.get(name) == value
    kept = {key: other for key, other in question.only.items() if key != name}
    address = _address(question.text, kept if is_chosen else {**kept, name: value})
    return Choice(labels[name].get(value, value), count, address, is_chosen)


def labels() -> Labels:
    """What the values of the filters are called, in the reader's language."""
    return {
        "kind": {kind.value: str(kind.label) for kind in Kind},
        "city": {each.code: named(each) for each in cities()},
        "field": {each.code: named(each) for each in technology_fields()},
        "maturity": {band.value: band_name(band) for band in MaturityBand},
    }


def _turned(question: Question, cursor: Cursor | None) -> str:
    """Where the page before or after this one is; nowhere, if there is none."""
    return _address(question.text, question.only, cursor=cursor.text()) if cursor else ""


def _address(text: str, only: Mapping[str, str] | None = None, **more: Any) -> str:
    return f"{reverse('search')}?{urlencode({'q': text, **(only or {}), **more})}"
