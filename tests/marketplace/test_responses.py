"""Answers to a need and the choice among them: what works, what is refused, what is left."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from accounts.lifecycle import OrganizationState
from accounts.permissions import OrganizationNotVerified
from core.errors import NotFound, NotSignedIn, PermissionDenied
from core.lifecycle import IllegalTransition
from core.models import Event
from marketplace import responses
from marketplace.lifecycle import RESPONSE, AchievementState, NeedState, ResponseState
from marketplace.models import Deal, Response
from marketplace.models.responses import ANOTHER_ACCEPTED
from marketplace.queries import responses_visible_to
from marketplace.responses import AchievementNotOffered, AlreadyResponded, NeedNotOpen, OwnNeed
from marketplace.rules.answers import ReasonCodeRequired
from tests.conftest import NOW, act, make_member, make_organization, organization_of
from tests.factories import make_achievement
from tests.marketplace.conftest import (
    HalfWayError,
    events_of,
    make_need,
    make_response,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@dataclass(frozen=True)
class Move:
    action: Callable[..., Response]
    by: str
    to: ResponseState
    more: tuple[tuple[str, str], ...] = ()

    def __call__(self, response: Response, people: dict[str, Any], by: str = "") -> Response:
        actor = act(people[by or self.by])
        return self.action(actor=actor, response_id=response.pk, **dict(self.more))


MOVES = [
    Move(responses.shortlist_response, "enterprise", ResponseState.SHORTLISTED),
    Move(responses.accept_response, "enterprise", ResponseState.ACCEPTED),
    Move(
        responses.decline_response,
        "enterprise",
        ResponseState.DECLINED,
        (("reason_code", "cost"), ("reason", "价格过高")),
    ),
    Move(responses.withdraw_response, "seller", ResponseState.WITHDRAWN),
]
ALLOWED = [(move, state) for move in MOVES for state in RESPONSE.sources(move.to)]
OTHERS = [
    (move, state) for move in MOVES for state in ResponseState if (move, state) not in ALLOWED
]


def name(value: Any) -> str:
    return value.to.value if isinstance(value, Move) else str(value)


def rows() -> list[Any]:
    """All this app could have changed, for comparison."""
    return [*Response.objects.order_by("id").values(), *Deal.objects.order_by("id").values()]


@pytest.mark.parametrize(("move", "state"), ALLOWED, ids=name)
def test_allowed_from_where_the_table_says(move, state, people):
    response = make_response(make_need(people["enterprise"]), people["seller"], state)

    moved = move(response, people)

    response.refresh_from_db()
    assert moved.state == response.state == move.to
    assert response.state_reason == dict(move.more).get("reason", "")
    assert events_of(f"response:{response.pk}") == [f"response.{move.to}"]


@pytest.mark.parametrize(("move", "state"), OTHERS, ids=name)
def test_refused_from_every_other_state(move, state, people):
    response = make_response(make_need(people["enterprise"]), people["seller"], state)
    before = rows()

    with pytest.raises(IllegalTransition):
        move(response, people)

    assert rows() == before
    assert not Event.objects.exists()


@pytest.mark.parametrize(("move", "state"), ALLOWED, ids=name)
def test_a_failure_half_way_leaves_the_row_as_it_was(move, state, people, break_half_way):
    need = make_need(people["enterprise"])
    response = make_response(need, people["seller"], state)
    make_response(need, people["rival"])
    before = rows()
    break_half_way()

    with pytest.raises(HalfWayError):
        move(response, people)

    assert rows() == before
    need.refresh_from_db()
    assert need.state == NeedState.PUBLISHED
    assert not Event.objects.exists()


@pytest.mark.parametrize("move", MOVES, ids=name)
@pytest.mark.parametrize("by", ["enterprise", "seller", "operator", "rival", "stranger", "bureau"])
def test_only_the_responsible_side_moves_it(move, by, people):
    response = make_response(make_need(people["enterprise"]), people["seller"])
    if by == move.by:
        move(response, people, by)
        return
    sees = by in {"enterprise", "seller", "operator"}
    with pytest.raises(PermissionDenied if sees else NotFound):
        move(response, people, by)
    response.refresh_from_db()
    assert response.state == ResponseState.SUBMITTED


def respond(user: Any, need: Any, **values: Any) -> Response:
    return responses.respond(
        actor=act(user),
        organization_id=organization_of(user).pk,
        need_id=need.pk,
        **{"approach": "溶胶凝胶法", "price": Decimal("2800000.00"), "months": 9, **values},
    )


def test_a_response_belongs_to_the_need_and_the_organization(enterprise, seller):
    need, offered = make_need(enterprise), make_achievement(seller)

    response = respond(seller, need, achievement=offered.pk)

    assert (response.need, response.organization) == (need, organization_of(seller))
    assert (response.state, response.achievement_id) == (ResponseState.SUBMITTED, offered.pk)
    assert response.submitted_at == NOW
    event = Event.objects.get(topic=f"response:{response.pk}")
    assert (event.kind, event.actor_user) == ("response.submitted", seller)
    assert event.payload == {
        "response": response.pk,
        "need": need.pk,
        "organization": response.organization_id,
    }


def test_a_response_that_fails_half_way_leaves_nothing(enterprise, seller, break_half_way):
    need = make_need(enterprise)
    break_half_way()
    with pytest.raises(HalfWayError):
        respond(seller, need)
    assert not Response.objects.exists()


def test_the_poster_does_not_respond_to_its_own_need(enterprise):
    with pytest.raises(OwnNeed):
        respond(enterprise, make_need(enterprise))
    colleague = make_member(organization_of(enterprise))
    with pytest.raises(OwnNeed):
        respond(colleague, make_need(enterprise))
    assert not Response.objects.exists()


def test_responding_needs_a_verified_organization(enterprise):
    newcomer = make_member(make_organization(verified=False))
    with pytest.raises(OrganizationNotVerified):
        respond(newcomer, make_need(enterprise))
    assert not Response.objects.exists()


@pytest.mark.parametrize("state", sorted(set(NeedState) - {NeedState.PUBLISHED}))
def test_only_a_published_need_takes_responses(state, enterprise, seller):
    need = make_need(enterprise, state)
    public = state in {"matched", "signed", "completed", "closed"}
    with pytest.raises(NeedNotOpen if public else NotFound):
        respond(seller, need)
    assert not Response.objects.exists()


def test_one_open_response_per_organization(enterprise, seller):
    need = make_need(enterprise)
    first = respond(seller, need)
    with pytest.raises(AlreadyResponded):
        respond(make_member(organization_of(seller)), need)
    responses.withdraw_response(actor=act(seller), response_id=first.pk)
    second = respond(seller, need)
    responses.decline_response(actor=act(enterprise), response_id=second.pk, reason_code="cost")
    with pytest.raises(AlreadyResponded):
        respond(seller, need)


@pytest.mark.parametrize("state", sorted(set(AchievementState) - {AchievementState.PUBLISHED}))
def test_only_a_published_achievement_can_be_offered(state, enterprise, seller):
    offered = make_achievement(seller, state)
    with pytest.raises(AchievementNotOffered):
        respond(seller, make_need(enterprise), achievement=offered.pk)
    assert not Response.objects.exists()


def test_nobody_offers_what_is_not_theirs_or_does_not_exist(enterprise, seller, bidder):
    need, foreign = make_need(enterprise), make_achievement(bidder)
    for achievement in (foreign.pk, foreign.pk + 1000, 2**63 - 1):
        with pytest.raises(AchievementNotOffered):
            respond(seller, need, achievement=achievement)


def test_nobody_responds_for_an_organization_they_do_not_act_for(enterprise, seller, rival):
    need = make_need(enterprise)
    viewer = make_member(organization_of(seller), "viewer")
    for user, refusal in (
        (rival, PermissionDenied),
        (viewer, PermissionDenied),
        (None, NotSignedIn),
    ):
        with pytest.raises(refusal):
            responses.respond(
                actor=act(user),
                organization_id=organization_of(seller).pk,
                need_id=need.pk,
                approach="x",
                price=Decimal(1),
                months=1,
            )


def test_accepting_forms_the_deal_declines_the_others_and_matches_the_need(
    enterprise, seller, bidder, rival
):
    need, offered = make_need(enterprise), make_achievement(bidder)
    chosen = make_response(need, bidder, ResponseState.SHORTLISTED, achievement=offered)
    other = make_response(need, seller)
    gone = make_response(need, rival, ResponseState.WITHDRAWN)

    accepted = responses.accept_response(actor=act(enterprise), response_id=chosen.pk)

    deal = Deal.objects.get()
    assert (accepted.state, accepted.deal) == (ResponseState.ACCEPTED, deal)
    assert (deal.seller, deal.buyer) == (organization_of(bidder), organization_of(enterprise))
    assert (deal.price, deal.method, deal.channel) == (chosen.price, "agreement", "need_response")
    assert (deal.need, deal.achievement, deal.state) == (need, offered, "formed")
    assert deal.formed_at == NOW
    for row in (need, offered, other, gone):
        row.refresh_from_db()
    assert (need.state, offered.state) == (NeedState.MATCHED, AchievementState.RESERVED)
    assert (other.state, other.state_reason) == (ResponseState.DECLINED, ANOTHER_ACCEPTED)
    assert gone.state == ResponseState.WITHDRAWN
    assert list(Event.objects.order_by("id").values_list("kind", flat=True)) == [
        "achievement.reserved",
        "deal.formed",
        "response.accepted",
        "response.declined",
        "need.matched",
    ]


def test_a_failure_at_the_very_end_undoes_the_deal_and_everything_else(
    enterprise, seller, rival, monkeypatch
):
    need, offered = make_need(enterprise), make_achievement(seller)
    chosen = make_response(need, seller, achievement=offered)
    make_response(need, rival)
    before = rows()

    def fail_at_the_need(topic: str, *args: Any, **kwargs: Any) -> None:
        if topic == f"need:{need.pk}":
            raise HalfWayError

    monkeypatch.setattr(responses, "record", fail_at_the_need)
    with pytest.raises(HalfWayError):
        responses.accept_response(actor=act(enterprise), response_id=chosen.pk)

    assert rows() == before
    for row in (need, offered):
        row.refresh_from_db()
        assert row.state == "published"
    assert not Event.objects.exists()


def test_the_need_says_nothing_about_the_deal(enterprise, seller):
    need = make_need(enterprise)
    chosen = make_response(need, seller)
    responses.accept_response(actor=act(enterprise), response_id=chosen.pk)
    payload = Event.objects.get(topic=f"need:{need.pk}").payload
    assert set(payload) == {"need", "code", "organization"}


@pytest.mark.parametrize("state", sorted(set(AchievementState) - {AchievementState.PUBLISHED}))
def test_an_achievement_that_is_gone_cannot_be_part_of_the_deal(state, enterprise, seller):
    need, offered = make_need(enterprise), make_achievement(seller, state)
    chosen = make_response(need, seller, achievement=offered)
    with pytest.raises(IllegalTransition) as refused:
        responses.accept_response(actor=act(enterprise), response_id=chosen.pk)
    assert refused.value.facts["thing"] == "achievement"
    assert not Deal.objects.exists()
    need.refresh_from_db()
    assert need.state == NeedState.PUBLISHED


def test_an_achievement_of_somebody_else_cannot_be_part_of_the_deal(enterprise, seller, bidder):
    foreign = make_achievement(bidder)
    chosen = make_response(make_need(enterprise), seller, achievement=foreign)
    with pytest.raises(AchievementNotOffered):
        responses.accept_response(actor=act(enterprise), response_id=chosen.pk)
    foreign.refresh_from_db()
    assert foreign.state == AchievementState.PUBLISHED


@pytest.mark.parametrize("state", sorted(set(NeedState) - {NeedState.PUBLISHED}))
def test_only_a_published_need_is_matched(state, enterprise, seller):
    chosen = make_response(make_need(enterprise, state), seller)
    with pytest.raises(IllegalTransition) as refused:
        responses.accept_response(actor=act(enterprise), response_id=chosen.pk)
    assert refused.value.facts["thing"] == "need"
    assert not Deal.objects.exists()


@pytest.mark.parametrize("suspended", ["enterprise", "seller"])
def test_no_deal_with_a_suspended_organization(suspended, people):
    chosen = make_response(make_need(people["enterprise"]), people["seller"])
    organization = organization_of(people[suspended])
    organization.state = OrganizationState.SUSPENDED
    organization.save()
    with pytest.raises(OrganizationNotVerified):
        responses.accept_response(actor=act(people["enterprise"]), response_id=chosen.pk)
    assert not Deal.objects.exists()


def test_a_decline_without_a_reason_is_refused(enterprise, seller):
    response = make_response(make_need(enterprise), seller)
    with pytest.raises(ReasonCodeRequired):
        responses.decline_response(actor=act(enterprise), response_id=response.pk, reason=" ")


def test_a_missing_response_is_not_found(enterprise):
    for action in (responses.accept_response, responses.shortlist_response):
        with pytest.raises(NotFound):
            action(actor=act(enterprise), response_id=2**70)


def test_a_step_outside_a_transaction_fails(enterprise):
    need = make_need(enterprise)
    with pytest.raises(RuntimeError):
        responses.decline_open(need, reason="", at=NOW, actor=act(enterprise))


def test_who_sees_a_response(people):
    response = make_response(make_need(people["enterprise"]), people["seller"])
    viewer = make_member(organization_of(people["enterprise"]), "viewer")
    everybody = {**people, "viewer": viewer, "anonymous": None}
    seen = {
        who for who, user in everybody.items() if responses_visible_to(act(user)).contains(response)
    }
    assert seen == {"enterprise", "seller", "viewer", "operator", "cadre"}


def test_a_standard_reason_is_told_in_the_readers_language(monkeypatch):
    monkeypatch.setattr("marketplace.models.responses.gettext", lambda text: f"«{text}»")
    assert Response(state_reason=ANOTHER_ACCEPTED).told_reason == f"«{ANOTHER_ACCEPTED}»"
    with translation.override("en"):
        assert Response(state_reason="价格过高").told_reason == "价格过高"
        assert Response(state_reason="").told_reason == ""
