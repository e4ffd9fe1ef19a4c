"""Versions of the rules: the settings, each bounded by its column; the law is for the rules."""

import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from auctions.lifecycle import Regime, ReserveMode
from auctions.models import Policy
from auctions.rules.policy import IdentityMode, NoticeChannel
from core.parsing import AmountField, FlagField, InstantField, StrictForm, WholeNumberField
from core.serializers import Serializer

_RATE = re.compile(r"[0-9](?:\.[0-9]{1,4})?", re.ASCII)
A_YEAR = 366


class RateField(serializers.Field[Any, Any, Any, Any]):
    """A fraction of one with at most four decimals, such as "0.10"; answered with four."""

    default_error_messages = {
        "invalid": _('A rate is a fraction of one with at most four decimals, such as "0.10".')
    }

    def to_internal_value(self, data: Any) -> Decimal:
        text = repr(data) if type(data) in (int, float) else data
        if not isinstance(text, str) or not _RATE.fullmatch(text):
            self.fail("invalid")
        return Decimal(text)

    def to_representation(self, value: Any) -> str:
        return f"{value:.4f}"


class RungField(StrictForm):
    """One step of a commission ladder: the rate on the part of the price up to `up_to`."""

    up_to = AmountField(allow_null=True)
    rate = RateField()


def _days(**kwargs: Any) -> WholeNumberField:
    return WholeNumberField(highest=10 * A_YEAR, required=False, **kwargs)


def _rate() -> RateField:
    return RateField(required=False)


class PolicyForm(StrictForm):
    """The next version of a regime's rules; what is not said has the product's default."""

    regime = serializers.ChoiceField(choices=[(one.value, one.value) for one in Regime])
    title = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    notice_days = _days()
    exhibition_days = _days()
    notice_channels = serializers.ListField(
        child=serializers.ChoiceField(choices=[(one.value, one.value) for one in NoticeChannel]),
        required=False,
        min_length=1,
        max_length=len(NoticeChannel),
    )
    priority_notice_days_before_notice = _days()
    bidding_window_hours = _days()
    extension_window_s = WholeNumberField(required=False)
    extension_s = WholeNumberField(required=False)
    extension_cap_s = WholeNumberField(required=False, allow_null=True)
    deposit_rate = _rate()
    deposit_refund_hours = _days()
    min_bidders = _days()
    increment_rate = _rate()
    multiple_of_increment = FlagField(required=False)
    reserve_mode = serializers.ChoiceField(
        choices=[(one.value, one.value) for one in ReserveMode], required=False
    )
    start_price_floor_ratio = _rate()
    reauction_within_days = _days()
    reauction_notice_days = _days()
    reauction_price_cut_max = _rate()
    seller_commission_rate = _rate()
    buyer_commission_rate = _rate()
    commission_ladder = serializers.ListField(child=RungField(), required=False, max_length=20)
    publicity_days = _days()
    reward_floor = _rate()
    reward_floor_zhejiang = _rate()
    confirmation_days = _days()
    payment_days = _days()
    retention_years = _days()
    identity_mode = serializers.ChoiceField(
        choices=[(one.value, one.value) for one in IdentityMode], required=False
    )
    idle_reminder_days = _days()
    need_max_duration_months = _days()


class PolicyView(Serializer[Policy]):
    """A version of the rules, with every setting. It never changes."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    number = serializers.IntegerField()
    created_at = InstantField()
    commission_ladder = serializers.SerializerMethodField()

    def get_fields(self) -> dict[str, Any]:
        """Its own fields, and every setting in the shape in which the form takes it."""
        return {**PolicyForm().get_fields(), **super().get_fields()}

    def get_commission_ladder(self, policy: Policy) -> list[dict[str, str | None]]:
        return [{"up_to": up_to, "rate": rate} for up_to, rate in policy.commission_ladder]
