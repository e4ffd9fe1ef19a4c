"""A view of the desk asked by itself, with every check of its own: for walks over all of them.

Around it lies the middleware, which is the same around every view and does not ask what is wanted;
to go through it costs more than most answers. Pages come back undrawn, with what they would show
in `context_data`.
"""

from typing import Any
from urllib.parse import urlsplit

from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from django.urls import resolve

_REFUSALS = {PermissionDenied: 403, Http404: 404, BadRequest: 400, SuspiciousOperation: 400}


def knock(
    person: Any,
    address: str,
    data: dict[str, str] | None = None,
    *,
    method: str = "GET",
    needs_token: bool = False,
) -> HttpResponseBase:
    """What the view answers `person`; a form comes as if with its token, or needs one."""
    request: Any = getattr(RequestFactory(), method.lower())(address, data)
    request.user = person
    request.resolver_match = match = resolve(urlsplit(address).path)
    request._messages = CookieStorage(request)
    request._dont_enforce_csrf_checks = not needs_token
    try:
        answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    except tuple(_REFUSALS) as refusal:
        status = next(code for kind, code in _REFUSALS.items() if isinstance(refusal, kind))
        return HttpResponse(status=status)
    return answer
