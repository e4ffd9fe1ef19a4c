"""Lots, registrations, deposits and bids: shapes in (…Form) and out (…View)."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from accounts.actors import Actor
from auctions import engines
from auctions.decisions import waiting_decision
from auctions.holders import standing_rights
from auctions.lifecycle import (
    ForfeitureGrounds,
    LotFormat,
    LotState,
    Outcome,
    RegistrationState,
    ReserveMode,
)
from auctions.models import (
    Bid,
    DepositMovement,
    Forfeiture,
    Lot,
    LotAppraisal,
    Refund,
    Registration,
)
from auctions.outcomes import aftermath_of, proposal_of, result_of
from auctions.rounds import next_round_of
from auctions.rules import reserve
from auctions.serializers.afterwards import DecisionView, RelistingView, ResultView, view_of
from auctions.serializers.priority import OwnRightView, PublishedRightView
from core import clock, money
from core.parsing import (
    AmountField,
    DayField,
    FlagField,
    IdField,
    InstantField,
    StrictForm,
    WholeNumberField,
)
from core.serializers import Serializer

A_DAY = 24 * 60 * 60


class LotForm(StrictForm):
    """A lot to be drafted from a published achievement."""

    achievement = IdField()
    policy = IdField(required=False, allow_null=True, default=None)
    format = serializers.ChoiceField(
        choices=[(kind.value, kind.value) for kind in LotFormat],
        required=False,
        default=LotFormat.ENGLISH.value,
    )
    starting_price = AmountField()
    increment = AmountField(required=False, allow_null=True, default=None)
    deposit_amount = AmountField(allow_zero=True, required=False, allow_null=True, default=None)
    reserve_mode = serializers.ChoiceField(
        choices=[(mode.value, mode.value) for mode in ReserveMode],
        required=False,
        allow_null=True,
        default=None,
    )
    reserve_price = AmountField(required=False, allow_null=True, default=None)
    house = IdField(required=False, allow_null=True, default=None)
    auctioneer = IdField(required=False, allow_null=True, default=None)
    media_notice = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True
    )
    session = IdField(required=False, allow_null=True, default=None)
    opens_at = InstantField(required=False, allow_null=True, default=None)
    closes_at = InstantField(required=False, allow_null=True, default=None)
    latest_close = InstantField(required=False, allow_null=True, default=None)
    exhibition_at = InstantField(required=False, allow_null=True, default=None)
    extension_window_s = WholeNumberField(
        highest=A_DAY, required=False, allow_null=True, default=None
    )
    extension_s = WholeNumberField(highest=A_DAY, required=False, allow_null=True, default=None)

    def validate(self, form: dict[str, Any]) -> dict[str, Any]:
        """Outside of a session there is nobody else to say when the bidding opens and closes."""
        if form["session"] is None:
            missing = [name for name in ("opens_at", "closes_at") if form[name] is None]
            if missing:
                required = self.fields["opens_at"].error_messages["required"]
                raise serializers.ValidationError({name: [required] for name in missing})
        return form


class ReserveForm(StrictForm):
    """The secret reserve; it is in no answer, not even in this one."""

    reserve_price = AmountField()


class RegistrationForm(StrictForm):
    """Accepting the rules of the lot, by their version as the lot states it."""

    rules_version = serializers.CharField(max_length=40)
    inventor = FlagField(required=False, default=False)


class AppraisalForm(StrictForm):
    """What an appraiser said the lot is worth, and on which day."""

    organization = IdField()
    value = AmountField()
    appraised_on = DayField()


class AppraisalView(Serializer[LotAppraisal]):
    id = serializers.IntegerField()
    lot = serializers.IntegerField(source="lot_id")
    organization = serializers.IntegerField(source="organization_id")
    value = AmountField()
    appraised_on = DayField()
    entered_at = InstantField()


class DepositForm(StrictForm):
    """A deposit received, with the bank's reference."""

    amount = AmountField()
    reference = serializers.CharField(max_length=100)


class RefundForm(StrictForm):
    """When the bank did it, if not now."""

    reference = serializers.CharField(max_length=100)
    paid_at = InstantField(required=False, allow_null=True, default=None)


class ForfeitureForm(StrictForm):
    amount = AmountField()
    grounds = serializers.ChoiceField(choices=[(one.value, one.value) for one in ForfeitureGrounds])
    reason = serializers.CharField(max_length=1000)


class BidForm(StrictForm):
    """The shape of a bid. Whether the bid is any good is for the rules."""

    amount = AmountField()


