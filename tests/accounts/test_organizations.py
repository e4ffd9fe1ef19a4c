"""Each action on an organization's file: it works, what it refuses, what it leaves behind."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from accounts import organizations
from accounts.lifecycle import ORGANIZATION, OrganizationState
from accounts.models import Membership, Organization, Role
from accounts.organizations import AlreadyRegistered
from accounts.queries import UnknownCity
from accounts.rules import InvalidCreditCode
from core.errors import NotFound, NotSignedIn, PermissionDenied, ReasonRequired
from core.lifecycle import IllegalTransition
from core.models import Event
from tests.conftest import (
    NOW,
    act,
    credit_code,
    make_member,
    make_organization,
    organization_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

S = OrganizationState


@dataclass(frozen=True)
class Move:
    """An action, who does it, the states it starts from, where it leads, and what it tells."""

    action: Callable[..., Organization]
    by: str
    sources: frozenset[OrganizationState]
    to: OrganizationState
    reason: bool = False

    def __call__(self, organization: Organization, actor: Any, **more: Any) -> Organization:
        if self.reason:
            more.setdefault("reason", "登记信息不符")
        return self.action(actor=act(actor), organization_id=organization.pk, **more)


MOVES = [
    Move(
        organizations.submit_organization,
        "member",
        frozenset({S.DRAFT, S.RETURNED}),
        S.SUBMITTED,
    ),
    Move(organizations.verify_organization, "cadre", frozenset({S.SUBMITTED}), S.VERIFIED),
    Move(
        organizations.return_organization,
        "cadre",
        frozenset({S.SUBMITTED}),
        S.RETURNED,
        reason=True,
    ),
    Move(
        organizations.suspend_organization,
        "cadre",
        frozenset({S.VERIFIED}),
        S.SUSPENDED,
        reason=True,
    ),
    Move(organizations.reinstate_organization, "cadre", frozenset({S.SUSPENDED}), S.VERIFIED),
]
ALLOWED = [(move, state) for move in MOVES for state in sorted(move.sources)]
REFUSED = [(move, state) for move in MOVES for state in S if state not in move.sources]


def name(value: Any) -> str:
    return value.action.__name__ if isinstance(value, Move) else str(value)


@pytest.fixture
def people(cadre, stranger) -> dict[str, Any]:
    return {"cadre": cadre, "stranger": stranger}


@pytest.fixture
def file(people) -> Callable[[OrganizationState], Organization]:
    """An organization's file in the state asked for, and `people["member"]` who keeps it."""

    def make(state: OrganizationState) -> Organization:
        organization = make_organization(verified=state in (S.VERIFIED, S.SUSPENDED))
        organization.state = state
        organization.save()
        people["member"] = make_member(organization)
        return organization

    return make


def events_of(organization: Organization) -> list[str]:
    topic = f"organization:{organization.pk}"
    return list(Event.objects.filter(topic=topic).order_by("seq").values_list("kind", flat=True))


def register(person: Any, **changes: Any) -> Organization:
    values = {
        "kind": "enterprise",
        "name": "虚构新材料",
        "credit_code": credit_code(90_000),
        "city": "330100",
    }
    return organizations.register_organization(actor=act(person), **{**values, **changes})


def test_the_table_is_covered_by_the_actions():
    walked = {(source, move.to) for move in MOVES for source in move.sources}
    assert walked == {
        (source, to) for source, targets in ORGANIZATION.moves.items() for to in targets
    }


# --- Registering ------------------------------------------------------------------------


def test_whoever_registers_an_organization_becomes_its_manager(stranger):
    organization = register(stranger)
    assert organization.state == S.DRAFT
    assert organization.created_at == NOW
    assert organization.verified_at is None
    membership = Membership.objects.get(user=stranger)
    assert (membership.organization, membership.role) == (organization, Role.MANAGER)
    assert events_of(organization) == ["organization.registered"]


def test_a_code_is_registered_once(stranger, bidder):
    register(stranger)
    with pytest.raises(AlreadyRegistered):
        register(bidder)
    assert Organization.objects.filter(credit_code=credit_code(90_000)).count() == 1
    assert bidder.memberships.count() == 1


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"credit_code": "91350100M000100Y4Z"}, InvalidCreditCode),
        ({"credit_code": credit_code(90_000).lower()}, InvalidCreditCode),
        ({"city": "110000"}, UnknownCity),
        ({"city": "３３０１００"}, UnknownCity),
        ({"city": ""}, UnknownCity),
    ],
)
def test_a_registration_that_names_nothing_real_leaves_nothing_behind(stranger, changes, refusal):
    with pytest.raises(refusal):
        register(stranger, **changes)
    assert not Organization.objects.filter(name="虚构新材料").exists()
    assert not Membership.objects.exists()
    assert not Event.objects.exists()


