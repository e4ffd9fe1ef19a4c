"""What becomes of a deal: recorded by whom, corrected how, and what else moves with it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection

from core.db import transaction
from core.errors import BelowLawfulFloor, InvalidValue, PermissionDenied, ReasonRequired
from core.models import Event
from marketplace import milestones, rewards
from marketplace.deal_records import DealNotFormed, NothingToCorrect
from marketplace.lifecycle import (
    AchievementState,
    DealState,
    MilestoneKind,
    NeedState,
    ResponseState,
)
from marketplace.models import Deal, DealMilestone, Need
from marketplace.queries import standing_milestones
from marketplace.rules.milestones import (
    AlreadyRecorded,
    ContractNotSigned,
    ContractTooLate,
    MilestoneInFuture,
    MilestoneTooEarly,
    PaidTooMuch,
)
from marketplace.rules.rewards import RewardExceedsReceipts, RewardRestsOnIt
from tests.conftest import act, organization_of
from tests.marketplace.conftest import make_achievement, make_deal, make_need, make_response

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

DAY = date(2026, 3, 2)  # the day of the clock
LUMP_SUM = {"signed_on": DAY, "kind": "transfer", "price_form": "lump_sum"}
STAFF_SHARE = {"name": "虚构转化人员", "role": "transfer_staff", "amount": Decimal("3.50")}
MAIN_SHARE = {"name": "虚构完成人", "role": "main_contributor", "amount": Decimal("66.50")}


@pytest.fixture
def deal(seller, enterprise) -> Deal:
    """An institute in Hangzhou sold an achievement for 2.8 million."""
    sold = make_achievement(seller, AchievementState.RESERVED)
    parties = organization_of(seller), organization_of(enterprise)
    return make_deal(*parties, achievement=sold, channel="off_session")


@pytest.fixture
def signed(deal, seller) -> Deal:
    return milestones.sign_contract(actor=act(seller), deal_id=deal.pk, **LUMP_SUM)


def pay(deal: Deal, by: Any, amount: str = "100.00", **values: Any) -> DealMilestone:
    told = {"paid_on": DAY, "reference": "虚构流水", **values}
    return milestones.record_payment(actor=act(by), deal_id=deal.pk, amount=Decimal(amount), **told)


def reward(deal: Deal, by: Any, received: str = "100.00", **values: Any) -> Deal:
    told = {
        "distributed_on": DAY,
        "taxes": Decimal(0),
        "costs": Decimal(0),
        "shares": [MAIN_SHARE, STAFF_SHARE],
        **values,
    }
    return rewards.distribute_reward(
        actor=act(by), deal_id=deal.pk, received=Decimal(received), **told
    )


def kinds(deal: Deal) -> list[str]:
    return [one.kind for one in standing_milestones(deal)]


def test_a_deal_goes_from_its_contract_to_its_reward(deal, seller, enterprise, operator):
    milestones.sign_contract(actor=act(seller), deal_id=deal.pk, **LUMP_SUM)
    milestones.register_contract(
        actor=act(seller),
        deal_id=deal.pk,
        registered_on=DAY,
        number="虚构-2026-1",
        office="虚构登记机构",
        transaction_value=Decimal(2_800_000),
        technical_income=Decimal(2_000_000),
    )
    pay(deal, enterprise, "2800000.00")
    milestones.transfer_rights(
        actor=act(operator), deal_id=deal.pk, registered_on=DAY, certificate="虚构通知书"
    )
    milestones.deliver(actor=act(enterprise), deal_id=deal.pk, delivered_on=DAY, proof="签收单")
    reward(deal, seller)
    later = (MilestoneKind.ACCEPTANCE, MilestoneKind.RETURN, MilestoneKind.ANNULMENT)
    assert kinds(deal) == [one for one in MilestoneKind if one not in later]
    told = Event.objects.filter(topic=f"deal:{deal.pk}").order_by("seq")
    assert [event.kind for event in told] == [
        "deal.contract_signed",
        "deal.contract_registered",
        "deal.paid",
        "deal.rights_transferred",
        "deal.delivered",
        "deal.reward_distributed",
    ]
    assert "虚构完成人" not in str([event.payload for event in told])
    deal.achievement.refresh_from_db()
    assert deal.achievement.state == AchievementState.TRANSFERRED


def test_the_need_that_chose_the_deal_is_signed_with_it(seller, enterprise):
    need = make_need(enterprise, NeedState.MATCHED)
    parties = organization_of(seller), organization_of(enterprise)
    deal = make_deal(*parties, need=need, mode="development")
    answer = make_response(need, seller)
    type(answer).objects.filter(pk=answer.pk).update(state=ResponseState.ACCEPTED, deal=deal)
    milestones.sign_contract(
        actor=act(enterprise), deal_id=deal.pk, **{**LUMP_SUM, "kind": "development"}
    )
    assert Need.objects.get(pk=need.pk).state == NeedState.SIGNED
    assert Event.objects.filter(kind="need.signed", payload__need=need.pk).count() == 1


def test_what_rests_on_a_contract_waits_for_it(deal, seller):
    certificate = {
        "number": "1",
        "office": "虚构",
        "transaction_value": Decimal(1),
        "technical_income": Decimal(0),
    }
    with pytest.raises(ContractNotSigned):
        milestones.register_contract(
            actor=act(seller), deal_id=deal.pk, registered_on=DAY, **certificate
        )
    with pytest.raises(ContractNotSigned):
        milestones.transfer_rights(
            actor=act(seller), deal_id=deal.pk, registered_on=DAY, certificate="1"
        )
    assert not deal.milestones.exists()


def test_days_are_between_the_deal_and_today(deal, seller):
    with pytest.raises(MilestoneInFuture):
        pay(deal, seller, paid_on=DAY + timedelta(days=1))
    with pytest.raises(MilestoneTooEarly):
        pay(deal, seller, paid_on=DAY - timedelta(days=1))


def test_no_more_is_paid_than_the_price(signed, seller):
    pay(signed, seller, "2799999.99")
    with pytest.raises(PaidTooMuch) as refused:
        pay(signed, seller, "0.02")
    assert refused.value.facts["outstanding"] == Decimal("0.01")
    pay(signed, seller, "0.01")


def test_a_royalty_runs_beyond_the_price(deal, seller):
    terms = {**LUMP_SUM, "price_form": "royalty", "royalty_rate": Decimal("5.00")}
    milestones.sign_contract(actor=act(seller), deal_id=deal.pk, **terms)
    pay(deal, seller, "2800000.01")
    contract = standing_milestones(deal).first()
    assert contract.facts == {
        "kind": "transfer",
        "price_form": "royalty",
        "royalty_rate": "5.00",
    }


def test_a_payment_is_recorded_once_per_key(deal, seller, api):
    body = {"amount": "100.00", "paid_on": "2026-03-02", "reference": "虚构流水"}
    key = {"Idempotency-Key": str(uuid4())}
    path = f"/api/v1/deals/{deal.pk}/payments"
    first, again = (api(seller).post(path, body, headers=key, format="json") for _ in range(2))
    assert (first.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotent-Replay"] == "true"
    assert deal.milestones.count() == 1
    assert api(seller).get(f"/api/v1/deals/{deal.pk}").json()["paid"] == "100.00"


def test_a_wrong_fact_is_corrected_by_a_later_one_that_says_why(signed, seller, api):
    wrong = pay(signed, seller, "2800000.00")
    with pytest.raises(ReasonRequired):
        pay(signed, seller, "1.00", corrects=wrong.number)
    right = pay(signed, seller, "2000000.00", corrects=wrong.number, reason="录入有误")
    assert (right.corrects, right.number) == (wrong, 3)
    with pytest.raises(NothingToCorrect):
        pay(signed, seller, "1.00", corrects=wrong.number, reason="再次")
    with pytest.raises(NothingToCorrect):
        pay(signed, seller, "1.00", corrects=1, reason="那是合同")
    told = api(seller).get(f"/api/v1/deals/{signed.pk}").json()
    assert told["paid"] == "2000000.00"
    assert [(one["number"], one["corrected_by"]) for one in told["milestones"]] == [
        (1, None),
        (2, 3),
        (3, None),
    ]


def test_a_corrected_contract_is_no_later_than_what_rests_on_it(signed, seller, clock):
    register = {"number": "虚构证书", "office": "虚构登记处", "registered_on": DAY}
    values = {"transaction_value": Decimal("100.00"), "technical_income": Decimal("0.00")}
    run = {"actor": act(seller), "deal_id": signed.pk}
    milestones.register_contract(**run, **register, **values)
    clock.advance(days=2)
    later = {**LUMP_SUM, "signed_on": DAY + timedelta(days=1)}
    with pytest.raises(ContractTooLate):
        milestones.sign_contract(**run, **later, corrects=1, reason="日期有误")
    milestones.sign_contract(**run, **LUMP_SUM, corrects=1, reason="补充条款")


def test_a_second_contract_only_corrects_the_first(signed, seller):
    with pytest.raises(AlreadyRecorded):
        milestones.sign_contract(actor=act(seller), deal_id=signed.pk, **LUMP_SUM)
    milestones.sign_contract(
        actor=act(seller), deal_id=signed.pk, **LUMP_SUM, corrects=1, reason="补充条款"
    )
    assert kinds(signed) == ["contract"]


def test_what_never_happened_is_annulled_and_a_contract_is_not(signed, seller, enterprise):
    payment = pay(signed, seller)
    milestones.annul(
        actor=act(enterprise), deal_id=signed.pk, corrects=payment.number, reason="未到账"
    )
    assert kinds(signed) == ["contract"]
    for number in (1, payment.number, 9):
        with pytest.raises((NothingToCorrect, InvalidValue)):
            milestones.annul(actor=act(seller), deal_id=signed.pk, corrects=number, reason="x")
    assert signed.milestones.count() == 3


def test_a_reward_is_lawful_and_shared_out_of_what_came(signed, seller):
    pay(signed, seller, "100.00")
    with pytest.raises(RewardExceedsReceipts):
        reward(signed, seller, "100.01")
    with pytest.raises(BelowLawfulFloor):
        reward(signed, seller, shares=[{**MAIN_SHARE, "amount": Decimal("69.99")}])
    reward(signed, seller)
    with pytest.raises(RewardExceedsReceipts):
        reward(signed, seller, "0.01")
    reward(signed, seller, "100.00", corrects=3, reason="姓名有误")


def test_money_that_was_shared_is_not_taken_back_before_its_reward(signed, seller, enterprise):
    payment = pay(signed, seller, "100.00")
    reward(signed, seller)
    takes_back = {"actor": act(enterprise), "deal_id": signed.pk, "reason": "未到账"}
    with pytest.raises(RewardRestsOnIt):
        milestones.annul(**takes_back, corrects=payment.number)
    with pytest.raises(RewardRestsOnIt):
        pay(signed, enterprise, "99.99", corrects=payment.number, reason="金额有误")
    assert kinds(signed) == ["contract", "payment", "reward"]
    milestones.annul(**{**takes_back, "actor": act(seller)}, corrects=3)
    milestones.annul(**takes_back, corrects=payment.number)
    assert kinds(signed) == ["contract"]


def test_an_enterprise_owes_no_reward(enterprise, bidder):
    sold = make_achievement(enterprise, AchievementState.RESERVED)
    parties = organization_of(enterprise), organization_of(bidder)
    deal = make_deal(*parties, achievement=sold, channel="off_session")
    pay(deal, enterprise)
    with pytest.raises(rewards.RewardNotOwed):
        reward(deal, enterprise)


def test_how_a_reward_was_split_is_the_sellers_own(signed, seller, enterprise, cadre, api):
    pay(signed, seller)
    reward(signed, seller)
    path = f"/api/v1/deals/{signed.pk}"
    for reader in (seller, cadre):
        assert "虚构完成人" in api(reader).get(path).text
    answer = api(enterprise).get(path)
    assert answer.status_code == 200
    assert "虚构完成人" not in answer.text
    assert "reward" not in [one["kind"] for one in answer.json()["milestones"]]
    with pytest.raises(PermissionDenied):
        milestones.annul(actor=act(enterprise), deal_id=signed.pk, corrects=3, reason="x")


def test_a_deal_that_is_not_formed_has_no_milestones(deal, seller):
    Deal.objects.filter(pk=deal.pk).update(state=DealState.RESCINDED)
    with pytest.raises(DealNotFormed):
        milestones.sign_contract(actor=act(seller), deal_id=deal.pk, **LUMP_SUM)


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (milestones.default_deal, DealState.DEFAULTED),
        (milestones.rescind_deal, DealState.RESCINDED),
    ],
)
def test_staff_end_a_deal_without_bids_and_what_was_sold_is_free(
    deal, seller, operator, end, state
):
    with pytest.raises(PermissionDenied):
        end(actor=act(seller), deal_id=deal.pk, reason="买方违约")
    with pytest.raises(ReasonRequired):
        end(actor=act(operator), deal_id=deal.pk, reason=" ")
    end(actor=act(operator), deal_id=deal.pk, reason="买方违约")
    deal.refresh_from_db()
    assert (deal.state, deal.achievement.state) == (state, AchievementState.PUBLISHED)


def test_a_deal_that_bids_formed_is_ended_for_its_lot(deal, operator):
    Deal.objects.filter(pk=deal.pk).update(method="bidding", channel="online_365")
    with pytest.raises(milestones.FormedByBids):
        milestones.default_deal(actor=act(operator), deal_id=deal.pk, reason="买方违约")


def test_others_do_not_see_the_deal_at_all(deal, bidder, api):
    path = f"/api/v1/deals/{deal.pk}/contract"
    body = {"signed_on": "2026-03-02", "kind": "transfer", "price_form": "lump_sum"}
    assert api(bidder).post(path, body, format="json").status_code == 404


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"number": 1}, "dealmilestone_number_once"),
        ({"number": 0}, "dealmilestone_number_from_one"),
        ({"amount": None}, "dealmilestone_amount_of_its_kind"),
        ({"kind": "delivery"}, "dealmilestone_amount_of_its_kind"),
        ({"reason": "x"}, "dealmilestone_correction_says_why"),
        ({"kind": "annulment", "amount": None}, "dealmilestone_annulment_takes_one_back"),
        ({"by_user": None}, "dealmilestone_by_somebody"),
    ],
)
def test_a_row_that_cannot_be_true_is_refused_by_the_database(deal, seller, values, constraint):
    pay(deal, seller)
    row = {
        "deal": deal,
        "number": 2,
        "kind": "payment",
        "on": DAY,
        "amount": Decimal(1),
        "recorded_at": deal.formed_at,
        "by_user": seller,
        **values,
    }
    with pytest.raises(IntegrityError, match=constraint), transaction():
        DealMilestone.objects.create(**row)


def test_what_was_recorded_is_never_rewritten(deal, seller):
    pay(deal, seller)
    for statement in (
        "UPDATE marketplace_dealmilestone SET amount = 1",
        "DELETE FROM marketplace_dealmilestone",
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction():
            connection.cursor().execute(statement)
