"""Alliances with members in any state, and the people who keep their rolls."""

from datetime import date
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import Organization, OrganizationKind, User
from alliances.lifecycle import MemberState
from alliances.models import Alliance, AllianceMember
from tests.conftest import NOW, make_member, make_organization, organization_of

_numbers = count(1)


def make_alliance(kind: str = "financial", **values: Any) -> Alliance:
    return Alliance.objects.create(
        kind=kind,
        founded_on=date(2019, 5, 1),
        **{"name": f"虚构联盟{next(_numbers)}", **values},
    )


def join(
    alliance: Alliance,
    organization: Organization | User,
    state: MemberState = MemberState.ACTIVE,
    **values: Any,
) -> AllianceMember:
    """A member, straight in the state asked for."""
    if isinstance(organization, User):
        organization = organization_of(organization)
    joined = state in ("active", "suspended")
    kind = "bank" if alliance.kind == "financial" else "enterprise"
    cities = values.pop("territory", ())
    member = AllianceMember.objects.create(
        alliance=alliance,
        organization=organization,
        state=state,
        **{
            "kind": kind,
            "licence_number": "虚构金融许可证-1" if kind == "bank" else "",
            "contact_name": "虚构联系人",
            "applied_at": NOW,
            "admitted_at": NOW if joined or state == "admitted" else None,
            "activated_at": NOW if joined else None,
            "ended_at": NOW if state == "exited" else None,
            **values,
        },
    )
    member.territory.set(cities)
    return member


def make_banker(city: str = "310117", **values: Any) -> User:
    """Somebody who acts for a financial institution."""
    kind = OrganizationKind.FINANCIAL_INSTITUTION
    return make_member(make_organization(kind, city=city, **values))


@pytest.fixture
def keeper(db: None) -> User:
    """Somebody of a secretariat."""
    return make_member(make_organization())


@pytest.fixture
def banker(db: None) -> User:
    return make_banker()


@pytest.fixture
def alliance(keeper: User) -> Alliance:
    return make_alliance(secretariat=organization_of(keeper))


class Client(APIClient):
    """Writes JSON, each creating request with a key of its own."""

    default_format = "json"

    def generic(self, method: str, path: str, *args: Any, **kwargs: Any) -> Any:
        headers = {"Idempotency-Key": str(uuid4()), **(kwargs.pop("headers", None) or {})}
        return super().generic(method, path, *args, headers=headers, **kwargs)


@pytest.fixture
def rest() -> Any:
    """`rest(banker).post(…)`: the REST API as a signed-in person."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in
