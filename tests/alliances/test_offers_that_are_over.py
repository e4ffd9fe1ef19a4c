"""Offers that nobody can make or take any more: too late, or by a member that has left."""

from datetime import date

import pytest

from tests.alliances.lending import accept, make_lenders, offer, submit
from tests.alliances.test_financing import OFFER, URL
from tests.alliances.world import PAID

pytestmark = pytest.mark.usefixtures("clock")


def test_a_deadline_holds_although_nothing_has_swept(alliance, enterprise, rest, clock):
    one, two = make_lenders(alliance, 2)
    application = submit(enterprise)
    made = offer(one, application, valid_until=date(2026, 12, 31))
    clock.advance(days=60)
    late = {**OFFER, "valid_until": "2026-12-31"}
    answer = rest(two).post(f"{URL}/{application.pk}/offers", late)
    assert (answer.status_code, answer.json()["code"]) == (409, "waited_too_long")
    taken = rest(enterprise).post(f"/api/v1/offers/{made.pk}/accept")
    assert (taken.status_code, taken.json()["code"]) == (409, "waited_too_long")


def test_the_offer_of_a_member_that_has_left_is_not_taken(alliance, enterprise, rest, keeper):
    banker, other = make_lenders(alliance, 2)
    application = submit(enterprise)
    made = offer(banker, application)
    left = rest(keeper).post(f"/api/v1/members/{made.member_id}/end", {"reason": "虚构"})
    assert left.status_code == 200
    taken = rest(enterprise).post(f"/api/v1/offers/{made.pk}/accept")
    assert (taken.status_code, taken.json()["code"]) == (409, "offeror_left")
    said_no = {"reason_code": "no_capacity"}
    last = rest(other).post(f"{URL}/{application.pk}/decline", said_no).json()
    assert last["cases"][0]["state"] == "declined"
    application.refresh_from_db()
    assert application.state == "expired", "nobody is left who could lend"


def test_a_member_that_has_left_finishes_what_it_took_on(alliance, enterprise, rest, keeper):
    banker, _ = make_lenders(alliance, 2)
    application = submit(enterprise)
    made = offer(banker, application)
    accept(enterprise, made)
    left = rest(keeper).post(f"/api/v1/members/{made.member_id}/end", {"reason": "虚构"})
    assert left.status_code == 200
    lender, url = rest(banker), f"{URL}/{application.pk}"
    assert lender.post(f"{url}/diligence").json()["state"] == "diligence"
    assert lender.post(f"{url}/approve", {"limit": "100.00"}).json()["state"] == "approved"
    assert lender.post(f"{url}/disburse", PAID).status_code == 201
    assert lender.post(f"{url}/repay", PAID).status_code == 201
    assert rest(enterprise).get(url).json()["state"] == "closed"
