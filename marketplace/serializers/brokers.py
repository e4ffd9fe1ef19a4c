"""Brokers and their parts in deals: shapes in (…Form) and out (…View)."""

from rest_framework import serializers

from core import clock
from core.parsing import AmountField, DayField, IdField, InstantField, StrictForm
from core.serializers import Serializer
from marketplace.models import Broker, Brokerage
from marketplace.rules.brokers import Side

_PARTIES = [Side.SELLER.value, Side.BUYER.value]


class BrokerView(Serializer[Broker]):
    """A technology manager; `valid` as the day has it on which it is read."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    certificate_number = serializers.CharField()
    issued_by = serializers.CharField()
    organization = serializers.IntegerField(source="organization_id", allow_null=True)
    organization_name = serializers.CharField(source="organization.name", default="")
    valid_from = DayField()
    valid_until = DayField()
    valid = serializers.SerializerMethodField()

    def get_valid(self, broker: Broker) -> bool:
        return broker.certificate().holds_on(clock.today())


class BrokerageForm(StrictForm):
    """Who brokers, for whom, and what it costs whom; `commission` is CNY."""

    broker = IdField()
    side = serializers.ChoiceField(choices=[one.value for one in Side])
    commission = AmountField(allow_zero=True)
    paid_by = serializers.ChoiceField(choices=[one.value for one in Side])


class AgreeForm(StrictForm):
    """`party` is named by staff, who enter a party's paper."""

    party = serializers.ChoiceField(choices=_PARTIES, required=False)


class BrokerageView(Serializer[Brokerage]):
    id = serializers.IntegerField()
    deal = serializers.IntegerField(source="deal_id")
    broker = serializers.IntegerField(source="broker_id")
    broker_name = serializers.CharField(source="broker.name")
    certificate_number = serializers.CharField(source="broker.certificate_number")
    side = serializers.CharField()
    commission = AmountField()
    paid_by = serializers.CharField()
    state = serializers.CharField()
    state_reason = serializers.CharField()
    named_at = InstantField()
    seller_agreed_at = InstantField(allow_null=True)
    buyer_agreed_at = InstantField(allow_null=True)
    ended_at = InstantField(allow_null=True)
