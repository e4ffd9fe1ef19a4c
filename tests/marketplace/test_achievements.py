"""Each action and step on an achievement: it works, what it refuses, what it leaves behind."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from accounts.lifecycle import OrganizationState
from accounts.permissions import OrganizationNotVerified
from core.db import transaction
from core.errors import NotFound, PermissionDenied, ReasonRequired
from core.lifecycle import IllegalTransition
from core.models import Event
from marketplace import achievements
from marketplace.lifecycle import AchievementState
from marketplace.models import Achievement
from marketplace.queries import achievements_visible_to
from marketplace.rules import InvalidIPNumber, InvalidMaturity, NotEditable
from tests.conftest import NOW, act, make_member, make_organization, organization_of
from tests.factories import PATENT, make_achievement
from tests.marketplace.conftest import HalfWayError, events_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@dataclass(frozen=True)
class Move:
    """`by` is empty for a step, which acts in the transaction of another app's action."""

    action: Callable[..., Achievement]
    by: str
    sources: frozenset[AchievementState]
    to: AchievementState
    kind: str
    more: tuple[tuple[str, str], ...] = ()

    def __call__(self, row: Achievement, people: dict[str, Any], by: str = "") -> Achievement:
        if not self.by:
            with transaction():
                return self.action(row.pk, at=NOW)
        actor = act(people[by or self.by])
        return self.action(actor=actor, achievement_id=row.pk, **dict(self.more))


S = AchievementState
BECAUSE = (("reason", "成熟度证明不足"),)
MOVES = [
    Move(
        achievements.submit_achievement,
        "seller",
        frozenset({S.DRAFT, S.RETURNED}),
        S.SUBMITTED,
        "submitted",
    ),
    Move(
        achievements.approve_achievement,
        "operator",
        frozenset({S.SUBMITTED}),
        S.APPROVED,
        "approved",
    ),
    Move(
        achievements.return_achievement,
        "operator",
        frozenset({S.SUBMITTED}),
        S.RETURNED,
        "returned",
        BECAUSE,
    ),
    Move(
        achievements.publish_achievement,
        "seller",
        frozenset({S.APPROVED}),
        S.PUBLISHED,
        "published",
    ),
    Move(
        achievements.withdraw_achievement,
        "seller",
        frozenset({S.PUBLISHED, S.UNLISTED}),
        S.WITHDRAWN,
        "withdrawn",
        BECAUSE,
    ),
    Move(achievements.reserve, "", frozenset({S.PUBLISHED}), S.RESERVED, "reserved"),
    Move(achievements.release, "", frozenset({S.RESERVED}), S.PUBLISHED, "released"),
]
ALLOWED = [(move, state) for move in MOVES for state in sorted(move.sources)]
OTHERS = [(move, state) for move in MOVES for state in S if state not in move.sources]


def name(value: Any) -> str:
    return value.kind if isinstance(value, Move) else str(value)


def test_every_arrow_of_the_table_belongs_to_an_action():
    walked = {(source, move.to) for move in MOVES for source in move.sources}
    arrows = {
        (source, to) for source, targets in achievements.ACHIEVEMENT.moves.items() for to in targets
    }
    elsewhere = {(S.PUBLISHED, S.UNLISTED), (S.UNLISTED, S.PUBLISHED)}  # test_listing.py
    # They come with the deal's milestones and their corrections: test_milestones, test_returns.
    by_deals = {
        (S.RESERVED, S.TRANSFERRED),
        (S.TRANSFERRED, S.RESERVED),
        (S.TRANSFERRED, S.UNLISTED),
    }
    assert arrows - walked == elsewhere | by_deals
    assert walked <= arrows


@pytest.mark.parametrize(("move", "state"), ALLOWED, ids=name)
def test_allowed_from_where_the_table_says(move, state, people):
    row = make_achievement(people["seller"], state)

    moved = move(row, people)

    row.refresh_from_db()
    assert moved.state == row.state == move.to
    assert row.state_reason == dict(move.more).get("reason", "")
    assert events_of(f"achievement:{row.pk}") == [f"achievement.{move.kind}"]


@pytest.mark.parametrize(("move", "state"), OTHERS, ids=name)
def test_refused_from_every_other_state(move, state, people):
    row = make_achievement(people["seller"], state)

    with pytest.raises(IllegalTransition):
        move(row, people)

    row.refresh_from_db()
    assert row.state == state
    assert not Event.objects.exists()


