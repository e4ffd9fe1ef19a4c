"""Who may bid: applying, being admitted under a paddle, being turned down."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.lifecycle import OrganizationState
from accounts.models import Organization, Role
from accounts.permissions import OrganizationNotVerified
from auctions import registration
from auctions.lifecycle import DepositKind, LotState, RegistrationState
from auctions.models import DepositMovement, Lot, Registration
from auctions.queries import admitted, registrations_visible_to
from auctions.registration import (
    AlreadyRegistered,
    DepositMissing,
    RulesVersionMismatch,
)
from auctions.rules.ascending import BiddingNotOpen
from auctions.rules.eligibility import ConsignorMayNotBid
from core.errors import NotFound, PermissionDenied, ReasonRequired
from core.lifecycle import IllegalTransition
from core.models import Event
from tests.auctions.conftest import HalfWayError, events_of, last_event
from tests.conftest import (
    NOW,
    RULES,
    act,
    credit_code,
    make_member,
    make_organization,
    organization_of,
)
from tests.factories import admit, apply, draft_lot, make_lot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

S = RegistrationState


def approve(registered: Registration, operator: Any) -> Registration:
    return registration.approve_registration(actor=act(operator), registration_id=registered.pk)


def refuse(registered: Registration, operator: Any, reason: str = "资质不符") -> Registration:
    return registration.refuse_registration(
        actor=act(operator), registration_id=registered.pk, reason=reason
    )


def in_state(lot: Lot, bidder: Any, state: RegistrationState) -> Registration:
    """A registration straight in the state asked for."""
    was_admitted = state in (S.ELIGIBLE, S.RELEASED, S.FORFEITED)
    return Registration.objects.create(
        lot=lot,
        organization=organization_of(bidder),
        state=state,
        rules_version=lot.rules_version,
        paddle="172" if was_admitted else "",
        applied_at=NOW,
        approved_at=NOW if was_admitted else None,
    )


# --- Applying ---------------------------------------------------------------------------


def test_an_application_accepts_the_rules_and_owes_the_deposit(lot, bidder):
    applied = apply(lot, bidder)
    assert (applied.state, applied.paddle, applied.approved_at) == (S.APPLIED, "", None)
    assert (applied.organization, applied.applied_at) == (organization_of(bidder), NOW)
    assert applied.rules_version == lot.rules_version
    owed = applied.deposit_movements.get()
    assert (owed.kind, owed.amount) == (DepositKind.REQUIRED, Decimal("100.00"))
    assert events_of(f"registration:{applied.pk}") == ["registration.requested"]


def test_who_applied_is_not_told_under_the_lot(lot, bidder):
    before = events_of(f"lot:{lot.pk}")
    applied = apply(lot, bidder)
    assert events_of(f"lot:{lot.pk}") == before
    payload = last_event(f"registration:{applied.pk}").payload
    assert payload == {"registration": applied.pk, "lot": lot.pk}


def test_the_consignor_may_not_bid(lot, seller):
    with pytest.raises(ConsignorMayNotBid):
        apply(lot, seller)


@pytest.mark.parametrize(
    "state", [state for state in OrganizationState if state != OrganizationState.VERIFIED]
)
def test_only_a_verified_organization_may_bid(lot, bidder, state):
    Organization.objects.filter(pk=organization_of(bidder).pk).update(state=state)
    with pytest.raises(OrganizationNotVerified):
        apply(lot, bidder)


@pytest.mark.parametrize("version", ["ENGLISH-1", RULES.lower(), "", f" {RULES}"])
def test_other_rules_than_the_lots_are_not_accepted(lot, bidder, version):
    lot.rules_version = version
    with pytest.raises(RulesVersionMismatch) as refused:
        apply(lot, bidder)
    assert refused.value.facts == {"rules_version": RULES}


def test_an_organization_applies_once(lot, bidder):
    apply(lot, bidder)
    colleague = make_member(organization_of(bidder))
    for person in (bidder, colleague):
        with pytest.raises(AlreadyRegistered):
            apply(lot, person)
    assert lot.registrations.count() == 1


def test_who_was_turned_down_may_apply_again(lot, bidder, operator):
    refuse(apply(lot, bidder), operator)
    assert apply(lot, bidder).state == S.APPLIED
    assert lot.registrations.count() == 2


def test_a_viewer_and_an_outsider_apply_for_nobody(lot, bidder, stranger):
    viewer = make_member(organization_of(bidder), Role.VIEWER)
    for person in (viewer, stranger):
        with pytest.raises(PermissionDenied):
            registration.register(
                actor=act(person),
                organization_id=organization_of(bidder).pk,
                lot_id=lot.pk,
                rules_version=lot.rules_version,
            )


def test_registration_is_open_before_the_opening_and_ends_with_the_bidding(
    seller, bidder, rival, clock
):
    lot = make_lot(seller, opens_at=NOW + timedelta(hours=1), closes_at=NOW + timedelta(hours=2))
    assert apply(lot, bidder)
    clock.set(lot.closes_at)
    with pytest.raises(BiddingNotOpen) as refused:
        apply(lot, rival)
    assert refused.value.facts == {"phase": "over"}


@pytest.mark.parametrize("state", [LotState.SUSPENDED, LotState.CLOSED, LotState.VOID])
def test_a_lot_that_is_not_on_sale_takes_no_applications(lot_in, bidder, state):
    with pytest.raises(BiddingNotOpen):
        apply(lot_in(state), bidder)


def test_a_lot_that_was_not_announced_is_not_there(seller, bidder):
    for lot in (draft_lot(seller), Lot(pk=2**40)):
        with pytest.raises(NotFound):
            apply(lot, bidder)


def test_the_consignors_own_draft_takes_no_applications_either(seller):
    with pytest.raises(ConsignorMayNotBid):
        apply(draft_lot(seller), seller)


# --- Being admitted ---------------------------------------------------------------------


def test_an_admitted_bidder_has_a_paddle(lot, bidder, operator):
    admitted_one = admit(lot, bidder)
    admitted_one.refresh_from_db()
    assert (admitted_one.state, admitted_one.approved_at) == (S.ELIGIBLE, NOW)
    assert len(admitted_one.paddle) == 3
    assert admitted_one.paddle.isdigit()
    assert events_of(f"registration:{admitted_one.pk}") == [
        "registration.requested",
        "deposit.held",
        "registration.approved",
    ]
    assert "paddle" not in last_event(f"registration:{admitted_one.pk}").payload
    assert list(admitted(Registration.objects.all())) == [admitted_one]


def test_without_its_deposit_nobody_is_admitted(lot, bidder, operator):
    applied = apply(lot, bidder)
    with pytest.raises(DepositMissing) as refused:
        approve(applied, operator)
    assert refused.value.facts == {"required": Decimal("100.00"), "held": Decimal(0)}


def test_where_no_deposit_is_asked_none_is_needed(seller, bidder, operator):
    lot = make_lot(seller, deposit_amount=Decimal("0.00"))
    assert approve(apply(lot, bidder), operator).state == S.ELIGIBLE
    assert not DepositMovement.objects.exists()


@pytest.mark.parametrize("state", [s for s in S if s not in (S.APPLIED, S.QUALIFIED)])
def test_nobody_is_admitted_from_another_state(lot, bidder, operator, state):
    registered = in_state(lot, bidder, state)
    with pytest.raises(IllegalTransition):
        approve(registered, operator)
    registered.refresh_from_db()
    assert registered.state == state


def test_nobody_is_admitted_after_the_end(lot, bidder, operator, clock):
    registered = in_state(lot, bidder, S.QUALIFIED)
    clock.set(lot.closes_at)
    with pytest.raises(BiddingNotOpen):
        approve(registered, operator)


def test_a_paddle_that_is_taken_is_not_given_again(lot, bidder, rival, operator, monkeypatch):
    numbers = iter([72, 72, 72, 160])
    monkeypatch.setattr(registration.secrets, "randbelow", lambda below: next(numbers))
    assert [admit(lot, person).paddle for person in (bidder, rival)] == ["172", "260"]


def test_a_crowd_gets_longer_paddles(lot, bidder):
    crowd = Organization.objects.bulk_create(
        Organization(
            kind="enterprise",
            name=f"虚构{n}",
            credit_code=credit_code(80_000 + n),
            city=lot.consignor.city,
            created_at=NOW,
        )
        for n in range(500)
    )
    Registration.objects.bulk_create(
        Registration(
            lot=lot,
            organization=one,
            state=S.ELIGIBLE,
            paddle=str(100 + number),
            applied_at=NOW,
            approved_at=NOW,
        )
        for number, one in enumerate(crowd)
    )
    assert len(admit(lot, bidder).paddle) == 6


def test_a_paddle_says_nothing_about_the_bidder(lot, bidder):
    registered = admit(lot, bidder)
    assert str(registered) == registered.paddle
    assert str(Registration(pk=7)) == "#7"


# --- Being turned down ------------------------------------------------------------------


@pytest.mark.parametrize("state", [S.APPLIED, S.QUALIFIED])
def test_an_applicant_may_be_turned_down_with_a_reason(lot, bidder, operator, state):
    registered = in_state(lot, bidder, state)
    refuse(registered, operator)
    registered.refresh_from_db()
    assert (registered.state, registered.state_reason) == (S.REFUSED, "资质不符")
    assert events_of(f"registration:{registered.pk}") == ["registration.refused"]


@pytest.mark.parametrize("state", [s for s in S if s not in (S.APPLIED, S.QUALIFIED)])
def test_nobody_else_is_turned_down(lot, bidder, operator, state):
    registered = in_state(lot, bidder, state)
    with pytest.raises(IllegalTransition):
        refuse(registered, operator)
    registered.refresh_from_db()
    assert (registered.state, registered.state_reason) == (state, "")
    assert not Event.objects.filter(topic=f"registration:{registered.pk}").exists()


@pytest.mark.parametrize("reason", ["", "  "])
def test_nobody_is_turned_down_without_a_reason(lot, bidder, operator, reason):
    with pytest.raises(ReasonRequired):
        refuse(apply(lot, bidder), operator, reason)


def test_a_failure_half_way_leaves_the_registration_as_it_was(
    lot, bidder, rival, operator, break_half_way
):
    qualified = in_state(lot, bidder, S.QUALIFIED)
    before = Registration.objects.values().get()
    break_half_way()
    for action in (lambda: apply(lot, rival), lambda: approve(qualified, operator)):
        with pytest.raises(HalfWayError):
            action()
    with pytest.raises(HalfWayError):
        refuse(qualified, operator)
    assert Registration.objects.values().get() == before
    assert not DepositMovement.objects.exists()


# --- Who decides, and who knows ---------------------------------------------------------


def test_only_the_exchange_decides(lot, bidder, rival, seller, cadre):
    applied = apply(lot, bidder)
    for decide in (approve, refuse):
        with pytest.raises(PermissionDenied):
            decide(applied, bidder)
        for person in (rival, seller, cadre):
            with pytest.raises(NotFound):
                decide(applied, person)


def test_who_registered_is_known_to_itself_and_to_the_exchange(
    lot, bidder, rival, seller, cadre, operator, stranger
):
    applied = apply(lot, bidder)
    people = (bidder, rival, seller, cadre, operator, stranger)
    knowing = [p.username for p in people if applied in registrations_visible_to(act(p))]
    assert knowing == ["bidder", "operator"]


def test_a_registration_that_is_not_there_is_not_found(operator):
    with pytest.raises(NotFound):
        approve(Registration(pk=2**40), operator)


def test_another_exchange_admits_nobody_before_it_is_verified(lot, bidder):
    applied = apply(lot, bidder)
    upstart = make_member(make_organization("exchange", verified=False))
    with pytest.raises(NotFound):
        approve(applied, upstart)
