"""Expert panels: convened, judged by, publicised, objected to; and the choice that waits."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from accounts.models import Relation
from accounts.permissions import PermissionDenied, PersonRequired
from core.db import transaction
from core.errors import NotFound
from core.lifecycle import IllegalTransition
from core.models import Event
from marketplace import panels, responses
from marketplace.lifecycle import NeedState, ResponseState
from marketplace.models import (
    ExpertPanel,
    ExpertReview,
    PanelExpert,
    PanelObjection,
    RankedResponse,
)
from marketplace.queries import responses_visible_to
from marketplace.rules.deals import PublicityOver
from marketplace.rules.panels import (
    ExpertTied,
    PanelNotOdd,
    ResultPending,
    ResultStands,
    ReviewsMissing,
)
from notifications.audience import AUDIENCES
from tests.conftest import NOW, act, make_member, make_organization, make_user, organization_of
from tests.marketplace.conftest import HalfWayError, make_need, make_response
from tests.marketplace.requests import V1, keyed, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

CRITERIA = [{"name": "技术", "weight": 60}, {"name": "成本", "weight": 40}]


@pytest.fixture
def experts():
    return [make_user() for _ in range(3)]


@pytest.fixture
def need(enterprise, rival, bidder):
    need = make_need(enterprise)
    for user in (rival, bidder):
        make_response(need, user)
    return need


def convene(user, need, experts, **values):
    return panels.convene_panel(
        actor=act(user),
        need_id=need.pk,
        **{"experts": [one.pk for one in experts], "criteria": CRITERIA, **values},
    )


def review(expert, response, *points):
    return panels.review_response(
        actor=act(expert), response_id=response.pk, points=points or (50, 50)
    )


def ranked(user, need, experts):
    """A panel whose ranking is publicised; the later response is the better one."""
    convene(user, need, experts)
    first, second = need.responses.order_by("id")
    for expert in experts:
        review(expert, first, 50, 50)
        review(expert, second, 90, 80)
    return panels.publicise_ranking(actor=act(user), need_id=need.pk)


def test_from_a_panel_to_a_choice_over_rest(
    api, anonymous, operator, enterprise, rival, need, experts, clock
):
    body = {"experts": [one.pk for one in experts], "criteria": CRITERIA}
    made = api(operator).post(f"{V1}/needs/{need.pk}/panel", body, **keyed())
    assert made.status_code == 201
    assert made.json()["criteria"] == CRITERIA
    first, second = need.responses.order_by("id")
    for expert in experts:
        for response, points in ((first, [50, 50]), (second, [90, 80])):
            answer = api(expert).post(
                f"{V1}/responses/{response.pk}/reviews", {"points": points}, **keyed()
            )
            assert answer.status_code == 201
    refused(anonymous.get(f"{V1}/needs/{need.pk}/ranking"), 404, "not_found")
    api(operator).post(f"{V1}/needs/{need.pk}/panel/publicise", {})

    told = anonymous.get(f"{V1}/needs/{need.pk}/ranking").json()

    assert [(one["rank"], one["response"], one["score"]) for one in told["places"]] == [
        (1, second.pk, "86.00"),
        (2, first.pk, "50.00"),
    ]
    assert (told["phase"], told["ends_at"]) == ("running", "2026-03-09T16:00:00Z")
    assert len(told["tie_break"]) == 3
    address = f"{V1}/responses/{second.pk}"
    refused(api(enterprise).post(f"{address}/accept"), 409, "result_pending")
    body = {"reason": "评分有误", "contact": "虚构电话"}
    raised = api(rival).post(f"{V1}/needs/{need.pk}/ranking/objections", body, **keyed()).json()
    clock.set(NOW + timedelta(days=20))
    refused(api(enterprise).post(f"{address}/accept"), 409, "result_pending")
    decided = api(operator).post(
        f"{V1}/ranking-objections/{raised['id']}/dismiss", {"reason": "核对无误"}
    )
    assert decided.json()["state"] == "dismissed"
    clock.set(NOW + timedelta(days=40))
    assert api(enterprise).post(f"{address}/accept").json()["state"] == "accepted"
    shown = api(enterprise).get(f"{address}/reviews").json()["results"]
    assert [row["points"] for row in shown] == [[90, 80]] * 3
    assert "expert" not in shown[0]


@pytest.mark.parametrize("tie", ["poster", "respondent", "relation", "withdrawn"])
def test_whoever_is_tied_does_not_sit(tie, operator, enterprise, rival, bidder, need, experts):
    if tie == "relation":
        near = make_organization()
        Relation.objects.create(
            organization=near, related=organization_of(rival), kind="investment",
            starts_on=date(2026, 3, 1), declared_at=NOW,
        )  # fmt: skip
        tied = make_member(near)
    else:
        tied = {"poster": enterprise, "respondent": bidder, "withdrawn": bidder}[tie]
    if tie == "withdrawn":  # who took its response back is a party no more
        need.responses.filter(organization=organization_of(bidder)).update(state="withdrawn")
        convene(operator, need, [*experts[:2], tied])
        return
    with pytest.raises(ExpertTied) as refusal:
        convene(operator, need, [*experts[:2], tied])
    assert refusal.value.facts == {"experts": [tied.pk]}
    assert not ExpertPanel.objects.exists()


def test_a_tie_that_comes_later_keeps_an_expert_from_judging(operator, rival, need, experts):
    convene(operator, need, experts)
    late = organization_of(make_member(make_organization()))
    make_member(late).memberships.update(user=experts[0])
    Relation.objects.create(
        organization=late, related=organization_of(rival), kind="control",
        starts_on=date(2026, 3, 1), declared_at=NOW,
    )  # fmt: skip
    with pytest.raises(ExpertTied):
        review(experts[0], need.responses.first())
    assert not ExpertReview.objects.exists()


def test_who_may_do_what(operator, cadre, enterprise, bureau, stranger, need, experts):
    for user in (enterprise, bureau, stranger):
        with pytest.raises(PermissionDenied):
            convene(user, need, experts)
    convene(cadre, need, experts)
    for user in (operator, enterprise):
        with pytest.raises(PermissionDenied):
            review(user, need.responses.first())
    with pytest.raises(NotFound):
        review(stranger, need.responses.first())
    with pytest.raises(PersonRequired):
        panels.stand_back(actor=act(operator).__class__(client_id="x"), need_id=need.pk, reason="x")


def test_a_panel_is_convened_once_over_a_published_need_with_responses(
    operator, enterprise, need, experts
):
    with pytest.raises(PanelNotOdd):
        convene(operator, need, experts[:2])
    with pytest.raises(NotFound):
        panels.convene_panel(
            actor=act(operator), need_id=need.pk, experts=[1, 2, 10**9], criteria=CRITERIA
        )
    for empty in (make_need(enterprise), make_need(enterprise, NeedState.CLOSED)):
        with pytest.raises(panels.NothingToJudge):
            convene(operator, empty, experts)
    convene(operator, need, experts)
    with pytest.raises(panels.PanelStands):
        convene(operator, need, experts)
    with pytest.raises(IntegrityError, match="expertpanel_one_at_a_time"):
        ExpertPanel.objects.create(need=need, criteria=[], convened_at=NOW)


def test_who_stands_back_is_replaced_before_anything_is_ranked(operator, need, experts):
    convene(operator, need, experts)
    (only,) = need.responses.exclude(organization=need.responses.first().organization)
    need.responses.exclude(pk=only.pk).update(state="withdrawn")
    for expert in experts:
        review(expert, only)
    panels.stand_back(actor=act(experts[0]), need_id=need.pk, reason="与揭榜方有合作")
    assert not responses_visible_to(act(experts[0])).exists()
    with pytest.raises(PanelNotOdd):
        panels.publicise_ranking(actor=act(operator), need_id=need.pk)
    other = make_user()
    panels.add_experts(actor=act(operator), need_id=need.pk, experts=[other.pk])
    with pytest.raises(ReviewsMissing):
        panels.publicise_ranking(actor=act(operator), need_id=need.pk)
    review(other, only)
    assert panels.publicise_ranking(actor=act(operator), need_id=need.pk).ends_at is not None
    with pytest.raises(ResultStands):
        panels.stand_back(actor=act(other), need_id=need.pk, reason="晚了")
    with pytest.raises(ResultStands):
        panels.publicise_ranking(actor=act(operator), need_id=need.pk)


def test_a_response_is_judged_once_by_each_expert_and_for_good(operator, need, experts):
    convene(operator, need, experts)
    response = need.responses.first()
    kept = review(experts[0], response)
    with pytest.raises(panels.AlreadyReviewed):
        review(experts[0], response)
    with pytest.raises(Exception, match="append-only"), transaction():
        ExpertReview.objects.filter(pk=kept.pk).update(comment="x")
    need.responses.filter(pk=response.pk).update(state=ResponseState.WITHDRAWN)
    with pytest.raises(panels.NothingToJudge):
        review(experts[1], response)


def test_nobody_responds_to_or_is_chosen_for_a_need_that_is_judged(
    operator, enterprise, seller, need, experts
):
    convene(operator, need, experts)
    with pytest.raises(ResultPending):
        responses.accept_response(actor=act(enterprise), response_id=need.responses.first().pk)
    first, second = need.responses.all()
    for expert in experts:
        review(expert, first)
        review(expert, second)
    panels.publicise_ranking(actor=act(operator), need_id=need.pk)
    with pytest.raises(ResultStands):
        responses.respond(
            actor=act(seller), organization_id=organization_of(seller).pk, need_id=need.pk,
            approach="x", price="1.00", months=1,
        )  # fmt: skip


def test_an_upheld_objection_sets_the_panel_aside_and_another_may_follow(
    operator, rival, bidder, need, experts
):
    ranked(operator, need, experts)
    said = {"need_id": need.pk, "reason": "评分有误", "contact": "虚构电话"}
    first, second = (panels.object_to_ranking(actor=act(one), **said) for one in (rival, bidder))
    with pytest.raises(panels.RankingObjected):
        panels.object_to_ranking(actor=act(rival), **said)
    for user in (rival, bidder):
        with pytest.raises(PermissionDenied):
            panels.uphold_ranking_objection(actor=act(user), objection_id=first.pk, reason="x")
    panels.uphold_ranking_objection(actor=act(operator), objection_id=first.pk, reason="属实")
    second.refresh_from_db()
    assert second.state == "lapsed"
    with pytest.raises(IllegalTransition):
        panels.dismiss_ranking_objection(actor=act(operator), objection_id=second.pk, reason="x")
    with pytest.raises(NotFound):
        panels.dismiss_ranking_objection(actor=act(operator), objection_id=0, reason="x")
    assert not responses_visible_to(act(experts[0])).exists()
    assert convene(operator, need, experts).set_aside_at is None


def test_an_objection_that_waits_for_its_lock_until_the_publicity_is_over_is_late(
    operator, rival, need, experts, clock, monkeypatch
):
    panel = ranked(operator, need, experts)
    locked = panels.lock_need

    def late(*args, **more):
        clock.set(panel.ends_at)
        return locked(*args, **more)

    monkeypatch.setattr(panels, "lock_need", late)
    said = {"need_id": need.pk, "reason": "评分有误", "contact": "虚构电话"}
    with pytest.raises(PublicityOver):
        panels.object_to_ranking(actor=act(rival), **said)


def test_the_publicity_makes_up_for_the_time_an_objection_stood(
    operator, rival, bidder, need, experts, clock
):
    with pytest.raises(NotFound):
        panels.object_to_ranking(actor=act(rival), need_id=need.pk, reason="x", contact="x")
    panel = ranked(operator, need, experts)
    announced = panel.ends_at
    said = {"need_id": need.pk, "reason": "评分有误", "contact": "虚构电话"}
    first, second = (panels.object_to_ranking(actor=act(one), **said) for one in (rival, bidder))
    clock.set(NOW + timedelta(days=7))
    for one, paused in ((first, True), (second, False)):
        panels.dismiss_ranking_objection(actor=act(operator), objection_id=one.pk, reason="无误")
        panel.refresh_from_db()
        assert (panel.paused_at is not None) is paused
    assert panel.ends_at == announced + timedelta(days=7)
    clock.set(panel.ends_at)
    with pytest.raises(PublicityOver):
        panels.object_to_ranking(actor=act(rival), **said)


def test_objections_come_after_the_ranking(operator, rival, need, experts):
    convene(operator, need, experts)
    with pytest.raises(panels.ResultNotPublicised):
        panels.object_to_ranking(actor=act(rival), need_id=need.pk, reason="x", contact="x")


@pytest.mark.parametrize("step", ["convene", "rank", "object", "stand_back"])
def test_a_failure_half_way_leaves_nothing(step, operator, rival, need, experts, break_half_way):
    if step == "object":
        ranked(operator, need, experts)
    elif step != "convene":
        convene(operator, need, experts)
        for expert in experts:
            for response in need.responses.all():
                review(expert, response)
    before = [list(model.objects.values()) for model in TABLES]
    break_half_way()
    steps = {
        "convene": lambda: convene(operator, need, experts),
        "rank": lambda: panels.publicise_ranking(actor=act(operator), need_id=need.pk),
        "object": lambda: panels.object_to_ranking(
            actor=act(rival), need_id=need.pk, reason="x", contact="x"
        ),
        "stand_back": lambda: panels.stand_back(actor=act(experts[0]), need_id=need.pk, reason="x"),
    }
    with pytest.raises(HalfWayError):
        steps[step]()
    assert [list(model.objects.values()) for model in TABLES] == before


TABLES = (ExpertPanel, PanelExpert, ExpertReview, RankedResponse, PanelObjection)


def test_who_is_told(operator, cadre, enterprise, rival, bidder, need, experts):
    ranked(operator, need, experts)
    people = {one.pk for one in experts}
    heard = {
        event.kind: AUDIENCES[event.kind].hearers(event)
        for event in Event.objects.filter(kind__startswith="panel.")
    }
    assert heard == {
        "panel.convened": people | {enterprise.pk},
        "panel.ranked": {enterprise.pk, rival.pk, bidder.pk},
    }


@pytest.mark.parametrize(
    ("model", "wrong", "named"),
    [
        (PanelExpert, {"recused_at": NOW}, "panelexpert_recused_with_reason"),
        (ExpertPanel, {"begins_at": NOW, "ends_at": NOW}, "expertpanel_result_is_whole"),
    ],
)
def test_the_database_refuses_nonsense(model, wrong, named, operator, need, experts):
    convene(operator, need, experts)
    with pytest.raises(IntegrityError, match=named):
        model.objects.update(**wrong)


def test_the_database_keeps_rankings_and_objections_whole(operator, rival, need, experts):
    panel = ranked(operator, need, experts)
    place = panel.places.first()
    row = {"panel": panel, "response": place.response, "score": 1}
    for rank, named in ((1, "rank_once"), (9, "response_once")):
        with pytest.raises(IntegrityError, match=f"rankedresponse_{named}"), transaction():
            RankedResponse.objects.create(**row, rank=rank)
    with pytest.raises(IntegrityError, match="panelexpert_once_a_panel"), transaction():
        PanelExpert.objects.create(panel=panel, person=experts[0])
    expert = panel.experts.first()
    with pytest.raises(IntegrityError, match="expertreview_once_a_response"), transaction():
        ExpertReview.objects.create(
            expert=expert, response=place.response, points=[1], reviewed_at=NOW
        )
    said = {"panel": panel, "person": rival, "reason": "x", "contact": "x", "raised_at": NOW}
    PanelObjection.objects.create(**said)
    with pytest.raises(IntegrityError, match="panelobjection_open_once"), transaction():
        PanelObjection.objects.create(**said)
    with pytest.raises(IntegrityError, match="panelobjection_decided"), transaction():
        PanelObjection.objects.create(**said, state="upheld")
