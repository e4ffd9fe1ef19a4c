"""The last room and one unit, asked for twice at once: real commits, each with a control."""

from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest

from enclaves import projects, tenancies
from enclaves.models import Park, Project, Tenancy
from tests.conftest import Cast, act
from tests.enclaves.conftest import make_park, make_project, make_unit, whole_cast
from tests.marketplace.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(db: None) -> Cast:
    """Committed, for other connections to see."""
    return whole_cast()


def admissions(park_operator, waiting):
    actor = act(park_operator)
    return [lambda pk=one.pk: projects.admit_project(actor=actor, project_id=pk) for one in waiting]


@pytest.fixture
def waiting(park_operator):
    """Two projects, and room for one."""
    park = make_park(park_operator, incubating_m2=Decimal(150))
    return [make_project(park) for _ in range(2)]


def test_the_last_room_is_given_once(park_operator, waiting):
    assert at_once(*admissions(park_operator, waiting)) == ["capacity_exceeded", "done"]
    assert Project.objects.filter(state="admitted").count() == 1


@pytest.mark.xfail(strict=True, reason="the control: without the lock both get the last room")
def test_control_of_the_last_room(park_operator, waiting, monkeypatch):
    read = Barrier(2)
    taken = projects.taken_by_residents

    def unlocked(pk, seen_by):
        return Project.objects.select_related("park").get(pk=pk)

    def both_look(park):
        found = taken(park)
        read.wait(timeout=10)
        return found

    monkeypatch.setattr(projects, "lock_project", unlocked)
    monkeypatch.setattr(projects, "taken_by_residents", both_look)
    assert at_once(*admissions(park_operator, waiting)) == ["capacity_exceeded", "done"]


def lettings(park_operator, unit):
    actor = act(park_operator)
    terms = {"park_id": unit.park_id, "unit": unit.pk, "rent": Decimal(1)}
    terms["starts_on"] = date(2026, 1, 1)
    return [
        lambda name=name: tenancies.let_unit(actor=actor, tenant_name=name, **terms)
        for name in ("虚构甲", "虚构乙")
    ]


def test_a_unit_is_let_once(park_operator):
    unit = make_unit(make_park(park_operator))
    assert at_once(*lettings(park_operator, unit)) == ["done", "unit_occupied"]
    assert Tenancy.objects.count() == 1


@pytest.mark.xfail(strict=True, reason="the control: without locks the constraint has to refuse")
def test_control_of_the_unit(park_operator, monkeypatch):
    unit = make_unit(make_park(park_operator))
    read = Barrier(2)
    free = tenancies.check_free

    def both_look(wanted, others):
        free(wanted, others)
        read.wait(timeout=10)

    monkeypatch.setattr(tenancies, "lock_park", lambda pk, seen_by: Park.objects.get(pk=pk))
    monkeypatch.setattr(tenancies, "lock_unit", lambda pk, park, seen_by: unit)
    monkeypatch.setattr(tenancies, "check_free", both_look)
    assert at_once(*lettings(park_operator, unit)) == ["done", "unit_occupied"]
