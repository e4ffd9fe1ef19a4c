"""An application for finance, from its draft to the last repayment."""

from decimal import Decimal

import pytest

from alliances import financing_clock
from alliances.models import (
    AllianceMember,
    DataReading,
    FinanceApplication,
    FinanceCase,
    FinanceOffer,
)
from alliances.tasks import watch_financing
from core.models import Event
from notifications.fanout import fan_out_all
from notifications.models import Notice
from tests.alliances.conftest import join, make_alliance, make_banker
from tests.alliances.lending import (
    accept,
    approve,
    draft,
    draw,
    list_product,
    make_lenders,
    offer,
    repay,
    submit,
)
from tests.conftest import NOW, city_of, make_cadre, organization_of

pytestmark = pytest.mark.usefixtures("clock")
URL = "/api/v1/finance/applications"
BODY = {
    "kind": "tech_loan",
    "amount": "1000000.00",
    "months": 12,
    "purpose": "虚构的中试线",
    "field": "NM",
    "revenue": "5000000.00",
    "data_note": "虚构的保密说明",
}
OFFER = {
    "amount": "800000.00",
    "months": 12,
    "rate": "4.35",
    "repayment": "interest_monthly",
    "valid_until": "2026-03-31",
}


def code_of(answer):
    return answer.status_code, answer.json().get("code")


def test_an_application_goes_to_three_members_and_ends_repaid(alliance, enterprise, rest):
    bankers = make_lenders(alliance, 3)
    own = rest(enterprise)
    made = own.post(URL, BODY)
    assert made.status_code == 201, made.content
    url = f"{URL}/{made.json()['id']}"
    routed = own.post(f"{url}/submit", {})
    assert routed.json()["state"] == "routed"
    assert [case["state"] for case in routed.json()["cases"]] == ["waiting"] * 3
    one, two, three = (rest(banker) for banker in bankers)
    first = one.post(f"{url}/offers", OFFER)
    assert (first.status_code, first.json()["apr"]) == (201, "4.4378"), first.content
    assert one.post(f"{url}/offers", OFFER).json()["code"] == "illegal_transition"
    said = two.post(f"{url}/decline", {"reason_code": "credit_risk"})
    assert said.status_code == 200
    assert [case["state"] for case in said.json()["cases"]] == ["declined"]
    taken = own.post(f"/api/v1/offers/{first.json()['id']}/accept")
    assert taken.json()["state"] == "accepted"
    assert code_of(three.post(f"{url}/offers", OFFER)) == (409, "application_takes_no_offers")
    assert one.post(f"{url}/diligence").json()["state"] == "diligence"
    assert code_of(one.post(f"{url}/approve", {"limit": "800000.01"})) == (422, "amount_beyond")
    approved = one.post(f"{url}/approve", {"limit": "700000.00"}).json()
    assert (approved["state"], approved["approved_limit"]) == ("approved", "700000.00")
    paid = {"amount": "300000.00", "paid_on": "2026-03-02", "reference": "虚构1"}
    assert one.post(f"{url}/disburse", paid).status_code == 201
    assert code_of(one.post(f"{url}/disburse", paid)) == (409, "movement_known")
    again = {**paid, "amount": "400000.01", "reference": "虚构2"}
    assert code_of(one.post(f"{url}/disburse", again)) == (422, "amount_beyond")
    assert one.post(f"{url}/disburse", {**again, "amount": "400000.00"}).status_code == 201
    assert one.post(f"{url}/repay", {**paid, "amount": "600000.00"}).status_code == 201
    assert code_of(one.post(f"{url}/repay", {**again, "amount": "100000.01"})) == (
        422,
        "amount_beyond",
    )
    assert one.post(f"{url}/repay", {**again, "amount": "100000.00"}).status_code == 201
    ended = own.get(url).json()
    assert [ended[name] for name in ("state", "approved_limit", "disbursed", "repaid")] == [
        "closed",
        "700000.00",
        "700000.00",
        "700000.00",
    ]
    seen_by_loser = two.get(url).json()
    assert {seen_by_loser[name] for name in ("approved_limit", "disbursed", "repaid")} == {None}
    assert one.get(url).json()["disbursed"] == "700000.00"


