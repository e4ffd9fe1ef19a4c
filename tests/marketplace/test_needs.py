"""Each action on a need: it works, what it refuses, what it leaves behind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.lifecycle import OrganizationState
from accounts.permissions import OrganizationNotVerified
from core.errors import NotFound, NotSignedIn, PermissionDenied, ReasonRequired
from core.lifecycle import IllegalTransition
from core.models import Event
from marketplace import needs
from marketplace.lifecycle import NEED, NeedState, ResponseState
from marketplace.models import Need, NeedIndicator
from marketplace.models.responses import NEED_CLOSED, NEED_WITHDRAWN
from marketplace.queries import UnknownTechnologyField, needs_visible_to
from marketplace.rules import NeedIncomplete, NotEditable
from tests.conftest import NOW, act, make_member, make_organization, organization_of
from tests.marketplace.conftest import HalfWayError, events_of, make_need, make_response

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

INDICATOR = {"name": "耐温", "operator": "ge", "target": Decimal(1200), "unit": "℃"}


@dataclass(frozen=True)
class Move:
    """An action, who does it, where it leads, and the event that says so."""

    action: Callable[..., Need]
    by: str
    to: NeedState
    more: tuple[tuple[str, str], ...] = ()

    def __call__(self, need: Need, people: dict[str, Any], by: str = "") -> Need:
        return self.action(actor=act(people[by or self.by]), need_id=need.pk, **dict(self.more))


BECAUSE = (("reason", "指标不够具体"),)
MOVES = [
    Move(needs.submit_need, "enterprise", NeedState.SUBMITTED),
    Move(needs.endorse_need, "bureau", NeedState.ENDORSED),
    Move(needs.return_need, "cadre", NeedState.RETURNED, BECAUSE),
    Move(needs.publish_need, "cadre", NeedState.PUBLISHED),
    Move(needs.withdraw_need, "enterprise", NeedState.WITHDRAWN),
    Move(needs.close_need, "enterprise", NeedState.CLOSED, BECAUSE),
]
# A matched need is closed by its deal alone.
ALLOWED = [(move, state) for move in MOVES for state in NEED.sources(move.to) - {NeedState.MATCHED}]
OTHERS = [(move, state) for move in MOVES for state in NeedState if (move, state) not in ALLOWED]
# The bureau does not know of what was never submitted: there it is a 404, not a 409.
UNSEEN = {(NeedState.ENDORSED, NeedState.DRAFT), (NeedState.ENDORSED, NeedState.WITHDRAWN)}


def name(value: Any) -> str:
    return value.to.value if isinstance(value, Move) else str(value)


@pytest.mark.parametrize(("move", "state"), ALLOWED, ids=name)
def test_allowed_from_where_the_table_says(move, state, people):
    need = make_need(people["enterprise"], state)

    moved = move(need, people)

    need.refresh_from_db()
    assert moved.state == need.state == move.to
    assert need.state_reason == dict(move.more).get("reason", "")
    assert events_of(f"need:{need.pk}") == [f"need.{move.to}"]


@pytest.mark.parametrize(("move", "state"), OTHERS, ids=name)
def test_refused_from_every_other_state(move, state, people):
    need = make_need(people["enterprise"], state)
    refusal = NotFound if (move.to, state) in UNSEEN else IllegalTransition

    with pytest.raises(refusal):
        move(need, people)

    need.refresh_from_db()
    assert need.state == state
    assert not Event.objects.exists()


@pytest.mark.parametrize(("move", "state"), ALLOWED, ids=name)
def test_a_failure_half_way_leaves_the_row_as_it_was(move, state, people, break_half_way):
    need = make_need(people["enterprise"], state)
    before = Need.objects.filter(pk=need.pk).values().get()
    break_half_way()

    with pytest.raises(HalfWayError):
        move(need, people)

    assert Need.objects.filter(pk=need.pk).values().get() == before
    assert not Event.objects.exists()


MAY = {
    needs.submit_need: {"enterprise"},
    needs.endorse_need: {"bureau"},
    needs.return_need: {"bureau", "cadre"},
    needs.publish_need: {"cadre"},
    needs.withdraw_need: {"enterprise"},
    needs.close_need: {"enterprise"},
}
SEES_DRAFT = {"enterprise", "cadre", "operator"}
FIRST_SOURCE = {move.to: min(NEED.sources(move.to), key=list(NeedState).index) for move in MOVES}


@pytest.mark.parametrize("move", MOVES, ids=name)
@pytest.mark.parametrize("by", ["enterprise", "bureau", "cadre", "operator", "rival", "stranger"])
def test_only_who_is_responsible_may_move_it(move, by, people):
    state = FIRST_SOURCE[move.to]
    need = make_need(people["enterprise"], state)
    if by in MAY[move.action]:
        move(need, people, by)
        return
    sees = (
        state == NeedState.PUBLISHED
        or by in SEES_DRAFT
        or (by == "bureau" and state != NeedState.DRAFT)
    )
    with pytest.raises(PermissionDenied if sees else NotFound):
        move(need, people, by)
    need.refresh_from_db()
    assert need.state == state


def test_the_bureau_of_another_city_neither_sees_nor_endorses(enterprise):
    elsewhere = make_member(make_organization("public_body", city="320500"))
    need = make_need(enterprise, NeedState.SUBMITTED)
    with pytest.raises(NotFound):
        needs.endorse_need(actor=act(elsewhere), need_id=need.pk)


def test_the_bureau_cannot_return_what_it_has_endorsed(enterprise, bureau):
    need = make_need(enterprise, NeedState.ENDORSED)
    with pytest.raises(PermissionDenied):
        needs.return_need(actor=act(bureau), need_id=need.pk, reason="晚了")


@pytest.mark.parametrize(
    ("action", "by", "state"),
    [
        (needs.return_need, "cadre", NeedState.SUBMITTED),
        (needs.close_need, "enterprise", NeedState.PUBLISHED),
    ],
)
def test_a_reason_must_say_something(action, by, state, people):
    need = make_need(people["enterprise"], state)
    with pytest.raises(ReasonRequired):
        action(actor=act(people[by]), need_id=need.pk, reason="  ")


def post(user: Any, **values: Any) -> Need:
    return needs.post_need(
        actor=act(user),
        organization_id=organization_of(user).pk,
        **{"title": "耐高温涂层", "field": "NM", **values},
    )


def test_a_posted_need_is_a_draft_of_the_organization(enterprise):
    need = post(
        enterprise,
        budget=Decimal("3200000.00"),
        deadline=date(2026, 12, 31),
        indicators=[INDICATOR, {**INDICATOR, "name": "附着力"}],
    )

    assert (need.state, need.organization) == (NeedState.DRAFT, organization_of(enterprise))
    assert need.city.code == "330100"
    assert need.code == f"N2026-{need.pk:06d}"
    assert [row.name for row in need.indicators.all()] == ["耐温", "附着力"]
    event = Event.objects.get(topic=f"need:{need.pk}")
    assert event.kind == "need.posted"
    assert event.actor_user == enterprise
    assert event.payload == {
        "need": need.pk,
        "code": need.code,
        "organization": need.organization_id,
    }


def test_a_draft_may_be_incomplete_and_lie_in_another_city(enterprise):
    need = post(enterprise, city="340100")
    assert (need.city.code, need.budget, need.deadline) == ("340100", None, None)


def test_a_post_that_fails_half_way_leaves_nothing(enterprise, break_half_way):
    break_half_way()
    with pytest.raises(HalfWayError):
        post(enterprise, indicators=[INDICATOR])
    assert not Need.objects.exists()
    assert not NeedIndicator.objects.exists()


def test_posting_needs_a_verified_organization():
    person = make_member(make_organization(verified=False))
    with pytest.raises(OrganizationNotVerified):
        post(person)
    assert not Need.objects.exists()


def test_nobody_posts_for_an_organization_they_do_not_act_for(enterprise, rival):
    viewer = make_member(organization_of(enterprise), "viewer")
    for user, refusal in (
        (rival, PermissionDenied),
        (viewer, PermissionDenied),
        (None, NotSignedIn),
    ):
        with pytest.raises(refusal):
            needs.post_need(
                actor=act(user),
                organization_id=organization_of(enterprise).pk,
                title="x",
                field="NM",
            )


def test_an_unknown_field_code_is_refused(enterprise):
    with pytest.raises(UnknownTechnologyField):
        post(enterprise, field="XX")


@pytest.mark.parametrize("state", [NeedState.DRAFT, NeedState.RETURNED])
def test_editing_changes_what_is_given_and_nothing_else(enterprise, state):
    need = make_need(enterprise, state, summary="原来的")

    edited = needs.edit_need(
        actor=act(enterprise), need_id=need.pk, title="新", field="AI", city="320500", budget=None
    )

    assert (edited.title, edited.summary, edited.budget) == ("新", "原来的", None)
    assert (edited.field.code, edited.city.code, edited.state) == ("AI", "320500", state)
    assert edited.indicators.count() == 1


def test_given_indicators_replace_the_earlier_ones(enterprise):
    need = make_need(enterprise, NeedState.DRAFT, indicators=3)
    edited = needs.edit_need(actor=act(enterprise), need_id=need.pk, indicators=[INDICATOR])
    assert [row.name for row in edited.indicators.all()] == ["耐温"]
    edited = needs.edit_need(actor=act(enterprise), need_id=need.pk, indicators=[])
    assert edited.indicators.count() == 0


@pytest.mark.parametrize("state", sorted(set(NeedState) - {NeedState.DRAFT, NeedState.RETURNED}))
def test_nothing_is_edited_once_others_rely_on_it(enterprise, state):
    need = make_need(enterprise, state)
    with pytest.raises(NotEditable):
        needs.edit_need(actor=act(enterprise), need_id=need.pk, title="新")
    need.refresh_from_db()
    assert need.title != "新"


def test_only_the_poster_edits(enterprise, cadre, rival):
    need = make_need(enterprise, NeedState.DRAFT)
    for user, refusal in ((cadre, PermissionDenied), (rival, NotFound)):
        with pytest.raises(refusal):
            needs.edit_need(actor=act(user), need_id=need.pk, title="新")


@pytest.mark.parametrize(
    ("action", "by", "state"),
    [
        (needs.submit_need, "enterprise", NeedState.DRAFT),
        (needs.publish_need, "cadre", NeedState.ENDORSED),
    ],
)
@pytest.mark.parametrize(
    ("lacks", "missing"),
    [
        ({"indicators": 0}, ["indicators"]),
        ({"budget": None}, ["budget"]),
        ({"deadline": None}, ["deadline"]),
        ({"deadline": date(2026, 3, 2)}, ["deadline"]),
        ({"indicators": 0, "budget": None, "deadline": None}, ["indicators", "budget", "deadline"]),
    ],
)
def test_an_incomplete_need_goes_nowhere(action, by, state, lacks, missing, people):
    need = make_need(people["enterprise"], state, **lacks)
    with pytest.raises(NeedIncomplete) as refused:
        action(actor=act(people[by]), need_id=need.pk)
    assert refused.value.facts == {"missing": missing}
    need.refresh_from_db()
    assert need.state == state


def test_the_deadline_is_judged_by_the_day_in_shanghai(enterprise, clock):
    need = make_need(enterprise, NeedState.DRAFT, deadline=date(2026, 3, 3))
    clock.set(NOW.replace(hour=16))  # 2 March in UTC, midnight of 3 March in Shanghai
    with pytest.raises(NeedIncomplete):
        needs.submit_need(actor=act(enterprise), need_id=need.pk)


def test_a_suspended_organization_neither_submits_nor_is_published(enterprise, cadre):
    draft = make_need(enterprise, NeedState.DRAFT)
    endorsed = make_need(enterprise, NeedState.ENDORSED)
    organization = organization_of(enterprise)
    organization.state = OrganizationState.SUSPENDED
    organization.save()
    with pytest.raises(OrganizationNotVerified):
        needs.submit_need(actor=act(enterprise), need_id=draft.pk)
    with pytest.raises(OrganizationNotVerified):
        needs.publish_need(actor=act(cadre), need_id=endorsed.pk)


def test_publication_is_dated_and_a_return_reason_is_forgotten(enterprise, bureau, cadre):
    need = make_need(enterprise, NeedState.RETURNED, state_reason="太笼统")
    needs.submit_need(actor=act(enterprise), need_id=need.pk)
    needs.endorse_need(actor=act(bureau), need_id=need.pk)
    published = needs.publish_need(actor=act(cadre), need_id=need.pk)
    assert (published.published_at, published.state_reason) == (NOW, "")


@pytest.mark.parametrize(
    ("action", "more", "reason"),
    [(needs.withdraw_need, {}, NEED_WITHDRAWN), (needs.close_need, dict(BECAUSE), NEED_CLOSED)],
)
def test_who_responded_is_told_that_the_need_has_ended(
    action, more, reason, enterprise, seller, bidder, rival
):
    need = make_need(enterprise)
    answers = [
        make_response(need, seller),
        make_response(need, bidder, ResponseState.SHORTLISTED),
        make_response(need, rival, ResponseState.WITHDRAWN),
    ]

    action(actor=act(enterprise), need_id=need.pk, **more)

    for answer in answers:
        answer.refresh_from_db()
    assert [answer.state for answer in answers] == ["declined", "declined", "withdrawn"]
    assert [answer.state_reason for answer in answers] == [reason, reason, ""]
    assert events_of(f"response:{answers[0].pk}") == ["response.declined"]
    assert events_of(f"response:{answers[2].pk}") == []


@pytest.mark.parametrize("state", NeedState)
def test_who_sees_a_need(state, people):
    need = make_need(people["enterprise"], state)
    public = state in {"published", "matched", "signed", "completed", "closed"}
    viewer = make_member(organization_of(people["enterprise"]), "viewer")
    expected = {
        "enterprise": True,
        "viewer": True,
        "cadre": True,
        "operator": True,
        "bureau": state not in {"draft", "withdrawn"},
        "rival": public,
        "stranger": public,
        "anonymous": public,
    }
    everybody = {**people, "viewer": viewer, "anonymous": None}
    seen = {who: needs_visible_to(act(everybody[who])).contains(need) for who in expected}
    assert seen == expected


def test_the_bureau_still_sees_what_was_withdrawn_after_publication(enterprise, bureau):
    need = make_need(enterprise, NeedState.WITHDRAWN, published_at=NOW)
    assert needs_visible_to(act(bureau)).contains(need)
