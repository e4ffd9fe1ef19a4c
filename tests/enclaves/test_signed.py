"""What a project has signed stands with it, entered by the park's operator when it was signed."""

from datetime import date

import pytest
from django.db import IntegrityError

from core.db import transaction
from core.models import Event
from tests.conftest import NOW
from tests.enclaves.conftest import make_project

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SIGNED = {
    "kind": "incubation",
    "title": "虚构孵化协议",
    "counterparty": "虚构飞地运营公司",
    "signed_on": "2026-03-01",
}


@pytest.fixture
def project(park, settler):
    return make_project(park, settler)


@pytest.fixture
def path(project):
    return f"/api/v1/projects/{project.pk}/agreements"


def test_an_agreement_is_entered_once_and_read_by_insiders_and_its_project(
    api, path, park_operator, settler, host_bureau, rival
):
    made = api(park_operator).post(path, SIGNED, format="json")
    assert made.status_code == 201, made.content
    for reader in (park_operator, settler, host_bureau):
        (told,) = api(reader).get(path).json()["results"]
        assert {name: told[name] for name in SIGNED} == SIGNED
    again = api(park_operator).post(path, SIGNED, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "agreement_known")
    assert api(rival).get(path).status_code == 404
    assert Event.objects.filter(kind="project.agreement_entered").count() == 1


def test_nothing_is_entered_before_it_was_signed_or_by_anybody_else(
    api, path, project, park_operator, settler
):
    early = api(park_operator).post(path, {**SIGNED, "signed_on": "2026-03-03"}, format="json")
    assert (early.status_code, early.json()["code"]) == (422, "signed_ahead")
    assert api(settler).post(path, SIGNED, format="json").status_code == 403
    assert not project.agreements.exists()


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({}, "signedagreement_entered_once"),
        ({"title": ""}, "signedagreement_names_its_sides"),
        ({"kind": "landing", "counterparty": ""}, "signedagreement_names_its_sides"),
    ],
)
def test_the_database_keeps_agreements(project, values, constraint):
    one = {**SIGNED, "signed_on": date(2026, 3, 1), "entered_at": NOW, "by_client": "client"}
    assert str(project.agreements.create(**one)) == "虚构孵化协议"
    with pytest.raises(IntegrityError, match=constraint), transaction():
        project.agreements.create(**{**one, **values})
