"""Rights of priority at the desk: entered, told to the holder, struck."""

from collections.abc import Callable
from uuid import uuid4

from django.test import Client

from accounts.models import User
from auctions.models import PriorityRight
from tests.admin.conftest import World, list_url, page_url, step_url
from tests.conftest import organization_of

Desk = Callable[..., Client]
TOLD = {"notified_at": "2026-03-01T09:00:00", "way": "served", "reference": "虚构回执7号"}


def enter(world: World, client: Client, **changes: str) -> PriorityRight:
    form = {
        "lot": str(world.draft_lot.pk),
        "holder": str(organization_of(world.people["bidder"]).pk),
        "basis": "co_owner",
        "rank": "2",
        "evidence": "虚构登记",
        "key": str(uuid4()),
        **changes,
    }
    add = list_url(PriorityRight) + "add/"
    first, second = client.post(add, form), client.post(add, form)
    right = PriorityRight.objects.latest("pk")
    assert first.url == second.url == page_url(right)
    again = client.post(add, {**form, "key": str(uuid4())})
    assert again.context["form"].errors
    return right


def test_an_operator_enters_a_right_once_and_then_that_its_holder_was_told(
    world: World, desk: Desk, operator: User, cadre: User
):
    client = desk(operator, headers={"Accept-Language": "en"})
    right = enter(world, client)
    page = client.get(page_url(right)).content.decode()
    assert "民法典第305条" in page
    assert step_url(right, "tell") in page
    assert step_url(right, "tell") not in desk(cadre).get(page_url(right)).content.decode()
    assert desk(cadre).post(step_url(right, "tell"), TOLD).status_code == 403

    assert client.get(step_url(right, "tell")).status_code == 200
    client.post(step_url(right, "tell"), TOLD)
    right.refresh_from_db()
    assert (right.reference, right.notified_by) == ("虚构回执7号", operator)
    assert step_url(right, "tell") not in client.get(page_url(right)).content.decode()


def test_a_right_is_struck_for_a_reason_before_the_notice_alone(
    world: World, desk: Desk, operator: User
):
    client = desk(operator)
    right = enter(world, client)
    client.post(step_url(right, "end"), {"reason": "虚构误登"})
    right.refresh_from_db()
    assert (right.end_reason, right.ended_by) == ("虚构误登", operator)
    assert step_url(right, "end") not in client.get(page_url(right)).content.decode()
    PriorityRight.objects.filter(pk=right.pk).update(
        lot=world.open_lot, ended_at=None, ended_by=None, end_reason=""
    )
    client.post(step_url(right, "end"), {"reason": "虚构"})
    right.refresh_from_db()
    assert right.ended_at is None
