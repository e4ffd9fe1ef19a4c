"""The ledger of deposits at the desk: what is to be paid back or kept, and the proof."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.actors import Actor
from accounts.desk import shown
from accounts.desk.admins import DeskAdmin
from accounts.desk.forms import AmountField, ReasonForm, ShanghaiTimeField, StepForm
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from auctions import forfeitures, refunds
from auctions.admin import worklists
from auctions.admin.lot_steps import OPERATOR
from auctions.books import audited
from auctions.lifecycle import FORFEITURE, DecisionState, DepositKind, ForfeitureGrounds
from auctions.models import DepositMovement, Forfeiture, Lot
from auctions.queries import forfeitures_visible_to, registrations_visible_to
from auctions.rules.deposits import Fault, is_overdue, total
from core import clock
from core.models import choices, word


class RefundForm(StepForm):
    reference = forms.CharField(
        label=_("Bank reference"),
        max_length=100,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("As the bank statement names the outgoing transfer."),
    )
    paid_at = ShanghaiTimeField(
        label=_("Paid at"), required=False, help_text=_("Shanghai time. Empty: just now.")
    )


class ForfeitureForm(ReasonForm):
    amount = AmountField(label=_("Amount (CNY)"))
    grounds = forms.ChoiceField(
        label=_("Grounds"), choices=choices(ForfeitureGrounds), widget=UnfoldAdminSelectWidget
    )
    field_order = ("amount", "grounds", "reason")


class RefundFilter(SimpleListFilter):
    title = _("refund")
    parameter_name = "refund"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("due", _("to be paid back")),
            ("overdue", _("overdue")),
            ("paid", _("paid back")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[DepositMovement]
    ) -> QuerySet[DepositMovement]:
        match self.value():
            case None:
                return queryset
            case "due":
                return worklists.refunds_due(queryset)
            case "overdue":
                return worklists.refunds_overdue(queryset, clock.now())
            case "paid":
                return queryset.filter(refund__isnull=False)
        raise IncorrectLookupParameters


@admin.register(DepositMovement)
class DepositMovementAdmin(DeskAdmin):
    """The deposit ledger. A correction is another row, made by a step of the registration."""

    readers = OPERATOR
    list_display = (
        "at",
        "kind",
        "amount",
        "organization",
        "lot_code",
        "reference",
        "due_at",
        "paid",
    )
    sortable_by = ("at", "amount", "due_at")
    list_filter = (RefundFilter, "kind")
    search_fields = (
        "registration__organization__name",
        "registration__lot__code",
        "reference",
        "refund__reference",
    )
    search_help_text = _("Organization, lot number or bank reference")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("kind", "amount", "organization", "lot", "reference", "forfeiture")}),
        (_("Refund"), {"fields": ("due_at", "paid", "paid_under", "paid_at")}),
        (_("Record"), {"fields": ("at", "by_user", "by_client")}),
    )
    facts = ("kind", "amount", "organization", "lot", "due_at", "paid")
    steps = (
        Step(
            name="record-refund",
            label=_("Record the refund"),
            explanation=_("The bank has paid the whole amount back to the organization."),
            action=refunds.record_refund,
            id_name="movement_id",
            roles=OPERATOR,
            sources=None,
            form_class=RefundForm,
            applies=lambda actor, row: _is_unpaid(row),
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[DepositMovement]:
        visible = registrations_visible_to(actor)
        return DepositMovement.objects.filter(registration__in=visible).select_related(
            "registration__lot", "registration__organization", "by_user", "refund", "forfeiture"
        )

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """What waits for the bank is shown by its deadline."""
        waiting = request.GET.get(RefundFilter.parameter_name) in ("due", "overdue")
        return ("due_at", "id") if waiting else self.ordering

    @admin.display(description=_("organization"))
    def organization(self, row: DepositMovement) -> str:
        return str(row.registration.organization)

    @admin.display(description=_("lot"))
    def lot(self, row: DepositMovement) -> str:
        return str(row.registration.lot)

    @admin.display(description=_("lot"))
    def lot_code(self, row: DepositMovement) -> str:
        return row.registration.lot.code

    @admin.display(description=_("refund"))
    def paid(self, row: DepositMovement) -> Any:
        if hasattr(row, "refund"):
            return shown.label("paid", _("paid back"))
        if not _is_unpaid(row) or row.due_at is None:
            return shown.NOTHING
        if is_overdue(row.due_at, clock.now()):
            return shown.label("overdue", _("overdue"))
        return shown.label("due", _("to be paid back"))

    @admin.display(description=_("bank reference of the refund"))
    def paid_under(self, row: DepositMovement) -> str:
        return row.refund.reference if hasattr(row, "refund") else shown.NOTHING

    @admin.display(description=_("paid at"))
    def paid_at(self, row: DepositMovement) -> Any:
        return shown.moment(row.refund.paid_at) if hasattr(row, "refund") else shown.NOTHING


def _is_unpaid(row: DepositMovement) -> bool:
    return row.kind == DepositKind.RELEASED and not hasattr(row, "refund")


@admin.register(Forfeiture)
class ForfeitureAdmin(DeskAdmin):
    """Deposits to be kept: whoever did not propose it decides."""

    readers = OPERATOR
    list_display = (
        "proposed_at",
        "organization",
        "lot",
        "amount",
        "grounds",
        "state",
        "proposed_by",
        "decided_by",
    )
    sortable_by = ("proposed_at", "amount")
    list_filter = ("state",)
    search_fields = ("registration__organization__name", "registration__lot__code")
    search_help_text = _("Organization or lot number")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("organization", "lot", "amount", "grounds", "reason", "state")}),
        (
            _("Two people"),
            {
                "fields": (
                    "proposed_by",
                    "proposed_at",
                    "decided_by",
                    "decided_at",
                    "decision_reason",
                )
            },
        ),
    )
    facts = ("organization", "lot", "amount", "grounds", "reason", "proposed_by", "proposed_at")
    steps = (
        Step(
            name="approve",
            label=_("Approve"),
            explanation=_(
                "The amount is kept for good, and what is left of the deposit is to be paid back"
                " within 24 hours."
            ),
            action=forfeitures.approve_forfeiture,
            id_name="forfeiture_id",
            roles=OPERATOR,
            sources=FORFEITURE.sources(DecisionState.APPROVED),
            applies=lambda actor, row: row.proposed_by_id != actor.user_id,
            tone="grave",
        ),
        Step(
            name="reject",
            label=_("Reject"),
            explanation=_("The deposit is not kept; if the lot is over, it is to be paid back."),
            action=forfeitures.reject_forfeiture,
            id_name="forfeiture_id",
            roles=OPERATOR,
            sources=FORFEITURE.sources(DecisionState.REJECTED),
            form_class=ReasonForm,
            tone="back",
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Forfeiture]:
        return forfeitures_visible_to(actor).select_related(
            "registration__organization", "proposed_by", "decided_by"
        )

    def title_of(self, row: Forfeiture) -> str:
        return f"{row.registration.lot.code} · {row.registration.organization}"

    @admin.display(description=_("organization"))
    def organization(self, row: Forfeiture) -> str:
        return str(row.registration.organization)

    @admin.display(description=_("lot"))
    def lot(self, row: Forfeiture) -> str:
        return str(row.registration.lot)


_FAULTS = {
    Fault.OVERDRAWN: _("more went than had come"),
    Fault.UNPAID: _("admitted without the whole deposit"),
    Fault.KEPT: _("it is over and money is still in hand"),
    Fault.UNDECIDED: _("kept without a decision"),
}


def books_of_lot(lot: Lot) -> Any:
    """The sums of all deposits of a lot, added up anew from every movement, and the verdict."""
    proofs = list(audited(lot.registrations.all()))
    books = total(proof.books for proof in proofs)
    amounts = [(word(kind), getattr(books, kind.value)) for kind in DepositKind]
    amounts += [(_("in hand"), books.in_hand), (_("on the price"), books.on_price)]
    sums = format_html_join(
        "", "<tr><td>{}</td><td>{}</td></tr>", ((said, shown.money(sum_)) for said, sum_ in amounts)
    )
    wrong = [
        f"#{proof.registration.pk}: " + ", ".join(str(_FAULTS[fault]) for fault in proof.faults)
        for proof in proofs
        if proof.faults
    ]
    verdict = shown.label("verified", _("balanced"))
    if wrong:
        verdict = shown.label("overdue", _("not balanced"))
    return format_html(
        "{} {}<table>{}</table>", verdict, format_html_join("; ", "{}", ((w,) for w in wrong)), sums
    )