@pytest.mark.parametrize(("move", "state"), ALLOWED, ids=name)
def test_a_failure_half_way_leaves_the_row_as_it_was(move, state, people, break_half_way):
    row = make_achievement(people["seller"], state)
    before = Achievement.objects.filter(pk=row.pk).values().get()
    break_half_way()

    with pytest.raises(HalfWayError):
        move(row, people)

    assert Achievement.objects.filter(pk=row.pk).values().get() == before
    assert not Event.objects.exists()


MAY = {
    achievements.submit_achievement: {"seller"},
    achievements.approve_achievement: {"operator", "cadre"},
    achievements.return_achievement: {"operator", "cadre"},
    achievements.publish_achievement: {"seller", "operator", "cadre"},
    achievements.withdraw_achievement: {"seller"},
}


@pytest.mark.parametrize("move", [move for move in MOVES if move.by], ids=name)
@pytest.mark.parametrize("by", ["seller", "operator", "cadre", "bureau", "rival", "stranger"])
def test_only_who_is_responsible_may_move_it(move, by, people):
    state = min(move.sources)
    row = make_achievement(people["seller"], state)
    if by in MAY[move.action]:
        move(row, people, by)
        return
    sees = (
        state == S.PUBLISHED
        or by in {"seller", "operator", "cadre"}
        or (by == "bureau" and state != S.DRAFT)
    )
    with pytest.raises(PermissionDenied if sees else NotFound):
        move(row, people, by)
    row.refresh_from_db()
    assert row.state == state


@pytest.mark.parametrize("step", [achievements.reserve, achievements.release])
def test_a_step_needs_a_transaction_and_a_row(step, seller):
    row = make_achievement(seller)
    with pytest.raises(RuntimeError):
        step(row.pk, at=NOW)
    with pytest.raises(NotFound), transaction():
        step(row.pk + 1000, at=NOW)


@pytest.mark.parametrize(
    ("action", "by", "state"),
    [
        (achievements.return_achievement, "operator", S.SUBMITTED),
        (achievements.withdraw_achievement, "seller", S.PUBLISHED),
    ],
)
def test_a_reason_must_say_something(action, by, state, people):
    row = make_achievement(people["seller"], state)
    with pytest.raises(ReasonRequired):
        action(actor=act(people[by]), achievement_id=row.pk, reason="")


def list_it(user: Any, **values: Any) -> Achievement:
    return achievements.list_achievement(
        actor=act(user),
        organization_id=organization_of(user).pk,
        **{
            "title": "陶瓷前驱体",
            "field": "NM",
            "maturity_level": 6,
            "ip_kind": "invention",
            "ip_number": "ZL 2015 8000 3807.3",
            **values,
        },
    )


def test_a_listed_achievement_is_a_draft_with_its_number_in_canonical_form(seller):
    row = list_it(seller)

    row.refresh_from_db()
    assert (row.state, row.owner, row.city.code) == ("draft", organization_of(seller), "330100")
    assert (row.ip_number, row.maturity_scale) == (PATENT, "trl9")
    assert row.code == f"A2026-{row.pk:06d}"
    event = Event.objects.get(topic=f"achievement:{row.pk}")
    assert (event.kind, event.actor_user) == ("achievement.listed", seller)
    assert event.payload == {"achievement": row.pk, "code": row.code, "owner": row.owner_id}


def test_know_how_has_a_maturity_on_the_other_scale_too(seller):
    row = list_it(
        seller,
        ip_kind="know_how",
        ip_number="",
        maturity_scale="grade13",
        maturity_level=13,
        city="320500",
    )
    assert (row.maturity_scale, row.ip_number, row.city.code) == ("grade13", "", "320500")


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"ip_number": "201580003807.4"}, InvalidIPNumber),
        ({"ip_kind": "design"}, InvalidIPNumber),
        ({"ip_kind": "know_how"}, InvalidIPNumber),
        ({"ip_kind": "software", "ip_number": ""}, InvalidIPNumber),
        ({"maturity_level": 0}, InvalidMaturity),
        ({"maturity_level": 10}, InvalidMaturity),
        ({"maturity_scale": "grade13", "maturity_level": 14}, InvalidMaturity),
    ],
)
def test_what_is_not_genuine_is_not_listed(values, refusal, seller):
    with pytest.raises(refusal):
        list_it(seller, **values)
    assert not Achievement.objects.exists()


