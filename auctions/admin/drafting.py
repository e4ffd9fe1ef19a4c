"""The form in which the exchange drafts a lot; the action decides whether the terms are lawful."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from accounts.actors import Actor
from accounts.desk.forms import AmountField, ChooseOne, ShanghaiTimeField
from auctions.lots import draft_lot
from auctions.models import Lot
from core.idempotency import Once, fingerprint
from marketplace.lifecycle import AchievementState
from marketplace.models import Achievement

_A_DAY = 24 * 60 * 60


class DraftLotForm(forms.Form):
    """Terms of a timed ascending lot. Times are Shanghai's, to the second."""

    achievement = forms.ModelChoiceField(
        label=_("Achievement"),
        queryset=Achievement.objects.filter(state=AchievementState.PUBLISHED),
        widget=ChooseOne(Lot._meta.get_field("achievement"), admin.site),
        help_text=_("Only published achievements can become lots. Type its code or title."),
    )
    starting_price = AmountField(label=_("Starting price (CNY)"))
    increment = AmountField(label=_("Increment (CNY)"))
    deposit_amount = AmountField(label=_("Deposit (CNY)"), allow_zero=True)
    opens_at = ShanghaiTimeField(label=_("Opening time"))
    closes_at = ShanghaiTimeField(label=_("Closing time"))
    latest_close = ShanghaiTimeField(
        label=_("Latest close"),
        required=False,
        help_text=_("Extensions never go past this time. Empty: no limit."),
    )
    extension_window_s = forms.IntegerField(
        label=_("Extension window (seconds)"),
        min_value=0,
        max_value=_A_DAY,
        initial=300,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("A bid in the last so many seconds extends the bidding."),
    )
    extension_s = forms.IntegerField(
        label=_("Extension (seconds)"),
        min_value=0,
        max_value=_A_DAY,
        initial=300,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("By so many seconds from that bid."),
    )
    # A form sent twice drafts one lot.
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def draft(self, actor: Actor) -> Lot:
        values: dict[str, Any] = dict(self.cleaned_data)
        key = values.pop("key")
        values["achievement"] = values["achievement"].pk
        once = Once("desk.draft_lot", actor.caller, key, fingerprint(values))
        return draft_lot(actor=actor, once=once, **values)
