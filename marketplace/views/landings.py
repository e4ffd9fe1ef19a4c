"""Landings over REST: reported by a deal's parties and staff, decided by the city's bureau."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView

from accounts.requests import Command, Create
from core.parsing import ReasonForm
from marketplace import landings
from marketplace.models import Landing
from marketplace.queries import landings_of
from marketplace.serializers.landings import LandingForm, LandingView


class LandingList(Create, ListAPIView[Any]):
    """GET and POST /api/v1/deals/{id}/landings"""

    read_scope, write_scope = "deals:read", "deals:write"
    form_class = LandingForm
    serializer_class = view_class = LandingView
    id_name = "deal_id"
    perform = staticmethod(landings.report_landing)
    queryset = Landing.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[Landing]:
        return landings_of(self.kwargs["pk"], seen_by=self.actor)


class LandingCommand(Command):
    id_name = "landing_id"
    write_scope = "deals:write"
    view_class = LandingView


class ConfirmLanding(LandingCommand):
    """POST /api/v1/landings/{id}/confirm"""

    perform = staticmethod(landings.confirm_landing)


class RefuseLanding(LandingCommand):
    """POST /api/v1/landings/{id}/refuse"""

    form_class = ReasonForm
    perform = staticmethod(landings.refuse_landing)