def test_members_see_what_was_routed_to_them_and_nobody_elses_offers(
    alliance, enterprise, rest, seller, keeper, cadre
):
    one, two = make_lenders(alliance, 2)
    outsider = make_banker()
    join(alliance, outsider)
    application = submit(enterprise)
    url = f"{URL}/{application.pk}"
    made = offer(one, application)
    for stranger in (outsider, seller):
        assert rest(stranger).get(url).status_code == 404
        assert rest(stranger).get(f"{url}/offers").status_code == 404
        assert rest(stranger).post(f"{url}/offers", OFFER).status_code == 404
        assert rest(stranger).get(URL).json()["results"] == []
        assert rest(stranger).post(f"/api/v1/offers/{made.pk}/accept").status_code == 404
    assert rest(two).get(f"{url}/offers").json()["results"] == []
    assert len(rest(two).get(url).json()["cases"]) == 1
    assert rest(two).post(f"/api/v1/offers/{made.pk}/accept").status_code == 404
    assert rest(one).post(f"/api/v1/offers/{made.pk}/accept").status_code == 403
    for reader in (enterprise, keeper, cadre):
        assert len(rest(reader).get(f"{url}/offers").json()["results"]) == 1
        assert len(rest(reader).get(url).json()["cases"]) == 2
    for keeper_of_roll in (keeper, cadre):
        assert rest(keeper_of_roll).post(f"{url}/offers", OFFER).status_code == 403
        assert rest(keeper_of_roll).post(f"{url}/diligence").status_code == 403
    AllianceMember.objects.filter(organization=organization_of(two)).update(
        state="exited", ended_at=NOW
    )
    assert rest(two).get(url).status_code == 404


def test_data_is_read_under_consent_and_each_reading_is_kept(alliance, enterprise, rest, keeper):
    one, two = make_lenders(alliance, 2)
    members = {
        who: AllianceMember.objects.get(organization=organization_of(who)) for who in (one, two)
    }
    application = submit(enterprise, consents=[members[one].pk])
    url = f"{URL}/{application.pk}"
    assert "revenue" not in rest(one).get(url).json()
    assert rest(one).get(f"{url}/data").json()["revenue"] == "5000000.00"
    assert code_of(rest(two).get(f"{url}/data")) == (403, "consent_missing")
    assert code_of(rest(keeper).get(f"{url}/data")) == (403, "consent_missing")
    assert rest(enterprise).get(f"{url}/data").json()["data_note"] == "虚构的保密说明"
    (reading,) = rest(enterprise).get(f"{url}/readings").json()["results"]
    assert reading["organization_name"] == organization_of(one).name
    assert rest(one).get(f"{url}/readings").status_code == 404
    given = rest(enterprise).post(f"{url}/consents", {"member": members[two].pk})
    assert given.status_code == 201
    assert rest(two).get(f"{url}/data").status_code == 200
    revoke = f"/api/v1/consents/{given.json()['id']}/revoke"
    assert rest(one).post(revoke).status_code == 404
    assert rest(two).post(revoke).status_code == 403
    assert rest(enterprise).post(revoke).json()["revoked_at"]
    assert rest(enterprise).post(revoke).json()["code"] == "consent_revoked"
    assert code_of(rest(two).get(f"{url}/data")) == (403, "consent_missing")
    assert DataReading.objects.count() == 2
    assert rest(enterprise).post(f"{url}/consents", {"member": 987654}).status_code == 404


def test_only_the_eligible_are_asked(alliance, enterprise, rest):
    (fitting,) = make_lenders(alliance, 1)
    make_lenders(alliance, 1, most_amount=Decimal("999999.99"))
    make_lenders(alliance, 1, technology_fields=["IC"])
    make_lenders(alliance, 1, cities=["340200"])
    (suspended,) = make_lenders(alliance, 1)
    AllianceMember.objects.filter(organization=organization_of(suspended)).update(state="suspended")
    away = make_banker()
    join(alliance, away, territory=[city_of("340200")])
    list_product(away)
    application = submit(enterprise)
    (case,) = application.cases.all()
    assert case.member.organization == organization_of(fitting)
    cases = rest(enterprise).get(f"{URL}/{application.pk}").json()["cases"]
    assert cases[0]["due_at"] == "2026-03-09T16:00:00Z"  # the fifth working day, 24:00


def test_where_nobody_is_eligible_it_waits_until_somebody_is(alliance, enterprise, cadre):
    application = submit(enterprise)
    assert application.state == "submitted"
    fan_out_all()
    assert Notice.objects.filter(event__kind="financing.unrouted", recipient=cadre).exists()
    watch_financing()
    application.refresh_from_db()
    assert application.state == "submitted"
    make_lenders(alliance, 1)
    watch_financing()
    application.refresh_from_db()
    assert application.state == "routed"


