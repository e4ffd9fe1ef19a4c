"""What is lent on a right pledges it; products, their quota and the policies that are cited."""

from datetime import timedelta

import pytest

from alliances.lifecycle import MemberState
from alliances.models import AllianceMember, SupportPolicy
from marketplace.lifecycle import AchievementState
from tests.alliances.conftest import join
from tests.alliances.lending import approve, make_lenders
from tests.alliances.test_financing import BODY, URL, code_of
from tests.conftest import NOW, act, organization_of
from tests.factories import draft_lot, make_achievement
from tests.marketplace.conftest import make_deal

pytestmark = pytest.mark.usefixtures("clock")


# --- Collateral -------------------------------------------------------------------------


def test_what_is_lent_on_a_right_pledges_it_and_nobody_buys_it_until_it_is_released(
    alliance, seller, rest, operator
):
    (banker,) = make_lenders(alliance, 1, kind="ip_pledge", needs_collateral=True)
    right = make_achievement(seller)
    application = approve(seller, banker, kind="ip_pledge", collateral=right.pk)
    url = f"{URL}/{application.pk}"
    paid = {"amount": "1000000.00", "paid_on": "2026-03-02", "reference": "虚构1"}
    assert code_of(rest(banker).post(f"{url}/disburse", paid)) == (409, "pledge_required")
    register = {"registration": "虚构质押登记1", "registered_on": "2026-03-02"}
    ahead = {**register, "registered_on": "2026-03-03"}
    assert code_of(rest(banker).post(f"{url}/pledge", ahead)) == (422, "pledged_on_wrong_day")
    assert rest(banker).post(f"{url}/pledge", register).json()["pledged"] is True
    assert code_of(rest(banker).post(f"{url}/pledge", register)) == (409, "no_collateral")
    assert rest(banker).post(f"{url}/disburse", paid).status_code == 201
    lot = draft_lot(seller, act(operator), achievement=right)
    exchange = rest(operator)
    exchange.post(f"/api/v1/lots/{lot.pk}/submit")
    exchange.post(f"/api/v1/lots/{lot.pk}/approve")
    assert code_of(exchange.post(f"/api/v1/lots/{lot.pk}/publish")) == (409, "achievement_pledged")
    released = {"released_on": "2026-03-02"}
    assert code_of(rest(banker).post(f"{url}/release-pledge", released)) == (409, "still_owed")
    assert rest(banker).post(f"{url}/repay", {**paid, "reference": "虚构2"}).status_code == 201
    early = {"released_on": "2026-03-01"}
    assert code_of(rest(banker).post(f"{url}/release-pledge", early)) == (
        422,
        "pledged_on_wrong_day",
    )
    assert rest(banker).post(f"{url}/release-pledge", released).json()["pledged"] is False
    assert rest(banker).post(f"{url}/release-pledge", released).status_code == 404
    assert exchange.post(f"/api/v1/lots/{lot.pk}/publish").status_code == 200


def test_a_pledged_right_is_not_transferred_either(alliance, seller, bidder, rest):
    (banker,) = make_lenders(alliance, 1, kind="ip_pledge")
    right = make_achievement(seller)
    application = approve(seller, banker, kind="ip_pledge", collateral=right.pk)
    register = {"registration": "虚构质押登记1", "registered_on": "2026-03-02"}
    assert rest(banker).post(f"{URL}/{application.pk}/pledge", register).status_code == 200
    deal = {
        "achievement": right.pk,
        "buyer": organization_of(bidder).pk,
        "price": "100.00",
        "method": "agreement",
        "channel": "off_session",
        "evidence": "虚构",
        "related_party": False,
        "mode": "transfer",
    }
    assert code_of(rest(seller).post("/api/v1/deals", deal)) == (409, "achievement_pledged")
    assert right.encumbrances.get().registration == "虚构质押登记1"


