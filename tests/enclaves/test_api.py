"""Enclaves over REST: bodies and codes as the contract says."""

import pytest

from tests.conftest import city_of, credit_code, organization_of
from tests.enclaves.conftest import make_park, make_project, make_tenancy, make_unit
from tests.marketplace.test_landings import need_with_deal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

V1 = "/api/v1"


@pytest.fixture
def post(api):
    def send(user, path, body=None):
        return api(user).post(f"{V1}/{path}", body or {}, format="json")

    return send


def test_everybody_reads_a_park_and_how_much_of_it_is_let(anonymous, park):
    make_tenancy(make_unit(park))
    make_tenancy(make_unit(park), starts_on="2027-01-01", ends_on=None)
    make_project(park, state="admitted")
    make_project(park)
    told = anonymous.get(f"{V1}/enclaves/{park.pk}").json()
    assert {name: told[name] for name in ("area_m2", "incubating_m2", "let_m2", "free_m2")} == {
        "area_m2": "10000.00",
        "incubating_m2": "1000.00",
        "let_m2": "500.00",
        "free_m2": "900.00",
    }
    assert (told["home_city"], told["host_district"]) == ("330100", "310117")


def test_parks_are_narrowed_by_their_cities(anonymous, park):
    other = make_park()
    type(other).objects.filter(pk=other.pk).update(home_city=city_of("341800"))
    answer = anonymous.get(f"{V1}/enclaves?home_city=341800").json()
    assert [one["id"] for one in answer["results"]] == [other.pk]
    assert anonymous.get(f"{V1}/enclaves?home_city=999999").status_code == 400


def test_a_park_without_room_for_incubation_says_nothing_of_free_room(anonymous):
    bare = make_park(incubating_m2=None)
    assert anonymous.get(f"{V1}/enclaves/{bare.pk}").json()["free_m2"] is None


def test_a_project_tells_its_chain_and_its_landing(
    post, api, park, park_operator, enterprise, seller, bureau
):
    deal = need_with_deal(enterprise, seller)
    body = {
        "title": "虚构项目",
        "team": "虚构团队",
        "field": "NM",
        "area_m2": "100.00",
        "organization": organization_of(enterprise).pk,
        "deal": deal.pk,
    }
    made = post(enterprise, f"enclaves/{park.pk}/projects", body)
    assert made.status_code == 201, made.content
    project = made.json()["id"]
    for step in ("admit", "incubate", "pilot"):
        assert post(park_operator, f"projects/{project}/{step}").status_code == 200
    evidence = {
        "basis": "tax_record",
        "entity_name": "虚构落地公司",
        "entity_code": "91000000650000091X",
        "landed_on": "2026-03-02",
        "investment": "5000000.00",
        "proof": "虚构的完税证明",
    }
    wrong = post(enterprise, f"projects/{project}/land", evidence)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_credit_code")
    evidence["entity_code"] = credit_code(65_000_009)
    landed = post(enterprise, f"projects/{project}/land", evidence).json()
    assert landed["state"] == "landing"
    post(bureau, f"landings/{landed['landing']['id']}/confirm")
    told = api(park_operator).get(f"{V1}/projects/{project}").json()
    assert told["state"] == "landed"
    assert (told["need"], told["deal"]) == (deal.need_id, deal.pk)
    assert told["reviewers"] == []
    listed = api(park_operator).get(f"{V1}/enclaves/{park.pk}/projects?state=landed").json()
    assert [one["id"] for one in listed["results"]] == [project]
    assert api(park_operator).get(f"{V1}/enclaves/{park.pk}/projects?state=gone").status_code == 400


def test_who_judged_is_told_to_insiders_alone(api, park, settler, host_bureau):
    project = make_project(park, settler)
    path = f"{V1}/projects/{project.pk}"
    assert api(settler).get(path).json()["reviewers"] is None
    assert api(host_bureau).get(path).json()["reviewers"] == []


def test_a_repetition_creates_nothing(api, park, park_operator, bureau):
    things = {
        f"enclaves/{park.pk}/units": {"name": "一楼", "area_m2": "100.00"},
        f"enclaves/{park.pk}/funds": {"name": "基金", "size": "1.00", "since": "2026-01-01"},
        f"enclaves/{park.pk}/projects": {
            "title": "虚构",
            "team": "虚构",
            "field": "NM",
            "area_m2": "1.00",
        },
        f"enclaves/{park.pk}/tenancies": {
            "unit": make_unit(park).pk,
            "tenant_name": "虚构",
            "starts_on": "2026-01-01",
            "rent": "0.00",
        },
    }
    homes = {
        "enclaves": {"name": "虚构", "home_city": "330100", "host_district": "310117"},
        f"enclaves/{park.pk}/agreements": {
            "title": "虚构",
            "metric": "talents",
            "home_percent": "0.00",
            "period": "quarter",
            "starts_on": "2026-01-01",
            "ends_on": "2027-01-01",
        },
    }
    key = {"HTTP_IDEMPOTENCY_KEY": "2f1e6e0c-8c55-4a86-9a3f-3f7d2a9e1c11"}
    for user, bodies in ((park_operator, things), (bureau, homes)):
        for path, body in bodies.items():
            first, again = (
                api(user).post(f"{V1}/{path}", body, format="json", **key) for _ in range(2)
            )
            assert (first.status_code, again.status_code) == (201, 201), first.content
            assert again.json() == first.json()
            assert again.headers["Idempotent-Replay"] == "true"
