"""Deals over REST: read by their two parties and by staff; what is publicised, by everybody."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView, RetrieveAPIView

from accounts.requests import Acting, Command, Create
from core import clock
from core.parsing import OptionalReasonForm, ReasonForm
from marketplace import deals, publicities
from marketplace.models import Deal, Objection, Publicity
from marketplace.queries import deals_visible_to, objections_to, running_publicities
from marketplace.serializers.deals import (
    DealForm,
    DealView,
    ObjectionForm,
    ObjectionView,
    PubliciseForm,
    PublicityView,
)
from marketplace.views.filters import DealFilters


class DealList(Create, ListAPIView[Deal]):
    """GET and POST /api/v1/deals"""

    read_scope, write_scope = "deals:read", "deals:write"
    form_class = DealForm
    serializer_class = view_class = DealView
    filterset_class = DealFilters
    perform = staticmethod(deals.propose_deal)
    queryset = Deal.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[Deal]:
        return deals_visible_to(self.actor).prefetch_related("milestones")

    def get_serializer_context(self) -> dict[str, Any]:
        return {"actor": self.actor}


class DealDetail(Acting, RetrieveAPIView[Deal]):
    """GET /api/v1/deals/{id}"""

    read_scope = "deals:read"
    serializer_class = DealView

    def get_queryset(self) -> QuerySet[Deal]:
        return deals_visible_to(self.actor).prefetch_related("milestones")

    def get_serializer_context(self) -> dict[str, Any]:
        return {"actor": self.actor}


class DealCommand(Command):
    id_name = "deal_id"
    write_scope = "deals:write"
    view_class = DealView


class PubliciseDeal(DealCommand):
    """POST /api/v1/deals/{id}/publicise"""

    form_class = PubliciseForm
    perform = staticmethod(publicities.publicise_deal)


class ConfirmDeal(DealCommand):
    """POST /api/v1/deals/{id}/confirm"""

    form_class = OptionalReasonForm
    perform = staticmethod(deals.confirm_deal)


class StopDeal(DealCommand):
    """POST /api/v1/deals/{id}/stop"""

    form_class = ReasonForm
    perform = staticmethod(deals.stop_deal)


class PublicityList(Acting, ListAPIView[Publicity]):
    """GET /api/v1/publicities: those that run now"""

    public_reading = True
    read_scope = "deals:read"
    serializer_class = PublicityView
    queryset = Publicity.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[Publicity]:
        return running_publicities(clock.now())


class ObjectionList(Create, ListAPIView[Objection]):
    """GET and POST /api/v1/deals/{id}/objections"""

    read_scope, write_scope = "deals:read", "deals:write"
    form_class = ObjectionForm
    serializer_class = view_class = ObjectionView
    id_name = "deal_id"
    perform = staticmethod(publicities.object_to_deal)
    queryset = Objection.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[Objection]:
        return objections_to(self.kwargs["pk"], seen_by=self.actor)


class ObjectionCommand(Command):
    id_name = "objection_id"
    write_scope = "deals:write"
    view_class = ObjectionView


class UpholdObjection(ObjectionCommand):
    """POST /api/v1/objections/{id}/uphold"""

    form_class = ReasonForm
    perform = staticmethod(publicities.uphold_objection)


class DismissObjection(ObjectionCommand):
    """POST /api/v1/objections/{id}/dismiss"""

    form_class = ReasonForm
    perform = staticmethod(publicities.dismiss_objection)
