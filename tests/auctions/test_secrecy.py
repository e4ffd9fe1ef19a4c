"""Who bids is nobody's business: no public answer, event or page names a bidder.

The bidder's organization carries marks that stand nowhere else: a name, a code and an id. They
are looked for in the bytes of everything an outsider, the consignor or a rival can read, before
the end and after it.
"""

import json
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import City, Membership, Organization
from core.models import Event
from tests.auctions.conftest import post
from tests.conftest import NOW, credit_code, make_member, make_organization, make_user
from tests.factories import admit, apply, bid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

MARK_ID = 987_654_321_012
MARKS = (str(MARK_ID), "匿名之家", credit_code(99_999_999), "markedperson", "marked@example.org")


@pytest.fixture
def marked() -> Any:
    """A bidder whose organization is easily found again."""
    person = make_user("markedperson")
    person.email = "marked@example.org"
    person.save()
    organization = Organization.objects.create(
        pk=MARK_ID,
        kind="enterprise",
        name="匿名之家",
        credit_code=credit_code(99_999_999),
        city=City.objects.get(code="330100"),
        contact_email="marked@example.org",
        state="verified",
        created_at=NOW,
        verified_at=NOW,
        verified_by=make_user(),
    )
    Membership.objects.create(user=person, organization=organization, role="agent", started_at=NOW)
    return person


@pytest.fixture
def readers(anonymous, stranger, seller, rival, bureau, api) -> dict[str, APIClient]:
    """Whoever must not know, the consignor among them."""
    people = (stranger, seller, rival, bureau)
    return {"anonymous": anonymous, **{person.username: api(person) for person in people}}


def read_everything(lot: Any, readers: dict[str, APIClient]) -> dict[tuple[str, str], bytes]:
    """Bodies and headers of all that can be read about a lot."""
    paths = [
        "/api/v1/lots",
        f"/api/v1/lots/{lot.pk}",
        f"/api/v1/lots/{lot.pk}/bids",
        f"/api/v1/lots/{lot.pk}/registrations",
        f"/api/v1/lots/{lot.pk}/record",
        "/",
        f"/lots/{lot.pk}",
        f"/lots/{lot.pk}/ledger",
    ]
    seen = {}
    for name, client in readers.items():
        for path in paths:
            answer = client.get(path)
            seen[name, path] = answer.content + repr(answer.headers).encode()
    for event in Event.objects.filter(topic=f"lot:{lot.pk}"):
        # What streams and webhooks pass on: topic, kind, time and payload, not the actor.
        told = json.dumps(event.payload, ensure_ascii=False).encode()
        seen["events", f"{event.seq} {event.kind}"] = told
    return seen


def found(seen: dict[tuple[str, str], bytes]) -> list[tuple]:
    return [
        (*where, mark) for where, text in seen.items() for mark in MARKS if mark.encode() in text
    ]


def test_no_answer_event_or_page_names_a_bidder(contested, marked, rival, readers, clock):
    apply_only = apply(contested, marked)
    assert found(read_everything(contested, readers)) == [], "an applicant"
    apply_only.state = "refused"
    apply_only.save()

    own = admit(contested, marked)
    bid(contested, marked, "1000.00")
    during = read_everything(contested, readers)
    assert found(during) == [], "the leader"
    assert own.paddle.encode() in during["anonymous", f"/api/v1/lots/{contested.pk}/bids"]

    bid(contested, rival, "1050.00")
    clock.set(contested.closes_at - timedelta(seconds=5))
    bid(contested, marked, "1100.00")
    contested.refresh_from_db()
    clock.set(contested.closes_at)
    assert found(read_everything(contested, readers)) == [], "the buyer"


def test_what_a_rival_is_refused_names_no_bidder(contested, marked, rival, seller, api):
    admit(contested, marked)
    bid(contested, marked, "1000.00")
    answers = [
        post(api(rival), f"lots/{contested.pk}/bids", {"amount": "1000.00"}),
        post(api(seller), f"lots/{contested.pk}/bids", {"amount": "1050.00"}),
        post(api(rival), f"lots/{contested.pk}/withdraw", {"reason": "x"}),
    ]
    for answer in answers:
        assert answer.status_code >= 400
        assert not [mark for mark in MARKS if mark in answer.content.decode()]


def test_the_buyer_is_known_to_the_two_parties_and_to_staff_alone(
    contested, marked, rival, seller, stranger, operator, cadre, api, clock
):
    admit(contested, marked)
    bid(contested, marked, "1000.00")
    clock.set(contested.closes_at)
    api(seller).get(f"/api/v1/lots/{contested.pk}")  # closes it
    people = (marked, rival, seller, stranger, operator, cadre)
    knowing = [
        person.username
        for person in people
        if str(MARK_ID) in api(person).get("/api/v1/deals").content.decode()
    ]
    assert knowing == ["markedperson", "seller", "operator", "cadre"]


def test_how_many_registered_is_told_to_nobody(contested, rival, anonymous, api):
    few = {path: anonymous.get(path).content for path in (f"/api/v1/lots/{contested.pk}",)}
    for number in range(3):
        apply(contested, make_member(make_organization(name=f"新来者{number}")))
    assert {path: anonymous.get(path).content for path in few} == few
    listed = api(rival).get(f"/api/v1/lots/{contested.pk}/registrations").json()["results"]
    assert len(listed) == 1, "its own"
