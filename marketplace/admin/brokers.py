"""Technology managers at the desk, and their parts in deals."""

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.actors import Actor
from accounts.desk.admins import DeskFormAdmin
from accounts.desk.forms import ReasonForm, StepForm, WholeForm
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from accounts.desk.tracked import TrackedAdmin
from core.models import choices
from marketplace import brokers
from marketplace.admin.needs import STAFF
from marketplace.lifecycle import BROKERAGE, BrokerageState
from marketplace.models import Broker, Brokerage
from marketplace.plan_queries import brokerages_visible_to
from marketplace.plan_queries import brokers as all_brokers
from marketplace.rules.brokers import Side

PARTIES = [(value, label) for value, label in choices(Side) if value != Side.BOTH]


class BrokerForm(WholeForm):
    violations = {
        "broker_certificate_holds_for_a_time": _("The certificate ends before it begins."),
        "broker_has_a_certificate": _("A technology manager has a certificate and its issuer."),
    }


@admin.register(Broker)
class BrokerAdmin(TrackedAdmin, DeskFormAdmin):
    """Certified technology managers: entered by the office, shown to everybody."""

    kind = "broker"
    readers, writers = STAFF, frozenset({DeskRole.OFFICE})
    form = BrokerForm
    list_display = ("name", "certificate_number", "organization", "valid_from", "valid_until")
    sortable_by = ("valid_until",)
    search_fields = ("name", "certificate_number")
    search_help_text = _("Name or certificate number")
    ordering = ("-id",)
    autocomplete_fields = ("organization",)
    fieldsets = (
        (None, {"fields": ("name", "organization")}),
        (
            _("Certificate"),
            {"fields": ("certificate_number", "issued_by", "valid_from", "valid_until")},
        ),
    )
    locked = ("certificate_number",)

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Broker]:
        return all_brokers()


class PaperAgreementForm(StepForm):
    party = forms.ChoiceField(
        label=_("Who agreed on paper"), choices=PARTIES, widget=UnfoldAdminSelectWidget
    )


@admin.register(Brokerage)
class BrokerageAdmin(TrackedAdmin):
    """Who brokers which deal, for whom, and for how much."""

    kind, part, thing = "deal", "brokerage", "deal_id"
    readers = STAFF
    list_display = ("deal", "broker", "side", "commission", "paid_by", "state", "named_at")
    list_display_links = ("deal", "broker")
    sortable_by = ("commission", "named_at")
    list_filter = ("state", "side")
    search_fields = ("deal__code", "broker__name", "broker__certificate_number")
    search_help_text = _("Number of the deal, name or certificate number")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("deal", "broker", "side", "commission", "paid_by")}),
        (
            _("Record"),
            {
                "fields": (
                    "state",
                    "state_reason",
                    "named_at",
                    "seller_agreed_at",
                    "buyer_agreed_at",
                    "ended_at",
                )
            },
        ),
    )
    facts = ("deal", "broker", "side", "commission", "paid_by")
    steps = (
        Step(
            name="agree",
            label=_("Enter an agreement"),
            explanation=_("A party agreed on paper to the technology manager and the commission."),
            action=brokers.agree_to_broker,
            id_name="brokerage_id",
            roles=STAFF,
            sources=BROKERAGE.sources(BrokerageState.AGREED),
            form_class=PaperAgreementForm,
        ),
        Step(
            name="end",
            label=_("End the part"),
            explanation=_("The technology manager takes part no more; both parties are told why."),
            action=brokers.end_broker,
            id_name="brokerage_id",
            roles=STAFF,
            sources=BROKERAGE.sources(BrokerageState.ENDED),
            form_class=ReasonForm,
            tone="grave",
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Brokerage]:
        return brokerages_visible_to(actor)
