"""How every page is answered: as it is at one instant, and kept by nobody."""

from datetime import datetime
from typing import Any

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
