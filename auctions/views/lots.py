"""Lots: what a reader may see, and their way to the opening."""

from datetime import datetime
from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.requests import Acting, Command, Create
from auctions import closing, lots
from auctions.lifecycle import LotState
from auctions.models import Lot
from auctions.queries import lots_visible_to, with_own_registrations
from auctions.serializers import LotForm, LotView
from core import clock
from core.envelope import stamp
from core.parsing import ReasonForm


class LotFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=[(state.value, state.value) for state in LotState])
    achievement = django_filters.NumberFilter(field_name="achievement_id", min_value=1)
    consignor = django_filters.NumberFilter(field_name="consignor_id", min_value=1)


class ReadsLots(Acting):
    """Sets the one instant at which a whole answer is true, and says it in Server-Time."""

    read_scope = "lots:read"
    public_reading = True
    now: datetime

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.now = clock.now()

    def get_queryset(self) -> QuerySet[Lot]:
        return with_own_registrations(lots_visible_to(self.actor), self.actor)

    def get_serializer_context(self) -> dict[str, Any]:
        return {"actor": self.actor, "now": self.now}

    def finalize_response(self, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().finalize_response(*args, **kwargs)  # type: ignore[misc]
        if hasattr(self, "now"):
            response.headers["Server-Time"] = stamp(self.now)
        return response


class LotList(ReadsLots, ListAPIView[Lot], Create):
    """GET /api/v1/lots · POST /api/v1/lots"""

    write_scope = "lots:operate"
    serializer_class = LotView
    filterset_class = LotFilter
    form_class = LotForm
    view_class = LotView
    action = staticmethod(lots.draft_lot)


class LotDetail(ReadsLots, RetrieveAPIView[Lot]):
    """GET /api/v1/lots/{id}; reading a lot that is overdue closes it first."""

    serializer_class = LotView

    def get_object(self) -> Lot:
        lot: Lot = super().get_object()
        if closing.close_if_over(lot, self.now):
            lot = super().get_object()
        return lot


class LotCommand(Command):
    write_scope = "lots:operate"
    id_name = "lot_id"
    view_class = LotView


class SubmitLot(LotCommand):
    """POST /api/v1/lots/{id}/submit"""

    action = staticmethod(lots.submit_lot)


class ApproveLot(LotCommand):
    """POST /api/v1/lots/{id}/approve"""

    action = staticmethod(lots.approve_lot)


class ReturnLot(LotCommand):
    """POST /api/v1/lots/{id}/return"""

    form_class = ReasonForm
    action = staticmethod(lots.return_lot)


class PublishLot(LotCommand):
    """POST /api/v1/lots/{id}/publish"""

    action = staticmethod(lots.publish_lot)


class WithdrawLot(LotCommand):
    """POST /api/v1/lots/{id}/withdraw"""

    form_class = ReasonForm
    action = staticmethod(lots.withdraw_lot)
