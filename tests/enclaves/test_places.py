"""Places are applied for, named, assessed step by step, publicised, graded, and revoked."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError

from core.db import transaction
from core.errors import BelowLawfulFloor, NotFound, PermissionDenied, ReasonRequired
from core.lifecycle import IllegalTransition
from core.models import Event
from enclaves import places
from enclaves.models import Assessment, Place
from enclaves.places import PlaceKnown
from enclaves.rules.places import (
    AssessedAlready,
    PlaceNotValid,
    ResultStanding,
    ValidityRefused,
)
from tests.conftest import NOW, act, city_of, organization_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TODAY = NOW.date()
TERM = {"batch": "第二批", "named_on": TODAY, "valid_until": TODAY + timedelta(days=1095)}
CASE = {"kind": "transfer_base", "name": "虚构转化基地", "city": "330100", "case": "虚构的申报材料"}


@pytest.fixture
def applied(bureau):
    return places.apply_for_name(actor=act(bureau), **CASE)


@pytest.fixture
def named(applied, cadre):
    return places.name_place(actor=act(cadre), place_id=applied.pk, **TERM)


@pytest.fixture
def assessment(named, cadre):
    return places.open_assessment(actor=act(cadre), place_id=named.pk, year=2026)


def test_a_place_is_applied_for_by_its_city_or_its_operator(
    bureau, host_bureau, park_operator, cadre
):
    operator = organization_of(park_operator).pk
    by_operator = places.apply_for_name(
        actor=act(park_operator), operator=operator, **{**CASE, "name": "虚构甲"}
    )
    assert by_operator.operator_id == operator
    places.apply_for_name(actor=act(cadre), **{**CASE, "name": "虚构乙"})
    with pytest.raises(PermissionDenied):
        places.apply_for_name(actor=act(host_bureau), **CASE)
    places.apply_for_name(actor=act(bureau), **CASE)
    with pytest.raises(PlaceKnown):
        places.apply_for_name(actor=act(bureau), **CASE)


def test_what_is_not_named_yet_is_its_citys_business(applied, api, anonymous, bureau, rival):
    path = f"/api/v1/places/{applied.pk}"
    assert api(bureau).get(path).json()["state"] == "applied"
    for reader in (anonymous, api(rival)):
        assert reader.get(path).status_code == 404
        assert reader.get("/api/v1/places?kind=demo_park").json()["results"] == []


def test_the_office_names_in_a_batch_and_for_a_time(applied, cadre, bureau, anonymous):
    with pytest.raises(PermissionDenied):
        places.name_place(actor=act(bureau), place_id=applied.pk, **TERM)
    with pytest.raises(ValidityRefused):
        places.name_place(actor=act(cadre), place_id=applied.pk, **{**TERM, "valid_until": TODAY})
    places.name_place(actor=act(cadre), place_id=applied.pk, **TERM)
    told = anonymous.get(f"/api/v1/places/{applied.pk}").json()
    assert (told["state"], told["batch"]) == ("named", "第二批")
    with pytest.raises(IllegalTransition):
        places.refuse_place(actor=act(cadre), place_id=applied.pk, reason="虚构")


def test_an_assessment_goes_step_by_step_and_counts_when_it_has_stood(assessment, cadre, clock):
    run = {"actor": act(cadre), "assessment_id": assessment.pk}
    with pytest.raises(IllegalTransition):
        places.publicise_grade(**run, grade="excellent", note="虚构")
    with pytest.raises(ReasonRequired):
        places.pass_step(**run, note=" ")
    assert places.pass_step(**run, note="材料齐全").state == "defence"
    assert places.pass_step(**run, note="答辩通过").state == "experts"
    with pytest.raises(IllegalTransition):
        places.pass_step(**run, note="再来")
    with pytest.raises(BelowLawfulFloor):
        places.publicise_grade(**run, grade="excellent", note="优秀", days=4)
    publicised = places.publicise_grade(**run, grade="excellent", note="专家评审优秀")
    assert publicised.ends_at > NOW + timedelta(days=5)
    with pytest.raises(ResultStanding):
        places.conclude_assessment(**run)
    clock.set(publicised.ends_at)
    done = places.conclude_assessment(**run)
    assert (done.state, done.grade) == ("concluded", "excellent")
    assert done.notes.count("\n") == 2
    kinds = Event.objects.filter(topic=f"place:{done.place_id}").values_list("kind", flat=True)
    assert list(kinds.order_by("seq")) == [
        "place.applied",
        "place.named",
        "place.assessment_opened",
        "place.assessment_advanced",
        "place.assessment_advanced",
        "place.assessment_publicised",
        "place.assessment_concluded",
    ]


def test_a_place_is_assessed_once_a_year_while_it_is_named(named, assessment, cadre, clock):
    run = {"actor": act(cadre), "place_id": named.pk}
    with pytest.raises(AssessedAlready):
        places.open_assessment(**run, year=2026)
    with pytest.raises(ReasonRequired):
        places.revoke_place(**run, reason="")
    places.revoke_place(**run, reason="虚构：考核不合格")
    with pytest.raises(PlaceNotValid):
        places.open_assessment(**run, year=2027)


def test_who_may_not_see_a_place_assesses_none(applied, rival):
    with pytest.raises(NotFound):
        places.open_assessment(actor=act(rival), place_id=applied.pk, year=2026)


def test_the_first_eleven_transfer_bases_are_there_with_their_source():
    call_command("load_reference", verbosity=0)
    call_command("load_reference", verbosity=0)
    first = Assessment.objects.filter(year=2023, place__batch="首批")
    assert first.count() == 11
    assert first.filter(grade="excellent").count() == 5
    assert first.filter(grade="qualified").count() == 6
    assert not first.filter(source="").exists()


@pytest.mark.parametrize(
    ("model", "values", "constraint"),
    [
        (Place, {"valid_until": TODAY}, "place_valid_after_it_was_named"),
        (Place, {"state": "revoked"}, "place_refused_or_revoked_says_why"),
        (
            Place,
            {"named_on": None, "valid_until": None},
            "place_named_has_a_day_or_a_source",
        ),
        (Place, {"applied_at": None}, "place_applied_or_published"),
        (Assessment, {"grade": "excellent"}, "assessment_graded_when_publicised"),
        (Assessment, {"begins_at": NOW}, "assessment_publicity_is_whole"),
        (
            Assessment,
            {"state": "concluded", "grade": "failed"},
            "assessment_publicised_or_published",
        ),
    ],
)
def test_what_cannot_be_true_is_refused_by_the_database(assessment, model, values, constraint):
    row = assessment if model is Assessment else assessment.place
    with pytest.raises(IntegrityError, match=constraint), transaction():
        model.objects.filter(pk=row.pk).update(**values)


def test_a_name_and_a_year_are_there_once(assessment):
    for row, constraint in (
        (assessment, "assessment_once_a_year"),
        (assessment.place, "place_once_a_kind"),
    ):
        row.pk = None
        with pytest.raises(IntegrityError, match=constraint), transaction():
            row.save(force_insert=True)
    assert city_of("330100")
