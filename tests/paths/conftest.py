"""Walking a path through HTTP: one function for a request, one for what was recorded."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from config.celery import app
from core.models import Event
from notifications.audience import AUDIENCES

Say = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def _tasks_run_inline() -> None:
    app.set_current()


def signed_in(person: User | None) -> APIClient:
    client = APIClient()
    if person is not None:
        client.force_login(person)
    return client


@pytest.fixture
def say(clock: Any) -> Say:
    """`say(bidder, 201, "lots/7/bids", amount="1000.00")`: a POST and its answer's body."""

    def post(person: User, status: int, path: str, **body: Any) -> dict[str, Any]:
        client = signed_in(person)
        headers = {"Idempotency-Key": str(uuid4())}
        answer = client.post(f"/api/v1/{path}", body, format="json", headers=headers)
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    return post


@pytest.fixture
def change(clock: Any) -> Callable[..., dict[str, Any]]:
    """`change(enterprise, "needs/7", budget="5.00")`: a PATCH and its answer's body."""

    def patch(person: User, path: str, **body: Any) -> dict[str, Any]:
        answer = signed_in(person).patch(f"/api/v1/{path}", body, format="json")
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    return patch


@pytest.fixture
def read(clock: Any) -> Callable[..., Any]:
    """`read(bidder, "lots/7")`: a GET and its answer's body; `read(None, …)` as anybody."""

    def get(person: User | None, path: str) -> Any:
        answer = signed_in(person).get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    return get


def told(topic: str) -> list[str]:
    return list(Event.objects.filter(topic=topic).order_by("seq").values_list("kind", flat=True))


def every_event_is_in_the_table_of_audiences() -> bool:
    """Each recorded kind has its audience, and its payload is what that table promises."""
    for event in Event.objects.all():
        promised = set(AUDIENCES[event.kind].payload)
        assert set(event.payload) == promised, f"{event.kind}: {set(event.payload) ^ promised}"
    seqs: dict[str, list[int]] = {}
    for topic, seq in Event.objects.order_by("id").values_list("topic", "seq"):
        seqs.setdefault(topic, []).append(seq)
    assert all(found == list(range(1, len(found) + 1)) for found in seqs.values())
    return True
