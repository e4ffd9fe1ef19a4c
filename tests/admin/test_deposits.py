"""Deposits at the desk: refunds are recorded, forfeitures take two people, the books are proved."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client

from accounts.models import User
from auctions import forfeitures
from auctions.models import DepositMovement, Forfeiture, Refund, Registration
from core.models import Event
from tests.admin.conftest import World, list_url, page_url, step_url
from tests.conftest import Clock, make_member, make_organization, organization_of
from tests.factories import admit, operator_actor

Desk = Callable[..., Client]
PROPOSAL = {"amount": "60", "grounds": "collusion", "reason": "虚构的理由"}


@pytest.fixture
def sold_lot(world: World) -> Any:
    return world.sold_lot


@pytest.fixture
def promise(sold_lot: Any) -> DepositMovement:
    """The loser's 100 of this morning's lot."""
    return DepositMovement.objects.get(kind="released", registration__lot=sold_lot)


def _english(desk: Desk, user: User) -> Client:
    return desk(user, headers={"accept-language": "en"})


def test_a_refund_is_recorded_once_with_its_time_in_shanghai(
    promise: DepositMovement, operator: User, desk: Desk, clock: Clock
):
    client = _english(desk, operator)
    clock.advance(hours=2)
    paid_at = (clock.now() + timedelta(hours=7)).strftime("%Y-%m-%dT%H:%M:%S")  # an hour ago
    data = {"reference": "虚构银行 0002", "paid_at": paid_at}
    client.post(step_url(promise, "record-refund"), data)
    refund = Refund.objects.get()
    assert (refund.reference, refund.by_user) == ("虚构银行 0002", operator)
    assert refund.paid_at == clock.now() - timedelta(hours=1)
    page = client.get(page_url(promise)).content.decode()
    assert "虚构银行 0002" in page
    assert step_url(promise, "record-refund") not in page
    client.post(step_url(promise, "record-refund"), {"reference": "again"})
    assert Refund.objects.count() == 1


def test_the_work_list_of_refunds(
    promise: DepositMovement, operator: User, desk: Desk, clock: Clock
):
    client = _english(desk, operator)

    def listed(wanted: str) -> tuple[int, str]:
        answer = client.get(list_url(DepositMovement), {"refund": wanted})
        return answer.context["cl"].result_count, answer.content.decode()

    assert [listed(way)[0] for way in ("due", "overdue", "paid")] == [1, 0, 0]
    clock.set(promise.due_at)
    count, page = listed("overdue")
    assert (count, "desk-label-bad" in page) == (1, True)
    client.post(step_url(promise, "record-refund"), {"reference": "虚构银行 0002"})
    assert [listed(way)[0] for way in ("due", "overdue", "paid")] == [0, 0, 1]
    assert "desk-label-done" in listed("paid")[1]


def test_whoever_proposed_a_forfeiture_is_not_offered_to_approve_it(
    world: World, operator: User, desk: Desk
):
    client = _english(desk, operator)
    registration = admit(world.open_lot, make_member(make_organization()))
    wrong = {**PROPOSAL, "grounds": "envy"}
    client.post(step_url(registration, "propose-forfeiture"), wrong)
    assert not registration.forfeitures.exists()
    client.post(step_url(registration, "propose-forfeiture"), PROPOSAL)
    forfeiture = Forfeiture.objects.get(registration=registration)
    page = client.get(page_url(forfeiture)).content.decode()
    assert step_url(forfeiture, "approve") not in page
    assert step_url(forfeiture, "reject") in page

    client.post(step_url(forfeiture, "approve"))
    forfeiture.refresh_from_db()
    assert forfeiture.state == "proposed"

    second = _english(desk, make_member(organization_of(operator)))
    assert step_url(forfeiture, "approve") in second.get(page_url(forfeiture)).content.decode()
    second.post(step_url(forfeiture, "approve"))
    forfeiture.refresh_from_db()
    registration.refresh_from_db()
    assert (forfeiture.state, registration.state) == ("approved", "forfeited")


def test_a_deposit_whose_price_fell_away_is_given_back_at_the_desk(
    sold_lot: Any, operator: User, desk: Desk
):
    winner = sold_lot.leader
    client = desk(operator)
    assert step_url(winner, "return-deposit") not in client.get(page_url(winner)).content.decode()
    type(sold_lot).objects.filter(pk=sold_lot.pk).update(state="defaulted")
    assert step_url(winner, "return-deposit") in client.get(page_url(winner)).content.decode()
    client.post(step_url(winner, "return-deposit"))
    winner.refresh_from_db()
    assert winner.state == "released"


def test_the_lots_page_proves_its_books_to_the_exchange_alone(
    sold_lot: Any, operator: User, cadre: User, desk: Desk
):
    page = _english(desk, operator).get(page_url(sold_lot)).content.decode()
    assert "balanced" in page
    assert "not balanced" not in page
    assert "¥200.00" in page  # held of both bidders
    assert (
        "books of the deposits"
        not in _english(desk, cadre).get(page_url(sold_lot)).content.decode()
    )


def test_books_that_were_tampered_with_past_the_guards_are_red(
    sold_lot: Any, operator: User, desk: Desk
):
    loser = Registration.objects.get(state="released", lot=sold_lot)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE auctions_depositmovement DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE auctions_depositmovement SET amount = 100.01"
            " WHERE kind = 'released' AND registration_id = %s",
            [loser.pk],
        )
        cursor.execute("ALTER TABLE auctions_depositmovement ENABLE TRIGGER USER")
    page = _english(desk, operator).get(page_url(sold_lot)).content.decode()
    assert "not balanced" in page
    assert f"#{loser.pk}: more went than had come" in page


@pytest.fixture
def steps(
    promise: DepositMovement, sold_lot: Any, world: World
) -> list[tuple[Any, str, dict[str, str]]]:
    """The steps whose rows nothing but their own actions bring into a state."""
    type(sold_lot).objects.filter(pk=sold_lot.pk).update(state="defaulted")
    winner = sold_lot.leader
    proposed = forfeitures.propose_forfeiture(
        actor=operator_actor(),
        registration_id=winner.pk,
        amount=Decimal("60.00"),
        grounds="default",
        reason="虚构的理由",
    )
    return [
        (promise, "record-refund", {"reference": "虚构银行 0002"}),
        (proposed, "reject", {"reason": "证据不足"}),
        (proposed, "approve", {}),
        (winner, "return-deposit", {}),
        (world.open_lot.leader, "propose-forfeiture", PROPOSAL),
    ]


def _written() -> tuple[int, ...]:
    return DepositMovement.objects.count(), Refund.objects.count(), Event.objects.count()


def test_without_a_token_or_the_role_nothing_happens(steps: Any, world: World, desk: Desk):
    before = _written()
    for row, step, data in steps:
        careless = desk(world.people["operator"], enforce_csrf_checks=True)
        assert careless.post(step_url(row, step), data).status_code == 403, step
        for who in ("cadre", "bureau", "root", "stranger"):
            answer = desk(world.people[who]).post(step_url(row, step), data)
            assert answer.status_code in (302, 403, 404), (step, who)
    assert _written() == before


def test_each_step_works_once_and_says_why_it_does_not_again(steps: Any, world: World, desk: Desk):
    client = _english(desk, world.people["operator"])
    for row, step, data in steps:
        if step == "approve":  # rejected by now
            assert _level(client, row, step, data) == "error"
            continue
        assert _level(client, row, step, data) == "success", step
        before = _written()
        assert _level(client, row, step, data) == "error", step
        assert _written() == before


def _level(client: Client, row: Any, step: str, data: dict[str, str]) -> str:
    """How the step ended; messages that no page has shown yet stand before its own."""
    answer = client.post(step_url(row, step), data)
    assert answer.status_code == 302, step
    return [message.level_tag for message in get_messages(answer.wsgi_request)][-1]
