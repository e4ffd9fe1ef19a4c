"""What was planned is handed over, judged or dropped; the result is accepted; the late are told."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError

from core import calendar
from core.db import transaction
from core.errors import InvalidValue, NotFound, PermissionDenied, ReasonRequired
from core.lifecycle import IllegalTransition
from core.models import Event
from marketplace import acceptances, milestones, needs, plan_clock, plans
from marketplace.deal_records import DealNotFormed
from marketplace.lifecycle import PLANNED_MILESTONE, DealState, NeedState, PlanState, ResponseState
from marketplace.models import Deal, Need, PlanAlarm, PlannedMilestone
from marketplace.rules.milestones import ContractNotSigned
from marketplace.rules.plans import (
    AlreadyAccepted,
    MilestonesOpen,
    PlanExceedsPrice,
    PlannedTooEarly,
)
from notifications.audience import AUDIENCES
from tests.conftest import NOW, act, organization_of
from tests.marketplace.conftest import (
    HalfWayError,
    events_of,
    make_deal,
    make_need,
    make_response,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

DAY = NOW.date()
DUE = DAY + timedelta(days=30)
SAMPLE = {
    "title": "虚构样件",
    "deliverable": "三批样件与检测报告（虚构）",
    "months": 6,
    "payment_share": Decimal("40.00"),
}


@pytest.fixture
def deal(seller, enterprise) -> Deal:
    """The institute develops what the enterprise needs; the need chose the deal."""
    need = make_need(enterprise, NeedState.MATCHED)
    parties = organization_of(seller), organization_of(enterprise)
    made = make_deal(*parties, need=need, mode="development")
    answer = make_response(need, seller)
    type(answer).objects.filter(pk=answer.pk).update(state=ResponseState.ACCEPTED, deal=made)
    return made


@pytest.fixture
def planned(deal, seller) -> PlannedMilestone:
    return plan(deal, seller)


def plan(deal: Deal, by: Any, share: str = "40.00", due_on: date = DUE) -> PlannedMilestone:
    return plans.plan_milestone(
        actor=act(by),
        deal_id=deal.pk,
        title="虚构样件",
        deliverable="三批样件（虚构）",
        due_on=due_on,
        payment_share=Decimal(share),
    )


def sign(deal: Deal, by: Any) -> None:
    milestones.sign_contract(
        actor=act(by),
        deal_id=deal.pk,
        signed_on=DAY,
        kind="development",
        price_form="lump_sum",
    )


def accept(deal: Deal, by: Any, verdict: str = "passed") -> Deal:
    return acceptances.accept_result(
        actor=act(by),
        deal_id=deal.pk,
        accepted_on=DAY,
        verdict=verdict,
        place="虚构检测中心",
        indicators=[{"name": "循环寿命", "measured": "8100 次", "met": True}],
        proof="虚构验收意见书",
    )


def moves(planned: PlannedMilestone, seller: Any, buyer: Any) -> dict[PlanState, Any]:
    """Each move by whoever may make it."""
    about = {"milestone_id": planned.pk}
    return {
        PlanState.DELIVERED: lambda: plans.deliver_milestone(
            actor=act(seller), evidence="虚构签收单", **about
        ),
        PlanState.ACCEPTED: lambda: plans.accept_milestone(actor=act(buyer), **about),
        PlanState.FAILED: lambda: plans.fail_milestone(
            actor=act(buyer), reason="指标未达到", **about
        ),
        PlanState.DROPPED: lambda: plans.drop_milestone(
            actor=act(seller), reason="双方同意取消", **about
        ),
    }


def put(planned: PlannedMilestone, state: PlanState) -> None:
    judged = state in ("accepted", "failed", "dropped")
    PlannedMilestone.objects.filter(pk=planned.pk).update(
        state=state,
        evidence="虚构",
        delivered_at=NOW,
        judged_at=NOW if judged else None,
        state_reason="虚构" if judged else "",
    )


def row(planned: PlannedMilestone) -> dict[str, Any]:
    return PlannedMilestone.objects.filter(pk=planned.pk).values().get()


def test_a_milestone_is_handed_over_failed_handed_over_again_and_accepted(
    deal, planned, seller, enterprise
):
    sign(deal, seller)
    steps = moves(planned, seller, enterprise)
    for wanted in ("delivered", "failed", "delivered", "accepted"):
        assert steps[PlanState(wanted)]().state == wanted
    accept(deal, enterprise)
    assert Need.objects.get(pk=deal.need_id).state == NeedState.COMPLETED
    assert events_of(f"deal:{deal.pk}") == [
        "deal.milestones_planned",
        "deal.contract_signed",
        "deal.milestone_delivered",
        "deal.milestone_failed",
        "deal.milestone_delivered",
        "deal.milestone_accepted",
        "deal.result_judged",
    ]
    assert Event.objects.filter(kind="need.completed").count() == 1
    for event in Event.objects.filter(topic=f"deal:{deal.pk}"):
        assert set(event.payload) == set(AUDIENCES[event.kind].payload), event.kind


def test_only_the_moves_of_the_table_are_made_and_the_others_change_nothing(
    planned, seller, enterprise
):
    for start in PlanState:
        for wanted, move in moves(planned, seller, enterprise).items():
            put(planned, start)
            before, events = row(planned), Event.objects.count()
            if PLANNED_MILESTONE.allows(start, wanted):
                assert move().state == wanted
                continue
            with pytest.raises(IllegalTransition):
                move()
            assert (row(planned), Event.objects.count()) == (before, events)


def test_a_move_whose_event_fails_leaves_nothing(deal, planned, seller, enterprise, break_half_way):
    sign(deal, seller)
    break_half_way()
    for start, wanted in (
        ("planned", "delivered"),
        ("delivered", "accepted"),
        ("delivered", "failed"),
        ("failed", "dropped"),
    ):
        put(planned, PlanState(start))
        before = row(planned)
        with pytest.raises(HalfWayError):
            moves(planned, seller, enterprise)[PlanState(wanted)]()
        assert row(planned) == before
    with pytest.raises(HalfWayError):
        plan(deal, seller)
    assert deal.plan.count() == 1
    put(planned, PlanState.ACCEPTED)
    with pytest.raises(HalfWayError):
        accept(deal, enterprise)
    assert not deal.milestones.filter(kind="acceptance").exists()
    assert Need.objects.get(pk=deal.need_id).state == NeedState.SIGNED


def test_the_seller_hands_over_the_buyer_judges_and_nobody_else(
    planned, seller, enterprise, rival, bureau
):
    swapped = moves(planned, enterprise, seller)
    put(planned, PlanState.PLANNED)
    with pytest.raises(PermissionDenied):
        swapped[PlanState.DELIVERED]()
    put(planned, PlanState.DELIVERED)
    for wanted in (PlanState.ACCEPTED, PlanState.FAILED):
        with pytest.raises(PermissionDenied):
            swapped[wanted]()
        with pytest.raises(NotFound):
            moves(planned, rival, rival)[wanted]()
        with pytest.raises(PermissionDenied):  # it sees what its need has become, no more
            moves(planned, bureau, bureau)[wanted]()
    with pytest.raises(ReasonRequired):
        plans.fail_milestone(actor=act(enterprise), milestone_id=planned.pk, reason=" ")


def test_a_plan_is_of_a_formed_deal_not_before_it_and_not_more_than_its_price(
    deal, planned, seller, operator
):
    with pytest.raises(PlanExceedsPrice):
        plan(deal, seller, share="60.01")
    with pytest.raises(PlannedTooEarly):
        plan(deal, seller, due_on=DAY - timedelta(days=1))
    put(planned, PlanState.DROPPED)
    plan(deal, operator, share="100.00")  # what was dropped counts no more
    Deal.objects.filter(pk=deal.pk).update(state=DealState.RESCINDED)
    with pytest.raises(DealNotFormed):
        plan(deal, seller)


def test_what_the_poster_planned_becomes_the_plan_of_the_signed_deal(deal, seller):
    Need.objects.filter(pk=deal.need_id).update(plan=plans.written_plan([SAMPLE]))
    sign(deal, seller)
    (one,) = deal.plan.all()
    assert (one.title, one.due_on) == ("虚构样件", date(2026, 9, 2))
    assert one.payment_share == Decimal("40.00")


def test_the_poster_writes_no_plan_of_more_than_the_price(enterprise):
    draft = make_need(enterprise, NeedState.DRAFT)
    with pytest.raises(PlanExceedsPrice):
        needs.edit_need(actor=act(enterprise), need_id=draft.pk, plan=[SAMPLE, SAMPLE, SAMPLE])
    needs.edit_need(actor=act(enterprise), need_id=draft.pk, plan=[SAMPLE])
    assert Need.objects.get(pk=draft.pk).plan[0]["payment_share"] == "40.00"


def test_the_result_is_accepted_after_the_contract_and_the_plan_and_once(
    deal, planned, seller, enterprise
):
    with pytest.raises(ContractNotSigned):
        accept(deal, enterprise)
    sign(deal, seller)
    with pytest.raises(PermissionDenied):
        accept(deal, seller)
    with pytest.raises(MilestonesOpen) as refused:
        accept(deal, enterprise)
    assert refused.value.facts["numbers"] == [1]
    accept(deal, enterprise, "failed")
    put(planned, PlanState.ACCEPTED)
    accept(deal, enterprise)
    with pytest.raises(AlreadyAccepted):
        accept(deal, enterprise)
    failed, passed = deal.milestones.filter(kind="acceptance").order_by("number")
    assert (failed.facts["verdict"], passed.facts["verdict"]) == ("failed", "passed")
    with pytest.raises(InvalidValue):
        milestones.annul(
            actor=act(enterprise), deal_id=deal.pk, corrects=passed.number, reason="虚构"
        )


def test_the_parties_are_reminded_and_what_stays_late_the_bureau_hears(
    planned, seller, enterprise, bureau, cadre, clock
):
    assert plan_clock.raise_plan_alarms() == 0
    for moment in (
        calendar.end_of(DUE - timedelta(days=7)),
        calendar.end_of(DUE),
        calendar.end_of(DUE + timedelta(days=10)),
    ):
        clock.set(moment)
        assert [plan_clock.raise_plan_alarms() for _ in range(2)] == [1, 0]
    kinds = ("soon", "overdue", "escalated")
    assert list(PlanAlarm.objects.order_by("pk").values_list("kind", flat=True)) == list(kinds)
    told = list(Event.objects.filter(payload__has_key="due_on").order_by("seq"))
    parties = {seller.pk, enterprise.pk}
    heard = [AUDIENCES[event.kind].hearers(event) for event in told]
    assert heard == [parties, parties, parties | {bureau.pk, cadre.pk}]
    assert all(set(one.payload) == set(AUDIENCES[one.kind].payload) for one in told)


def test_what_was_handed_over_or_belongs_to_an_ended_deal_is_told_of_no_more(
    deal, planned, seller, enterprise, clock, monkeypatch
):
    late = calendar.end_of(DUE)
    clock.set(late)
    real = plan_clock.lock_planned

    def delivered_first(milestone_id):
        put(planned, PlanState.DELIVERED)
        PlannedMilestone.objects.filter(pk=planned.pk).update(delivered_at=late)
        return real(milestone_id)

    with monkeypatch.context() as patch:
        patch.setattr(plan_clock, "lock_planned", delivered_first)
        assert plan_clock.raise_plan_alarms() == 0
    put(planned, PlanState.PLANNED)

    def fail(*args: Any, **facts: Any) -> None:
        raise HalfWayError

    with monkeypatch.context() as patch:
        patch.setattr(plan_clock, "record_deal", fail)
        assert plan_clock.raise_plan_alarms() == 0
    assert not PlanAlarm.objects.exists()
    Deal.objects.filter(pk=deal.pk).update(state=DealState.RESCINDED)
    assert plan_clock.raise_plan_alarms() == 0


def test_over_rest_the_plan_is_made_read_and_narrowed_to_what_is_late(
    api, deal, planned, seller, enterprise, bureau, rival, clock
):
    body = {
        "title": "虚构中试",
        "deliverable": "中试报告（虚构）",
        "due_on": DUE.isoformat(),
        "payment_share": "60.00",
    }
    made = api(enterprise).post(f"/api/v1/deals/{deal.pk}/plan", body)
    assert (made.status_code, made.json()["number"]) == (201, 2)
    again = api(enterprise).post(
        f"/api/v1/deals/{deal.pk}/plan", {**body, "payment_share": "100.01"}
    )
    assert again.status_code == 400
    clock.set(calendar.end_of(DUE))
    path = f"/api/v1/planned-milestones/{planned.pk}/deliver"
    assert api(seller).post(path, {"evidence": "虚构签收单"}).json()["late"] is False
    late = api(bureau).get("/api/v1/planned-milestones?late=true").json()["results"]
    assert [(one["id"], one["late"]) for one in late] == [(made.json()["id"], True)]
    assert api(rival).get("/api/v1/planned-milestones").json()["results"] == []
    assert len(api(seller).get(f"/api/v1/deals/{deal.pk}/plan").json()["results"]) == 2


def test_a_confidential_needs_plan_is_for_its_insiders(api, enterprise, rival):
    plan = plans.written_plan([SAMPLE])
    need = make_need(enterprise, plan=plan, detail_under_nda=True)
    path = f"/api/v1/needs/{need.pk}"
    assert api(rival).get(path).json()["plan"] is None
    assert api(enterprise).get(path).json()["plan"] == plan


def test_a_milestone_that_cannot_be_true_is_refused_by_the_database(planned):
    for values, constraint in (
        ({"payment_share": Decimal("100.01")}, "plannedmilestone_share_in_per_cent"),
        ({"title": ""}, "plannedmilestone_says_what_is_handed_over"),
        ({"state": "delivered"}, "plannedmilestone_delivered_with_evidence"),
        ({"judged_at": NOW}, "plannedmilestone_judged_has_its_time"),
        ({"state": "dropped", "judged_at": NOW}, "plannedmilestone_refused_says_why"),
        (
            {
                "state": "accepted",
                "evidence": "虚构",
                "delivered_at": NOW,
                "judged_at": NOW - timedelta(days=1),
            },
            "plannedmilestone_judged_after_delivery",
        ),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction():
            PlannedMilestone.objects.filter(pk=planned.pk).update(**values)
    alarm = {"planned": planned, "kind": "soon", "raised_at": NOW}
    PlanAlarm.objects.create(**alarm)
    with pytest.raises(IntegrityError, match="planalarm_once"), transaction():
        PlanAlarm.objects.create(**alarm)
    twice = {**row(planned), "id": None}
    with pytest.raises(IntegrityError, match="plannedmilestone_number_once"), transaction():
        PlannedMilestone.objects.create(**twice)
