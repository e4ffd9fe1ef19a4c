"""Registering to bid, and admitting bidders."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView, RetrieveAPIView, get_object_or_404
from rest_framework.request import Request

from accounts.requests import Acting, Command, Create, organization_of
from auctions import registration
from auctions.models import Registration
from auctions.queries import lots_visible_to, registrations_visible_to
from auctions.serializers.lots import RegistrationForm, RegistrationView
from core.parsing import ReasonForm


class Registrations(ListAPIView[Registration], Create):
    """GET /api/v1/lots/{id}/registrations · POST /api/v1/lots/{id}/registrations"""

    read_scope = "lots:read"
    write_scope = "bids:write"
    serializer_class = RegistrationView
    form_class = RegistrationForm
    view_class = RegistrationView
    perform = staticmethod(registration.register)
    key_required = True
    id_name = "lot_id"

    def get_queryset(self) -> QuerySet[Registration]:
        lot = get_object_or_404(lots_visible_to(self.actor), pk=self.kwargs["pk"])
        return registrations_visible_to(self.actor).filter(lot=lot)

    def beyond_form(self, request: Request) -> dict[str, Any]:
        return {"organization_id": organization_of(request).pk}


class RegistrationDetail(Acting, RetrieveAPIView[Registration]):
    """GET /api/v1/registrations/{id}"""

    read_scope = "lots:read"
    serializer_class = RegistrationView

    def get_queryset(self) -> QuerySet[Registration]:
        return registrations_visible_to(self.actor)


class RegistrationCommand(Command):
    write_scope = "lots:operate"
    id_name = "registration_id"
    view_class = RegistrationView


class ApproveRegistration(RegistrationCommand):
    """POST /api/v1/registrations/{id}/approve"""

    perform = staticmethod(registration.approve_registration)


class RefuseRegistration(RegistrationCommand):
    """POST /api/v1/registrations/{id}/refuse"""

    form_class = ReasonForm
    perform = staticmethod(registration.refuse_registration)