def test_nobody_registers_an_organization_without_signing_in():
    with pytest.raises(NotSignedIn):
        register(None)


def test_a_system_registers_no_organization(bidder, system):
    answer = system(organization_of(bidder), "lots:read").post(
        "/api/v1/organizations",
        {
            "kind": "enterprise",
            "name": "x",
            "credit_code": credit_code(90_000),
            "city": "330100",
        },
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


# --- Moves ------------------------------------------------------------------------------


@pytest.mark.parametrize(("move", "state"), ALLOWED, ids=name)
def test_a_move_is_allowed_from_where_the_table_says(move, state, file, people):
    organization = file(state)
    move(organization, people[move.by])
    organization.refresh_from_db()
    assert organization.state == move.to
    assert organization.state_reason == ("登记信息不符" if move.reason else "")
    assert events_of(organization) == [f"organization.{move.to}"]
    event = Event.objects.get(topic=f"organization:{organization.pk}")
    assert (event.actor_user, event.at) == (people[move.by], NOW)


@pytest.mark.parametrize(("move", "state"), REFUSED, ids=name)
def test_a_move_is_refused_from_every_other_state(move, state, file, people):
    organization = file(state)
    before = Organization.objects.filter(pk=organization.pk).values().get()
    # A file that is not public is unknown to nobody here: its member and the office see all.
    with pytest.raises(IllegalTransition) as refused:
        move(organization, people[move.by])
    assert refused.value.facts["current"] == state
    assert Organization.objects.filter(pk=organization.pk).values().get() == before
    assert not Event.objects.exists()


class HalfWayError(Exception):
    pass


@pytest.mark.parametrize(("move", "state"), ALLOWED, ids=name)
def test_a_failure_half_way_leaves_the_file_as_it_was(move, state, file, people, monkeypatch):
    organization = file(state)
    before = Organization.objects.filter(pk=organization.pk).values().get()

    def fail(*args: Any, **kwargs: Any) -> None:
        raise HalfWayError

    monkeypatch.setattr(organizations, "record", fail)
    with pytest.raises(HalfWayError):
        move(organization, people[move.by])
    assert Organization.objects.filter(pk=organization.pk).values().get() == before


@pytest.mark.parametrize("move", MOVES, ids=name)
def test_only_the_one_whose_step_it_is_takes_it(move, file, people):
    organization = file(min(move.sources))
    other = "cadre" if move.by == "member" else "member"
    with pytest.raises(PermissionDenied):
        move(organization, people[other])
    organization.refresh_from_db()
    assert organization.state == min(move.sources)


@pytest.mark.parametrize("move", MOVES, ids=name)
def test_a_stranger_finds_only_public_files_and_moves_none(move, file, people):
    state = min(move.sources)
    refusal = PermissionDenied if state == S.VERIFIED else NotFound
    with pytest.raises(refusal):
        move(file(state), people["stranger"])


def test_a_viewer_submits_nothing(file):
    organization = file(S.DRAFT)
    viewer = make_member(organization, Role.VIEWER)
    with pytest.raises(PermissionDenied):
        organizations.submit_organization(actor=act(viewer), organization_id=organization.pk)


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
@pytest.mark.parametrize("move", [move for move in MOVES if move.reason], ids=name)
def test_a_reason_is_needed_where_a_person_will_be_told_it(move, reason, file, people):
    organization = file(min(move.sources))
    with pytest.raises(ReasonRequired):
        move(organization, people[move.by], reason=reason)
    organization.refresh_from_db()
    assert organization.state == min(move.sources)


def test_who_verified_a_file_first_is_kept(file, people, clock):
    organization = file(S.SUBMITTED)
    MOVES[1](organization, people["cadre"])
    organization.refresh_from_db()
    assert (organization.verified_by, organization.verified_at) == (people["cadre"], NOW)
    clock.advance(days=3)
    MOVES[3](organization, people["cadre"])
    MOVES[4](organization, people["cadre"])
    organization.refresh_from_db()
    assert (organization.state, organization.verified_at) == (S.VERIFIED, NOW)
    assert events_of(organization)[-2:] == ["organization.suspended", "organization.verified"]


def test_the_bureau_sees_the_files_of_its_city_and_decides_none(file, bureau):
    organization = file(S.SUBMITTED)  # in Hangzhou, like the bureau
    with pytest.raises(PermissionDenied):
        organizations.verify_organization(actor=act(bureau), organization_id=organization.pk)
