"""A buyer that leaves what was handed over, or the whole, without a verdict is reminded."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from core import calendar
from core.calendar import Holidays
from core.db import transaction
from core.history import history_of
from core.models import Event
from marketplace import plan_clock, plans
from marketplace.lifecycle import PlanState
from marketplace.models import PlanAlarm
from marketplace.rules.plans import (
    ACCEPTED_WITHIN,
    JUDGED_WITHIN,
    Alarm,
    acceptance_alarm,
    judging_alarm,
)
from notifications.audience import AUDIENCES
from notifications.fanout import fan_out_all
from notifications.models import Notice
from tests.conftest import NOW, act
from tests.marketplace import test_plans
from tests.marketplace.test_plans import DAY, accept, put, sign

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
deal, planned = test_plans.deal, test_plans.planned
NO_HOLIDAYS = Holidays()


def after(days, since=DAY):
    """The end of so many working days."""
    return calendar.end_of(calendar.working_days_after(since, days, NO_HOLIDAYS))


def told():
    return list(Event.objects.filter(payload__has_key="due_on").order_by("id"))


@given(st.integers(0, 60), st.integers(0, 60))
def test_an_alarm_comes_with_its_working_day_and_the_graver_one_stays(days, later):
    first, second = (NOW + timedelta(days=many) for many in (days, days + later))
    for ask, (soon, late), kinds in (
        (judging_alarm, JUDGED_WITHIN, (Alarm.JUDGE, Alarm.UNJUDGED)),
        (acceptance_alarm, ACCEPTED_WITHIN, (Alarm.ACCEPT, Alarm.UNACCEPTED)),
    ):
        order = [None, *kinds]
        reached = [ask(DAY, now, NO_HOLIDAYS) for now in (first, second)]
        assert order.index(reached[0]) <= order.index(reached[1])
        expected = kinds[1] if first >= after(late) else kinds[0] if first >= after(soon) else None
        assert reached[0] == expected


def test_a_verdict_that_does_not_come_is_asked_for_and_then_the_bureau_hears(
    deal, planned, seller, enterprise, bureau, cadre, clock
):
    plans.deliver_milestone(actor=act(seller), milestone_id=planned.pk, evidence="虚构签收单")
    before = len(told())
    for moment, raised in (
        (after(5) - timedelta(seconds=1), 0),
        (after(5), 1),
        (after(10) - timedelta(seconds=1), 0),
        (after(10), 1),
    ):
        clock.set(moment)
        assert [plan_clock.raise_plan_alarms() for _ in range(2)] == [raised, 0]
    events = told()[before:]
    assert [one.kind for one in events] == [
        "deal.milestone_awaits_judgement",
        "deal.milestone_judgement_overdue",
    ]
    heard = [AUDIENCES[one.kind].hearers(one) for one in events]
    parties = {seller.pk, enterprise.pk}
    assert heard == [{enterprise.pk}, parties | {bureau.pk, cadre.pk}]
    fan_out_all()
    assert Notice.objects.filter(event=events[1], recipient=bureau).exists()


def test_what_failed_and_is_handed_over_again_is_asked_for_again(
    deal, planned, seller, enterprise, clock
):
    plans.deliver_milestone(actor=act(seller), milestone_id=planned.pk, evidence="虚构")
    clock.set(after(5))
    assert plan_clock.raise_plan_alarms() == 1
    plans.fail_milestone(actor=act(enterprise), milestone_id=planned.pk, reason="虚构的理由")
    plans.deliver_milestone(actor=act(seller), milestone_id=planned.pk, evidence="虚构")
    assert plan_clock.raise_plan_alarms() == 0
    again = calendar.date_of(clock.now())
    clock.set(after(5, again))
    assert plan_clock.raise_plan_alarms() == 1
    assert {str(one.since) for one in PlanAlarm.objects.all()} == {str(DAY), str(again)}


def test_the_acceptance_of_the_whole_is_asked_for_once_every_part_is_settled(
    deal, planned, seller, enterprise, bureau, cadre, clock
):
    put(planned, PlanState.ACCEPTED)
    clock.set(after(10))
    assert plan_clock.raise_plan_alarms() == 0, "before a contract there is nothing to accept"
    sign(deal, seller)
    before = len(told())
    assert [plan_clock.raise_plan_alarms() for _ in range(2)] == [1, 0]
    clock.set(after(20))
    assert [plan_clock.raise_plan_alarms() for _ in range(2)] == [1, 0]
    events = told()[before:]
    assert [one.kind for one in events] == ["deal.acceptance_awaited", "deal.acceptance_overdue"]
    heard = [AUDIENCES[one.kind].hearers(one) for one in events]
    assert heard == [{enterprise.pk}, {seller.pk, enterprise.pk, bureau.pk, cadre.pk}]


def test_a_verdict_on_the_whole_ends_the_reminding_whatever_it_is(
    deal, planned, seller, enterprise, clock, monkeypatch
):
    sign(deal, seller)
    put(planned, PlanState.ACCEPTED)
    clock.set(after(20))
    real = plan_clock.lock_planned

    def judged_first(milestone_id):
        monkeypatch.setattr(plan_clock, "_settled_last", lambda: [])
        return real(milestone_id)

    monkeypatch.setattr(plan_clock, "lock_planned", judged_first)
    assert plan_clock.raise_plan_alarms() == 0
    monkeypatch.undo()
    accept(deal, enterprise, "failed")
    assert plan_clock.raise_plan_alarms() == 0


def test_the_history_of_a_deal_tells_who_moved_its_plan(deal, planned, seller):
    plans.deliver_milestone(actor=act(seller), milestone_id=planned.pk, evidence="虚构")
    entry = history_of("deal", deal.pk).filter(part="plannedmilestone").first()
    assert entry.fields["state"] == ["planned", "delivered"]
    assert entry.actor == f"user:{seller.pk}"


def test_an_alarm_of_what_waits_says_since_when(planned):
    for values in ({"kind": "judge"}, {"kind": "soon", "since": DAY}):
        with pytest.raises(IntegrityError, match="waits_since_a_day"), transaction():
            PlanAlarm.objects.create(planned=planned, raised_at=NOW, **values)