class MyPartView(Serializer[Any]):
    """What the reader has to do with a lot."""

    registration = serializers.IntegerField(allow_null=True)
    registration_state = serializers.CharField(allow_null=True)
    paddle = serializers.CharField(allow_null=True)
    leading = serializers.BooleanField()
    priority = OwnRightView(allow_null=True)


class LotView(Serializer[Lot]):
    """A lot as its reader may see it, at the instant `server_time`."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    title = serializers.CharField()
    achievement = serializers.IntegerField(source="achievement_id")
    consignor = serializers.IntegerField(source="consignor_id")
    session = serializers.IntegerField(source="session_id", allow_null=True)
    format = serializers.CharField()
    state = serializers.CharField()
    state_reason = serializers.CharField()
    phase = serializers.SerializerMethodField()
    starting_price = AmountField()
    increment = AmountField()
    current_price = AmountField(source="price", allow_null=True)
    minimum_bid = serializers.SerializerMethodField()
    bid_count = serializers.IntegerField()
    leader_code = serializers.SerializerMethodField()
    calls = serializers.SerializerMethodField()
    notice_at = InstantField(source="published_at", allow_null=True)
    exhibition_at = InstantField(allow_null=True)
    opens_at = InstantField()
    closes_at = InstantField(allow_null=True)
    scheduled_close = InstantField(allow_null=True)
    latest_close = InstantField(allow_null=True)
    extended = serializers.BooleanField(source="is_extended")
    extension_window_s = serializers.IntegerField()
    extension_s = serializers.IntegerField()
    deposit_amount = AmountField()
    reserve_mode = serializers.CharField()
    reserve_met = serializers.SerializerMethodField()
    policy = serializers.IntegerField(source="policy_id")
    regime = serializers.CharField(source="policy.regime")
    house = serializers.IntegerField(source="presiding_house_id", allow_null=True)
    auctioneer = serializers.IntegerField(source="presiding_auctioneer_id", allow_null=True)
    priority_rights = serializers.SerializerMethodField()
    round = serializers.IntegerField()
    previous_lot = serializers.IntegerField(source="previous_lot_id", allow_null=True)
    next_lot = serializers.SerializerMethodField()
    rules_version = serializers.CharField()
    head_hash = serializers.CharField()
    suspensions = serializers.SerializerMethodField()
    result = serializers.SerializerMethodField()
    aftermath = serializers.SerializerMethodField()
    decision = serializers.SerializerMethodField()
    relisting = serializers.SerializerMethodField()
    deal = serializers.SerializerMethodField()
    server_time = serializers.SerializerMethodField()
    my = serializers.SerializerMethodField()
    _now: datetime | None = None

    @property
    def now(self) -> datetime:
        """One instant for the whole answer; the view reads the clock, else it is read here."""
        if self._now is None:
            self._now = self._context.get("now") or clock.now()
        return self._now

    def get_phase(self, lot: Lot) -> str:
        return lot.phase_at(self.now).value

    def get_minimum_bid(self, lot: Lot) -> str:
        return money.text(engines.minimum_bid(lot))

    def get_leader_code(self, lot: Lot) -> str | None:
        return lot.leader.paddle if lot.leader else None

    def get_calls(self, lot: Lot) -> int:
        """How often the auctioneer has called the leading bid; a new bid takes the calls back."""
        return lot.hall_standing().calls

    def get_reserve_met(self, lot: Lot) -> bool | None:
        """Told where everybody can see it anyway, and of a secret reserve after the end."""
        result = result_of(lot)
        outcome = Outcome(result.outcome) if result else None
        return reserve.as_published(ReserveMode(lot.reserve_mode), lot.price, outcome)

    def get_priority_rights(self, lot: Lot) -> list[dict[str, Any]]:
        """That somebody may take the leading price, and by which law; not who it is."""
        return [dict(PublishedRightView(right).data) for right in standing_rights(lot)]

    def get_result(self, lot: Lot) -> dict[str, Any] | None:
        if (result := result_of(lot)) is None:
            return None
        void = {"outcome": Outcome.VOID.value} if lot.state == LotState.VOID else {}
        return {**ResultView(result).data, **void}

    def get_suspensions(self, lot: Lot) -> list[dict[str, Any]]:
        return [view_of(one) for one in lot.suspensions.all()]

    def get_aftermath(self, lot: Lot) -> dict[str, Any] | None:
        return view_of(told) if (told := aftermath_of(lot)) else None

    def get_decision(self, lot: Lot) -> dict[str, Any] | None:
        """What waits for a second person is nobody's business but the staff's."""
        if not self._context["actor"].is_staff or (waiting := waiting_decision(lot)) is None:
            return None
        return dict(DecisionView(waiting).data)

    def get_relisting(self, lot: Lot) -> dict[str, Any] | None:
        """The offer of another round, and its answer, are the consignor's and the exchange's."""
        if not self._is_behind(lot) or (proposal := proposal_of(lot)) is None:
            return None
        return dict(RelistingView(proposal, context={"now": self.now}).data)

    def get_next_lot(self, lot: Lot) -> int | None:
        """The lot of the next round, for who may see it."""
        following = next_round_of(lot)
        if following is None or not (following.published_at or self._is_behind(lot)):
            return None
        return following.pk

    def _is_behind(self, lot: Lot) -> bool:
        actor: Actor = self._context["actor"]
        return actor.is_staff or lot.consignor_id in actor.sees

    def get_deal(self, lot: Lot) -> int | None:
        """The deal's number is for those who may see the deal."""
        return lot.deal_id if self._is_behind(lot) or self._mine_leads(lot) else None

    def get_server_time(self, lot: Lot) -> str:
        return InstantField().to_representation(self.now)

    def get_my(self, lot: Lot) -> dict[str, Any] | None:
        actor: Actor = self._context["actor"]
        if actor.is_anonymous:
            return None
        own = _latest_registration(lot)
        return {
            "registration": own.pk if own else None,
            "registration_state": own.state if own else None,
            "paddle": (own.paddle or None) if own else None,
            "leading": self._mine_leads(lot),
            "priority": self._my_priority(lot),
        }

    def _my_priority(self, lot: Lot) -> dict[str, Any] | None:
        actor: Actor = self._context["actor"]
        own = (right for right in standing_rights(lot) if right.holder_id in actor.sees)
        return next((dict(OwnRightView(right).data) for right in own), None)

    def _mine_leads(self, lot: Lot) -> bool:
        own = _latest_registration(lot)
        return own is not None and own.pk == lot.leader_id


