"""The form in which the exchange drafts a lot; the action decides whether the terms are lawful."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.actors import Actor
from accounts.desk.forms import AmountField, ChooseOne, ShanghaiTimeField
from auctions.lifecycle import LotFormat, ReserveMode
from auctions.lots import draft_lot
from auctions.models import Auctioneer, AuctionHouse, AuctionSession, Lot, Policy
from core.idempotency import Once, fingerprint
from core.models import choices, word
from marketplace.lifecycle import AchievementState
from marketplace.models import Achievement

_A_DAY = 24 * 60 * 60


class DraftLotForm(forms.Form):
    """Terms of a lot, by the clock or in a session's hall. Times are Shanghai's, to the second."""

    achievement = forms.ModelChoiceField(
        label=_("Achievement"),
        queryset=Achievement.objects.filter(state=AchievementState.PUBLISHED),
        widget=ChooseOne(Lot._meta.get_field("achievement"), admin.site),
        help_text=_("Only published achievements can become lots. Type its code or title."),
    )
    policy = forms.ModelChoiceField(
        label=_("Policy"),
        queryset=Policy.objects.order_by("-id"),
        widget=ChooseOne(Lot._meta.get_field("policy"), admin.site),
        help_text=_("The version of the rules the lot is sold under."),
    )
    session = forms.ModelChoiceField(
        label=_("Session"),
        queryset=AuctionSession.objects.all(),
        required=False,
        widget=ChooseOne(Lot._meta.get_field("session"), admin.site),
        help_text=_("Empty: on the year's list. In a hall the lot has no clock."),
    )
    format = forms.ChoiceField(
        label=_("Format"),
        required=False,
        choices=[(one.value, word(one)) for one in (LotFormat.ENGLISH, LotFormat.ONE_CALL)],
        widget=UnfoldAdminSelectWidget,
        help_text=_("One call is for the hall: a sole confirmed bidder."),
    )
    house = forms.ModelChoiceField(
        label=_("Auction house"),
        queryset=AuctionHouse.objects.all(),
        required=False,
        widget=ChooseOne(Lot._meta.get_field("house"), admin.site),
        help_text=_("Only for auctions under the Auction Law."),
    )
    auctioneer = forms.ModelChoiceField(
        label=_("Auctioneer"),
        queryset=Auctioneer.objects.all(),
        required=False,
        widget=ChooseOne(Lot._meta.get_field("auctioneer"), admin.site),
    )
    media_notice = forms.CharField(
        label=_("News medium that carries the notice"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    starting_price = AmountField(label=_("Starting price (CNY)"))
    increment = AmountField(
        label=_("Increment (CNY)"), required=False, help_text=_("Empty: what the policy says.")
    )
    deposit_amount = AmountField(
        label=_("Deposit (CNY)"),
        allow_zero=True,
        required=False,
        help_text=_("Empty: what the policy says."),
    )
    exhibition_at = ShanghaiTimeField(label=_("Start of the exhibition"), required=False)
    opens_at = ShanghaiTimeField(
        label=_("Opening time"),
        required=False,
        help_text=_("In a session empty: it opens with the session."),
    )
    closes_at = ShanghaiTimeField(
        label=_("Closing time"), required=False, help_text=_("In a hall empty: the hammer ends it.")
    )
    latest_close = ShanghaiTimeField(
        label=_("Latest close"),
        required=False,
        help_text=_("Extensions never go past this time. Empty: no limit."),
    )
    extension_window_s = forms.IntegerField(
        label=_("Extension window (seconds)"),
        min_value=0,
        max_value=_A_DAY,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("A bid in the last so many seconds extends the bidding."),
    )
    extension_s = forms.IntegerField(
        label=_("Extension (seconds)"),
        min_value=0,
        max_value=_A_DAY,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("By so many seconds from that bid."),
    )
    reserve_mode = forms.ChoiceField(
        label=_("Reserve"),
        required=False,
        choices=[("", _("As the policy says")), *choices(ReserveMode)],
        widget=UnfoldAdminSelectWidget,
        help_text=_("That there is no reserve is announced to everybody (Auction Law art. 50)."),
    )
    reserve_price = AmountField(
        label=_("Secret reserve (CNY)"),
        required=False,
        help_text=_("Makes the reserve secret. It is shown to nobody from here on."),
    )
    # A form sent twice drafts one lot.
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def add(self, actor: Actor) -> Lot:
        values: dict[str, Any] = dict(self.cleaned_data)
        key = values.pop("key")
        for name in ("achievement", "policy", "session", "house", "auctioneer"):
            values[name] = values[name].pk if values[name] else None
        values["format"] = values["format"] or LotFormat.ENGLISH
        once = Once("desk.draft_lot", actor.caller, key, fingerprint(values))
        return draft_lot(actor=actor, once=once, **values)
