"""Keeping a deposit: one person proposes, another decides, and the rest goes back."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.actors import Actor
from accounts.models import User
from accounts.permissions import PersonRequired, TwoPeopleRequired
from auctions import deposits, forfeitures
from auctions.closing import close_lot
from auctions.lifecycle import ClosedBy, DepositKind, ForfeitureGrounds, LotState, RegistrationState
from auctions.models import Forfeiture, Lot, Registration
from auctions.rules.ascending import NotRegistered
from auctions.rules.deposits import ForfeitureTooLarge, PriceStands
from core import money
from core.db import transaction
from core.errors import NotFound, PermissionDenied, ReasonRequired
from core.lifecycle import IllegalTransition
from tests.auctions.conftest import HalfWayError, events_of
from tests.conftest import NOW, act, make_member, organization_of
from tests.factories import apply, bid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

S = RegistrationState


@pytest.fixture
def second(operator) -> User:
    """Somebody else at the exchange."""
    return make_member(organization_of(operator))


@pytest.fixture
def admitted(contested, bidder) -> Registration:
    """Has paid its 100."""
    return contested.registrations.get(organization=organization_of(bidder))


@pytest.fixture
def won(contested, bidder, clock) -> Registration:
    """Bought the lot; its 100 count towards the price."""
    bid(contested, bidder, "1000.00")
    clock.set(contested.closes_at)
    assert close_lot(contested.pk, by=ClosedBy.CLOSER)
    return contested.registrations.get(organization=organization_of(bidder))


def propose(registration: Registration, by: User | Actor, amount: str = "60.00", **values: Any):
    actor = by if isinstance(by, Actor) else act(by)
    return forfeitures.propose_forfeiture(
        actor=actor,
        registration_id=registration.pk,
        amount=money.parse(amount),
        grounds=values.pop("grounds", "collusion"),
        reason=values.pop("reason", "虚构的串通"),
        **values,
    )


def approve(forfeiture: Forfeiture, by: User) -> Forfeiture:
    return forfeitures.approve_forfeiture(actor=act(by), forfeiture_id=forfeiture.pk)


def reject(forfeiture: Forfeiture, by: User, reason: str = "证据不足") -> Forfeiture:
    return forfeitures.reject_forfeiture(actor=act(by), forfeiture_id=forfeiture.pk, reason=reason)


def ledger(registration: Registration) -> list[str]:
    rows = registration.deposit_movements.order_by("id")
    return [f"{row.kind} {row.amount}" for row in rows]


def default(lot: Lot) -> None:
    Lot.objects.filter(pk=lot.pk).update(state=LotState.DEFAULTED)


# --- Two people -------------------------------------------------------------------------


def test_a_second_person_keeps_a_part_and_the_rest_goes_back(admitted, operator, second):
    proposed = propose(admitted, operator, grounds="false_documents")
    assert (proposed.state, proposed.proposed_by, proposed.proposed_at) == (
        "proposed",
        operator,
        NOW,
    )
    assert proposed.grounds == ForfeitureGrounds.FALSE_DOCUMENTS
    approved = approve(proposed, second)
    assert (approved.state, approved.decided_by, approved.decided_at) == ("approved", second, NOW)
    admitted.refresh_from_db()
    assert admitted.state == S.FORFEITED
    assert ledger(admitted)[-2:] == ["forfeited 60.00", "released 40.00"]
    kept, rest = admitted.deposit_movements.order_by("id")[2:]
    assert (kept.forfeiture, kept.by_user, kept.due_at) == (approved, second, None)
    assert (rest.forfeiture, rest.due_at is None) == (None, False)
    assert events_of(f"registration:{admitted.pk}")[-4:] == [
        "forfeiture.proposed",
        "forfeiture.approved",
        "deposit.forfeited",
        "deposit.released",
    ]


def test_who_has_lost_its_deposit_bids_no_more_on_the_lot(
    contested, admitted, bidder, operator, second
):
    approve(propose(admitted, operator), second)
    with pytest.raises(NotRegistered):
        bid(contested, bidder, "1000.00")


def test_a_leaders_deposit_is_decided_on_when_the_lot_is_over(
    contested, admitted, bidder, operator, second
):
    bid(contested, bidder, "1000.00")
    proposed = propose(admitted, operator)
    with pytest.raises(forfeitures.StillLeading):
        approve(proposed, second)


def test_nobody_approves_what_he_proposed(admitted, operator):
    proposed = propose(admitted, operator)
    with pytest.raises(TwoPeopleRequired):
        approve(proposed, operator)
    proposed.refresh_from_db()
    assert proposed.state == "proposed"
    assert ledger(admitted) == ["required 100.00", "held 100.00"]


def test_a_partner_system_neither_proposes_nor_decides(admitted, operator):
    system = Actor(client_id="system", operates=True, scopes=frozenset({"lots:operate"}))
    with pytest.raises(PersonRequired):
        propose(admitted, system)
    proposed = propose(admitted, operator)
    with pytest.raises(PersonRequired):
        forfeitures.approve_forfeiture(actor=system, forfeiture_id=proposed.pk)
    with pytest.raises(PersonRequired):
        forfeitures.reject_forfeiture(actor=system, forfeiture_id=proposed.pk, reason="…")


def test_only_the_exchange_has_a_part_in_it(admitted, operator, bidder, rival, cadre):
    proposed = propose(admitted, operator)
    for person in (bidder, rival, cadre):
        with pytest.raises(NotFound):
            approve(proposed, person)
        with pytest.raises(NotFound):
            reject(proposed, person)
    with pytest.raises(PermissionDenied):
        propose(admitted, bidder)
    for person in (rival, cadre):
        with pytest.raises(NotFound):
            propose(admitted, person)


def test_a_bidder_sees_what_was_decided_against_it_and_may_not_decide(
    admitted, operator, second, bidder
):
    approved = approve(propose(admitted, operator), second)
    with pytest.raises(PermissionDenied):
        approve(approved, bidder)


def test_a_reason_is_needed_on_either_side(admitted, operator, second):
    with pytest.raises(ReasonRequired):
        propose(admitted, operator, reason=" ")
    proposed = propose(admitted, operator)
    with pytest.raises(ReasonRequired):
        reject(proposed, second, reason=" ")


def test_it_is_decided_once(admitted, operator, second):
    approved = approve(propose(admitted, operator), second)
    with pytest.raises(IllegalTransition):
        approve(approved, second)
    with pytest.raises(IllegalTransition):
        reject(approved, second)


def test_one_proposal_at_a_time_and_another_after_a_rejection(admitted, operator, second):
    proposed = propose(admitted, operator)
    with pytest.raises(deposits.ForfeitureOpen):
        propose(admitted, second)
    rejected = reject(proposed, operator)
    assert (rejected.state, rejected.decision_reason) == ("rejected", "证据不足")
    admitted.refresh_from_db()
    assert admitted.state == S.ELIGIBLE
    assert ledger(admitted) == ["required 100.00", "held 100.00"]
    assert events_of(f"registration:{admitted.pk}")[-1] == "forfeiture.rejected"
    propose(admitted, operator, "100.00")


@pytest.mark.parametrize("amount", ["100.01", "5000.00"])
def test_no_more_is_kept_than_there_is(admitted, operator, amount):
    with pytest.raises(ForfeitureTooLarge) as refused:
        propose(admitted, operator, amount)
    assert refused.value.facts == {"most": Decimal("100.00")}


def test_only_an_admitted_bidder_has_something_to_lose(lot, bidder, operator):
    applied = apply(lot, bidder)
    with pytest.raises(IllegalTransition):
        propose(applied, operator)


def test_a_failure_half_way_keeps_nothing(admitted, operator, second, break_half_way, monkeypatch):
    proposed = propose(admitted, operator)
    break_half_way()
    with pytest.raises(HalfWayError):
        approve(proposed, second)
    proposed.refresh_from_db()
    admitted.refresh_from_db()
    assert (proposed.state, admitted.state) == ("proposed", S.ELIGIBLE)


def test_the_steps_need_the_transaction_of_an_action(admitted, operator):
    proposed = propose(admitted, operator)
    for step in (
        lambda: forfeitures.propose(
            admitted,
            actor=act(operator),
            amount=Decimal(1),
            grounds=ForfeitureGrounds.OTHER,
            reason="…",
            at=NOW,
        ),
        lambda: forfeitures.approve(proposed, actor=act(operator), at=NOW),
    ):
        with pytest.raises(RuntimeError):
            step()


# --- What counts towards a price --------------------------------------------------------


def test_a_defaulters_deposit_is_taken_back_from_the_price_and_kept(won, operator, second):
    proposed = propose(won, operator, "100.00", grounds="default")
    with pytest.raises(PriceStands):
        approve(proposed, second)
    default(won.lot)
    approve(proposed, second)
    assert ledger(won)[-3:] == ["credited 100.00", "reversed 100.00", "forfeited 100.00"]


def test_of_a_defaulters_deposit_too_what_is_left_goes_back(won, operator, second):
    default(won.lot)
    approve(propose(won, operator, "70.00", grounds="default"), second)
    assert ledger(won)[-3:] == ["reversed 100.00", "forfeited 70.00", "released 30.00"]


def test_a_defaulters_deposit_that_nobody_keeps_is_given_back_by_a_decision(won, operator, second):
    default(won.lot)
    proposed = propose(won, operator, "100.00", grounds="default")
    with pytest.raises(deposits.ForfeitureOpen):
        deposits.return_deposit(actor=act(operator), registration_id=won.pk)
    reject(proposed, second)
    assert ledger(won)[-1] == "credited 100.00"
    deposits.return_deposit(actor=act(operator), registration_id=won.pk)
    assert ledger(won)[-2:] == ["reversed 100.00", "released 100.00"]
    won.refresh_from_db()
    assert won.state == S.RELEASED
    with pytest.raises(deposits.NothingInHand):
        deposits.return_deposit(actor=act(operator), registration_id=won.pk)


def test_a_deposit_is_not_given_back_from_a_price_that_stands(won, operator, bidder):
    with pytest.raises(deposits.DepositStays):
        deposits.return_deposit(actor=act(operator), registration_id=won.pk)
    with pytest.raises(PermissionDenied):
        deposits.return_deposit(actor=act(bidder), registration_id=won.pk)


def test_a_bidder_is_not_paid_out_while_the_lot_is_on_sale(admitted, operator):
    with pytest.raises(deposits.DepositStays):
        deposits.return_deposit(actor=act(operator), registration_id=admitted.pk)
    assert ledger(admitted)[-1] == "held 100.00"


# --- A proposal that is open when the lot ends ------------------------------------------


@pytest.fixture
def disputed(contested, rival, bidder, operator, clock) -> Forfeiture:
    """Of the loser's 100, 60 are to be kept; the lot was sold to the other one meanwhile."""
    loser = contested.registrations.get(organization=organization_of(rival))
    proposed = propose(loser, operator)
    bid(contested, bidder, "1000.00")
    clock.set(contested.closes_at)
    assert close_lot(contested.pk, by=ClosedBy.CLOSER)
    return proposed


