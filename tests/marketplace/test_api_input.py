"""Bad input of every kind: a 4xx that names the fault, and nothing stored."""

import json
from typing import Any

import pytest

from marketplace.lifecycle import NeedState, ResponseState
from marketplace.models import Achievement, Need, NeedIndicator, Response
from tests.marketplace.conftest import make_need
from tests.marketplace.requests import (
    ACHIEVEMENT,
    INDICATOR,
    NEED,
    RESPONSE,
    V1,
    keyed,
    refused,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ODD = [
    None, True, 0, -1, 1.5, 10**30, "", " ", "x" * 6000, "\x00", "\ud800", "NaN", "1e5",
    "１２.００", "-1.00", "1.001", "0.00", [], {}, [[]], [None], {"a": "b"}, "2026-02-30",
    "2026-2-3", "２026-02-03", "0001-01-01", "9999-12-31", "{braces}", "%s", "'; --",
]  # fmt: skip


def sent(method: Any, address: str, body: Any) -> Any:
    """Escaped JSON, which can say what no UTF-8 body can: half a character."""
    return method(address, json.dumps(body), content_type="application/json", **keyed())


def stored() -> int:
    return sum(model.objects.count() for model in (Need, Achievement, Response))


FIELDS = [
    *(("needs", NEED, field) for field in (*NEED, "city", "state", "id")),
    *(("achievements", ACHIEVEMENT, field) for field in (*ACHIEVEMENT, "maturity_scale", "owner")),
    *(("responses", RESPONSE, field) for field in (*RESPONSE, "achievement", "deal")),
]


@pytest.mark.parametrize(
    ("path", "body", "field"), FIELDS, ids=lambda it: it if isinstance(it, str) else ""
)
def test_no_odd_value_causes_a_5xx_or_leaves_anything_behind(
    path, body, field, api, enterprise, seller
):
    need = make_need(seller, indicators=0)
    address = f"{V1}/needs/{need.pk}/responses" if path == "responses" else f"{V1}/{path}"
    client = api(enterprise)
    before, accepted = stored(), 0
    for value in ODD:
        answer = sent(client.post, address, {**body, field: value})
        assert answer.status_code in {201, 400, 422}, value
        if answer.status_code == 201:
            accepted += 1
            # The next value answers the same need again.
            Response.objects.update(state=ResponseState.WITHDRAWN)
        else:
            assert answer["Content-Type"] == "application/problem+json"
    assert stored() == before + accepted


@pytest.mark.parametrize("field", ["name", "operator", "target", "unit", "test_method", "other"])
def test_no_odd_indicator_causes_a_5xx_or_leaves_anything_behind(field, api, enterprise):
    client = api(enterprise)
    draft = make_need(enterprise, NeedState.DRAFT)
    for value in ODD:
        odd = {**NEED, "indicators": [INDICATOR, {**INDICATOR, field: value}]}
        before = NeedIndicator.objects.count()
        for answer in (
            sent(client.post, f"{V1}/needs", odd),
            sent(client.patch, f"{V1}/needs/{draft.pk}", {"indicators": odd["indicators"]}),
        ):
            assert answer.status_code in {200, 201, 400}, value
            if answer.status_code == 400:
                assert NeedIndicator.objects.count() == before


@pytest.mark.parametrize(
    ("indicators", "field"),
    [
        ([{"operator": "ge", "target": "1"}], "indicators.0.name"),
        ([INDICATOR, {**INDICATOR, "target": 1200}], "indicators.1.target"),
        ([{**INDICATOR, "target": "1234567890123"}], "indicators.0.target"),
        ([{**INDICATOR, "target": "0.1234567"}], "indicators.0.target"),
        ([{**INDICATOR, "operator": "gt"}], "indicators.0.operator"),
        ([{**INDICATOR, "weight": 1}], "indicators.0.weight"),
        ([INDICATOR] * 51, "indicators"),
        ("all", "indicators"),
        (None, "indicators"),
    ],
)
@pytest.mark.parametrize("method", ["post", "patch"])
def test_a_bad_indicator_is_named(method, indicators, field, api, enterprise):
    draft = make_need(enterprise, NeedState.DRAFT)
    if method == "post":
        answer = api(enterprise).post(f"{V1}/needs", {**NEED, "indicators": indicators})
    else:
        answer = api(enterprise).patch(f"{V1}/needs/{draft.pk}", {"indicators": indicators})
    assert [error["field"] for error in refused(answer, 400, "invalid")["errors"]] == [field]
    assert NeedIndicator.objects.count() == 1


def test_fifty_indicators_are_accepted(api, enterprise):
    answer = api(enterprise).post(f"{V1}/needs", {**NEED, "indicators": [INDICATOR] * 50})
    assert len(answer.json()["indicators"]) == 50


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("needs", {}, {"title", "field"}),
        ("needs", {**NEED, "state": "published", "code": "N1"}, {"state", "code"}),
        ("achievements", {}, {"title", "field", "maturity_level", "ip_kind"}),
        ("achievements", {**ACHIEVEMENT, "maturity_level": "6"}, {"maturity_level"}),
        ("achievements", {**ACHIEVEMENT, "maturity_scale": "trl"}, {"maturity_scale"}),
        ("responses", {}, {"approach", "price", "months"}),
        ("responses", {**RESPONSE, "price": 2800000}, {"price"}),
        ("responses", {**RESPONSE, "months": 0}, {"months"}),
        ("responses", {**RESPONSE, "months": 601}, {"months"}),
    ],
)
def test_bad_fields_are_named(path, body, fields, api, enterprise, seller):
    need = make_need(seller)
    address = f"{V1}/needs/{need.pk}/responses" if path == "responses" else f"{V1}/{path}"
    problem = refused(api(enterprise).post(address, body, **keyed()), 400, "invalid")
    assert {error["field"] for error in problem["errors"]} == fields


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff", b'{"title": NaN}', b'{"a":1,"a":1}'])
@pytest.mark.parametrize("path", ["needs", "achievements"])
def test_a_body_that_is_no_object_is_400(raw, path, api, enterprise):
    answer = api(enterprise).post(f"{V1}/{path}", raw, content_type="application/json")
    refused(answer, 400, "invalid")


def test_a_form_is_not_json(api, enterprise):
    answer = api(enterprise).post(f"{V1}/needs", {"title": "x"}, format="multipart")
    assert answer.status_code == 415
