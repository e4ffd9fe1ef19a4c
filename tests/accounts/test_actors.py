"""Rights are those of this moment: what ended a second ago no longer counts."""

from datetime import date, datetime, timedelta

import pytest
from rest_framework.test import APIClient

from accounts.actors import ANONYMOUS, Actor, actor_of_user
from accounts.lifecycle import OrganizationState
from accounts.models import City, Membership, OrganizationKind, Role, Secondment, WorkingGroup
from accounts.permissions import (
    ScopeMissing,
    require_agent,
    require_bureau,
    require_manager,
    require_office,
    require_operator,
    require_scope,
    require_staff,
)
from accounts.queries import (
    ActingOrganizationRequired,
    acting_organization,
    member_ids,
    organizations_visible_to,
)
from core.clock import SHANGHAI
from core.errors import NotFound, NotSignedIn, PermissionDenied
from tests.conftest import NOW, act, make_member, make_organization, make_user, organization_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ME = "/api/v1/me"


def me(client: APIClient) -> dict:
    answer = client.get(ME)
    assert answer.status_code == 200, answer.content
    return answer.json()


# --- Memberships ------------------------------------------------------------------------


def test_an_agent_acts_for_the_organization_and_sees_it(bidder):
    organization = organization_of(bidder)
    actor = act(bidder)
    assert actor.sees == actor.acts_for == {organization.pk}
    assert actor.manages == frozenset()
    assert (actor.operates, actor.office, actor.bureau_cities) == (False, False, frozenset())


def test_a_viewer_sees_and_does_not_act():
    organization = make_organization()
    actor = act(make_member(organization, Role.VIEWER))
    assert (actor.sees, actor.acts_for) == ({organization.pk}, frozenset())
    with pytest.raises(PermissionDenied):
        require_agent(actor, organization.pk)


def test_a_manager_acts_and_manages():
    organization = make_organization()
    actor = act(make_member(organization, Role.MANAGER))
    assert actor.acts_for == actor.manages == {organization.pk}
    require_manager(actor, organization.pk)


def test_an_agent_manages_nothing(bidder):
    with pytest.raises(PermissionDenied):
        require_manager(act(bidder), organization_of(bidder).pk)


def test_a_membership_that_ended_gives_nothing_from_the_next_request_on(bidder, api):
    client = api(bidder)
    assert len(me(client)["memberships"]) == 1
    bidder.memberships.update(ended_at=NOW)
    assert me(client)["memberships"] == []
    assert act(bidder).sees == frozenset()
    assert member_ids(1) == []


def test_a_deactivated_person_is_nobody_from_the_next_request_on(bidder, api):
    client = api(bidder)
    assert me(client)["username"] == "bidder"
    bidder.is_active = False
    bidder.save()
    assert client.get(ME).status_code == 401
    assert act(bidder) == ANONYMOUS


def test_a_role_that_was_taken_away_is_gone_at_the_next_request(operator, api):
    client = api(operator)
    assert me(client)["is_operator"]
    operator.memberships.update(role=Role.VIEWER)
    assert not me(client)["is_operator"]


# --- Offices ----------------------------------------------------------------------------


def test_an_exchange_gives_its_agents_the_operators_rights(operator):
    assert act(operator).operates
    assert act(operator).is_staff
    require_operator(act(operator))
    require_staff(act(operator))


@pytest.mark.parametrize(
    "state", [state for state in OrganizationState if state != OrganizationState.VERIFIED]
)
def test_an_exchange_that_is_not_verified_gives_its_people_nothing(operator, api, state):
    client = api(operator)
    exchange = organization_of(operator)
    exchange.state = state
    exchange.save()
    assert not me(client)["is_operator"]
    with pytest.raises(PermissionDenied):
        require_operator(act(operator))


def test_a_bureau_answers_for_its_own_city_only(bureau):
    hangzhou, suzhou = (City.objects.get(code=code).pk for code in ("330100", "320500"))
    actor = act(bureau)
    assert actor.bureau_cities == {hangzhou}
    require_bureau(actor, hangzhou)
    with pytest.raises(PermissionDenied):
        require_bureau(actor, suzhou)


def test_a_suspended_bureau_answers_for_no_city(bureau):
    body = organization_of(bureau)
    body.state = OrganizationState.SUSPENDED
    body.save()
    assert act(bureau).bureau_cities == frozenset()


def test_who_is_not_signed_in_is_told_so_before_anything_else():
    for require in (require_operator, require_office, require_staff):
        with pytest.raises(NotSignedIn):
            require(ANONYMOUS)
    for require in (require_agent, require_manager, require_bureau):
        with pytest.raises(NotSignedIn):
            require(ANONYMOUS, 1)


# --- Terms of office --------------------------------------------------------------------


@pytest.fixture
def seconded():
    """A cadre for the three days from 10 to 12 March."""
    user = make_user()
    Secondment.objects.create(
        user=user,
        city=City.objects.get(code="330100"),
        group=WorkingGroup.GENERAL,
        starts_on=date(2026, 3, 10),
        ends_on=date(2026, 3, 12),
    )
    return user


@pytest.mark.parametrize(
    ("day", "time", "serves"),
    [
        (9, "23:59:59.999999", False),
        (10, "00:00:00", True),
        (11, "12:00:00", True),
        (12, "00:00:00", True),
        (12, "23:59:59.999999", True),
        (13, "00:00:00", False),
    ],
)
def test_a_term_holds_from_the_first_day_to_the_last_in_shanghai(seconded, day, time, serves):
    moment = datetime.fromisoformat(f"2026-03-{day:02d}T{time}").replace(tzinfo=SHANGHAI)
    assert actor_of_user(seconded, at=moment).office is serves


