"""How every page is answered: as it is at one instant, kept by nobody; long lists in parts."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.envelope import stamp


def page(
    request: HttpRequest, template: str, now: datetime, *, status: int = 200, **context: Any
) -> HttpResponse:
    """A page as it is at `now`; a copy of it would show an old price and an old clock."""
    response = render(request, template, context, status=status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Server-Time"] = stamp(now)
    return response


def one_page(
    request: HttpRequest, rows: QuerySet[Any], at_most: int, **kept: str
) -> dict[str, Any]:
    """One page of rows, the newest first, and where the next one is; `kept` goes along there."""
    before = request.GET.get("before", "")
    is_older = before.isascii() and before.isdigit() and len(before) < 18
    found = list((rows.filter(pk__lt=int(before)) if is_older else rows)[: at_most + 1])
    shown, said = found[:at_most], {name: value for name, value in kept.items() if value}
    more = len(found) > at_most
    return {
        "shown": shown,
        "newest": f"?{urlencode(said)}" if is_older else "",
        "older": f"?{urlencode({**said, 'before': shown[-1].pk})}" if more else "",
    }
