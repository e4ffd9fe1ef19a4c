"""In-app notices over REST: one's own, newest first, read once."""

import pytest

from notifications.fanout import fan_out
from notifications.models import Notice
from notifications.queries import unread_notices
from tests.conftest import act, organization_of
from tests.notifications.conftest import organization_event


@pytest.fixture
def notice(keeper, clock):
    organization_event(organization_of(keeper))
    fan_out()
    return Notice.objects.get()


def test_a_person_reads_the_own_notices_newest_first(api, keeper, notice, clock):
    clock.advance(minutes=1)
    organization_event(organization_of(keeper), "suspended")
    fan_out()

    answer = api(keeper).get("/api/v1/notices", headers={"Accept-Language": "en"})

    assert answer.status_code == 200
    assert [row["kind"] for row in answer.json()["results"]] == [
        "organization.suspended",
        "organization.verified",
    ]
    row = answer.json()["results"][1]
    topic = f"organization:{organization_of(keeper).pk}"
    assert row == {
        "id": notice.pk,
        "kind": "organization.verified",
        "topic": topic,
        "at": "2026-03-02T01:00:00Z",
        "title": "虚构系统公司 has been verified",
        "text": "The organization may now post needs, list achievements and bid.",
        "path": "/",
        "read_at": None,
    }


def test_reading_a_notice_counts_the_first_time(api, keeper, notice, clock):
    answer = api(keeper).post(f"/api/v1/notices/{notice.pk}/read")
    first = answer.json()["read_at"]
    clock.advance(hours=1)

    again = api(keeper).post(f"/api/v1/notices/{notice.pk}/read")

    assert (answer.status_code, again.status_code) == (200, 200)
    assert again.json()["read_at"] == first == "2026-03-02T01:00:00Z"


def test_notices_can_be_narrowed_to_the_unread(api, keeper, notice):
    client = api(keeper)

    def found(query):
        return len(client.get(f"/api/v1/notices?{query}").json()["results"])

    assert (found("unread=true"), found("unread=false")) == (1, 0)
    assert unread_notices(act(keeper)) == 1
    client.post(f"/api/v1/notices/{notice.pk}/read")
    assert (found("unread=true"), found("unread=false")) == (0, 1)
    assert unread_notices(act(keeper)) == 0


def test_an_unread_filter_that_is_neither_true_nor_false_is_refused(api, keeper):
    answer = api(keeper).get("/api/v1/notices?unread=maybe")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_the_notice_of_somebody_else_does_not_exist(api, stranger, notice):
    assert api(stranger).get("/api/v1/notices").json()["results"] == []
    answer = api(stranger).post(f"/api/v1/notices/{notice.pk}/read")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    notice.refresh_from_db()
    assert notice.read_at is None


def test_nobody_has_no_notices(anonymous, db):
    answer = anonymous.get("/api/v1/notices")

    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_a_partner_system_has_no_notices(partner, notice):
    client = partner()

    assert client.get("/api/v1/notices").json()["results"] == []
    assert client.post(f"/api/v1/notices/{notice.pk}/read").status_code == 404


def test_a_page_of_notices_costs_a_fixed_number_of_queries(
    api, keeper, clock, django_assert_max_num_queries
):
    for _ in range(20):
        organization_event(organization_of(keeper))
    fan_out()
    client = api(keeper)

    with django_assert_max_num_queries(15):
        answer = client.get("/api/v1/notices")

    assert len(answer.json()["results"]) == 20
