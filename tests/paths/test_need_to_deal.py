"""From a technology need to a deal, through HTTP, with everybody who has a part in it."""

import pytest

from notifications import tasks
from notifications.models import Notice
from tests.conftest import credit_code, organization_of
from tests.paths.conftest import every_event_is_in_the_table_of_audiences, told

pytestmark = pytest.mark.django_db

INDICATOR = {"name": "耐温", "operator": "ge", "target": "1200", "unit": "℃"}
COATING = {"title": "虚构：耐高温涂层", "field": "NM"}
FOUND = {"title": "虚构：陶瓷前驱体", "field": "NM", "maturity_level": 6}
PATENT = {"ip_kind": "invention", "ip_number": "201580003807.3"}


def test_a_need_becomes_a_deal(
    say, change, read, stranger, seller, rival, bureau, cadre, operator, clock
):
    # Somebody founds an enterprise; the office compares the file with the register.
    founded = say(
        stranger,
        201,
        "organizations",
        kind="enterprise",
        name="虚构新材料",
        credit_code=credit_code(90_000),
        city="330100",
    )
    own = f"organizations/{founded['id']}"
    say(stranger, 200, f"{own}/submit")
    assert say(cadre, 200, f"{own}/verify")["state"] == "verified"
    assert told(f"organization:{founded['id']}") == [
        "organization.registered",
        "organization.submitted",
        "organization.verified",
    ]

    # It posts a need, which goes through the city's bureau and the office.
    need = say(stranger, 201, "needs", **COATING, indicators=[INDICATOR])
    path = f"needs/{need['id']}"
    assert say(stranger, 422, f"{path}/submit")["code"] == "need_incomplete"
    completed = change(stranger, path, budget="3200000.00", deadline="2026-12-31")
    assert completed["budget"] == "3200000.00"
    say(stranger, 200, f"{path}/submit")
    assert say(bureau, 200, f"{path}/return", reason="指标不够具体")["state"] == "returned"
    say(stranger, 200, f"{path}/submit")
    say(bureau, 200, f"{path}/endorse")
    assert say(cadre, 200, f"{path}/publish")["state"] == "published"
    assert [row["id"] for row in read(None, "needs")["results"]] == [need["id"]]

    # Two answer it: one with a published achievement of its own, one without.
    achievement = say(seller, 201, "achievements", **FOUND, **PATENT)
    say(seller, 200, f"achievements/{achievement['id']}/submit")
    say(operator, 200, f"achievements/{achievement['id']}/approve")
    say(operator, 200, f"achievements/{achievement['id']}/publish")
    offer = {"approach": "溶胶凝胶法", "price": "2800000.00", "months": 9}
    chosen = say(seller, 201, f"{path}/responses", **offer, achievement=achievement["id"])
    other = say(rival, 201, f"{path}/responses", approach="喷涂法", price="2500000.00", months=12)
    assert len(read(stranger, f"{path}/responses")["results"]) == 2
    assert len(read(rival, f"{path}/responses")["results"]) == 1, "its own; not a competitor's"

    # The poster chooses: the others are declined, the achievement is kept. The institute publishes
    # the price before the deal is formed.
    say(stranger, 200, f"responses/{other['id']}/shortlist")
    clock.advance(days=3)
    accepted = say(stranger, 200, f"responses/{chosen['id']}/accept")
    agreed = f"deals/{accepted['deal']}"
    assert say(stranger, 409, f"{agreed}/confirm")["code"] == "publicity_required"
    say(seller, 200, f"{agreed}/publicise", place="虚构院公告栏")
    clock.advance(days=16)
    say(stranger, 200, f"{agreed}/confirm")
    deal = read(seller, agreed)
    assert deal == read(stranger, agreed)
    assert (deal["price"], deal["method"], deal["channel"]) == (
        "2800000.00",
        "agreement",
        "need_response",
    )
    assert (deal["seller"], deal["buyer"]) == (organization_of(seller).pk, founded["id"])
    assert (deal["need"], deal["achievement"]) == (need["id"], achievement["id"])
    assert deal["formed_at"] == "2026-03-21T01:00:00Z"
    assert read(None, path)["state"] == "matched"
    assert read(rival, f"responses/{other['id']}")["state"] == "declined"
    assert read(None, f"achievements/{achievement['id']}")["state"] == "reserved"
    assert read(rival, "deals")["results"] == []

    assert told(f"need:{need['id']}") == [
        "need.posted",
        "need.submitted",
        "need.returned",
        "need.submitted",
        "need.endorsed",
        "need.published",
        "need.matched",
    ]
    assert told(f"response:{chosen['id']}") == ["response.submitted", "response.accepted"]
    assert told(f"response:{other['id']}")[-1] == "response.declined"
    assert told(f"achievement:{achievement['id']}") == [
        "achievement.listed",
        "achievement.submitted",
        "achievement.approved",
        "achievement.published",
        "achievement.reserved",
    ]
    assert told(f"deal:{deal['id']}") == ["deal.proposed", "deal.publicised", "deal.formed"]
    assert every_event_is_in_the_table_of_audiences()

    # The outbox is read; both parties find the deal among their notices.
    tasks.fan_out.delay()
    for party in (stranger, seller):
        kinds = [notice["kind"] for notice in read(party, "notices")["results"]]
        assert "deal.formed" in kinds
    assert not Notice.objects.filter(recipient=rival, event__kind="deal.formed").exists()
