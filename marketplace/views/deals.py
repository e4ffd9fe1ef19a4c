"""Deals over REST: read by their two parties and by staff."""

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView, RetrieveAPIView

from accounts.requests import Acting
from marketplace.models import Deal
from marketplace.queries import deals_visible_to
from marketplace.serializers import DealView
from marketplace.views.filters import DealFilters


class DealList(Acting, ListAPIView[Deal]):
    """GET /api/v1/deals"""

    read_scope = "deals:read"
    serializer_class = DealView
    filterset_class = DealFilters

    def get_queryset(self) -> QuerySet[Deal]:
        return deals_visible_to(self.actor)


class DealDetail(Acting, RetrieveAPIView[Deal]):
    """GET /api/v1/deals/{id}"""

    read_scope = "deals:read"
    serializer_class = DealView

    def get_queryset(self) -> QuerySet[Deal]:
        return deals_visible_to(self.actor)