def test_an_unanswered_case_is_reminded_of_and_escalates_to_the_office_once(
    alliance, enterprise, cadre, clock
):
    (banker,) = make_lenders(alliance, 1)
    application = submit(enterprise)
    case = application.cases.get()
    assert financing_clock.remind_members() == 0
    clock.set(case.soon_at)
    assert [financing_clock.remind_members(), financing_clock.remind_members()] == [1, 0]
    clock.set(case.due_at)
    assert [financing_clock.remind_members(), financing_clock.remind_members()] == [1, 0]
    kinds = Event.objects.filter(topic=f"case:{case.pk}").order_by("seq")
    assert list(kinds.values_list("kind", flat=True)) == [
        "case.routed",
        "case.answer_due_soon",
        "case.answer_overdue",
    ]
    fan_out_all()
    told = Notice.objects.filter(event__kind="case.answer_overdue")
    assert {cadre.pk, banker.pk} <= set(told.values_list("recipient", flat=True))
    offer(banker, application)  # late, and still an answer
    clock.advance(days=61)
    assert [financing_clock.expire_waiting(), financing_clock.expire_waiting()] == [1, 0]
    application.refresh_from_db()
    assert (application.state, application.state_reason) == ("expired", "too_late")
    assert set(FinanceOffer.objects.values_list("state", flat=True)) == {"lapsed"}


def test_one_that_fails_stops_no_other(alliance, enterprise, clock, monkeypatch):
    make_lenders(alliance, 2)
    application = submit(enterprise)
    clock.set(application.cases.first().due_at)
    lock, first = financing_clock.lock_case, application.cases.first().pk

    def failing(case_id):
        if case_id == first:
            raise RuntimeError
        return lock(case_id)

    monkeypatch.setattr(financing_clock, "lock_case", failing)
    assert financing_clock.remind_members() == 1


def test_when_all_have_said_no_the_application_ends(alliance, enterprise, rest):
    one, two = make_lenders(alliance, 2)
    application = submit(enterprise)
    url = f"{URL}/{application.pk}"
    made = offer(one, application)
    assert (
        rest(two).post(f"{url}/decline", {"reason_code": "other"}).json()["code"]
        == "reason_required"
    )
    said_no = rest(two).post(f"{url}/decline", {"reason_code": "no_capacity"}).json()
    assert (said_no["state"], said_no["cases"][0]["state"]) == (None, "declined")
    no = rest(enterprise).post(f"/api/v1/offers/{made.pk}/decline", {"reason": "太贵"})
    assert no.json()["state"] == "declined"
    application.refresh_from_db()
    assert (application.state, application.state_reason) == ("expired", "all_declined")


def test_whoever_withdraws_ends_what_waits_on_it(alliance, enterprise, rest):
    one, _ = make_lenders(alliance, 2)
    application = submit(enterprise)
    made = offer(one, application)
    url = f"{URL}/{application.pk}"
    assert (
        rest(enterprise).post(f"{url}/withdraw", {"reason": "虚构"}).json()["state"] == "withdrawn"
    )
    made.refresh_from_db()
    assert made.state == "lapsed"
    assert set(FinanceCase.objects.values_list("state", flat=True)) == {"offered", "lapsed"}
    assert code_of(rest(enterprise).post(f"{url}/withdraw", {"reason": "x"}))[0] == 409
    assert code_of(rest(enterprise).post(f"/api/v1/offers/{made.pk}/accept"))[0] == 409


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"amount": "1000000.01"}, (422, "amount_beyond")),
        ({"valid_until": "2026-03-01"}, (409, "offer_past")),
        ({"rate": None}, (422, "product_terms_wrong")),
        ({"repayment": ""}, (422, "product_terms_wrong")),
        ({"fee": "160000.01"}, (422, "terms_not_priced")),
    ],
)
def test_an_offer_that_cannot_be_is_refused(alliance, enterprise, rest, change, expected):
    (banker,) = make_lenders(alliance, 1)
    application = submit(enterprise)
    assert (
        code_of(rest(banker).post(f"{URL}/{application.pk}/offers", {**OFFER, **change}))
        == expected
    )
    assert not FinanceOffer.objects.exists()


def test_an_offer_is_taken_while_it_is_valid(alliance, enterprise, rest, clock):
    (banker,) = make_lenders(alliance, 1)
    made = offer(banker, submit(enterprise))
    clock.advance(days=21)
    assert code_of(rest(enterprise).post(f"/api/v1/offers/{made.pk}/accept")) == (409, "offer_past")


def test_a_suspended_member_makes_no_new_offer(alliance, enterprise, rest):
    (banker,) = make_lenders(alliance, 1)
    application = submit(enterprise)
    AllianceMember.objects.update(state="suspended")
    assert code_of(rest(banker).post(f"{URL}/{application.pk}/offers", OFFER)) == (
        409,
        "member_not_active",
    )


