"""The dossier of an achievement as the desk corrects it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from core.history import history_of
from core.models import Event
from marketplace.models import Achievement
from tests.admin.conftest import World, page_url, step_url

Desk = Callable[..., Client]


def send(client: Client, row: Achievement, **data: str) -> Any:
    return client.post(step_url(row, "dossier"), {"reason": "虚构的依据", **data})


def levels(answer: Any) -> list[str]:
    return [message.level_tag for message in get_messages(answer.wsgi_request)]


def test_staff_corrects_the_dossier_and_the_owner_is_told(world: World, desk: Desk):
    row, client = world.submitted_achievement, desk(world.people["operator"])
    assert step_url(row, "dossier") in client.get(page_url(row)).content.decode()
    answer = send(
        client,
        row,
        legal_status="granted",
        next_fee_on="2026-12-01",
        is_service="yes",
        inventors="虚构发明人甲 | 60.00\n虚构发明人乙｜40.00",
        co_owners="虚构共有人 | 2026-02-01 | 虚构同意书1号",
        encumbrances="质押 | 虚构银行 | 2025-01-01",
    )
    assert levels(answer) == ["success"]
    row.refresh_from_db()
    assert (row.legal_status, row.is_service) == ("granted", True)
    assert [(one.name, str(one.share)) for one in row.inventors.all()] == [
        ("虚构发明人甲", "60.00"),
        ("虚构发明人乙", "40.00"),
    ]
    assert row.co_owners.get().consent == "虚构同意书1号"
    assert row.encumbrances.get().kind == "pledge"
    event = Event.objects.get(kind="achievement.dossier_corrected")
    assert (event.payload["reason"], event.actor_user) == ("虚构的依据", world.people["operator"])
    newest = history_of("achievement", row.pk).filter(part="").first()
    assert newest is not None
    assert newest.fields["legal_status"] == ["", "granted"]


def test_the_form_starts_from_what_is_there_and_changes_only_what_was_changed(
    world: World, desk: Desk
):
    row, client = world.submitted_achievement, desk(world.people["operator"])
    send(client, row, inventors="虚构发明人甲 | 100.00", programme="虚构计划")
    kept = row.inventors.get().pk
    page = client.get(step_url(row, "dossier")).content.decode()
    assert "虚构发明人甲 | 100.00" in page
    send(client, row, inventors="虚构发明人甲 | 100.00", programme="虚构计划", industry="C3985")
    assert row.inventors.get().pk == kept
    nothing = send(
        client, row, inventors="虚构发明人甲 | 100.00", programme="虚构计划", industry="C3985"
    )
    assert nothing.status_code == 200
    assert Event.objects.filter(kind="achievement.dossier_corrected").count() == 2


@pytest.mark.parametrize(
    "data",
    [
        {"inventors": "虚构 | 100.01"},
        {"inventors": "虚构 | 50.00 | 多余"},
        {"co_owners": "虚构 | 2026-02-01"},
        {"encumbrances": "质押 | 虚构银行 | 2025-01-01 | 2024-01-01"},
        {"encumbrances": "没有这种 | 虚构银行 | 2025-01-01"},
        {"encumbrances": " | "},
        {"legal_status": "none"},
        {"next_fee_on": "2026-13-01"},
        {"reason": " ", "industry": "C3985"},
    ],
)
def test_what_makes_no_sense_changes_nothing(world: World, desk: Desk, data: dict[str, str]):
    row = world.submitted_achievement
    assert send(desk(world.people["operator"]), row, **data).status_code == 200
    assert not Event.objects.filter(kind="achievement.dossier_corrected").exists()
    assert not row.inventors.exists()


def test_nobody_else_corrects_it_and_not_once_it_is_listed(world: World, desk: Desk):
    row = world.submitted_achievement
    assert send(desk(world.people["bureau"]), row, industry="C3985").status_code == 403
    Achievement.objects.filter(pk=row.pk).update(state="draft")
    answer = send(desk(world.people["operator"]), row, industry="C3985")
    assert levels(answer) == ["error"]
    row.refresh_from_db()
    assert row.industry == ""
