"""Calls for needs: announced by the platform, entered in time, ended early with a reason."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from accounts.permissions import PermissionDenied
from core.db import transaction
from core.errors import NotFound, ReasonRequired
from core.models import Event
from marketplace import calls, needs
from marketplace.call_queries import calls_in_phase
from marketplace.lifecycle import CallPhase, NeedState
from marketplace.models import Need, NeedCall
from marketplace.queries import UnknownTechnologyField
from marketplace.rules import NeedIncomplete
from marketplace.rules.calls import CallEnded, CallFull, CallNotOpen, CallWindow, OutsideCall
from marketplace.rules.needs import FundingContradicts
from tests.conftest import NOW, act, city_of, organization_of
from tests.marketplace.conftest import HalfWayError, events_of, make_call, make_need
from tests.marketplace.requests import NEED, V1, keyed, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

CALL = {
    "title": "虚构新材料专题征集",
    "opens_at": "2026-03-02T09:00:00+08:00",
    "closes_at": "2026-04-01T00:00:00+08:00",
    "technology_fields": ["NM"],
    "required_parts": ["acceptance", "ip_proposal"],
    "per_organization": 1,
}


def announce(user, **values):
    window = {"opens_at": NOW, "closes_at": NOW + timedelta(days=30)}
    return calls.announce_call(actor=act(user), title="虚构征集", **{**window, **values})


@pytest.mark.parametrize("by", ["operator", "cadre"])
def test_the_platform_announces_a_call_that_everybody_reads(by, people, api, anonymous):
    made = api(people[by]).post(f"{V1}/calls", CALL, **keyed())

    assert made.status_code == 201
    row = made.json()
    assert row == {
        "id": row["id"],
        "code": f"C2026-{row['id']:06d}",
        "title": CALL["title"],
        "title_en": "",
        "text": "",
        "opens_at": "2026-03-02T01:00:00Z",
        "closes_at": "2026-03-31T16:00:00Z",
        "phase": "open",
        "organization_kinds": [],
        "technology_fields": ["NM"],
        "cities": [],
        "required_parts": ["acceptance", "ip_proposal"],
        "per_organization": 1,
        "bureau_days": 5,
        "office_days": 5,
        "ended_at": None,
        "end_reason": "",
    }
    assert anonymous.get(f"{V1}/calls/{row['id']}").json() == row
    assert anonymous.get(f"{V1}/calls?phase=open").json()["results"] == [row]
    assert anonymous.get(f"{V1}/calls?phase=closed").json()["results"] == []
    assert events_of(f"call:{row['id']}") == ["call.announced"]


@pytest.mark.parametrize("by", ["enterprise", "bureau", "stranger"])
def test_nobody_else_announces_or_ends_one(by, people):
    call = make_call()
    with pytest.raises(PermissionDenied):
        announce(people[by])
    with pytest.raises(PermissionDenied):
        calls.end_call(actor=act(people[by]), call_id=call.pk, reason="虚构")
    assert NeedCall.objects.get().ended_at is None


def test_a_window_in_the_past_and_an_unknown_field_are_refused(operator):
    with pytest.raises(CallWindow):
        announce(operator, closes_at=NOW)
    with pytest.raises(UnknownTechnologyField):
        announce(operator, technology_fields=["XX"])
    assert not NeedCall.objects.exists()


def test_an_announcement_that_fails_half_way_leaves_nothing(operator, break_half_way):
    break_half_way()
    with pytest.raises(HalfWayError):
        announce(operator)
    assert not NeedCall.objects.exists()


def test_a_call_is_ended_early_once_with_a_reason(operator, clock):
    call = make_call()
    with pytest.raises(ReasonRequired):
        calls.end_call(actor=act(operator), call_id=call.pk, reason=" ")
    ended = calls.end_call(actor=act(operator), call_id=call.pk, reason="名额已满")
    assert (ended.terms().phase(NOW), ended.end_reason) == (CallPhase.CLOSED, "名额已满")
    assert events_of(f"call:{call.pk}") == ["call.ended"]
    with pytest.raises(CallEnded):
        calls.end_call(actor=act(operator), call_id=call.pk, reason="又")
    with pytest.raises(NotFound):
        calls.end_call(actor=act(operator), call_id=0, reason="又")


def test_the_filter_and_the_rule_agree_on_every_phase():
    rows = [
        make_call(),
        make_call(opens_at=NOW + timedelta(days=1)),
        make_call(opens_at=NOW - timedelta(days=9), closes_at=NOW),
        make_call(ended_at=NOW, end_reason="虚构"),
        make_call(opens_at=NOW + timedelta(days=1), ended_at=NOW, end_reason="虚构"),
    ]
    for wanted in CallPhase:
        found = set(calls_in_phase(NeedCall.objects.all(), wanted, NOW))
        assert found == {row for row in rows if row.terms().phase(NOW) is wanted}


@pytest.mark.parametrize(
    "wrong",
    [
        {"opens_at": NOW, "closes_at": NOW},
        {"per_organization": 0},
        {"bureau_days": 0},
        {"ended_at": NOW},
        {"end_reason": "没有时间"},
    ],
)
def test_the_database_refuses_a_call_that_makes_no_sense(wrong):
    with pytest.raises(IntegrityError, match="needcall_"):
        make_call(**wrong)


def test_a_need_joins_an_open_call_and_no_other(api, enterprise):
    later = make_call(opens_at=NOW + timedelta(days=1))
    refused(api(enterprise).post(f"{V1}/needs", {**NEED, "call": later.pk}), 409, "call_not_open")
    refused(api(enterprise).post(f"{V1}/needs", {**NEED, "call": 0}), 400, "invalid")
    refused(api(enterprise).post(f"{V1}/needs", {**NEED, "call": 10**9}), 400, "unknown_call")
    call = make_call()
    posted = api(enterprise).post(f"{V1}/needs", {**NEED, "call": call.pk}).json()
    assert posted["call"] == call.pk
    mine = api(enterprise).get(f"{V1}/needs?call={call.pk}").json()["results"]
    assert [row["id"] for row in mine] == [posted["id"]]
    left = api(enterprise).patch(f"{V1}/needs/{posted['id']}", {"call": None})
    assert left.json()["call"] is None


def submit(need, user):
    return needs.submit_need(actor=act(user), need_id=need.pk)


def test_what_a_call_requires_is_missing_until_it_is_said(enterprise):
    call = make_call(required_parts=["acceptance", "months"])
    need = make_need(enterprise, NeedState.DRAFT, call=call)
    with pytest.raises(NeedIncomplete) as refusal:
        submit(need, enterprise)
    assert refusal.value.facts == {"missing": ["months", "acceptance"]}
    needs.edit_need(actor=act(enterprise), need_id=need.pk, months=12, acceptance="第三方检测")
    assert submit(need, enterprise).state == NeedState.SUBMITTED


def test_a_call_takes_its_fields_cities_and_kinds(enterprise):
    call = make_call(cities=[city_of("310117")], organization_kinds=["university"])
    need = make_need(enterprise, NeedState.DRAFT, call=call)
    with pytest.raises(OutsideCall):
        submit(need, enterprise)
    need.refresh_from_db()
    assert (need.state, need.submitted_at) == (NeedState.DRAFT, None)
    assert not Event.objects.exists()


def test_a_late_need_is_not_taken_but_a_returned_one_may_come_again(enterprise, bureau, clock):
    call = make_call()
    late, early = (make_need(enterprise, NeedState.DRAFT, call=call) for _ in range(2))
    submit(early, enterprise)
    needs.return_need(actor=act(bureau), need_id=early.pk, reason="指标不够具体")
    clock.set(call.closes_at)
    with pytest.raises(CallNotOpen):
        submit(late, enterprise)
    assert submit(early, enterprise).state == NeedState.SUBMITTED
    assert Need.objects.get(pk=early.pk).submitted_at == NOW


def test_the_limit_counts_what_was_submitted_and_not_taken_back(enterprise):
    call = make_call(per_organization=1)
    first, second = (make_need(enterprise, NeedState.DRAFT, call=call) for _ in range(2))
    submit(first, enterprise)
    with pytest.raises(CallFull):
        submit(second, enterprise)
    needs.withdraw_need(actor=act(enterprise), need_id=first.pk)
    assert submit(second, enterprise).state == NeedState.SUBMITTED


def test_money_that_does_not_add_up_is_refused_before_the_database_does(api, enterprise):
    too_much = {**NEED, "paid_to_solver": "3200000.01"}
    answer = api(enterprise).post(f"{V1}/needs", too_much)
    assert refused(answer, 422, "funding_contradicts")["what"] == "paid_to_solver"
    need = make_need(enterprise, NeedState.DRAFT)
    with pytest.raises(FundingContradicts):
        needs.edit_need(actor=act(enterprise), need_id=need.pk, budget_from=need.budget + 1)
    for wrong in (
        {"budget_from": need.budget + 1},
        {"own_funds": need.budget, "grant_funds": 1},
        {"other_funds": -1},
        {"months": 37},
        {"industry": "c39"},
        {"review_due_at": NOW, "review_soon_at": NOW - timedelta(days=1)},
    ):
        with pytest.raises(IntegrityError, match="need_"):
            refuse_in_database(need, wrong)


def refuse_in_database(need, values):
    with transaction():
        Need.objects.filter(pk=need.pk).update(**values)


def test_a_full_need_is_answered_as_it_was_sent(api, enterprise):
    full = {
        **NEED,
        "industry": "C3985",
        "background": "现有涂层在 1100 ℃ 以上剥落",
        "current_status": "已试两种工艺",
        "detail": "工况数据见附页",
        "expected_result": "工艺包与样件",
        "budget_from": "2000000.00",
        "own_funds": "3000000.00",
        "grant_funds": "200000.00",
        "other_funds": "0.00",
        "paid_to_solver": "2500000.00",
        "modes": ["commissioned", "licence"],
        "ip_proposal": "joint",
        "ip_terms": "后续改进归改进方",
        "months": 18,
        "milestones": "6 个月样件，12 个月中试",
        "solver_region": "长三角",
        "solver_qualification": "有中试条件",
        "acceptance": "第三方检测",
        "contact": "虚构联系人",
        "registered_only": True,
        "detail_under_nda": True,
        "anonymous": True,
    }
    shown = api(enterprise).post(f"{V1}/needs", full).json()
    assert {name: shown[name] for name in full if name != "indicators"} == {
        name: value for name, value in full.items() if name != "indicators"
    }
    assert shown["completeness"]["missing"] == []
    assert shown["organization"] == organization_of(enterprise).pk
    for wrong in ({"months": 37}, {"modes": ["barter"]}, {"industry": "39"}, {"anonymous": 1}):
        refused(api(enterprise).post(f"{V1}/needs", {**full, **wrong}), 400, "invalid")
