"""A draft is changed by its applicant, as a new one is made: checked whole, and not once sent."""

import pytest

from alliances.models import SupportPolicy
from core.models import Event
from tests.alliances.lending import draft, make_lenders, submit
from tests.alliances.test_financing import URL, code_of
from tests.conftest import NOW
from tests.factories import make_achievement

pytestmark = pytest.mark.usefixtures("clock")


def test_what_is_named_is_changed_and_the_rest_stays(alliance, enterprise, rest):
    application, own = draft(enterprise), make_achievement(enterprise)
    policy = SupportPolicy.objects.create(
        title="虚构政策",
        issuer="虚构部门",
        level="city",
        issued_on=NOW.date(),
        valid_from=NOW.date(),
        audience="企业",
        source="虚构",
    )
    client, url = rest(enterprise), f"{URL}/{application.pk}"
    body = {"amount": "2000000.00", "city": "340200", "collateral": own.pk, "policy": policy.pk}
    told = client.patch(url, body)
    assert told.status_code == 200, told.content
    assert {name: told.json()[name] for name in body} == body
    assert (told.json()["months"], told.json()["state"]) == (12, "draft")
    application.refresh_from_db()
    assert (application.data_note, application.revenue) == ("虚构的保密说明", 5_000_000)
    taken = client.patch(url, {"collateral": None, "policy": None, "city": "", "revenue": None})
    assert (taken.json()["collateral"], taken.json()["city"]) == (None, "330100")
    application.refresh_from_db()
    assert (application.revenue, application.policy) == (None, None)
    assert Event.objects.filter(kind="financing.changed").count() == 2


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"kind": "ip_pledge"}, (422, "not_eligible")),
        ({"collateral": 1_000_000}, (422, "not_the_holder")),
        ({"policy": 1_000_000}, (404, "not_found")),
        ({"field": "XX"}, (400, "unknown_technology_field")),
        ({"amount": "0.00"}, (400, "invalid")),
        ({"state": "routed"}, (400, "invalid")),
        ({"organization": 1}, (400, "invalid")),
    ],
)
def test_a_change_that_no_draft_could_hold_is_refused(alliance, enterprise, rest, change, expected):
    application = draft(enterprise)
    assert code_of(rest(enterprise).patch(f"{URL}/{application.pk}", change)) == expected
    assert not Event.objects.filter(kind="financing.changed").exists()


def test_what_was_sent_and_what_is_anothers_is_not_changed(alliance, enterprise, rest, rival):
    (banker,) = make_lenders(alliance, 1)
    url = f"{URL}/{submit(enterprise).pk}"
    assert code_of(rest(enterprise).patch(url, {"months": 24})) == (409, "illegal_transition")
    assert rest(banker).patch(url, {"months": 24}).status_code == 403
    assert rest(rival).patch(url, {"months": 24}).status_code == 404
    assert rest(enterprise).get(url).json()["months"] == 12
