"""Queues by city, and steps taken with several files at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from marketplace.lifecycle import AchievementState, NeedState
from marketplace.models import Achievement, Need
from tests.admin.conftest import START, World, list_url
from tests.conftest import OrganizationKind, make_member, make_organization
from tests.factories import make_achievement
from tests.marketplace.conftest import make_need

Desk = Callable[..., Client]
QUEUES = "admin:marketplace_need_queues"


def batch(client: Client, rows: list[Any], step: str, **data: str) -> Any:
    return client.post(
        list_url(rows[0]),
        {"action": f"{step}_selected", "_selected_action": [row.pk for row in rows], **data},
    )


def levels(answer: Any) -> list[str]:
    return sorted(message.level_tag for message in get_messages(answer.wsgi_request))


@pytest.fixture
def submitted(world: World) -> list[Need]:
    poster = world.people["enterprise"]
    return [make_need(poster, NeedState.SUBMITTED) for _ in range(2)]


def test_several_are_endorsed_at_once_after_a_page_that_changes_nothing(
    world: World, desk: Desk, submitted: list[Need]
):
    client = desk(world.people["bureau"])
    page = batch(client, submitted, "endorse")
    assert page.status_code == 200
    assert all(need.code in page.content.decode() for need in submitted)
    assert LogEntry.objects.count() == 0
    answer = batch(client, submitted, "endorse", confirmed="1")
    assert (answer.status_code, levels(answer)) == (302, ["success", "success"])
    assert {one.state for one in Need.objects.filter(pk__in=[n.pk for n in submitted])} == {
        NeedState.ENDORSED
    }
    assert LogEntry.objects.count() == 2


def test_each_refusal_of_a_batch_is_told_and_stops_nobody(
    world: World, desk: Desk, submitted: list[Need]
):
    cadre, rows = desk(world.people["cadre"]), [world.endorsed_need, submitted[0]]
    Need.objects.filter(pk=rows[0].pk).update(deadline="2026-12-31")
    assert "desk-label-bad" in batch(cadre, rows, "publish").content.decode()
    answer = batch(cadre, rows, "publish", confirmed="1")
    assert levels(answer) == ["error", "success"]
    submitted[0].refresh_from_db()
    assert submitted[0].state == NeedState.SUBMITTED


def test_a_batch_is_returned_with_a_reason_or_not_at_all(
    world: World, desk: Desk, submitted: list[Need]
):
    client = desk(world.people["bureau"])
    assert batch(client, submitted, "return", confirmed="1").status_code == 200
    assert Need.objects.filter(state=NeedState.RETURNED).count() == 0
    answer = batch(client, submitted, "return", confirmed="1", reason="虚构的理由")
    assert levels(answer) == ["success", "success"]
    assert set(Need.objects.filter(state="returned").values_list("state_reason", flat=True)) == {
        "虚构的理由"
    }


def test_a_batch_needs_the_role_the_token_and_the_own_city(
    world: World, desk: Desk, submitted: list[Need]
):
    before = list(Need.objects.order_by("pk").values_list())
    operator = desk(world.people["operator"])  # endorses nothing
    assert "endorse_selected" not in operator.get(list_url(submitted[0])).content.decode()
    batch(operator, submitted, "endorse", confirmed="1")
    far = make_member(make_organization(OrganizationKind.PUBLIC_BODY, city="320500"))
    batch(desk(far), submitted, "endorse", confirmed="1")
    strict = desk(world.people["bureau"], enforce_csrf_checks=True)
    assert batch(strict, submitted, "endorse", confirmed="1").status_code == 403
    assert list(Need.objects.order_by("pk").values_list()) == before


def test_achievements_are_approved_and_published_in_batches(world: World, desk: Desk):
    rows = [make_achievement(world.people["seller"], AchievementState.SUBMITTED) for _ in range(2)]
    for step in ("approve", "publish"):
        client = desk(world.people["operator"])  # without the words about the step before
        assert levels(batch(client, rows, step, confirmed="1")) == ["success", "success"]
    wanted = Achievement.objects.filter(pk__in=[row.pk for row in rows])
    assert {one.state for one in wanted} == {AchievementState.PUBLISHED}


def test_the_queues_count_by_city_with_the_colour_of_the_clock(
    world: World, desk: Desk, submitted: list[Need], django_assert_max_num_queries: Any
):
    Need.objects.filter(pk=submitted[0].pk).update(
        review_soon_at=START - timedelta(days=2), review_due_at=START - timedelta(days=1)
    )
    Need.objects.filter(pk=submitted[1].pk).update(
        review_soon_at=START - timedelta(days=1), review_due_at=START + timedelta(days=1)
    )
    client = desk(world.people["cadre"])
    with django_assert_max_num_queries(14):
        told = client.get(reverse(QUEUES)).content.decode()
    assert "杭州" in told
    assert "desk-label-bad" in told
    assert "desk-label-waiting" in told
    assert "state__exact=submitted&amp;city__id__exact=" in told
    assert reverse(QUEUES) in client.get(reverse("admin:index")).content.decode()


def test_a_bureaus_queues_are_those_of_its_own_city(
    world: World, desk: Desk, submitted: list[Need]
):
    assert "杭州" in desk(world.people["bureau"]).get(reverse(QUEUES)).content.decode()
    far = make_member(make_organization(OrganizationKind.PUBLIC_BODY, city="320500"))
    assert "杭州" not in desk(far).get(reverse(QUEUES)).content.decode()
    assert desk(world.people["root"]).get(reverse(QUEUES)).status_code == 403
