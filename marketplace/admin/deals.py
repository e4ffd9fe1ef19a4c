"""Deals at the operators' desk: entered without bids, publicised, confirmed or stopped."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk.adding import Adding, AddingAdmin
from accounts.desk.admins import DeskInline
from accounts.desk.forms import ReasonForm
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from accounts.desk.tracked import TrackedAdmin
from marketplace import deals, publicities
from marketplace.admin.needs import STAFF
from marketplace.admin.proposing import PaperObjectionForm, ProposeDealForm, PubliciseForm
from marketplace.admin.settling import SETTLING
from marketplace.lifecycle import DEAL, DealState
from marketplace.models import (
    Brokerage,
    Deal,
    DealMilestone,
    PlannedMilestone,
    PricingMethod,
    Publicity,
)
from marketplace.queries import deals_visible_to


class PublicityInline(DeskInline):
    model = Publicity
    readers = STAFF
    fields = ("place", "contact", "days", "begins_at", "ends_at", "paused_at")


class MilestoneInline(DeskInline):
    model = DealMilestone
    readers = STAFF
    fields = ("number", "kind", "on", "amount", "reference", "proof", "corrects", "recorded_at")


class PlanInline(DeskInline):
    model = PlannedMilestone
    readers = STAFF
    fields = ("number", "title", "due_on", "payment_share", "state", "delivered_at", "judged_at")


class BrokerageInline(DeskInline):
    model = Brokerage
    readers = STAFF
    fields = ("broker", "side", "commission", "paid_by", "state")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Brokerage]:
        rows: QuerySet[Brokerage] = super().get_queryset(request)
        return rows.select_related("broker")


_DEAL_STEPS = (
    Step(
        name="publicise",
        label=_("Publicise"),
        explanation=_(
            "Name, mode, price and the mark of a related party become public. Until the end"
            " anybody may object, and the deal cannot be formed."
        ),
        action=publicities.publicise_deal,
        id_name="deal_id",
        roles=STAFF,
        sources=DEAL.sources(DealState.PUBLICISED),
        form_class=PubliciseForm,
    ),
    Step(
        name="confirm",
        label=_("Conditions met"),
        explanation=_(
            "The conditions that the exchange published for this listing are met: the contract"
            " is formed now. Say how they were met."
        ),
        action=deals.confirm_deal,
        id_name="deal_id",
        roles=frozenset({DeskRole.OPERATOR}),
        sources=DEAL.sources(DealState.FORMED),
        form_class=ReasonForm,
        applies=lambda actor, deal: deal.method == PricingMethod.LISTING,
    ),
    Step(
        name="object",
        label=_("Enter an objection"),
        explanation=_("For an objection that came on paper. It holds the deal up until decided."),
        action=publicities.object_to_deal,
        id_name="deal_id",
        roles=STAFF,
        sources=frozenset({DealState.PUBLICISED}),
        form_class=PaperObjectionForm,
        tone="back",
    ),
    Step(
        name="stop",
        label=_("Stop the deal"),
        explanation=_("No contract is formed. The achievement is free for another sale."),
        action=deals.stop_deal,
        id_name="deal_id",
        roles=STAFF,
        sources=DEAL.sources(DealState.STOPPED),
        form_class=ReasonForm,
        tone="grave",
    ),
)


@admin.register(Deal)
class DealAdmin(TrackedAdmin, AddingAdmin):
    """Every deal there is. Those without bids are entered here, or by the seller over REST."""

    kind = "deal"
    readers = writers = STAFF
    list_display = (
        "code",
        "seller",
        "buyer",
        "price",
        "method",
        "channel",
        "state",
        "related_party",
        "formed_at",
    )
    sortable_by = ("code", "price", "formed_at")
    list_filter = ("state", "channel", "method")
    search_fields = ("code", "seller__name", "buyer__name")
    search_help_text = _("Number, seller or buyer")
    ordering = ("-id",)
    inlines = (PublicityInline, MilestoneInline, PlanInline, BrokerageInline)
    fieldsets = (
        (None, {"fields": ("code", "achievement", "need", "seller", "buyer", "price", "mode")}),
        (_("Related party"), {"fields": ("related_party", "relation")}),
        (_("Basis"), {"fields": ("method", "channel", "evidence", "conditions")}),
        (_("Record"), {"fields": ("state", "state_reason", "proposed_at", "formed_at")}),
    )
    facts = (
        "achievement",
        "need",
        "seller",
        "buyer",
        "price",
        "mode",
        "method",
        "channel",
        "evidence",
        "conditions",
        "relation",
        "state",
    )
    steps = (*_DEAL_STEPS, *SETTLING)
    adding = Adding(
        form_class=ProposeDealForm,
        title=_("Enter a deal without bids"),
        explanation=_(
            "An agreed price or a listing. Nothing is formed until the buyer confirms, or until"
            " the published conditions of the listing are met."
        ),
        submit_label=_("Enter the deal"),
        done=_("{row} is proposed."),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Deal]:
        return deals_visible_to(actor).select_related("seller", "buyer", "achievement", "need")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        deal = kwargs.get("obj")
        if deal is not None and Publicity.objects.filter(deal=deal).exists():
            url = reverse(
                "admin:marketplace_objection_changelist", query={"state": "all", "deal": deal.pk}
            )
            context["desk_links"] = [{"label": _("Objections"), "url": url}]
        return super().render_change_form(request, context, *args, **kwargs)
