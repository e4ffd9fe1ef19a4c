"""A void sale and a defaulting buyer: what becomes of the deal, the deposits and the lot."""

from decimal import Decimal

import pytest

from accounts.actors import ANONYMOUS
from accounts.models import User
from auctions import aftermath, closing, forfeitures, record, suspensions
from auctions.aftermath import AlreadyRelisted
from auctions.books import audited
from auctions.lifecycle import ClosedBy, LotState, Outcome, RegistrationState
from auctions.models import Aftermath, Forfeiture, Lot, Registration
from auctions.record import NoAftermath
from auctions.rules import ledger
from auctions.rules.aftermath import NothingSold, TermNotOver
from core.errors import NotFound, PermissionDenied, ReasonRequired
from core.lifecycle import IllegalTransition
from marketplace.lifecycle import AchievementState
from tests.auctions.conftest import HalfWayError, events_of, last_event, post, refusal
from tests.conftest import act, make_member, organization_of
from tests.factories import admit, agreed, bid, make_lot
from verify.__main__ import main
from verify.checks import Altered, check, check_aftermath

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

WHY = "虚构的理由"


@pytest.fixture
def sold(contested, bidder, rival, clock) -> Lot:
    """`rival` bought for 1,050; its deposit of 100 counts towards the price."""
    bid(contested, bidder, "1000.00")
    bid(contested, rival, "1050.00")
    clock.set(contested.closes_at)
    closing.close_lot(contested.pk, by=ClosedBy.CLOSER)
    contested.refresh_from_db()
    return contested


def void(lot: Lot, by: User, reason: str = WHY) -> Lot:
    return agreed(aftermath.void_lot, by=act(by), lot_id=lot.pk, reason=reason)


def default(lot: Lot, by: User, grounds: str = "refused", reason: str = WHY) -> Lot:
    return aftermath.default_lot(actor=act(by), lot_id=lot.pk, grounds=grounds, reason=reason)


def of(lot: Lot, person: User) -> Registration:
    return Registration.objects.get(lot=lot, organization=organization_of(person))


def moved(registration: Registration) -> list[str]:
    rows = registration.deposit_movements.order_by("id")
    return [f"{row.kind} {row.amount}" for row in rows]


def books_balance() -> bool:
    return all(not one.faults for one in audited(Registration.objects.all()))


# --- Void -------------------------------------------------------------------------------


def test_a_void_sale_rescinds_the_deal_and_gives_every_deposit_back(sold, rival, operator):
    voided = void(sold, operator)
    sold.refresh_from_db()
    assert (voided.state, sold.state_reason) == (LotState.VOID, WHY)
    assert (sold.deal.state, sold.deal.state_reason) == ("rescinded", WHY)
    assert sold.achievement.state == AchievementState.PUBLISHED
    buyer = of(sold, rival)
    assert buyer.state == RegistrationState.RELEASED
    assert moved(buyer)[-2:] == ["reversed 100.00", "released 100.00"]
    assert sold.result.outcome == Outcome.SOLD, "what was written down stays"
    assert (sold.aftermath.kind, sold.aftermath.grounds) == ("void", "")
    assert events_of(f"deal:{sold.deal_id}") == ["deal.formed", "deal.rescinded"]
    assert last_event(f"lot:{sold.pk}").payload == {"lot": sold.pk, "reason": WHY}
    assert books_balance()


def test_a_suspended_lot_that_never_goes_on_is_void(contested, bidder, operator, clock):
    bid(contested, bidder, "1000.00")
    suspensions.suspend_lot(actor=act(operator), lot_id=contested.pk, reason=WHY)
    clock.advance(days=1)
    void(contested, operator)
    contested.refresh_from_db()
    result = contested.result
    assert (result.outcome, result.closed_by, result.closes_at) == ("void", "exchange", None)
    assert (contested.deal, contested.achievement.state) == (None, AchievementState.PUBLISHED)
    assert of(contested, bidder).state == RegistrationState.RELEASED
    told = check(record.record_of(lot_id=contested.pk, actor=ANONYMOUS).content.encode())
    assert (told["result"]["outcome"], told["result"]["price"]) == ("void", None)
    assert books_balance()


