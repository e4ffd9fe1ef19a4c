"""The people of parks and of financing, each at each door: the matrix of their roles.

Beside the matrix of all routes, whose callers know neither a host city nor a second member.
"""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import OrganizationKind, Secondment, User, WorkingGroup
from tests.alliances.conftest import Client, join, make_alliance, make_banker
from tests.alliances.lending import list_product, offer, submit
from tests.alliances.world import OFFER
from tests.asking import Asking
from tests.conftest import (
    NOW,
    city_of,
    make_cadre,
    make_member,
    make_organization,
    make_user,
    organization_of,
)
from tests.enclaves.conftest import make_park, make_project, make_tenancy, make_unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ROLES = (
    *("park_operator", "home_city", "host_city", "secretariat", "member", "other_member"),
    *("applicant", "other_applicant", "expired_cadre", "office"),
)
REASON = {"reason": "虚构的理由"}
LET = {"tenant_name": "虚构", "starts_on": "2027-01-01", "rent": "1.00"}
# fmt: off
ROWS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    # operator home host secretariat member other applicant other expired office
    ("GET enclaves/{park}",             "200 200 200 200 200 200 200 200 200 200", {}),
    ("GET enclaves/{park}/agreements",  "200 200 200 404 404 404 404 404 404 200", {}),
    ("GET enclaves/{park}/units",       "200 200 200 404 404 404 404 404 404 200", {}),
    ("GET enclaves/{park}/reports",     "200 200 200 404 404 404 404 404 404 200", {}),
    ("GET enclaves/{park}/duties",      "200 200 200 404 404 404 404 404 404 200", {}),
    ("GET projects/{project}",          "200 200 200 404 404 404 200 404 404 200", {}),
    ("GET projects/{project}/talents",  "200 200 200 404 404 404 404 404 404 200", {}),
    ("POST enclaves/{park}/tenancies",  "201 403 403 403 403 403 403 403 403 201", LET),
    ("POST projects/{project}/admit",   "200 403 403 404 404 404 403 404 404 200", {}),
    ("POST tenancies/{tenancy}/end",    "200 403 403 404 404 404 403 404 404 200",
        {"ends_on": "2026-12-01", **REASON}),
    ("POST reports/{report}/confirm",   "403 200 200 404 404 404 404 404 404 403", {}),
    ("POST reports/{report}/dispute",   "403 200 200 404 404 404 404 404 404 403", REASON),
    ("POST members/{applied}/admit",    "404 404 404 200 404 404 404 404 404 200", {}),
    ("POST members/{lending}/suspend",  "403 403 403 200 403 403 403 403 403 200", REASON),
    ("GET {taken}",                     "404 404 404 200 200 404 200 404 404 200", {}),
    ("GET {taken}/data",                "404 404 404 403 200 404 200 404 404 403", {}),
    ("GET {taken}/offers",              "404 404 404 200 200 404 200 404 404 200", {}),
    ("GET {taken}/readings",            "404 404 404 404 404 404 200 404 404 404", {}),
    ("POST {asked}/offers",             "404 404 404 403 201 404 403 404 404 403", OFFER),
    ("POST {asked}/decline",            "404 404 404 403 200 404 403 404 404 403",
        {"reason_code": "no_capacity"}),
    ("POST {asked}/withdraw",           "404 404 404 403 403 404 200 404 404 403", REASON),
    ("POST offers/{offer}/accept",      "404 404 404 403 403 404 200 404 404 403", {}),
)
# fmt: on


def make_roles() -> dict[str, User]:
    def of(kind: OrganizationKind, city: str) -> User:
        return make_member(make_organization(kind, city=city))

    expired = make_user()
    Secondment.objects.create(
        user=expired,
        city=city_of("340200"),
        group=WorkingGroup.INNOVATION,
        starts_on=NOW.date() - timedelta(days=100),
        ends_on=NOW.date() - timedelta(days=1),
    )
    return {
        "park_operator": of(OrganizationKind.ENCLAVE_OPERATOR, "310117"),
        "home_city": of(OrganizationKind.PUBLIC_BODY, "330100"),
        "host_city": of(OrganizationKind.PUBLIC_BODY, "310117"),
        "secretariat": of(OrganizationKind.ASSOCIATION, "310117"),
        "member": make_banker(),
        "other_member": make_banker(),
        "applicant": of(OrganizationKind.ENTERPRISE, "330100"),
        "other_applicant": of(OrganizationKind.ENTERPRISE, "330100"),
        "expired_cadre": expired,
        "office": make_cadre("虚构干部"),
    }


def make_things(people: dict[str, User]) -> dict[str, Any]:
    """A park whose tenant is the applicant, and an application that one of two members is asked."""
    park, applicant = make_park(people["park_operator"]), people["applicant"]
    unit = make_unit(park)
    report = park.reports.create(
        starts_on=date(2025, 1, 1),
        ends_on=date(2026, 1, 1),
        figures={"landed": 1},
        tax=1,
        output=1,
        talents=0,
        state="submitted",
        drawn_up_at=NOW,
        submitted_at=NOW,
    )
    alliance = make_alliance(secretariat=organization_of(people["secretariat"]))
    lending = join(alliance, people["member"])
    join(alliance, people["other_member"])
    list_product(people["member"])
    list_product(people["other_member"], kind="ip_pledge")
    offered = submit(applicant, consents=[lending.pk])
    return {
        "park": park.pk,
        "unit": make_unit(park).pk,
        "tenancy": make_tenancy(unit, tenant=organization_of(applicant)).pk,
        "project": make_project(park, applicant).pk,
        "report": report.pk,
        "applied": join(alliance, make_organization(), "applied").pk,
        "lending": lending.pk,
        "offer": offer(people["member"], offered).pk,
        "taken": f"finance/applications/{offered.pk}",
        "asked": f"finance/applications/{submit(applicant).pk}",
    }


def test_each_role_gets_the_status_of_the_matrix():
    people = make_roles()
    things = make_things(people)
    clients = {name: Client() for name in ROLES}
    for name, client in clients.items():
        client.force_login(people[name])
    differing, asking = {}, Asking()
    with asking.watching():
        for route, statuses, body in ROWS:
            method, _, path = route.partition(" ")
            told = {**body, "unit": things["unit"]} if body is LET else body
            for name, due in zip(ROLES, map(int, statuses.split()), strict=True):
                found = asking.ask(
                    clients[name],
                    method,
                    f"/api/v1/{path.format(**things)}",
                    data="" if method == "GET" else json.dumps(told),
                    content_type="application/json",
                ).status_code
                if found != due:
                    differing[route, name] = found
    assert differing == {}
