"""Public needs as an OCDS release package: its shape, its pages, and what never gets into it."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from core.db import transaction
from core.events import record
from marketplace.lifecycle import NeedState
from marketplace.models import NeedIndicator
from tests.conftest import NOW, act
from tests.marketplace.conftest import make_need, make_response
from tests.marketplace.requests import V1, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

FEED = f"{V1}/ocds/releases"
SECRET = {
    name: f"canaryx{name}"
    for name in ("background", "current_status", "detail", "milestones", "contact", "external_id")
}


@pytest.fixture
def package(client):
    def get(query=""):
        return client.get(FEED + query).json()

    return get


def test_a_published_need_is_a_tender_with_its_public_facts(package, enterprise):
    need = make_need(enterprise, summary="虚构摘要", solver_qualification="虚构资质")
    told = package()
    assert (told["version"], told["publishedDate"]) == ("1.1", "2026-03-02T01:00:00Z")
    assert told["links"] == {}
    assert told["uri"].endswith(FEED)
    (release,) = told["releases"]
    poster = {"id": f"organization-{need.organization_id}", "name": need.organization.name}
    assert release == {
        "ocid": f"local-unregistered-{need.code}",
        "id": f"{need.code}-2026-03-02T01:00:00Z",
        "date": "2026-03-02T01:00:00Z",
        "tag": ["tender"],
        "initiationType": "tender",
        "language": "zh",
        "parties": [{**poster, "roles": ["buyer"]}],
        "buyer": poster,
        "tender": {
            "id": need.code,
            "title": need.title,
            "description": "虚构摘要",
            "status": "active",
            "value": {"amount": 3200000, "currency": "CNY"},
            "procurementMethod": "open",
            "mainProcurementCategory": "services",
            "submissionMethod": ["electronicSubmission"],
            "eligibilityCriteria": "虚构资质",
            "tenderPeriod": {
                "startDate": "2026-03-02T01:00:00Z",
                "endDate": "2026-12-31T16:00:00Z",
            },
            "items": [
                {
                    "id": "1",
                    "description": need.title,
                    "classification": {
                        "scheme": "local-field",
                        "id": "NM",
                        "description": need.field.name,
                    },
                }
            ],
            "documents": [
                {
                    "id": "page",
                    "documentType": "tenderNotice",
                    "title": need.title,
                    "url": f"http://testserver/needs/{need.pk}",
                }
            ],
        },
    }


def test_nothing_confidential_or_not_public_gets_in_whoever_asks(
    api, client, enterprise, rival, operator
):
    quiet = {"title": "canaryxtitle", "summary": "canaryxsummary"}
    for state in ("draft", "submitted", "endorsed", "returned", "withdrawn"):
        make_need(enterprise, NeedState(state), **quiet)
    make_need(enterprise, registered_only=True, **quiet)
    shown = make_need(enterprise, detail_under_nda=True, anonymous=True, **SECRET)
    NeedIndicator.objects.create(
        need=shown, name="canaryxindicator", operator="ge", target=Decimal(7), confidential=True
    )
    make_response(shown, rival, approach="canaryxapproach")
    told = [one.get(FEED).content.decode() for one in (client, api(enterprise), api(operator))]
    for body in told:
        assert "canaryx" not in body
        assert enterprise.username not in body
        assert shown.organization.name not in body
        (release,) = json.loads(body)["releases"]
        assert {"buyer", "parties"}.isdisjoint(release)
        assert release["tender"]["title"] == shown.title
    assert told[0] == told[1] == told[2]


def test_it_is_paged_and_narrowed_to_what_the_public_was_told_since(package, enterprise, client):
    first, second = make_need(enterprise), make_need(enterprise, NeedState.MATCHED)
    page = package("?limit=1")
    assert [one["tender"]["id"] for one in page["releases"]] == [first.code]
    following = client.get(page["links"]["next"]).json()
    assert [one["tender"]["id"] for one in following["releases"]] == [second.code]
    assert set(following["links"]) == {"prev"}

    later = NOW + timedelta(hours=1)
    with transaction():
        record(f"need:{first.pk}", "need.undertaking_accepted", at=later, actor=act(enterprise))
        record(f"need:{second.pk}", "need.matched", at=later, actor=act(enterprise))
    (release,) = package("?updated_since=2026-03-02T01:30:00Z")["releases"]
    assert (release["tender"]["id"], release["date"]) == (second.code, "2026-03-02T02:00:00Z")
    assert (release["tag"], release["tender"]["status"]) == (["tenderUpdate"], "complete")
    assert package("?updated_since=2026-03-02T02:00:01Z")["releases"] == []


def test_an_amount_is_a_number_and_what_is_closed_is_cancelled(package, enterprise):
    make_need(enterprise, NeedState.CLOSED, budget=Decimal("1234567.89"))
    (release,) = package()["releases"]
    assert release["tender"]["value"]["amount"] == 1234567.89
    assert (release["tag"], release["tender"]["status"]) == (["tenderCancellation"], "cancelled")


@pytest.mark.parametrize("query", ["?updated_since=", "?updated_since=2026-03-02", "?limit=0"])
def test_a_question_that_makes_no_sense_is_refused(query, client):
    refused(client.get(FEED + query), 400, "invalid")


def test_it_takes_the_same_queries_for_one_and_for_many(
    client, enterprise, django_assert_num_queries
):
    for _ in range(3):
        make_need(enterprise)
    with django_assert_num_queries(2):
        client.get(FEED)
