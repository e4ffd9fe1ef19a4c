"""Registrations at the desk: the exchange's business alone (拍卖法 art. 21).

These pages name organizations and hide paddles until the lot is over; the ledger of bids does
the opposite. Together they never tell who bids.
"""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk import shown
from accounts.desk.admins import DeskInline, Newest
from accounts.desk.batch import BatchAdmin
from accounts.desk.filters import WaitingFirst
from accounts.desk.forms import DepositForm, ReasonForm
from accounts.desk.roles import DeskRole, roles_of
from accounts.desk.steps import Step
from auctions import deposits, forfeitures, registration
from auctions.admin import worklists
from auctions.admin.deposits import ForfeitureForm
from auctions.admin.lot_steps import OPERATOR
from auctions.conflicts import ties_of
from auctions.lifecycle import ON_SALE, REGISTRATION, RegistrationState
from auctions.models import DepositMovement, Registration
from auctions.queries import registrations_visible_to
from auctions.rules import eligibility
from core import clock
from core.calendar import date_of
from core.problems import refusal_body


class WaitingRegistrations(WaitingFirst):
    waiting = Q(state__in=worklists.WAITING)


class MovementInline(DeskInline):
    model = DepositMovement
    readers = OPERATOR
    formset = Newest
    fields = ("at", "kind", "amount", "reference", "due_at", "by_user")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DepositMovement]:
        rows: QuerySet[DepositMovement] = super().get_queryset(request)
        return rows.select_related("by_user").order_by("-id")


_APPROVE = Step(
    name="approve",
    label=_("Approve"),
    explanation=_(
        "The organization is admitted under a random paddle and may bid. Its deposit must be"
        " complete."
    ),
    action=registration.approve_registration,
    id_name="registration_id",
    roles=OPERATOR,
    sources=REGISTRATION.sources(RegistrationState.ELIGIBLE)
    | REGISTRATION.sources(RegistrationState.QUALIFIED),  # without a deposit, in one go
    applies=lambda actor, row: row.deposit_held >= row.lot.deposit_amount,
)


@admin.register(Registration)
class RegistrationAdmin(BatchAdmin):
    """Applicants: their deposits are recorded here, and they are admitted or refused."""

    readers = OPERATOR
    list_display = ("organization", "lot", "state", "held", "required", "applied_at")
    sortable_by = ("applied_at",)
    list_filter = (WaitingRegistrations,)
    search_fields = ("organization__name", "lot__code", "lot__title")
    search_help_text = _("Organization, lot number or title")
    ordering = ("-id",)
    inlines = (MovementInline,)
    actions = ("approve_selected",)
    fieldsets = (
        (None, {"fields": ("organization", "lot", "state", "state_reason", "bearer")}),
        (_("Deposit"), {"fields": ("required", "held")}),
        (_("Who it is"), {"fields": ("is_inventor", "conflicts")}),
        (_("Record"), {"fields": ("rules_version", "applied_at", "approved_at")}),
    )
    facts = ("lot", "state", "required", "held", "closes_at", "applied_at")
    steps = (
        Step(
            name="record-deposit",
            label=_("Record a deposit"),
            explanation=_("A payment of this organization has arrived on the exchange's account."),
            action=deposits.record_deposit,
            id_name="registration_id",
            roles=OPERATOR,
            sources=REGISTRATION.sources(RegistrationState.REFUSED),
            form_class=DepositForm,
        ),
        _APPROVE,
        Step(
            name="refuse",
            label=_("Refuse"),
            explanation=_(
                "The organization is turned down; what it paid is to be paid back within 24 hours."
            ),
            action=registration.refuse_registration,
            id_name="registration_id",
            roles=OPERATOR,
            sources=REGISTRATION.sources(RegistrationState.REFUSED),
            form_class=ReasonForm,
            tone="grave",
        ),
        Step(
            name="propose-forfeiture",
            label=_("Propose a forfeiture"),
            explanation=_(
                "The deposit, or a part of it, is to be kept. Somebody else at the exchange"
                " decides; until then the amount is not paid back."
            ),
            action=forfeitures.propose_forfeiture,
            id_name="registration_id",
            roles=OPERATOR,
            sources=REGISTRATION.sources(RegistrationState.FORFEITED),
            form_class=ForfeitureForm,
            tone="grave",
        ),
        Step(
            name="return-deposit",
            label=_("Give the deposit back"),
            explanation=_(
                "The price this deposit counted towards has fallen away and nobody wants to keep"
                " it: all of it is to be paid back within 24 hours."
            ),
            action=deposits.return_deposit,
            id_name="registration_id",
            roles=OPERATOR,
            sources=REGISTRATION.sources(RegistrationState.RELEASED),
            applies=lambda actor, row: row.lot.state in deposits.PRICE_FELL,
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Registration]:
        return worklists.with_held(registrations_visible_to(actor))

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Registration | None:
        """Without its paddle while the lot is on sale: a row's own text is its paddle."""
        row: Registration | None = super().get_object(request, object_id, from_field)
        if row is not None and row.lot.state in ON_SALE:
            row.paddle = ""
        return row

    def title_of(self, row: Registration) -> str:
        return f"{row.lot.code} · {row.organization}"

    @admin.display(description=_("paddle"))
    def bearer(self, row: Registration) -> Any:
        if row.approved_at is None:
            return shown.NOTHING
        return _("shown after the end") if row.lot.state in ON_SALE else row.paddle

    @admin.display(description=_("deposit held"))
    def held(self, row: Any) -> Any:
        return shown.money(row.deposit_held)

    @admin.display(description=_("deposit required"))
    def required(self, row: Registration) -> Any:
        return shown.money(row.lot.deposit_amount)

    @admin.display(description=_("lot closes"))
    def closes_at(self, row: Registration) -> Any:
        return shown.moment(row.lot.closes_at)

    @admin.display(description=_("may not bid, because"))
    def conflicts(self, row: Any) -> Any:
        """Everything known today; the action refuses by the gravest of it."""
        if not hasattr(row, "conflicts_shown"):  # the page asks for it several times
            pair = (row.lot_id, row.organization_id)
            found = eligibility.conflicts(ties_of([pair])[pair], on=date_of(clock.now()))
            said = [(refusal_body(refusal)["detail"],) for refusal in found]
            row.conflicts_shown = format_html_join(mark_safe("<br>"), "{}", said) or shown.NOTHING
        return row.conflicts_shown

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return bool(OPERATOR & roles_of(request))

    @admin.action(description=_("Approve the selected registrations"), permissions=["operate"])
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[Registration]) -> None:
        """Each one by itself, with a message of its own: one refusal stops nobody else."""
        self.take_with_all(request, _APPROVE, self.at_once(request, queryset), {})