def test_the_day_after_a_term_ends_the_rights_end_in_the_same_session(seconded, api, clock):
    client = api(seconded)
    organization = make_organization(verified=False)
    organization.state = OrganizationState.SUBMITTED
    organization.save()
    url = f"/api/v1/organizations/{organization.pk}/return"

    clock.set(datetime(2026, 3, 12, 23, 59, 59, tzinfo=SHANGHAI))
    assert me(client)["is_office"]
    assert client.get(f"/api/v1/organizations/{organization.pk}").status_code == 200

    clock.advance(seconds=1)
    assert not me(client)["is_office"]
    answer = client.post(url, {"reason": "x"}, format="json")
    assert answer.status_code == 404, "what the office saw yesterday is not there for it today"
    with pytest.raises(PermissionDenied):
        require_office(act(seconded))


def test_somebody_elses_term_is_no_help(seconded, bidder, clock):
    clock.set(datetime(2026, 3, 11, tzinfo=SHANGHAI))
    assert act(seconded).office
    assert not act(bidder).office


# --- For whom ---------------------------------------------------------------------------


def test_who_acts_for_one_organization_need_not_name_it(bidder):
    assert acting_organization(act(bidder)) == organization_of(bidder)


def test_who_acts_for_several_must_name_one_of_them(bidder):
    first, second = organization_of(bidder), make_organization()
    Membership.objects.create(user=bidder, organization=second, role=Role.AGENT, started_at=NOW)
    with pytest.raises(ActingOrganizationRequired) as refused:
        acting_organization(act(bidder))
    assert refused.value.facts == {"organizations": sorted([first.pk, second.pk])}
    assert acting_organization(act(bidder), second.pk) == second


def test_nobody_acts_for_an_organization_of_others(bidder, rival, stranger):
    with pytest.raises(NotFound):
        acting_organization(act(bidder), organization_of(rival).pk)
    with pytest.raises(PermissionDenied):
        acting_organization(act(stranger))


@pytest.mark.parametrize("text", ["", "x", "１", "-1", "1.0", "0x1", " 1", "9" * 19])
def test_a_malformed_acting_organization_is_refused(bidder, api, text):
    headers = {"Acting-Organization": text.encode().decode("latin-1")}
    answer = api(bidder).post(
        "/api/v1/achievements",
        {"title": "x", "field": "NM", "maturity_level": 6, "ip_kind": "know_how"},
        format="json",
        headers=headers,
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


# --- Who sees which files ---------------------------------------------------------------


def test_verified_organizations_are_public_and_others_are_not(bidder, operator, cadre, bureau):
    public = make_organization(city="320500")
    hidden = make_organization(city="330100", verified=False)  # the bureau's city
    member = make_member(hidden)
    seen = {
        who: set(organizations_visible_to(actor).filter(pk__in=[public.pk, hidden.pk]))
        for who, actor in {
            "anonymous": ANONYMOUS,
            "bidder": act(bidder),
            "member": act(member),
            "operator": act(operator),
            "cadre": act(cadre),
            "bureau": act(bureau),
            "other bureau": act(
                make_member(make_organization(OrganizationKind.PUBLIC_BODY, city="320500"))
            ),
        }.items()
    }
    both = {public, hidden}
    assert seen == {
        "anonymous": {public},
        "bidder": {public},
        "member": both,
        "operator": both,
        "cadre": both,
        "bureau": both,
        "other bureau": {public},
    }


def test_a_scope_limits_a_system_and_not_a_person(bidder):
    require_scope(act(bidder), "lots:operate")
    require_scope(Actor(client_id="x", scopes=frozenset({"lots:read"})), "lots:read")
    with pytest.raises(ScopeMissing):
        require_scope(Actor(client_id="x", scopes=frozenset({"lots:read"})), "lots:operate")


def test_a_caller_has_a_stable_name(bidder):
    assert act(bidder).caller == f"user:{bidder.pk}"
    assert Actor(client_id="abc").caller == "client:abc"


def test_me_says_who_is_asking_and_what_follows_from_it(bidder, cadre, bureau, api):
    answer = me(api(bidder))
    organization = organization_of(bidder)
    assert set(answer) == {
        "name",
        "username",
        "client_id",
        "scopes",
        "is_operator",
        "is_office",
        "bureau_cities",
        "memberships",
    }
    assert answer["memberships"] == [
        {
            "organization": {
                "id": organization.pk,
                "kind": "enterprise",
                "name": organization.name,
                "name_en": "",
                "credit_code": organization.credit_code,
                "city": "320500",
                "state": "verified",
                "verified_at": "2026-03-02T01:00:00Z",
            },
            "role": "agent",
        }
    ]
    assert (answer["scopes"], answer["client_id"]) == (None, None)
    assert me(api(cadre))["is_office"]
    assert me(api(bureau))["bureau_cities"] == ["330100"]


def test_me_is_somebody(anonymous):
    answer = anonymous.get(ME)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_term_that_starts_tomorrow_gives_nothing_today(clock):
    user = make_user()
    Secondment.objects.create(
        user=user,
        city=City.objects.get(code="330100"),
        group=WorkingGroup.GENERAL,
        starts_on=NOW.date() + timedelta(days=1),
        ends_on=NOW.date() + timedelta(days=2),
    )
    assert not act(user).office
    clock.advance(days=1)
    assert act(user).office
