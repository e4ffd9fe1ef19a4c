"""Reports of enclave parks at the desk: the operator submits, both cities confirm or dispute."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk.adding import Adding, AddingAdmin
from accounts.desk.admins import DeskInline
from accounts.desk.fields import choice, once_key, one_of, paragraph
from accounts.desk.forms import AmountField, DayField, ReasonForm, StepForm
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from core.idempotency import Once, fingerprint
from enclaves import reports
from enclaves.admin.roles import INSIDERS, RUNNERS
from enclaves.lifecycle import REPORT, ReportState
from enclaves.models import (
    BenefitShare,
    Park,
    Period,
    Report,
    ReportConfirmation,
    ReportDispute,
)
from enclaves.queries import reports_visible_to

_CITIES = frozenset({DeskRole.BUREAU})


class DrawUpForm(forms.Form):
    """The period and what only the operator knows; the rest comes from the records."""

    park = one_of(Park.objects.order_by("name"), label=_("enclave park"))
    period = choice(Period, label=_("period"))
    starts_on = DayField(label=_("first day"))
    tax = AmountField(label=_("tax revenue (CNY)"), allow_zero=True)
    output = AmountField(label=_("output value (CNY)"), allow_zero=True)
    key = once_key()

    def add(self, actor: Actor) -> Report:
        values: dict[str, Any] = dict(self.cleaned_data)
        key, park = values.pop("key"), values.pop("park")
        once = Once("desk.draw_up_report", actor.caller, key, fingerprint(values))
        return reports.draw_up_report(actor=actor, park_id=park.pk, once=once, **values)


class ResolutionForm(StepForm):
    resolution = paragraph(1000, rows=4, label=_("resolution"))


class ConfirmationInline(DeskInline):
    model = ReportConfirmation
    readers = INSIDERS
    fields = ("side", "version", "person", "at")


class DisputeInline(DeskInline):
    model = ReportDispute
    readers = INSIDERS
    fields = ("side", "person", "reason", "raised_at", "resolved_at", "resolution")


class ShareInline(DeskInline):
    model = BenefitShare
    readers = INSIDERS
    fields = ("metric", "side", "amount", "agreement")


@admin.register(Report)
class ReportAdmin(AddingAdmin):
    """Figures of a period; nothing is shared before both cities have confirmed."""

    readers = INSIDERS
    writers = RUNNERS
    list_display = ("park", "starts_on", "ends_on", "tax", "output", "talents", "state")
    sortable_by = ("starts_on", "tax", "output")
    list_filter = ("state",)
    search_fields = ("park__name",)
    search_help_text = _("Name of the park")
    ordering = ("-id",)
    inlines = (ConfirmationInline, DisputeInline, ShareInline)
    fieldsets = (
        (None, {"fields": ("park", "starts_on", "ends_on", "tax", "output", "talents")}),
        (_("figures"), {"fields": ("figures", "version")}),
        (_("Record"), {"fields": ("state", "drawn_up_at", "submitted_at")}),
    )
    facts = ("park", "starts_on", "ends_on", "tax", "output", "talents", "figures")
    steps = (
        Step(
            name="submit",
            label=_("Submit the figures"),
            explanation=_("Both cities are asked to confirm them."),
            action=reports.submit_report,
            id_name="report_id",
            roles=RUNNERS,
            sources=frozenset({ReportState.DRAFT}),
        ),
        Step(
            name="confirm",
            label=_("Confirm for my city"),
            explanation=_("When the other city has confirmed too, the shares are written."),
            action=reports.confirm_report,
            id_name="report_id",
            roles=_CITIES,
            sources=REPORT.sources(ReportState.AGREED),
        ),
        Step(
            name="dispute",
            label=_("Dispute the figures"),
            explanation=_("Nothing is shared until the office has settled it."),
            action=reports.dispute_report,
            id_name="report_id",
            roles=_CITIES,
            sources=REPORT.sources(ReportState.DISPUTED),
            form_class=ReasonForm,
            tone="back",
        ),
        Step(
            name="resolve",
            label=_("Settle the dispute"),
            explanation=_("The cities confirm again; figures that were corrected, both of them."),
            action=reports.resolve_report,
            id_name="report_id",
            roles=frozenset({DeskRole.OFFICE}),
            sources=frozenset({ReportState.DISPUTED}),
            form_class=ResolutionForm,
        ),
    )
    adding = Adding(
        form_class=DrawUpForm,
        title=_("Draw up a report"),
        explanation=_("Projects, people, areas and funds are counted from the records."),
        submit_label=_("Draw up"),
        done=_("{row} is drawn up."),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Report]:
        return reports_visible_to(actor)