def _latest_registration(lot: Lot) -> Registration | None:
    """The reader's registration; a refused one only if there is no other."""
    own: list[Registration] = getattr(lot, "own_registrations", [])
    standing = [one for one in own if one.state != RegistrationState.REFUSED]
    candidates = standing or own
    return candidates[-1] if candidates else None


class RegistrationView(Serializer[Registration]):
    id = serializers.IntegerField()
    lot = serializers.IntegerField(source="lot_id")
    organization = serializers.IntegerField(source="organization_id")
    organization_name = serializers.CharField(source="organization.name")
    state = serializers.CharField()
    state_reason = serializers.CharField()
    paddle = serializers.SerializerMethodField()
    rules_version = serializers.CharField()
    inventor = serializers.BooleanField(source="is_inventor")
    deposit_required = AmountField(source="lot.deposit_amount")
    applied_at = InstantField()
    approved_at = InstantField(allow_null=True)

    def get_paddle(self, registration: Registration) -> str | None:
        return registration.paddle or None


class RefundView(Serializer[Refund]):
    """The transfer by which a released deposit was paid back."""

    movement = serializers.IntegerField(source="movement_id")
    reference = serializers.CharField()
    paid_at = InstantField()
    recorded_at = InstantField()


class ForfeitureView(Serializer[Forfeiture]):
    id = serializers.IntegerField()
    registration = serializers.IntegerField(source="registration_id")
    lot = serializers.IntegerField(source="registration.lot_id")
    amount = AmountField()
    grounds = serializers.CharField()
    reason = serializers.CharField()
    state = serializers.CharField()
    proposed_at = InstantField()
    decided_at = InstantField(allow_null=True)
    decision_reason = serializers.CharField()


class DepositMovementView(Serializer[DepositMovement]):
    id = serializers.IntegerField()
    registration = serializers.IntegerField(source="registration_id")
    kind = serializers.CharField()
    amount = AmountField()
    reference = serializers.CharField()
    at = InstantField()
    due_at = InstantField(allow_null=True)
    refund = RefundView(allow_null=True, default=None)


class BidView(Serializer[Bid]):
    """A bid under its paddle code, as the public reads it."""

    id = serializers.IntegerField()
    number = serializers.IntegerField()
    amount = AmountField()
    paddle = serializers.CharField(source="registration.paddle")
    placed_at = InstantField()
    received_at = InstantField()
    closes_at_before = InstantField(allow_null=True)
    closes_at = InstantField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.CharField()
    hash = serializers.CharField()
    previous_hash = serializers.CharField()


# Of the bid just placed.
LEADING = "leading"


class PlacedBidView(BidView):
    """A bid as the one who placed it is answered: it led when it was placed."""

    state = serializers.SerializerMethodField()

    def get_state(self, bid: Bid) -> str:
        # The answer to the bid itself: it led when it was placed. What became of it since is
        # the lot's standing, and a repetition of the request must get the same answer.
        return LEADING