def test_a_lot_that_came_to_nothing_may_be_void_too(lot, operator, clock):
    clock.set(lot.closes_at)
    closing.close_lot(lot.pk, by=ClosedBy.CLOSER)
    assert void(lot, operator).state == LotState.VOID


@pytest.mark.parametrize("state", sorted(set(LotState) - {"closed", "suspended"}))
def test_only_what_has_ended_or_stands_still_is_void(state, lot_in, operator):
    with pytest.raises(IllegalTransition):
        void(lot_in(state), operator)


# --- Default ----------------------------------------------------------------------------


def test_a_default_ends_the_deal_and_proposes_to_keep_the_deposit(sold, rival, operator):
    defaulted = default(sold, operator)
    sold.refresh_from_db()
    assert (defaulted.state, sold.deal.state) == (LotState.DEFAULTED, "defaulted")
    assert sold.achievement.state == AchievementState.PUBLISHED
    assert (sold.aftermath.kind, sold.aftermath.grounds) == ("default", "refused")
    buyer, proposed = of(sold, rival), Forfeiture.objects.get()
    assert (proposed.registration, proposed.amount) == (buyer, Decimal("100.00"))
    assert (proposed.grounds, proposed.state) == ("default", "proposed")
    assert last_event(f"lot:{sold.pk}").payload == {
        "lot": sold.pk,
        "paddle": buyer.paddle,
        "reason": WHY,
    }
    second = make_member(organization_of(operator))
    forfeitures.approve_forfeiture(actor=act(second), forfeiture_id=proposed.pk)
    assert moved(buyer)[-2:] == ["reversed 100.00", "forfeited 100.00"]
    assert books_balance()


def test_the_term_of_the_policy_runs_out_first_unless_the_buyer_refuses(sold, operator, clock):
    with pytest.raises(TermNotOver):
        default(sold, operator, grounds="not_signed")
    clock.advance(days=14)
    with pytest.raises(TermNotOver):
        default(sold, operator, grounds="not_paid")
    assert not Aftermath.objects.exists()
    clock.advance(days=1)
    assert default(sold, operator, grounds="not_paid").state == LotState.DEFAULTED


def test_a_forfeiture_that_was_proposed_before_is_not_proposed_twice(sold, rival, operator):
    forfeitures.propose_forfeiture(
        actor=act(operator),
        registration_id=of(sold, rival).pk,
        amount=Decimal("60.00"),
        grounds="default",
        reason=WHY,
    )
    default(sold, operator)
    assert Forfeiture.objects.get().amount == Decimal("60.00")


def test_without_a_deposit_there_is_nothing_to_keep(seller, rival, operator, clock):
    lot = make_lot(seller, deposit_amount=Decimal("0.00"))
    admit(lot, rival)
    bid(lot, rival, "1000.00")
    clock.advance(hours=1)
    closing.close_lot(lot.pk, by=ClosedBy.CLOSER)
    default(lot, operator)
    assert not Forfeiture.objects.exists()


def test_nobody_defaults_on_what_was_not_sold(lot, operator, clock):
    clock.set(lot.closes_at)
    closing.close_lot(lot.pk, by=ClosedBy.CLOSER)
    with pytest.raises(NothingSold):
        default(lot, operator)


@pytest.mark.parametrize("state", sorted(set(LotState) - {"closed"}))
def test_only_on_a_closed_lot_can_be_defaulted(state, lot_in, operator):
    with pytest.raises(IllegalTransition):
        default(lot_in(state), operator)


# --- Both -------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [void, default])
def test_it_is_the_exchanges_to_declare_and_needs_a_reason(
    end, sold, operator, seller, rival, cadre
):
    for person in (seller, rival, cadre):
        with pytest.raises(PermissionDenied):
            end(sold, person)
    with pytest.raises(ReasonRequired):
        end(sold, operator, reason="  ")
    with pytest.raises(NotFound):
        end(Lot(pk=2**40), operator)


