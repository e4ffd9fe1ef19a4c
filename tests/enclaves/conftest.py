"""A park of Hangzhou in Songjiang, its units and tenants, and projects anywhere on their way."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from accounts.models import OrganizationKind, User
from enclaves.lifecycle import ExitKind, ProjectState
from enclaves.models import Park, Place, Project, Talent, Tenancy, Unit
from marketplace.models import Landing
from tests.conftest import (
    NOW,
    Cast,
    city_of,
    credit_code,
    make_member,
    make_organization,
    make_user,
    organization_of,
)
from tests.factories import field_of

_numbers = count(1)
TODAY = NOW.date()


def make_park(operator: User | None = None, **values: Any) -> Park:
    """10,000 m², of which 1,000 m² are for incubation."""
    return Park.objects.create(
        home_city=city_of("330100"),
        host_district=city_of("310117"),
        operator=organization_of(operator) if operator else None,
        **{
            "name": f"虚构飞地{next(_numbers)}",
            "area_m2": Decimal(10_000),
            "incubating_m2": Decimal(1_000),
            **values,
        },
    )


def make_unit(park: Park, **values: Any) -> Unit:
    return park.units.create(**{"name": f"{next(_numbers)}单元", "area_m2": Decimal(500), **values})


def make_tenancy(unit: Unit, **values: Any) -> Tenancy:
    """Let from the beginning of this year to its end."""
    return Tenancy.objects.create(
        unit=unit,
        entered_at=NOW,
        **{
            "tenant_name": "虚构租户",
            "starts_on": date(2026, 1, 1),
            "ends_on": date(2027, 1, 1),
            "rent": Decimal("12000.00"),
            **values,
        },
    )


def make_landing(state: str = "confirmed", **values: Any) -> Landing:
    decided = {} if state == "reported" else {"decided_at": NOW, "decided_by": make_user()}
    return Landing.objects.create(
        state=state,
        **{
            "city": city_of("330100"),
            "entity_name": "虚构落地公司",
            "entity_code": credit_code(66_000_000 + next(_numbers)),
            "landed_on": TODAY,
            "investment": Decimal("5000000.00"),
            "proof": "虚构的营业执照",
            "reported_at": NOW,
            "by_client": "client",
            **decided,
            **values,
        },
    )


def make_project(
    park: Park, owner: User | None = None, state: str = ProjectState.CONTACT, **values: Any
) -> Project:
    """A project straight where it is asked for; 100 m²."""
    landing_states = {"landing": "reported", "landed": "confirmed", "output": "confirmed"}
    if state in landing_states and "landing" not in values:
        values["landing"] = make_landing(landing_states[state])
    if values.get("landing"):
        values["landing_basis"] = "entity"
    if state == ProjectState.EXITED:
        values = {"exit_kind": ExitKind.TERMINATED, "state_reason": "虚构的理由", **values}
    return Project.objects.create(
        code=f"P-test-{next(_numbers)}",
        park=park,
        organization=organization_of(owner) if owner else None,
        state="landing" if state == "landed" else state,
        proposed_at=NOW,
        **{
            "title": "虚构：固态电池中试",
            "team": "虚构团队五人",
            "field": field_of("NM"),
            "area_m2": Decimal(100),
            **values,
        },
    )


def make_talent(project: Project, name: str = "虚构人才") -> Talent:
    return project.talents.create(
        name=name, person_key="0" * 64, grade="doctor", starts_on=TODAY, entered_at=NOW
    )


def make_place(state: str = "named", city: str = "330100", **values: Any) -> Place:
    """A demonstration park that Hangzhou applied with."""
    named = {"named_on": date(2026, 1, 1)} if state in ("named", "revoked") else {}
    why = {"state_reason": "虚构的理由"} if state in ("refused", "revoked") else {}
    return Place.objects.create(
        kind="demo_park",
        city=city_of(city),
        state=state,
        applied_at=NOW,
        **{
            "name": f"虚构示范园{next(_numbers)}",
            "case": "虚构的申报材料",
            **named,
            **why,
            **values,
        },
    )


def make_a_bit_of_all() -> dict[str, Any]:
    """A park of Hangzhou with a tenant, two projects, and a report that waits for both cities."""
    park = make_park()
    make_tenancy(make_unit(park))
    landed = make_project(park, state="landed")
    make_talent(landed)
    make_place().assessments.create(year=2026, opened_at=NOW)
    return {
        "contact": make_project(park),
        "landed": landed,
        "report": park.reports.create(
            starts_on=date(2025, 1, 1),
            ends_on=date(2026, 1, 1),
            figures={"landed": 1},
            tax=1,
            output=1,
            talents=0,
            state="submitted",
            drawn_up_at=NOW,
            submitted_at=NOW,
        ),
    }


def whole_cast() -> Cast:
    everybody = Cast()
    kinds = {
        "park_operator": (OrganizationKind.ENCLAVE_OPERATOR, "310117"),
        "settler": (OrganizationKind.ENTERPRISE, "330100"),
        "host_bureau": (OrganizationKind.PUBLIC_BODY, "310117"),
    }
    for name, (kind, city) in kinds.items():
        everybody[name] = make_member(make_organization(kind, city=city), name=name)
    return everybody


@pytest.fixture(scope="module")
def lasting_cast(lasting_cast: Cast) -> Cast:
    lasting_cast.update(whole_cast())
    return lasting_cast


@pytest.fixture
def cast(db: None, lasting_cast: Cast) -> Cast:
    return deepcopy(lasting_cast)


@pytest.fixture
def park_operator(cast: Cast) -> User:
    return cast["park_operator"]


@pytest.fixture
def settler(cast: Cast) -> User:
    return cast["settler"]


@pytest.fixture
def host_bureau(cast: Cast) -> User:
    return cast["host_bureau"]


@pytest.fixture
def park(park_operator: User) -> Park:
    return make_park(park_operator)
