"""Named places at the desk: a city applies, the office names, assesses and revokes."""

from collections.abc import Callable

import pytest
from django.test import Client

from enclaves.models import Assessment, Place
from tests.admin.conftest import list_url, page_url, step_url
from tests.admin.parks import REASON, add, bureau_of, make_runner, take
from tests.conftest import Clock, city_of, make_cadre, organization_of
from tests.enclaves.conftest import make_place

Desk = Callable[..., Client]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TERM = {"batch": "第二批", "named_on": "2026-03-02", "valid_until": "2029-03-01"}
NOTE = {"note": "虚构的结论"}


def form(city: str, **values: object) -> dict[str, object]:
    place = {"kind": "transfer_base", "name": "虚构转化基地", "case": "虚构的申报材料"}
    return {**place, "city": city_of(city).pk, **values}


def test_a_city_applies_for_a_name_and_another_does_not_see_it(desk: Desk):
    own, other = desk(bureau_of("330100")), desk(bureau_of("340200"))
    assert add(other, "enclaves_place", form("330100")).status_code == 200  # another's city
    assert add(own, "enclaves_place", form("330100")).status_code == 302
    assert add(own, "enclaves_place", form("330100")).status_code == 200  # applied already
    place = Place.objects.latest("pk")
    assert "虚构的申报材料" in own.get(page_url(place)).content.decode()
    assert place.name not in other.get(list_url(Place)).content.decode()
    assert other.get(page_url(place)).status_code == 302
    assert take(own, place, "name", TERM) == "403"
    assert take(other, place, "name", TERM) == "404"


def test_an_operator_applies_for_its_own_place(desk: Desk):
    runner = make_runner()
    alone = form("330100", operator=organization_of(make_runner()).pk)
    assert add(desk(runner), "enclaves_place", alone).status_code == 200
    own = form("330100", operator=organization_of(runner).pk)
    assert add(desk(runner), "enclaves_place", own).status_code == 302
    assert Place.objects.latest("pk").operator == organization_of(runner)


def test_the_office_names_refuses_and_revokes(desk: Desk):
    office, bureau = desk(make_cadre("挂职")), desk(bureau_of("340200"))
    place, refused = make_place("applied"), make_place("applied")
    backwards = {**TERM, "valid_until": "2026-03-02"}
    assert take(office, place, "name", backwards) == "error"
    assert take(office, place, "name", {**TERM, "batch": ""}) == "form"
    assert take(office, place, "name", TERM) == "success"
    assert (place.state, place.batch) == ("named", "第二批")
    assert take(office, refused, "refuse", REASON) == "success"
    assert take(office, refused, "name", TERM) == "error"
    page = bureau.get(page_url(place)).content.decode()
    assert "第二批" in page
    assert "虚构的申报材料" not in page  # what it applied with stays its city's
    assert take(bureau, place, "revoke", REASON) == "403"
    assert take(office, place, "revoke", {"reason": ""}) == "form"
    assert take(office, place, "revoke", REASON) == "success"
    assert place.state == "revoked"


def test_an_assessment_goes_step_by_step_to_a_grade_that_has_stood(desk: Desk, clock: Clock):
    office, place = desk(make_cadre("挂职")), make_place()
    assert take(office, place, "assess", {"year": "2026"}) == "success"
    assert take(office, place, "assess", {"year": "2026"}) == "error"
    found = Assessment.objects.get(place=place)
    grade = {**NOTE, "grade": "excellent", "days": "5"}
    assert take(office, found, "publicise", grade) == "error"  # nobody has looked into it
    for state in ("defence", "experts"):
        assert take(office, found, "pass", NOTE) == "success"
        assert found.state == state
    assert take(office, found, "publicise", {**grade, "days": "4"}) == "error"
    assert take(office, found, "publicise", grade) == "success"
    assert take(office, found, "conclude") == "error"  # it has to stand first
    clock.set(found.ends_at)
    assert take(office, found, "conclude") == "success"
    reader = desk(bureau_of("340200"))
    page = reader.get(page_url(found)).content.decode()
    assert step_url(found, "conclude") not in page
    assert "虚构的结论" not in page  # the record of the steps is the office's
    assert "虚构的结论" in office.get(page_url(found)).content.decode()
    assert take(reader, found, "pass", NOTE) == "403"


def test_a_cadre_whose_term_ran_out_names_nothing(desk: Desk, clock: Clock):
    office, place = desk(make_cadre("挂职")), make_place("applied")
    clock.advance(days=400)
    answer = office.post(step_url(place, "name"), TERM)
    assert answer.status_code == 302
    assert "/login/" in answer.url
    place.refresh_from_db()
    assert place.state == "applied"