@pytest.mark.parametrize("end", [void, default])
def test_a_failure_half_way_leaves_everything_as_it_was(end, sold, operator, monkeypatch):
    def fail(*args, **kwargs):
        raise HalfWayError

    monkeypatch.setattr(aftermath, "record", fail)
    with pytest.raises(HalfWayError):
        end(sold, operator)
    sold.refresh_from_db()
    assert (sold.state, sold.deal.state) == (LotState.CLOSED, "formed")
    assert not Aftermath.objects.exists()
    assert not Forfeiture.objects.exists()


@pytest.mark.parametrize("end", [void, default])
def test_with_a_next_round_nothing_is_undone_any_more(end, sold, seller, operator):
    again = make_lot(seller)
    Lot.objects.filter(pk=again.pk).update(previous_lot=sold, round=2)
    with pytest.raises(AlreadyRelisted) as refused:
        end(sold, operator)
    assert refused.value.facts == {"lot": again.code}


def test_what_became_of_it_is_published_and_checked_against_the_record(
    sold, operator, anonymous, tmp_path, capsys
):
    path = f"/api/v1/lots/{sold.pk}"
    before = anonymous.get(f"{path}/record").content
    assert refusal(anonymous.get(f"{path}/aftermath")) == (409, "no_aftermath")
    default(sold, operator)
    assert anonymous.get(f"{path}/record").content == before
    kept, told = check(before), anonymous.get(f"{path}/aftermath")
    assert check_aftermath(kept, told.content)["kind"] == "default"
    for position in range(0, len(told.content), 7):
        altered = bytearray(told.content)
        altered[position] ^= 1
        with pytest.raises(Exception, match=r".*"):
            check_aftermath(kept, bytes(altered))
    forged = {**told.json(), "record": "0" * 64}
    del forged["digest"]
    other = ledger.canonical({**forged, "digest": ledger.digest(forged)})
    with pytest.raises(Altered, match="another record"):
        check_aftermath(kept, other)
    files = {"record": before, "aftermath": told.content}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    assert main([str(tmp_path / "record"), "--aftermath", str(tmp_path / "aftermath")]) == 0
    assert f"悔拍 / the buyer defaulted：{WHY}" in capsys.readouterr().out


def test_nothing_became_of_a_lot_whose_result_lasts(sold):
    with pytest.raises(NoAftermath):
        record.aftermath_of(lot_id=sold.pk, actor=ANONYMOUS)


def test_void_and_default_over_http(sold, contested, operator, seller, anonymous, api, clock):
    client, path = api(operator), f"lots/{sold.pk}"
    body = {"reason": WHY, "grounds": "not_paid"}
    assert refusal(post(client, f"{path}/default", body, key=None)) == (409, "term_not_over")
    assert refusal(post(client, f"{path}/default", {"reason": WHY}, key=None)) == (400, "invalid")
    clock.advance(days=20)
    answer = post(client, f"{path}/default", body, key=None).json()
    assert (answer["state"], answer["phase"]) == ("defaulted", "unsold")
    assert answer["aftermath"]["grounds"] == "not_paid"
    assert answer["result"]["outcome"] == "sold"
    assert refusal(post(client, f"{path}/void", {"reason": WHY}, key=None)) == (
        409,
        "illegal_transition",
    )


def test_a_voided_sale_is_told_so_to_everybody(sold, operator, anonymous, api):
    for person in (operator, make_member(organization_of(operator))):
        post(api(person), f"lots/{sold.pk}/void", {"reason": WHY}, key=None)
    shown = anonymous.get(f"/api/v1/lots/{sold.pk}").json()
    assert (shown["phase"], shown["result"]["outcome"]) == ("void", "void")
    assert (shown["aftermath"]["kind"], shown["state_reason"]) == ("void", WHY)
