"""What the exchange fills in for a session: its plan, and what joins its running order."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.actors import Actor
from accounts.desk.forms import ChooseOne, ShanghaiTimeField, StepForm
from accounts.models import City
from auctions.lifecycle import SessionKind
from auctions.models import Auctioneer, AuctionHouse, AuctionSession, Lot, RunningOrderEntry
from auctions.sessions import plan_session
from core.idempotency import Once, fingerprint
from core.models import choices
from marketplace.models import Deal

_LAST_POSITION = 10_000


def _line(**options: Any) -> forms.CharField:
    widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
    return forms.CharField(max_length=200, widget=widget, **options)


def _position(**options: Any) -> forms.IntegerField:
    widget = UnfoldAdminIntegerFieldWidget()
    return forms.IntegerField(min_value=1, max_value=_LAST_POSITION, widget=widget, **options)


def _choose(model: type[Any], name: str, **options: Any) -> forms.ModelChoiceField:  # type: ignore[type-arg]
    """A box that searches the list which a field of the model points at."""
    widget = ChooseOne(model._meta.get_field(name), admin.site)
    return forms.ModelChoiceField(widget=widget, **options)


class _Particulars(forms.Form):
    """A session's name, time and place. Times are Shanghai's, to the second."""

    title = _line(label=_("Title"))
    title_en = _line(label=_("English title"), required=False)
    city = _choose(AuctionSession, "city", label=_("City"), queryset=City.objects.all())
    venue = _line(label=_("Venue"), required=False, help_text=_("A session in a hall needs one."))
    starts_at = ShanghaiTimeField(label=_("Start"))
    house = _choose(
        AuctionSession,
        "house",
        label=_("Auction house"),
        queryset=AuctionHouse.objects.all(),
        required=False,
        help_text=_("Only for auctions under the Auction Law."),
    )
    auctioneer = _choose(
        AuctionSession,
        "auctioneer",
        label=_("Auctioneer"),
        queryset=Auctioneer.objects.all(),
        required=False,
        help_text=_("Works for that house, and presides."),
    )


class PlanSessionForm(_Particulars):
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=choices(SessionKind),
        widget=UnfoldAdminSelectWidget,
        help_text=_("A flagship session's end ends a trading cycle."),
    )
    # A form sent twice plans one session.
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    field_order = ("kind",)

    def add(self, actor: Actor) -> AuctionSession:
        values = named(self.cleaned_data)
        key = values.pop("key")
        once = Once("desk.plan_session", actor.caller, key, fingerprint(values))
        return plan_session(actor=actor, once=once, **values)


class ChangeSessionForm(StepForm, _Particulars):
    @classmethod
    def filled_from(cls, row: AuctionSession) -> dict[str, Any]:
        return model_to_dict(row, fields=list(cls.base_fields))


def named(values: Mapping[str, Any]) -> dict[str, Any]:
    """A session's particulars as the actions take them: a code and ids in place of rows."""
    ids = {name: values[name] and values[name].pk for name in ("house", "auctioneer")}
    return {**values, **ids, "city": values["city"].code}


class AddLotForm(StepForm):
    lot = _choose(
        RunningOrderEntry,
        "lot",
        label=_("Lot"),
        queryset=Lot.objects.all(),
        help_text=_(
            "A draft, or an announced lot without bids, from the year's list or a session."
        ),
    )
    position = _position(
        label=_("Position"), required=False, help_text=_("Empty: at the end of the running order.")
    )


class AddDealForm(StepForm):
    deal = _choose(
        RunningOrderEntry,
        "deal",
        label=_("Deal"),
        queryset=Deal.objects.all(),
        help_text=_("An agreed deal that is not formed yet."),
    )
    position = _position(
        label=_("Position"), required=False, help_text=_("Empty: at the end of the running order.")
    )


class MoveEntryForm(StepForm):
    to = _position(
        label=_("New position"), help_text=_("What lies between moves up or down by one.")
    )
