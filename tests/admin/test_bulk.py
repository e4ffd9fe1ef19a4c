"""Approving several registrations at once: Django's own POST action, one message for each."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.db.models import Model
from django.test import Client

from accounts.desk import batch
from tests.admin.conftest import World, list_url
from tests.admin.test_steps import put, state, stored
from tests.factories import apply

Desk = Callable[..., Client]


def _approve(client: Client, rows: list[Model]) -> Any:
    data = {"action": "approve_selected", "index": "0", "_selected_action": [r.pk for r in rows]}
    return client.post(list_url(rows[0]), data)


def test_a_bulk_step_tells_of_each_row_and_one_refusal_stops_nobody(world: World, desk: Desk):
    complete = world.applied
    put(complete, state("qualified"))
    complete.deposit_movements.create(
        kind="held", amount="100.00", reference="x", at=world.upcoming_lot.created_at
    )
    unpaid = apply(world.upcoming_lot, world.people["rival"])

    answer = _approve(desk(world.people["operator"]), [complete, unpaid])

    levels = sorted(message.level_tag for message in get_messages(answer.wsgi_request))
    assert levels == ["error", "success"]
    complete.refresh_from_db()
    unpaid.refresh_from_db()
    assert (complete.state, unpaid.state) == ("eligible", "applied")
    assert complete.paddle not in " ".join(map(str, get_messages(answer.wsgi_request)))
    entry = LogEntry.objects.get()
    assert complete.paddle not in entry.object_repr


def test_a_bulk_step_needs_the_token_and_the_role(world: World, desk: Desk):
    row = world.applied
    put(row, state("qualified"))
    before = stored(row)
    operator = desk(world.people["operator"], enforce_csrf_checks=True)
    assert _approve(operator, [row]).status_code == 403
    assert _approve(desk(world.people["cadre"]), [row]).status_code == 403
    assert stored(row) == before


def test_too_many_at_once_are_not_begun(world: World, desk: Desk, monkeypatch: Any):
    monkeypatch.setattr(batch, "AT_ONCE", 1)
    rows = [world.applied, apply(world.upcoming_lot, world.people["rival"])]
    put(rows[0], state("qualified"))
    before = [stored(row) for row in rows]
    answer = _approve(desk(world.people["operator"]), rows)
    assert [message.level_tag for message in get_messages(answer.wsgi_request)] == ["warning"]
    assert [stored(row) for row in rows] == before
