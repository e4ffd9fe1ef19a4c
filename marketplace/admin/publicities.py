"""Publicities with the days they have left, and the objections that wait for a decision."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Count, DateTimeField, Q, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.actors import Actor
from accounts.desk import shown
from accounts.desk.admins import DeskInline
from accounts.desk.filters import WaitingFirst
from accounts.desk.forms import is_id
from accounts.desk.roles import DeskRole
from accounts.desk.tracked import TrackedAdmin
from core import clock
from core.calendar import date_of, last_day_until
from marketplace import publicities
from marketplace.admin.needs import STAFF
from marketplace.admin.objections import decisions
from marketplace.lifecycle import DealState, ObjectionState, PublicityPhase
from marketplace.models import Deal, Objection, Publicity
from marketplace.queries import (
    objections_visible_to,
    publicities_over,
    publicities_visible_to,
    running_publicities,
)

_PHASES = {
    PublicityPhase.RUNNING: pgettext_lazy("PublicityPhase", "running"),
    PublicityPhase.PAUSED: pgettext_lazy("PublicityPhase", "paused"),
    PublicityPhase.OVER: pgettext_lazy("PublicityPhase", "over"),
}


class PhaseFilter(SimpleListFilter):
    """Where a publicity stands on the clock; computed, so no column can be filtered by it."""

    title = _("time")
    parameter_name = "when"
    _ways: dict[str, Callable[[datetime], QuerySet[Publicity]]] = {
        "running": running_publicities,
        "over": publicities_over,
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("running", _("running now")), ("over", _("over, not confirmed yet"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if (wanted := self.value()) is None:
            return queryset
        if wanted not in self._ways:
            raise IncorrectLookupParameters
        return queryset.filter(pk__in=self._ways[wanted](clock.now()).values("pk"))


class ObjectionInline(DeskInline):
    model = Objection
    readers = STAFF
    fields = ("raised_at", "person", "on_behalf_of", "contact", "reason", "state", "decision")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Objection]:
        rows: QuerySet[Objection] = super().get_queryset(request)
        return rows.select_related("person").order_by("-id")


@admin.register(Publicity)
class PublicityAdmin(TrackedAdmin):
    """What is, or was, publicised. Publicising and stopping are steps of the deal."""

    kind = "publicity"
    readers = STAFF
    list_display = (
        "deal_link",
        "title",
        "seller",
        "price",
        "related",
        "standing",
        "days_left",
        "ends_at",
        "objections",
    )
    list_display_links = ("title",)
    sortable_by = ("ends_at",)
    list_filter = (PhaseFilter,)
    search_fields = ("deal__code", "deal__seller__name", "deal__achievement__title")
    search_help_text = _("Number of the deal, seller or title")
    ordering = ("-ends_at", "-id")
    inlines = (ObjectionInline,)
    fieldsets = (
        (None, {"fields": ("deal_link", "title", "summary", "mode", "seller", "buyer", "price")}),
        (_("Related party"), {"fields": ("related", "relation")}),
        (
            _("Publicity"),
            {"fields": ("standing", "place", "contact", "days", "begins_at", "ends_at")},
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Publicity]:
        open_ones = Count("objections", filter=Q(objections__state=ObjectionState.OPEN))
        return publicities_visible_to(actor).annotate(
            read_at=Value(clock.now(), output_field=DateTimeField()),
            open_objections=open_ones,
        )

    @admin.display(description=_("deal"))
    def deal_link(self, publicity: Publicity) -> Any:
        url = reverse("admin:marketplace_deal_change", args=[publicity.deal_id])
        return format_html('<a class="text-link" href="{}">{}</a>', url, publicity.deal)

    @admin.display(description=_("title"))
    def title(self, publicity: Publicity) -> str:
        return publicity.title

    @admin.display(description=_("public summary"))
    def summary(self, publicity: Publicity) -> str:
        return publicity.summary

    @admin.display(description=pgettext_lazy("Deal", "mode"))
    def mode(self, publicity: Publicity) -> str:
        return publicity.deal.get_mode_display()

    @admin.display(description=_("seller"))
    def seller(self, publicity: Publicity) -> str:
        return str(publicity.deal.seller)

    @admin.display(description=_("buyer"))
    def buyer(self, publicity: Publicity) -> str:
        return str(publicity.deal.buyer)

    @admin.display(description=_("price (CNY)"))
    def price(self, publicity: Publicity) -> Any:
        return shown.money(publicity.deal.price)

    @admin.display(description=_("related party"), boolean=True)
    def related(self, publicity: Publicity) -> bool:
        return publicity.deal.related_party

    @admin.display(description=_("relation"))
    def relation(self, publicity: Publicity) -> str:
        return publicity.deal.relation or shown.NOTHING

    @admin.display(description=_("standing"))
    def standing(self, publicity: Any) -> Any:
        """Where it is on the clock, and afterwards what became of the deal."""
        deal = publicity.deal
        if deal.state != DealState.PUBLICISED:
            return shown.label(deal.state, deal.get_state_display())
        phase = publicity.standing().phase(publicity.read_at)
        return shown.label(phase.value, _PHASES[phase])

    @admin.display(description=_("days left"))
    def days_left(self, publicity: Any) -> Any:
        """To the last day, which is 0; unknown while an objection is open."""
        if (
            publicity.deal.state != DealState.PUBLICISED
            or publicity.standing().phase(publicity.read_at) is not PublicityPhase.RUNNING
        ):
            return shown.NOTHING
        return (last_day_until(publicity.ends_at) - date_of(publicity.read_at)).days

    @admin.display(description=_("open objections"))
    def objections(self, publicity: Any) -> int:
        return int(publicity.open_objections)


class OpenObjections(WaitingFirst):
    waiting = Q(state=ObjectionState.OPEN)


class OneDeal(SimpleListFilter):
    """`?deal=7`: where a deal's page leads to. Not a list of all deals to choose from."""

    title = _("deal")
    parameter_name = "deal"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        wanted = self.value()
        if wanted is None:
            return []
        if not is_id(wanted):
            raise IncorrectLookupParameters
        return [(wanted, str(deal)) for deal in Deal.objects.filter(pk=wanted)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.value()
        return queryset if wanted is None else queryset.filter(publicity__deal=wanted)


@admin.register(Objection)
class ObjectionAdmin(TrackedAdmin):
    """A work list: the exchange or the office decides, with a reason that is told."""

    kind, part, thing = "publicity", "objection", "publicity_id"
    readers = STAFF
    list_display = ("deal", "reason", "who", "raised_at", "state", "decided_at")
    sortable_by = ("raised_at", "decided_at")
    list_filter = (OpenObjections, OneDeal)
    search_fields = ("publicity__deal__code", "on_behalf_of", "person__full_name")
    search_help_text = _("Number of the deal, or who objects")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("deal", "who", "contact", "reason")}),
        (_("Record"), {"fields": ("state", "raised_at", "person", "decided_at", "decision")}),
    )
    facts = ("deal", "who", "contact", "reason", "raised_at", "state")
    steps = decisions(
        publicities.dismiss_objection,
        publicities.uphold_objection,
        upheld=_("The objection holds: the deal is stopped and its achievement free."),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Objection]:
        return objections_visible_to(actor).select_related("publicity__deal", "person")

    @admin.display(description=_("deal"))
    def deal(self, objection: Objection) -> Any:
        deal = objection.publicity.deal
        url = reverse("admin:marketplace_deal_change", args=[deal.pk])
        return format_html('<a class="text-link" href="{}">{}</a>', url, deal)

    @admin.display(description=_("who objects"))
    def who(self, objection: Objection) -> str:
        return objection.on_behalf_of or str(objection.person)
