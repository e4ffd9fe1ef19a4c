"""Bad input of every kind: a 4xx that names the fault, and nothing stored."""

import pytest

from marketplace.lifecycle import NeedState
from marketplace.models import NeedIndicator
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
