"""People around a park at the desk, and the keys and posts that their tests have in common."""

from typing import Any
from uuid import uuid4

from django.contrib.messages import get_messages
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import OrganizationKind, User
from tests.admin.conftest import step_url
from tests.conftest import make_member, make_organization

REASON = {"reason": "虚构的理由"}


def make_runner() -> User:
    """Somebody of an operator of enclave parks."""
    return make_member(make_organization(OrganizationKind.ENCLAVE_OPERATOR, city="310117"))


def bureau_of(city: str) -> User:
    return make_member(make_organization(OrganizationKind.PUBLIC_BODY, city=city))


def take(client: Client, row: Model, step: str, data: dict[str, Any] | None = None) -> str:
    """Take a step: "success", "error", "form" if the form refused, or the status."""
    answer = client.post(step_url(row, step), data or {})
    row.refresh_from_db()
    if answer.status_code != 302:
        return "form" if answer.status_code == 200 else str(answer.status_code)
    return str(last_message(answer).level_tag)


def told(client: Client, row: Model, step: str, data: dict[str, Any]) -> str:
    """What a refused step says."""
    return str(last_message(client.post(step_url(row, step), data)))


def last_message(answer: Any) -> Any:
    """Those before it are of earlier steps, whose pages nobody opened."""
    return list(get_messages(answer.wsgi_request))[-1]


def add(client: Client, name: str, data: dict[str, Any]) -> Any:
    """Send the form by which the desk adds a thing, with a key of its own."""
    return client.post(reverse(f"admin:{name}_add"), {"key": str(uuid4()), **data})
