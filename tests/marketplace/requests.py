"""What the tests of the API send, and how they read a refusal."""

from typing import Any
from uuid import uuid4

from django.contrib.auth.models import AnonymousUser
from rest_framework.test import APIClient

from accounts.actors import Actor
from tests.conftest import organization_of

V1 = "/api/v1"
INDICATOR = {"name": "耐温", "operator": "ge", "target": "1200.50"}
NEED = {
    "title": "耐高温涂层",
    "summary": "1200 ℃ 以上长期使用",
    "field": "NM",
    "budget": "3200000.00",
    "deadline": "2026-12-31",
    "indicators": [{**INDICATOR, "unit": "℃", "test_method": "GB/T 1735"}],
}
RESPONSE = {"approach": "溶胶凝胶法", "price": "2800000.00", "months": 9}
ACHIEVEMENT = {
    "title": "陶瓷前驱体",
    "field": "NM",
    "maturity_level": 6,
    "ip_kind": "invention",
    "ip_number": "ZL201580003807.3",
}


def keyed() -> dict[str, str]:
    return {"HTTP_IDEMPOTENCY_KEY": str(uuid4())}


def refused(answer: Any, status: int, code: str, case: Any = None) -> dict[str, Any]:
    """The answer is a problem of this status and code; its body. A failure names the case."""
    assert answer.status_code == status, (case, answer.content)
    assert answer["Content-Type"] == "application/problem+json", case
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code), case
    return body


def partner(user: Any, *scopes: str) -> APIClient:
    """A partner system of the user's organization, with a token of these scopes."""
    own = frozenset([organization_of(user).pk])
    client = APIClient()
    client.default_format = "json"
    actor = Actor(client_id="partner", sees=own, acts_for=own, scopes=frozenset(scopes))
    client.force_authenticate(AnonymousUser(), token=actor)
    return client
