"""A seller is told that a reward is due, and that one is overdue: once each, until it is shared."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection

from accounts.models import City
from core import calendar
from core.db import transaction
from core.models import Event
from marketplace import milestones, reward_clock
from marketplace.lifecycle import AchievementState, DealState
from marketplace.models import Deal, RewardAlarm
from marketplace.reward_queries import owed_by
from notifications.audience import AUDIENCES
from tests.conftest import act, organization_of
from tests.marketplace.conftest import HalfWayError, make_achievement, make_deal
from tests.marketplace.test_milestones import DAY, LUMP_SUM, pay, reward

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

DUE = date(2026, 9, 2)  # six months after DAY
SOON, LATE = calendar.end_of(DUE - timedelta(days=31)), calendar.end_of(DUE)


@pytest.fixture
def deal(seller, enterprise) -> Deal:
    """An institute in Hangzhou sold an achievement."""
    sold = make_achievement(seller, AchievementState.RESERVED)
    parties = organization_of(seller), organization_of(enterprise)
    made = make_deal(*parties, achievement=sold, channel="off_session")
    return milestones.sign_contract(actor=act(seller), deal_id=made.pk, **LUMP_SUM)


def told() -> list[tuple[str, str]]:
    events = Event.objects.filter(kind__startswith="deal.reward_", payload__has_key="due_on")
    return [(one.kind, one.payload["due_on"]) for one in events.order_by("seq")]


def test_the_seller_is_told_and_of_what_is_overdue_the_exchange(
    deal, seller, enterprise, operator, clock
):
    pay(deal, enterprise)
    assert reward_clock.raise_reward_alarms() == 0
    for moment in (SOON, LATE):
        clock.set(moment)
        assert [reward_clock.raise_reward_alarms() for _ in range(2)] == [1, 0]
    assert told() == [("deal.reward_due_soon", f"{DUE}"), ("deal.reward_overdue", f"{DUE}")]
    events = Event.objects.filter(kind__in=["deal.reward_due_soon", "deal.reward_overdue"])
    heard = [AUDIENCES[one.kind].hearers(one) for one in events.order_by("seq")]
    assert heard == [{seller.pk}, {seller.pk, operator.pk}]
    assert all(set(one.payload) == set(AUDIENCES[one.kind].payload) for one in events)


def test_what_is_shared_is_told_of_no_more_and_later_money_by_its_own_day(
    deal, seller, enterprise, clock
):
    pay(deal, enterprise)
    clock.set(LATE)
    assert reward_clock.raise_reward_alarms() == 1
    reward(deal, seller)
    pay(deal, enterprise, "50.00", paid_on=DUE)
    assert reward_clock.raise_reward_alarms() == 0
    clock.set(calendar.end_of(date(2027, 3, 2)))
    assert reward_clock.raise_reward_alarms() == 1
    assert told()[-1] == ("deal.reward_overdue", "2027-03-02")


@pytest.mark.parametrize("change", ["province", "seller", "state", "unpaid"])
def test_where_no_time_runs_nobody_is_told(deal, seller, enterprise, clock, change):
    if change != "unpaid":
        pay(deal, enterprise)
    if change == "province":
        owner = organization_of(seller)
        owner.city = City.objects.get(code="310117")
        owner.save()
    elif change == "seller":
        Deal.objects.filter(pk=deal.pk).update(mode="service")
    elif change == "state":
        Deal.objects.filter(pk=deal.pk).update(state=DealState.RESCINDED)
    clock.set(LATE)
    assert reward_clock.raise_reward_alarms() == 0
    assert not RewardAlarm.objects.exists()


def test_what_was_shared_while_it_waited_is_not_told_and_one_that_fails_leaves_nothing(
    deal, seller, enterprise, clock, monkeypatch
):
    pay(deal, enterprise)
    clock.set(LATE)
    real = reward_clock.lock_deal

    def shared_first(deal_id: int) -> Any:
        reward(deal, seller)
        return real(deal_id)

    def fail(*args: Any, **facts: Any) -> None:
        raise HalfWayError

    with monkeypatch.context() as patch:
        patch.setattr(reward_clock, "record_deal", fail)
        assert reward_clock.raise_reward_alarms() == 0
    assert not RewardAlarm.objects.exists()
    with monkeypatch.context() as patch:
        patch.setattr(reward_clock, "lock_deal", shared_first)
        assert reward_clock.raise_reward_alarms() == 0
    assert not RewardAlarm.objects.exists()
    assert told() == []


def test_what_is_owed_is_what_came_and_was_not_shared(deal, seller, enterprise):
    assert owed_by(deal, deal.milestones.all()) is None
    pay(deal, enterprise)
    wrong = pay(deal, enterprise, "30.00")
    owed = owed_by(deal, deal.milestones.all())
    assert (owed.received, owed.percent) == (Decimal("130.00"), 70)
    milestones.annul(actor=act(seller), deal_id=deal.pk, corrects=wrong.number, reason="虚构")
    assert owed_by(deal, deal.milestones.all()).received == Decimal("100.00")
    reward(deal, seller)
    assert owed_by(deal, deal.milestones.all()) is None


def test_a_reminder_is_kept_once_and_stays(deal):
    values = {"deal": deal, "due_on": DAY, "kind": "soon", "raised_at": deal.formed_at}
    RewardAlarm.objects.create(**values)
    with pytest.raises(IntegrityError, match="rewardalarm_once"), transaction():
        RewardAlarm.objects.create(**values)
    assert str(RewardAlarm.objects.get()) == f"{deal.pk} {DAY} soon"
    with pytest.raises(DatabaseError), transaction(), connection.cursor() as cursor:
        cursor.execute("UPDATE marketplace_rewardalarm SET kind = 'overdue'")
