"""What cannot be true of a park the database refuses, whoever writes."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, connection
from django.db.utils import InternalError

from core.db import transaction
from enclaves.models import AdmissionReviewer, Agreement, Park, ParkFund, Project, Tenancy, Unit
from tests.conftest import NOW, make_user
from tests.enclaves.conftest import make_landing, make_park, make_project, make_tenancy, make_unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

AGREEMENT = {
    "title": "虚构协议",
    "metric": "tax",
    "home_percent": Decimal(50),
    "period": "year",
    "starts_on": date(2026, 1, 1),
    "ends_on": date(2029, 1, 1),
    "entered_at": NOW,
}


def row_of(model):
    park = make_park()
    unit = make_unit(park)
    project = make_project(park)
    made = {
        Park: lambda: park,
        Unit: lambda: unit,
        Tenancy: lambda: make_tenancy(unit),
        Agreement: lambda: park.agreements.create(**AGREEMENT),
        ParkFund: lambda: park.funds.create(name="虚构", size=1, since=date(2026, 1, 1)),
        Project: lambda: project,
        AdmissionReviewer: lambda: project.reviewers.create(person=make_user()),
    }
    return made[model]()


@pytest.mark.parametrize(
    ("model", "values", "constraint"),
    [
        (Park, {"area_m2": 0, "incubating_m2": None}, "park_area_positive"),
        (Park, {"incubating_m2": 10_001}, "park_incubates_within_its_area"),
        (Park, {"incubating_m2": 0}, "park_incubates_within_its_area"),
        (Park, {"investment": -1}, "park_investment_not_negative"),
        (Agreement, {"home_percent": 101}, "agreement_shares_at_most_all"),
        (Agreement, {"ends_on": date(2026, 1, 1)}, "agreement_ends_after_start"),
        (ParkFund, {"size": 0}, "parkfund_size_positive"),
        (Unit, {"area_m2": 0}, "unit_area_positive"),
        (Tenancy, {"ends_on": date(2026, 1, 1)}, "tenancy_ends_after_start"),
        (Tenancy, {"rent": -1}, "tenancy_rent_not_negative"),
        (Tenancy, {"tenant_name": ""}, "tenancy_names_its_tenant"),
        (Project, {"area_m2": 0}, "project_area_positive"),
        (Project, {"funding": -1}, "project_funding_not_negative"),
        (Project, {"state": "landed"}, "project_landed_is_never_stored"),
        (Project, {"state": "output"}, "project_lands_by_a_landing"),
        (Project, {"landing_basis": "entity"}, "project_landing_says_its_evidence"),
        (Project, {"state": "exited"}, "project_exits_one_way_and_says_why"),
        (Project, {"exit_kind": "graduated"}, "project_exits_one_way_and_says_why"),
        (AdmissionReviewer, {"favours": True}, "admissionreviewer_judges_whole"),
    ],
)
def test_what_cannot_be_true_is_refused_by_the_database(model, values, constraint):
    row = row_of(model)
    with pytest.raises(IntegrityError, match=constraint), transaction():
        model.objects.filter(pk=row.pk).update(**values)


@pytest.mark.parametrize(
    ("model", "constraint"),
    [
        (ParkFund, "parkfund_once_a_park"),
        (Unit, "unit_name_once_a_park"),
        (AdmissionReviewer, "admissionreviewer_once_a_project"),
        (Agreement, "agreement_one_rule_for_a_metric_at_a_time"),
        (Tenancy, "tenancy_one_at_a_time"),
    ],
)
def test_what_is_there_once_is_not_written_twice(model, constraint):
    row = row_of(model)
    row.pk = None
    with pytest.raises(IntegrityError, match=constraint), transaction():
        row.save(force_insert=True)


def test_a_project_comes_from_one_thing_whoever_writes(enterprise, seller):
    from tests.factories import make_achievement
    from tests.marketplace.conftest import make_need

    project = make_project(make_park())
    both = {"need": make_need(enterprise), "achievement": make_achievement(seller)}
    with pytest.raises(IntegrityError, match="project_has_one_origin"), transaction():
        Project.objects.filter(pk=project.pk).update(**both)


def test_one_landing_is_one_projects():
    park, landing = make_park(), make_landing()
    make_project(park, state="landing", landing=landing)
    with pytest.raises(IntegrityError, match="landing_id"), transaction():
        make_project(park, state="landing", landing=landing)


def test_an_entity_lands_once_without_a_deal():
    first = make_landing()
    with (
        pytest.raises(IntegrityError, match="landing_without_deal_once_per_entity"),
        transaction(),
    ):
        make_landing(entity_code=first.entity_code)
    refused = make_landing("refused", entity_code=first.entity_code)
    assert refused.pk


def test_how_a_project_moved_is_never_rewritten():
    project = make_project(make_park())
    move = project.moves.create(to="contact", moved_at=NOW, by_client="client")
    for sql in ("UPDATE enclaves_projectmove SET reason = 'x'", "DELETE FROM enclaves_projectmove"):
        with (
            pytest.raises((InternalError, ProgrammingError, IntegrityError)),
            transaction(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
    with pytest.raises(IntegrityError, match="projectmove_by_somebody"), transaction():
        project.moves.create(to="admitted", moved_at=NOW)
    assert project.moves.get() == move
