"""The one shape of every error, in the caller's language, without floats and without HTML."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.db import IntegrityError
from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext
from rest_framework import exceptions, serializers

from auctions.rules.ascending import BidTooLow
from core import problems
from core.db import transaction
from core.errors import (
    Conflict,
    InvalidValue,
    NotFound,
    NotSignedIn,
    PermissionDenied,
    Refusal,
    all_refusals,
)
from core.models import Holiday
from core.serializers import Serializer

MEMBERS = {"type", "title", "status", "code", "detail", "request_id"}


class Odd(Refusal):
    code = "odd_for_tests"
    message = "{amount} is odd."


def test_a_refusal_is_a_problem_with_its_code_its_sentence_and_its_facts():
    with translation.override("en"):
        answer = problems.handle(BidTooLow(minimum=Decimal("1050.00")), {})
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert answer.data == {
        "type": "/api/docs/errors#bid_too_low",
        "title": "Unprocessable Entity",
        "status": 422,
        "code": "bid_too_low",
        "detail": "The bid must be at least 1050.00.",
        "request_id": "",
        "minimum": "1050.00",
    }


def test_a_fact_is_json_and_never_a_float():
    facts = {
        "amount": Decimal("1.10"),
        "at": datetime(2026, 3, 2, tzinfo=UTC),
        "many": [1, 2],
        "none": None,
        "yes": True,
        "kind": Odd,
    }
    answer = problems.handle(Odd(**facts), {})
    assert json.loads(json.dumps(answer.data))["amount"] == "1.10"
    assert answer.data["at"] == "2026-03-02T00:00:00+00:00"
    assert (answer.data["many"], answer.data["none"], answer.data["yes"]) == ([1, 2], None, True)
    assert isinstance(answer.data["kind"], str)


def test_a_fact_cannot_take_the_place_of_a_member():
    answer = problems.handle(Odd(amount=1, code="another", status=200, detail="", title=""), {})
    assert (answer.data["code"], answer.data["status"]) == ("odd_for_tests", 422)
    assert answer.data["detail"]


def test_a_code_among_the_facts_is_told_as_it_is_written():
    told = InvalidValue(what="ENGLISH-1/EXCHANGE_BIDDING-3")
    assert problems.handle(told, {}).data["detail"].startswith("ENGLISH-1/EXCHANGE_BIDDING-3 ")


def test_a_fact_the_sentence_needs_cannot_be_forgotten():
    with pytest.raises(KeyError, match="amount"):
        Odd(price=Decimal(1))


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Refusal(), 422, "refused"),
        (Conflict(), 409, "conflict"),
        (NotFound(), 404, "not_found"),
        (NotSignedIn(), 401, "not_authenticated"),
        (PermissionDenied(), 403, "permission_denied"),
        (InvalidValue(what="x"), 400, "invalid"),
        (Http404(), 404, "not_found"),
        (DjangoPermissionDenied(), 403, "permission_denied"),
        (exceptions.ParseError(), 400, "invalid"),
        (exceptions.AuthenticationFailed(), 401, "authentication_failed"),
        (exceptions.UnsupportedMediaType("x/y"), 415, "unsupported_media_type"),
        (exceptions.NotAcceptable(), 406, "not_acceptable"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.Throttled(wait=3), 429, "throttled"),
        (exceptions.ValidationError({"a": ["b"]}), 400, "invalid"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_each_error_has_its_status_and_its_code(error, status, code):
    answer = problems.handle(error, {})
    assert (answer.status_code, answer.data["code"]) == (status, code)
    assert set(answer.data) >= MEMBERS
    assert answer.data["status"] == status
    assert answer.content_type == "application/problem+json"


@pytest.mark.django_db
def test_what_somebody_else_wrote_at_the_same_moment_is_a_conflict():
    day = {"kind": "holiday", "name": "虚构", "source": "虚构"}
    Holiday.objects.create(date=date(2031, 10, 1), **day)
    with pytest.raises(IntegrityError) as twice, transaction():
        Holiday.objects.create(date=date(2031, 10, 1), **day)
    answer = problems.handle(twice.value, {})
    assert (answer.status_code, answer.data["code"]) == (409, "overtaken")
    with pytest.raises(IntegrityError) as wrong, transaction():
        Holiday.objects.create(**{**day, "kind": "working_day"}, date=date(2031, 10, 6))
    assert problems.handle(wrong.value, {}) is None, "our own mistake stays one"


def test_what_is_no_refusal_is_not_swallowed():
    assert problems.handle(ZeroDivisionError(), {}) is None


def test_slow_down_says_for_how_long():
    answer = problems.handle(exceptions.Throttled(wait=3.2), {})
    assert 3.2 <= int(answer.headers["Retry-After"]) <= 5


class _Inner(Serializer):
    name = serializers.CharField()


class _Outer(Serializer):
    title = serializers.CharField(max_length=2)
    rows = serializers.ListField(child=_Inner())
    one = _Inner()


def test_errors_of_nested_fields_are_a_flat_list_of_paths():
    form = _Outer(data={"title": "long", "rows": [{"name": "a"}, {}], "one": 5})
    with pytest.raises(serializers.ValidationError) as refused:
        form.is_valid(raise_exception=True)
    errors = problems.handle(refused.value, {}).data["errors"]
    assert [(error["field"], error["code"]) for error in errors] == [
        ("title", "max_length"),
        ("rows.1.name", "required"),
        ("one.non_field_errors", "invalid"),
    ]
    assert all(set(error) == {"field", "code", "detail"} for error in errors)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_the_sentence_is_in_the_callers_language(client, language):
    answer = client.get("/api/v1/me", headers={"Accept-Language": language})
    with translation.override(language):
        assert answer.json()["detail"] == gettext(NotSignedIn.message)
        assert answer.json()["title"] == gettext("Unauthorized")


@pytest.mark.django_db
def test_the_language_is_chinese_unless_the_caller_says_otherwise(client):
    silent, chinese = (
        client.get("/api/v1/me", headers=headers).json()["detail"]
        for headers in ({}, {"Accept-Language": "zh-CN,zh;q=0.9"})
    )
    with translation.override("zh-hans"):
        assert silent == chinese == gettext(NotSignedIn.message)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/lots/x", "/api", "/api/", "/api/v2"])
def test_an_unknown_address_of_the_api_is_a_problem_too(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    if path.startswith("/api/"):
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "not_found"


@pytest.mark.django_db
@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/png", "*/*;q=0", "///"])
def test_the_api_never_answers_in_html(client, accept):
    for path in ("/api/v1/cities", "/api/v1/nothing", "/api/v1/me", "/api/v1/oauth/token"):
        answer = client.get(path, headers={"Accept": accept})
        assert answer.status_code < 500
        assert answer.headers["Content-Type"].startswith("application/")


def test_our_own_failure_is_a_problem_that_tells_nothing(rf):
    answer = problems.server_error(rf.get("/api/v1/lots"))
    assert answer.status_code == 500
    assert json.loads(answer.content)["code"] == "internal_error"
    assert set(json.loads(answer.content)) == MEMBERS


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("handler", "status"),
    [(problems.bad_request, 400), (problems.forbidden, 403), (problems.not_found, 404)],
)
def test_a_page_for_people_stays_a_page(rf, handler, status):
    answer = handler(rf.get("/lots/1"), Exception("secret"))
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert b"secret" not in answer.content
    assert handler(rf.get("/api/v1/lots/1"), Exception()).status_code == status


def test_codes_are_words_and_statuses_are_those_of_the_contract():
    for refusal in all_refusals():
        assert refusal.code.replace("_", "").isalpha()
        assert refusal.code.islower()
        assert refusal.status in (
            400,
            401,
            403,
            404,
            405,
            408,
            409,
            410,
            413,
            415,
            422,
            429,
            501,
            503,
        )