def test_collateral_is_what_one_holds_or_has_bought(alliance, seller, bidder, enterprise, rest):
    (banker,) = make_lenders(alliance, 1, kind="pay_later_loan")
    right = make_achievement(seller, AchievementState.RESERVED)
    body = {**BODY, "kind": "pay_later_loan"}
    assert code_of(rest(bidder).post(URL, body)) == (422, "not_eligible")
    assert code_of(rest(bidder).post(URL, {**body, "collateral": right.pk})) == (
        422,
        "not_the_holder",
    )
    make_deal(
        organization_of(seller), organization_of(bidder), achievement=right, channel="off_session"
    )
    application = approve(bidder, banker, kind="pay_later_loan", collateral=right.pk)
    register = {"registration": "虚构1", "registered_on": "2026-03-02"}
    url = f"{URL}/{application.pk}/pledge"
    assert code_of(rest(banker).post(url, register)) == (409, "held_for_sale")
    right.state = AchievementState.TRANSFERRED
    right.save()
    assert rest(banker).post(url, register).status_code == 200
    assert code_of(rest(seller).post(URL, {**body, "collateral": right.pk})) == (
        422,
        "not_the_holder",
    )


# --- Products and policies --------------------------------------------------------------

PRODUCT = {
    "kind": "tech_loan",
    "title": "虚构科技贷",
    "least_amount": "100000.00",
    "most_amount": "20000000.00",
    "most_months": 36,
    "rate": "4.35",
    "repayment": "equal_instalments",
    "fee_rate": "1.00",
    "technology_fields": ["NM"],
    "cities": ["310117"],
}


def test_a_product_shows_what_it_costs_and_is_offered_within_a_quota(
    alliance, banker, rest, anonymous
):
    member = join(alliance, banker, product_quota=1)
    url = "/api/v1/finance/products"
    made = rest(banker).post(url, PRODUCT)
    assert made.status_code == 201, made.content
    assert float(made.json()["apr"]) == pytest.approx(5.13, abs=0.05)
    (public,) = anonymous.get(f"{url}?kind=tech_loan").json()["results"]
    assert public == made.json()
    assert code_of(rest(banker).post(url, PRODUCT)) == (409, "quota_full")
    close = f"{url}/{made.json()['id']}/close"
    assert rest(banker).post(close).json()["closed_at"]
    assert code_of(rest(banker).post(close)) == (409, "product_closed")
    assert anonymous.get(url).json()["results"] == []
    assert len(rest(banker).get(url).json()["results"]) == 1
    AllianceMember.objects.filter(pk=member.pk).update(state=MemberState.SUSPENDED)
    assert code_of(rest(banker).post(url, PRODUCT)) == (409, "member_not_active")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"kind": "lease"}, (422, "product_not_yours_to_offer")),
        ({"rate": None}, (422, "product_terms_wrong")),
        ({"least_amount": "20000000.01"}, (422, "product_terms_wrong")),
        ({"rate": "36.01"}, (400, "invalid")),
        ({"technology_fields": ["XX"]}, (400, "unknown_technology_field")),
    ],
)
def test_a_product_that_cannot_be_is_refused(alliance, banker, rest, change, expected):
    join(alliance, banker)
    assert code_of(rest(banker).post("/api/v1/finance/products", {**PRODUCT, **change})) == expected


def test_who_is_no_member_lists_nothing(alliance, banker, rest):
    assert rest(banker).post("/api/v1/finance/products", PRODUCT).status_code == 403


def test_an_application_cites_a_policy_in_force(alliance, enterprise, rest, anonymous):
    values = {"issuer": "虚构局", "level": "city", "issued_on": NOW.date(), "source": "虚构"}
    held = SupportPolicy.objects.create(
        title="虚构政策", valid_from=NOW.date(), audience="x", **values
    )
    past = SupportPolicy.objects.create(
        title="虚构旧政策",
        valid_from=NOW.date() - timedelta(days=9),
        valid_until=NOW.date() - timedelta(days=1),
        audience="x",
        **values,
    )
    assert len(anonymous.get("/api/v1/finance/policies").json()["results"]) == 2
    assert rest(enterprise).post(URL, {**BODY, "policy": held.pk}).json()["policy"] == held.pk
    assert code_of(rest(enterprise).post(URL, {**BODY, "policy": past.pk})) == (
        409,
        "policy_not_in_force",
    )
    assert rest(enterprise).post(URL, {**BODY, "policy": 987654}).status_code == 404
