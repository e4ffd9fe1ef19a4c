"""Brokers over REST: who is certified, everybody reads; who brokers a deal, its parties."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView

from accounts.requests import Acting, Command, Create
from core.parsing import ReasonForm
from marketplace import brokers
from marketplace.models import Broker, Brokerage
from marketplace.plan_queries import brokerages_of
from marketplace.plan_queries import brokers as all_brokers
from marketplace.serializers.brokers import (
    AgreeForm,
    BrokerageForm,
    BrokerageView,
    BrokerView,
)


class BrokerList(Acting, ListAPIView[Broker]):
    """GET /api/v1/brokers"""

    public_reading = True
    read_scope = "deals:read"
    serializer_class = BrokerView
    queryset = Broker.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[Broker]:
        return all_brokers()


class BrokerageList(Create, ListAPIView[Any]):
    """GET and POST /api/v1/deals/{id}/brokers"""

    read_scope, write_scope = "deals:read", "deals:write"
    form_class = BrokerageForm
    serializer_class = view_class = BrokerageView
    id_name = "deal_id"
    perform = staticmethod(brokers.name_broker)
    queryset = Brokerage.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[Brokerage]:
        return brokerages_of(self.kwargs["pk"], seen_by=self.actor)


class BrokerageCommand(Command):
    id_name = "brokerage_id"
    write_scope = "deals:write"
    view_class = BrokerageView


class AgreeToBroker(BrokerageCommand):
    """POST /api/v1/brokerages/{id}/agree"""

    form_class = AgreeForm
    perform = staticmethod(brokers.agree_to_broker)


class EndBroker(BrokerageCommand):
    """POST /api/v1/brokerages/{id}/end"""

    form_class = ReasonForm
    perform = staticmethod(brokers.end_broker)
