"""The steps of formed deals: their plans, brokers and what became of them."""

from typing import Any

from django.db.models import Model

from marketplace.models import Brokerage, PlannedMilestone
from tests.admin.case import REASON, Case, deal_named, state
from tests.admin.conftest import World
from tests.conftest import NOW


def _milestone(world: World) -> Model:
    return PlannedMilestone.objects.get(deal=world.deals["landed"], number=1)


def _part(world: World) -> Model:
    return Brokerage.objects.get(deal=world.deals["signed"])


def _settled(
    step: str, data: dict[str, str], event: str, *, deal: str = "signed", **states: Any
) -> Case:
    """Staff enter what became of a deal; its own state stays, unless said otherwise."""
    values = {"to": state("formed"), "start": state("formed"), "wrong": state("rescinded")}
    return Case(step, "operator", deal_named(deal), data=data, event=event, **{**values, **states})


_DAY = "2026-03-02"
_ON_PAPER = {"proof": "虚构文件"}
_HANDED_OVER = {"state": "delivered", "evidence": "虚构", "delivered_at": NOW, "judged_at": None}
_DROPPED = {"state": "dropped", "state_reason": "虚构", "judged_at": NOW}

DEAL_CASES = [
    # Before their deal is rescinded below.
    Case(
        "agree",
        "cadre",
        _part,
        state("agreed"),
        wrong={"state": "ended", "state_reason": "虚构", "ended_at": NOW},
        data={"party": "buyer"},
        event="deal.broker_agreed",
    ),
    Case(
        "end",
        "operator",
        _part,
        state("ended"),
        {"state": "named", "state_reason": "", "ended_at": None},
        {"state": "ended", "state_reason": "虚构", "ended_at": NOW},
        REASON,
        "deal.broker_left",
    ),
    _settled(
        "plan",
        {
            "title": "虚构中试",
            "deliverable": "中试报告",
            "due_on": "2026-12-31",
            "payment_share": "¥1",
        },
        "deal.milestones_planned",
        deal="landed",
    ),
    _settled(
        "name-broker",
        {"broker": "1", "side": "buyer", "commission": "¥100.00", "paid_by": "buyer"},
        "deal.broker_named",
        deal="landed",
    ),
    _settled(
        "sign-contract",
        {"signed_on": _DAY, "kind": "transfer", "price_form": "lump_sum", **_ON_PAPER},
        "deal.contract_signed",
        deal="landed",
    ),
    _settled(
        "record-payment",
        {"amount": "¥100.00", "paid_on": _DAY, "reference": "虚构流水2", **_ON_PAPER},
        "deal.paid",
    ),
    _settled("record-delivery", {"delivered_on": _DAY, **_ON_PAPER}, "deal.delivered"),
    _settled(
        "register-contract",
        {
            "registered_on": _DAY,
            "number": "虚构-1",
            "office": "虚构登记机构",
            "transaction_value": "¥100.00",
            "technical_income": "¥50.00",
            **_ON_PAPER,
        },
        "deal.contract_registered",
    ),
    _settled(
        "accept-result",
        {"accepted_on": _DAY, "verdict": "failed", "place": "虚构检测中心", **_ON_PAPER},
        "deal.result_judged",
    ),
    _settled("annul-record", {"corrects": "2", "reason": "虚构的理由"}, "deal.milestone_annulled"),
    _settled(
        "transfer-right",
        {"registered_on": _DAY, "certificate": "虚构通知书", **_ON_PAPER},
        "deal.rights_transferred",
    ),
    _settled("rescind", REASON, "deal.rescinded", to=state("rescinded")),
    _settled(
        "return-right",
        {"registered_on": _DAY, "certificate": "虚构通知书2", **_ON_PAPER},
        "deal.right_returned",
        to=state("rescinded"),
        start=state("rescinded"),
        wrong=state("formed"),
    ),
    _settled("declare-default", REASON, "deal.defaulted", to=state("defaulted")),
    Case(
        "deliver",
        "operator",
        _milestone,
        state("delivered"),
        wrong=_DROPPED,
        data={"evidence": "虚构签收单"},
        event="deal.milestone_delivered",
    ),
    Case(
        "accept",
        "cadre",
        _milestone,
        state("accepted"),
        _HANDED_OVER,
        _DROPPED,
        event="deal.milestone_accepted",
    ),
    Case(
        "fail",
        "operator",
        _milestone,
        state("failed"),
        _HANDED_OVER,
        _DROPPED,
        REASON,
        "deal.milestone_failed",
    ),
    Case(
        "drop",
        "cadre",
        _milestone,
        state("dropped"),
        wrong=_HANDED_OVER,
        data=REASON,
        event="deal.milestone_dropped",
    ),
]
