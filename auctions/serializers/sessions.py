"""Sessions and their running orders: shapes in (…Form) and out (…View)."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from accounts.actors import Actor
from auctions.lifecycle import BidKind, SessionKind
from auctions.models import AuctionSession, Lot, RunningOrderEntry
from auctions.outcomes import result_of
from auctions.queries import running_order
from auctions.serializers.afterwards import ResultView
from core import clock
from core.models import choices
from core.parsing import AmountField, IdField, InstantField, StrictForm, WholeNumberField
from core.serializers import Serializer


class SessionForm(StrictForm):
    """A session to be planned; `city` is its region code, `house` and `auctioneer` are ids."""

    kind = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in SessionKind])
    title = serializers.CharField(max_length=200)
    title_en = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    city = serializers.CharField(max_length=6)
    venue = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    starts_at = InstantField()
    house = IdField(required=False, allow_null=True, default=None)
    auctioneer = IdField(required=False, allow_null=True, default=None)


class SessionChanges(StrictForm):
    """What is changed of a planned session. What is left out stays as it is."""

    title = serializers.CharField(max_length=200, required=False)
    title_en = serializers.CharField(max_length=200, required=False, allow_blank=True)
    city = serializers.CharField(max_length=6, required=False)
    venue = serializers.CharField(max_length=200, required=False, allow_blank=True)
    starts_at = InstantField(required=False)
    house = IdField(required=False, allow_null=True)
    auctioneer = IdField(required=False, allow_null=True)


class LotToMoveForm(StrictForm):
    """A lot for the running order, at its end unless a position is said."""

    lot = IdField()
    position = WholeNumberField(
        lowest=1, highest=10_000, required=False, allow_null=True, default=None
    )


class DealToSignForm(StrictForm):
    """An agreed deal for the running order, at its end unless a position is said."""

    deal = IdField()
    position = WholeNumberField(
        lowest=1, highest=10_000, required=False, allow_null=True, default=None
    )


class PositionForm(StrictForm):
    to = WholeNumberField(lowest=1, highest=10_000)


class FloorBidForm(StrictForm):
    """A paddle that was raised in the hall, and the price that was said.

    A holder of a right of priority who says "at this price" is keyed as a `match`.
    """

    paddle = serializers.CharField(max_length=8)
    amount = AmountField()
    kind = serializers.ChoiceField(choices=choices(BidKind), required=False, default="raise")


class HammerForm(StrictForm):
    """`number` is the bid that is meant; another one that stands meanwhile makes it stale."""

    number = WholeNumberField(required=False, allow_null=True, default=None)


class CallForm(HammerForm):
    """`times` says which call it is, so that two consoles that call at once call once."""

    times = WholeNumberField(lowest=1, highest=2, required=False, allow_null=True, default=None)


class CallUpForm(StrictForm):
    """`instead_of` is the item that was up; another one that is up meanwhile is a conflict."""

    instead_of = IdField(required=False, allow_null=True, default=None)


class ListedLotView(Serializer[Lot]):
    """A lot as its line in the running order shows it."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    title = serializers.CharField()
    format = serializers.CharField()
    state = serializers.CharField()
    phase = serializers.SerializerMethodField()
    starting_price = AmountField()
    current_price = AmountField(source="price", allow_null=True)
    bid_count = serializers.IntegerField()
    result = serializers.SerializerMethodField()

    def get_phase(self, lot: Lot) -> str:
        return lot.phase_at(self._context.get("now") or clock.now()).value

    def get_result(self, lot: Lot) -> dict[str, Any] | None:
        result = result_of(lot)
        return ResultView(result).data if result else None


class EntryView(Serializer[RunningOrderEntry]):
    """An item of the running order: a lot to be sold, or a deal to be signed.

    Of a deal the running order tells what it is about; its parties and its price are told to
    those who may see the deal.
    """

    id = serializers.IntegerField()
    position = serializers.IntegerField()
    lot = serializers.SerializerMethodField()
    signing = serializers.SerializerMethodField()
    called_up_at = InstantField(allow_null=True)
    done_at = InstantField(allow_null=True)

    def get_lot(self, entry: RunningOrderEntry) -> dict[str, Any] | None:
        return ListedLotView(entry.lot, context=self._context).data if entry.lot else None

    def get_signing(self, entry: RunningOrderEntry) -> dict[str, Any] | None:
        if entry.deal is None:
            return None
        actor: Actor = self._context["actor"]
        involved = actor.is_staff or {entry.deal.seller_id, entry.deal.buyer_id} & actor.sees
        return {"title": entry.subject, "deal": entry.deal_id if involved else None}


class SessionView(Serializer[AuctionSession]):
    """A session as everybody may see it."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    kind = serializers.CharField()
    title = serializers.CharField()
    title_en = serializers.CharField()
    city = serializers.CharField(source="city.code")
    venue = serializers.CharField()
    starts_at = InstantField()
    state = serializers.CharField()
    state_reason = serializers.CharField()
    house = serializers.SerializerMethodField()
    auctioneer = serializers.SerializerMethodField()
    published_at = InstantField(allow_null=True)
    started_at = InstantField(allow_null=True)
    finished_at = InstantField(allow_null=True)

    def get_house(self, session: AuctionSession) -> dict[str, Any] | None:
        house = session.house
        if house is None:
            return None
        return {
            "id": house.pk,
            "name": house.organization.name,
            "licence_number": house.licence_number,
        }

    def get_auctioneer(self, session: AuctionSession) -> dict[str, Any] | None:
        auctioneer = session.auctioneer
        if auctioneer is None:
            return None
        return {
            "id": auctioneer.pk,
            "name": auctioneer.name,
            "certificate_number": auctioneer.certificate_number,
        }


class WholeSessionView(SessionView):
    """A session with its running order, as of one instant."""

    running_order = serializers.SerializerMethodField()
    server_time = serializers.SerializerMethodField()
    _now: datetime | None = None

    @property
    def now(self) -> datetime:
        if self._now is None:
            self._now = self._context.get("now") or clock.now()
        return self._now

    def get_running_order(self, session: AuctionSession) -> list[dict[str, Any]]:
        context = {**self._context, "now": self.now}
        entries = running_order(session, self._context["actor"])
        return [EntryView(entry, context=context).data for entry in entries]

    def get_server_time(self, session: AuctionSession) -> str:
        return InstantField().to_representation(self.now)