def test_what_is_disputed_stays_and_the_rest_goes_back_in_time(disputed):
    registration = disputed.registration
    registration.refresh_from_db()
    assert registration.state == S.ELIGIBLE
    assert ledger(registration)[-1] == "released 40.00"
    assert deposits.held(registration) == Decimal("60.00")


def test_what_was_disputed_is_kept_by_a_second_person(disputed, second):
    approve(disputed, second)
    registration = disputed.registration
    registration.refresh_from_db()
    assert registration.state == S.FORFEITED
    assert ledger(registration)[-2:] == ["released 40.00", "forfeited 60.00"]


def test_what_was_disputed_goes_back_with_the_rejection(disputed, second):
    reject(disputed, second)
    registration = disputed.registration
    registration.refresh_from_db()
    assert registration.state == S.RELEASED
    assert ledger(registration)[-2:] == ["released 40.00", "released 60.00"]


def test_the_winners_deposit_stays_on_its_price_when_a_proposal_is_rejected(won, operator, second):
    reject(propose(won, operator), second)
    won.refresh_from_db()
    assert won.state == S.ELIGIBLE
    assert ledger(won)[-1] == "credited 100.00"


def test_the_default_of_a_buyer_proposes_in_its_own_transaction(won, operator, second):
    """How another action uses the steps."""
    with transaction():
        registration = Registration.objects.select_related("lot").get(pk=won.pk)
        forfeitures.propose(
            registration,
            actor=act(operator),
            amount=Decimal("100.00"),
            grounds=ForfeitureGrounds.DEFAULT,
            reason="逾期未签",
            at=NOW,
        )
    default(won.lot)
    approve(Forfeiture.objects.get(), second)
    kinds = won.deposit_movements.order_by("id").values_list("kind", flat=True)
    assert list(kinds)[-2:] == [DepositKind.REVERSED, DepositKind.FORFEITED]
