"""Lots: what a reader may see, and their way to the opening."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.negotiation import DefaultContentNegotiation

from accounts.requests import Acting, Command, Create
from auctions import aftermath, closing, decisions, lots, relisting, reserves, suspensions
from auctions.lifecycle import DecisionState, LotDecisionKind, LotFormat, LotState
from auctions.models import Lot, LotDecision
from auctions.phase_queries import lots_in_phase
from auctions.queries import (
    decisions_visible_to,
    lots_visible_to,
    with_next_rounds,
    with_own_registrations,
)
from auctions.rules.phases import Phase
from auctions.serializers.afterwards import DecisionView
from auctions.serializers.endings import DefaultForm, RelistForm
from auctions.serializers.lots import LotForm, LotView, ReserveForm
from auctions.views.timed import Timed
from core import clock
from core.models import choices
from core.pagination import IdFilter
from core.parsing import ReasonForm


class LotFilter(django_filters.FilterSet):
    """Named like the fields; `phase` as the clock has it at the time of the request."""

    state = django_filters.ChoiceFilter(choices=[(state.value, state.value) for state in LotState])
    phase = django_filters.ChoiceFilter(choices=choices(Phase), method="in_phase")
    format = django_filters.ChoiceFilter(choices=choices(LotFormat))
    achievement = IdFilter(field_name="achievement_id")
    consignor = IdFilter(field_name="consignor_id")
    session = IdFilter(field_name="session_id")

    def in_phase(self, lots: QuerySet[Lot], name: str, value: str) -> QuerySet[Lot]:
        return lots_in_phase(lots, Phase(value), clock.now())


class ByAccept(DefaultContentNegotiation):
    """`?format=` is the lots' own field here, and never the name of a kind of file."""

    def filter_renderers(self, renderers: Any, format: str) -> Any:
        return renderers


class ReadsLots(Timed):
    """What a reader sees of lots, all of it as of one instant."""

    read_scope = "lots:read"
    public_reading = True

    def get_queryset(self) -> QuerySet[Lot]:
        return with_own_registrations(lots_visible_to(self.actor), self.actor)

    def get_serializer_context(self) -> dict[str, Any]:
        return {"actor": self.actor, "now": self.now}


class LotList(ReadsLots, ListAPIView[Lot], Create):
    """GET /api/v1/lots · POST /api/v1/lots"""

    write_scope = "lots:operate"
    serializer_class = LotView
    filterset_class = LotFilter
    content_negotiation_class = ByAccept
    form_class = LotForm
    view_class = LotView
    perform = staticmethod(lots.draft_lot)

    def get_queryset(self) -> QuerySet[Lot]:
        return with_next_rounds(super().get_queryset())


class LotDetail(ReadsLots, RetrieveAPIView[Lot]):
    """GET /api/v1/lots/{id}; reading a lot that is overdue closes it first."""

    serializer_class = LotView

    def get_object(self) -> Lot:
        lot: Lot = super().get_object()
        if closing.close_if_over(lot, self.now):
            lot = super().get_object()
        return lot


class LotCommand(Timed, Command):
    write_scope = "lots:operate"
    id_name = "lot_id"
    view_class = LotView


class SubmitLot(LotCommand):
    """POST /api/v1/lots/{id}/submit"""

    perform = staticmethod(lots.submit_lot)


class SetReserve(LotCommand):
    """POST /api/v1/lots/{id}/reserve"""

    form_class = ReserveForm
    perform = staticmethod(reserves.set_reserve)


class ApproveLot(LotCommand):
    """POST /api/v1/lots/{id}/approve"""

    perform = staticmethod(lots.approve_lot)


class ReturnLot(LotCommand):
    """POST /api/v1/lots/{id}/return"""

    form_class = ReasonForm
    perform = staticmethod(lots.return_lot)


class PublishLot(LotCommand):
    """POST /api/v1/lots/{id}/publish"""

    perform = staticmethod(lots.publish_lot)


class WithdrawLot(LotCommand):
    """POST /api/v1/lots/{id}/withdraw"""

    form_class = ReasonForm
    perform = staticmethod(lots.withdraw_lot)


class SuspendLot(LotCommand):
    """POST /api/v1/lots/{id}/suspend"""

    form_class = ReasonForm
    perform = staticmethod(suspensions.suspend_lot)


class ResumeLot(LotCommand):
    """POST /api/v1/lots/{id}/resume"""

    form_class = ReasonForm
    perform = staticmethod(suspensions.resume_lot)


class VoidLot(LotCommand):
    """POST /api/v1/lots/{id}/void: proposed by the first person, done by the second"""

    form_class = ReasonForm
    perform = staticmethod(aftermath.void_lot)


class RejectDecision(LotCommand):
    """POST /api/v1/lots/{id}/reject-decision: what waits for a second person is not done"""

    form_class = ReasonForm
    perform = staticmethod(decisions.reject_decision)


class DecisionFilter(django_filters.FilterSet):
    lot = IdFilter(field_name="lot_id")
    kind = django_filters.ChoiceFilter(choices=choices(LotDecisionKind))
    state = django_filters.ChoiceFilter(choices=choices(DecisionState))


class LotDecisions(Acting, ListAPIView[LotDecision]):
    """GET /api/v1/lot-decisions: what two people decide, or have decided; for staff"""

    read_scope = "lots:read"
    serializer_class = DecisionView
    filterset_class = DecisionFilter

    def get_queryset(self) -> QuerySet[LotDecision]:
        return decisions_visible_to(self.actor)


class DefaultLot(LotCommand):
    """POST /api/v1/lots/{id}/default"""

    form_class = DefaultForm
    perform = staticmethod(aftermath.default_lot)


class RelistLot(LotCommand):
    """POST /api/v1/lots/{id}/relist: answered with the next round, which is a draft."""

    form_class = RelistForm
    perform = staticmethod(relisting.relist_lot)


class DeclineRelisting(LotCommand):
    """POST /api/v1/lots/{id}/decline-relisting"""

    form_class = ReasonForm
    perform = staticmethod(relisting.decline_relisting)
