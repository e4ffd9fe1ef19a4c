"""The one shape of every error: application/problem+json (RFC 9457).

`code` is for programs and never changes; `title` and `detail` are in the caller's language;
the facts behind a refusal stand beside them. Views catch nothing: DRF hands every exception
to `handle`, and Django's own error pages answer API paths through `not_found` and friends.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views import defaults
from rest_framework import exceptions
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core import money
from core.clock import SHANGHAI
from core.envelope import current_request_id
from core.errors import CHALLENGE, NotFound, PermissionDenied, Refusal
from core.models import word

MEDIA_TYPE = "application/problem+json"
BUSY_RETRY_SECONDS = 1

# Python 3.13 calls these two otherwise; an answer is the same on every Python.
TITLES = {413: "Request Entity Too Large", 422: "Unprocessable Entity"}

# DRF's own codes, where the API promises another word.
_CODES = {"parse_error": "invalid", "method_not_allowed": "method_not_allowed"}


class FileRenderer(BaseRenderer):
    """Lets a client ask for a file. What it gets to render are refusals, which are JSON."""

    def render(self, data: Any, *context: Any, **more: Any) -> bytes:
        return json.dumps(data, ensure_ascii=False).encode()


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: a refusal or an APIException becomes a problem."""
    set_rollback()
    if isinstance(error, Http404):
        error = NotFound()
    elif isinstance(error, DjangoPermissionDenied):
        error = PermissionDenied()
    if isinstance(error, Refusal):
        headers = {}
        if error.status is HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = CHALLENGE
        if error.status is HTTPStatus.SERVICE_UNAVAILABLE:
            headers["Retry-After"] = str(BUSY_RETRY_SECONDS)
        return _response(refusal_body(error), headers=headers)
    if isinstance(error, exceptions.APIException):
        return _from_drf(error)
    return None


def refusal_body(error: Refusal) -> dict[str, Any]:
    """A refusal as the body of its problem; bids keep it to answer a repetition alike."""
    facts = {name: _plain(value) for name, value in error.facts.items()}
    detail = _(error.message).format(**{name: _told(value) for name, value in error.facts.items()})
    problem = body(error.status, error.code, detail)
    return {**problem, **facts, **problem}  # no fact takes the place of a member


def _told(value: Any) -> Any:
    """A fact as a sentence says it: words in the reader's language, times in Shanghai."""
    if isinstance(value, StrEnum):
        return str(word(value))
    if isinstance(value, str) and value:
        words = value.replace("_", " ")
        # Words of ours are letters alone; a code or a version is said as it is written.
        return _(words) if words.replace(" ", "").isalpha() else _(value)
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, list):
        return enumerated(str(_told(item)) for item in value)
    return _plain(value)


def enumerated(words: Iterable[str]) -> str:
    """Several words in a row, parted as the reader's language parts them."""
    return ("、" if (get_language() or "").startswith("zh") else ", ").join(words)


def body(status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    return {
        "type": f"/api/docs/errors#{code}",
        "title": _(TITLES.get(status, HTTPStatus(status).phrase)),
        "status": int(status),
        "code": code,
        "detail": detail,
        "request_id": current_request_id(),
        **more,
    }


def _from_drf(error: exceptions.APIException) -> Response:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    if isinstance(error, exceptions.ValidationError):
        problem = body(
            HTTPStatus.BAD_REQUEST,
            "invalid",
            _("The request has fields that are not valid."),
            errors=field_errors(error.get_full_details()),
        )
    else:
        code = str(getattr(error.detail, "code", error.default_code))
        problem = body(error.status_code, _CODES.get(code, code), str(error.detail))
    return _response(problem, headers=headers)


def field_errors(details: Any, path: str = "") -> list[dict[str, str]]:
    """DRF's nested messages as a flat list of {field, code, detail}."""
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        return [{"field": path, "code": str(details["code"]), "detail": str(details["message"])}]
    if isinstance(details, list):
        indexed = enumerate(details)
        leaf = all(isinstance(item, dict) and "message" in item for item in details)
        return [
            row
            for index, item in indexed
            for row in field_errors(item, path if leaf else _join(path, index))
        ]
    return [row for name, item in details.items() for row in field_errors(item, _join(path, name))]


def _join(path: str, name: str | int) -> str:
    return f"{path}.{name}" if path else str(name)


def _plain(value: Any) -> Any:
    """Facts as JSON without floats: a bare Decimal would become one."""
    if isinstance(value, Decimal):
        return money.text(value)
    if isinstance(value, (bool, int, list, tuple, dict)) or value is None:
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _response(problem: dict[str, Any], headers: dict[str, str]) -> Response:
    response = Response(problem, status=problem["status"], headers=headers)
    response.content_type = MEDIA_TYPE
    return response


def _page(request: HttpRequest, status: HTTPStatus, code: str, detail: str) -> JsonResponse:
    return JsonResponse(body(status, code, detail), status=status, content_type=MEDIA_TYPE)


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_api(request) and isinstance(exception, RequestDataTooBig):
        detail = _("The request body is too large.")
        return _page(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", detail)
    if is_api(request):
        return _page(request, HTTPStatus.BAD_REQUEST, "invalid", _("The request is not valid."))
    return defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_api(request):
        detail = _(PermissionDenied.message)
        return _page(request, HTTPStatus.FORBIDDEN, PermissionDenied.code, detail)
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_api(request):
        return _page(request, HTTPStatus.NOT_FOUND, NotFound.code, _(NotFound.message))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    if is_api(request):
        return JsonResponse(internal_error_body(), status=500, content_type=MEDIA_TYPE)
    return defaults.server_error(request)


def internal_error_body() -> dict[str, Any]:
    detail = _("Something went wrong here. Quote the request_id when you report it.")
    return body(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", detail)