def test_the_lender_may_refuse_after_diligence(alliance, enterprise, rest):
    (banker,) = make_lenders(alliance, 1)
    application = submit(enterprise)
    accept(enterprise, offer(banker, application))
    url = f"{URL}/{application.pk}"
    assert rest(banker).post(f"{url}/diligence").status_code == 200
    told = rest(banker).post(f"{url}/refuse", {"reason": "虚构的理由"}).json()
    assert (told["state"], told["state_reason"]) == ("refused", "虚构的理由")


def test_a_late_payment_is_remembered_when_all_is_repaid(alliance, enterprise, rest, clock):
    (banker,) = make_lenders(alliance, 1)
    application = approve(enterprise, banker)
    url = f"{URL}/{application.pk}"
    assert code_of(rest(banker).post(f"{url}/overdue", {"since": "2026-03-02"}))[0] == 409
    draw(banker, application, "1000000.00")
    assert code_of(rest(banker).post(f"{url}/overdue", {"since": "2026-03-03"})) == (
        422,
        "not_overdue",
    )
    clock.advance(days=40)
    late = rest(banker).post(f"{url}/overdue", {"since": "2026-04-03"}).json()
    assert (late["state"], late["overdue_since"]) == ("disbursed", "2026-04-03")
    repay(banker, application, "1000000.00")
    application.refresh_from_db()
    assert (application.state, application.overdue_since, application.was_overdue) == (
        "closed",
        None,
        True,
    )


def test_money_is_entered_on_days_that_were(alliance, enterprise, rest):
    (banker,) = make_lenders(alliance, 1)
    application = approve(enterprise, banker)
    url = f"{URL}/{application.pk}/disburse"
    for day in ("2026-03-01", "2026-03-03"):
        paid = {"amount": "5.00", "paid_on": day, "reference": "虚构"}
        assert code_of(rest(banker).post(url, paid)) == (409, "moved_ahead")


def test_nothing_is_repaid_before_it_was_drawn(alliance, enterprise, rest, clock):
    (banker,) = make_lenders(alliance, 1)
    application = approve(enterprise, banker)
    url = f"{URL}/{application.pk}/repay"
    draw(banker, application, "500.00")
    clock.advance(days=10)
    draw(banker, application, "500.00", reference="虚构的第二笔")
    early = {"amount": "500.01", "paid_on": "2026-03-05", "reference": "虚构的回单"}
    assert code_of(rest(banker).post(url, early)) == (409, "repaid_ahead")
    assert rest(banker).post(url, {**early, "amount": "500.00"}).status_code == 201
    late = {"amount": "0.01", "paid_on": "2026-03-05", "reference": "虚构的另一回单"}
    assert code_of(rest(banker).post(url, late)) == (409, "repaid_ahead")
    application.refresh_from_db()
    assert application.repaid == 500


def test_the_same_key_draws_once(alliance, enterprise, rest):
    (banker,) = make_lenders(alliance, 1)
    application = approve(enterprise, banker)
    headers = {"Idempotency-Key": "0b6d9c3e-2d3c-4c53-8f0a-0a5d1c1e0001"}
    paid = {"amount": "5.00", "paid_on": "2026-03-02", "reference": "虚构"}
    for step in ("disburse", "repay"):
        url = f"{URL}/{application.pk}/{step}"
        first = rest(banker).post(url, paid, headers=headers)
        again = rest(banker).post(url, paid, headers=headers)
        assert (first.status_code, again.json()) == (201, first.json())
    made = rest(enterprise).post(URL, BODY, headers=headers).json()
    assert rest(enterprise).post(URL, BODY, headers=headers).json() == made
    assert FinanceApplication.objects.count() == 2


def test_the_secretariat_is_no_member_itself(alliance, keeper, rest):
    body = {"kind": "bank", "licence_number": "x", "contact_name": "x"}
    answer = rest(keeper).post(f"/api/v1/alliances/{alliance.pk}/members", body)
    assert code_of(answer) == (422, "secretariat_stays_out")


def test_an_expired_cadre_sees_nothing(alliance, enterprise, rest, clock):
    make_lenders(alliance, 1)
    url = f"{URL}/{submit(enterprise).pk}"
    cadre = make_cadre("出")
    assert rest(cadre).get(url).status_code == 200
    clock.advance(days=300)
    assert rest(cadre).get(url).status_code == 404


def test_drafts_are_their_applicants_own(alliance, enterprise, rest, cadre, keeper):
    url = f"{URL}/{draft(enterprise).pk}"
    assert rest(enterprise).get(url).json()["state"] == "draft"
    for reader in (cadre, keeper):
        assert rest(reader).get(url).status_code == 404
    assert make_alliance("other").pk