def test_listing_that_fails_half_way_leaves_nothing(seller, break_half_way):
    break_half_way()
    with pytest.raises(HalfWayError):
        list_it(seller)
    assert not Achievement.objects.exists()


def test_only_a_verified_organization_lists_submits_and_publishes(seller):
    with pytest.raises(OrganizationNotVerified):
        list_it(make_member(make_organization(verified=False)))
    draft, approved = make_achievement(seller, S.DRAFT), make_achievement(seller, S.APPROVED)
    owner = organization_of(seller)
    owner.state = OrganizationState.SUSPENDED
    owner.save()
    with pytest.raises(OrganizationNotVerified):
        achievements.submit_achievement(actor=act(seller), achievement_id=draft.pk)
    with pytest.raises(OrganizationNotVerified):
        achievements.publish_achievement(actor=act(seller), achievement_id=approved.pk)


@pytest.mark.parametrize("state", [S.DRAFT, S.RETURNED])
def test_editing_changes_what_is_given_and_nothing_else(state, seller):
    row = make_achievement(seller, state, summary="原来的")
    edited = achievements.edit_achievement(
        actor=act(seller),
        achievement_id=row.pk,
        title="新",
        field="AI",
        ip_number="cn2015800038073",
    )
    row.refresh_from_db()
    assert (row.title, row.summary, row.field.code, row.state) == ("新", "原来的", "AI", state)
    assert edited.ip_number == row.ip_number == PATENT


def test_kind_and_number_are_judged_together(seller):
    row = make_achievement(seller, S.DRAFT, ip_kind="software", ip_number="CN2015800038073")
    edited = achievements.edit_achievement(
        actor=act(seller), achievement_id=row.pk, ip_kind="invention"
    )
    row.refresh_from_db()
    assert edited.ip_number == row.ip_number == PATENT
    with pytest.raises(InvalidIPNumber):
        achievements.edit_achievement(actor=act(seller), achievement_id=row.pk, ip_kind="know_how")
    row.refresh_from_db()
    assert row.ip_kind == "invention"


@pytest.mark.parametrize("state", set(S) - {S.DRAFT, S.RETURNED})
def test_nothing_is_edited_once_others_rely_on_it(state, seller):
    row = make_achievement(seller, state)
    with pytest.raises(NotEditable):
        achievements.edit_achievement(actor=act(seller), achievement_id=row.pk, title="新")


def test_only_the_owner_edits(seller, operator, rival):
    row = make_achievement(seller, S.DRAFT)
    for user, refusal in ((operator, PermissionDenied), (rival, NotFound)):
        with pytest.raises(refusal):
            achievements.edit_achievement(actor=act(user), achievement_id=row.pk, title="新")


def test_publication_is_dated_once_and_survives_a_reservation(seller, clock):
    row = make_achievement(seller, S.APPROVED)
    achievements.publish_achievement(actor=act(seller), achievement_id=row.pk)
    later = clock.advance(days=1)
    with transaction():
        achievements.reserve(row.pk, at=later)
    with transaction():
        achievements.release(row.pk, at=later)
    row.refresh_from_db()
    assert row.published_at == NOW


def test_an_owner_cannot_free_what_a_lot_or_a_deal_holds(seller):
    row = make_achievement(seller, S.RESERVED)
    for action, more in (
        (achievements.publish_achievement, {}),
        (achievements.withdraw_achievement, {"reason": "反悔"}),
    ):
        with pytest.raises(IllegalTransition):
            action(actor=act(seller), achievement_id=row.pk, **more)


@pytest.mark.parametrize("state", S)
def test_who_sees_an_achievement(state, people):
    row = make_achievement(people["seller"], state)
    public = state in {"published", "reserved", "transferred"}
    viewer = make_member(organization_of(people["seller"]), "viewer")
    expected = {
        "seller": True,
        "viewer": True,
        "cadre": True,
        "operator": True,
        "bureau": state not in {"draft", "withdrawn"},
        "rival": public,
        "stranger": public,
        "anonymous": public,
    }
    everybody = {**people, "viewer": viewer, "anonymous": None}
    seen = {who: achievements_visible_to(act(everybody[who])).contains(row) for who in expected}
    assert seen == expected
