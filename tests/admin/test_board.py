"""The front page: what waits, as numbers that lead to lists."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.admin.conftest import World
from tests.conftest import Clock

Desk = Callable[..., Client]


def _board(client: Client) -> tuple[dict[str, Any], Any]:
    answer = client.get(reverse("admin:index"))
    assert answer.status_code == 200
    return {card.title: card for card in answer.context["cards"]}, answer


def _in_english(desk: Desk, user: User) -> Client:
    return desk(user, headers={"accept-language": "en"})


def test_the_operators_board(world: World, desk: Desk):
    client = _in_english(desk, world.people["operator"])
    cards, answer = _board(client)
    numbers = {title: card.value for title, card in cards.items()}
    assert numbers == {
        "Review queues by city": "3",
        "Lots open now": "1",
        "Lots waiting for a second person": "0",
        "Suspended for too long": "0",
        "Closing within an hour": "1",
        "Over, not closed yet": "0",
        "Registrations waiting": "1",
        "Deposits to refund": "1",
        "Refunds overdue": "0",
        "Forfeitures to decide": "1",
        "Needs overdue in review": "0",
        "Needs to endorse": "1",
        "Achievements to review": "1",
        "Responses overdue for an answer": "0",
        "Publicities running": "2",
        "Publicities over, to confirm": "0",
        "Objections to decide": "2",
        "Messages not sent": numbers["Messages not sent"],
    }
    text = answer.content.decode()
    assert world.open_lot.code in text
    assert world.upcoming_lot.code in text
    assert world.draft_lot.code not in text
    assert "PDL-R" in text


def test_each_card_leads_to_a_list_of_as_many(world: World, everything: User, desk: Desk):
    client = _in_english(desk, everything)
    cards, _ = _board(client)
    assert len(cards) == 27
    assert cards.pop("Review queues by city").url == reverse("admin:marketplace_need_queues")
    for card in cards.values():
        answer = client.get(card.url)
        assert answer.status_code == 200, card.title
        assert str(answer.context["cl"].result_count) == card.value, card.title


def test_an_overdue_lot_and_an_overdue_refund_are_red(world: World, desk: Desk, clock: Clock):
    client = _in_english(desk, world.people["operator"])
    clock.set(world.open_lot.closes_at)
    cards, _ = _board(client)
    overdue = cards["Over, not closed yet"]
    assert (overdue.value, overdue.tone) == ("1", "bad")
    assert world.open_lot.code in overdue.note
    clock.advance(hours=25)
    cards, _ = _board(client)
    assert (cards["Deposits to refund"].value, cards["Refunds overdue"].value) == ("1", "1")
    assert cards["Refunds overdue"].tone == "bad"
    clock.advance(days=800)  # until somebody pays
    assert _board(client)[0]["Refunds overdue"].value == "1"


def test_messages_that_wait_too_long_are_red(world: World, desk: Desk, clock: Clock):
    client = _in_english(desk, world.people["root"])
    cards, answer = _board(client)
    assert set(cards) == {"Messages not sent"}
    assert answer.context["lots_on_sale"] is None
    clock.advance(days=1)
    late = _board(client)[0]["Messages not sent"]
    if late.value != "0":
        assert late.tone == "bad"
        assert "Oldest" in late.note


def test_the_offices_and_the_bureaus_boards(world: World, desk: Desk):
    office, _ = _board(_in_english(desk, world.people["cadre"]))
    assert office["Needs to publish"].value == "1"
    assert office["Organizations to verify"].value == "1"
    assert "Registrations waiting" not in office
    bureau, answer = _board(_in_english(desk, world.people["bureau"]))
    assert set(bureau) == {
        "Needs to endorse",
        "Needs overdue in review",
        "Review queues by city",
        "Park reports to confirm",
        "Landings to confirm",
    }
    assert (bureau["Park reports to confirm"].value, office["Projects to admit"].value) == (
        "1",
        "1",
    )
    assert answer.context["lots_on_sale"] is None


def test_a_coming_year_without_holidays_is_told_to_who_counts_days(
    operator: User, root: User, desk: Desk, clock: Clock
):
    title = "Year without public holidays"
    assert title not in _board(_in_english(desk, operator))[0]
    clock.set(datetime(2026, 12, 1, tzinfo=UTC))
    card = _board(_in_english(desk, operator))[0][title]
    assert (card.value, card.tone) == ("2027", "bad")
    assert title not in _board(_in_english(desk, root))[0]


@pytest.mark.whole_pages
def test_the_sidebar_offers_what_can_be_opened(world: World, desk: Desk):
    for who, expected in (("bureau", False), ("operator", True)):
        _, answer = _board(desk(world.people[who]))
        text = answer.content.decode()
        assert (reverse("admin:auctions_registration_changelist") in text) is expected
        assert reverse("admin:accounts_user_changelist") not in text


def test_the_environment_is_marked(operator: User, desk: Desk, clock: Clock, settings: Any):
    for environment, mark in (("demo", "demo"), ("production", "production"), ("qa-7", "qa-7")):
        settings.ENVIRONMENT = environment
        text = _in_english(desk, operator).get(reverse("admin:index")).content.decode()
        assert mark in text


def test_the_time_left_is_counted_by_the_servers_clock(world: World, desk: Desk, clock: Clock):
    text = _board(desk(world.people["operator"]))[1].content.decode()
    assert f'data-now="{clock.now().isoformat()}"' in text
    assert f'data-until="{world.open_lot.closes_at.isoformat()}"' in text
    assert world.open_lot.closes_at - clock.now() == timedelta(minutes=50)
