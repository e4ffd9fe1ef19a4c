"""Applications and offers at the desk: a member sees what was routed to it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.actors import Actor
from accounts.desk import shown
from accounts.desk.admins import DeskAdmin
from accounts.desk.fields import choice, line
from accounts.desk.forms import AmountField, DayField, ReasonForm, StepForm
from accounts.desk.logbook import OwnLogAdmin
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from accounts.requests import actor_of
from alliances import crediting, offering
from alliances.admin.roles import MEMBERS, READERS
from alliances.finance_queries import (
    applications_visible_to,
    cases_overdue,
    cases_waiting,
    keeps_finance,
    offers_visible_to,
    own_case,
    reads_money,
    with_told_state,
)
from alliances.lifecycle import FINANCING, CaseState, FinanceState
from alliances.models import FinanceApplication, FinanceOffer
from alliances.rules.apr import Repayment
from alliances.rules.credit import CaseDecline
from core import clock
from core.models import choices

_ASKING = frozenset({FinanceState.ROUTED, FinanceState.OFFERED})


class DeskOfferForm(StepForm):
    amount = AmountField(label=_("Amount (CNY)"))
    months = forms.IntegerField(
        label=_("term (months)"), min_value=1, max_value=360, widget=UnfoldAdminTextInputWidget()
    )
    rate = forms.DecimalField(
        label=_("rate (per cent a year)"),
        min_value=Decimal(0),
        max_digits=4,
        decimal_places=2,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
    )
    repayment = choice(Repayment, label=_("repayment"), required=False)
    fee = AmountField(label=_("fee (CNY)"), allow_zero=True)
    valid_until = DayField(label=_("valid until"))


class CaseDeclineForm(StepForm):
    reason_code = choice(CaseDecline, label=_("reason"))
    reason = line(1000, label=_("explanation"), required=False)


class LimitForm(StepForm):
    limit = AmountField(label=_("approved limit (CNY)"))


class PledgeForm(StepForm):
    registration = line(60, label=_("number of the registration"))
    registered_on = DayField(label=_("registered on"))


class ReleaseForm(StepForm):
    released_on = DayField(label=_("released on"))


class MovementForm(StepForm):
    amount = AmountField(label=_("Amount (CNY)"))
    paid_on = DayField(label=_("paid on"))
    reference = line(100, label=_("reference"))


class OverdueForm(StepForm):
    since = DayField(label=_("overdue since"))


def _waits(actor: Actor, application: Any) -> bool:
    case = own_case(actor, application)
    return (
        case is not None
        and case.state == CaseState.WAITING
        and case.member.organization_id in actor.acts_for
    )


def _lends(actor: Actor, application: Any) -> bool:
    case = own_case(actor, application)
    return case is not None and reads_money(actor, application)


def _may_pledge(actor: Actor, application: Any) -> bool:
    return (
        _lends(actor, application)
        and application.collateral_id is not None
        and application.pledge_id is None
    )


def _may_release(actor: Actor, application: Any) -> bool:
    pledge = application.pledge
    return _lends(actor, application) and pledge is not None and pledge.released_on is None


class AnswerFilter(SimpleListFilter):
    """Applications that wait for the reader's answer, or that a member left unanswered too long."""

    title = _("answer")
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("waiting for you")), ("overdue", _("overdue"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        actor, wanted = actor_of(request), self.value()
        if wanted is None:
            return queryset
        if wanted == "waiting":
            return queryset.filter(pk__in=cases_waiting(actor).values("application"))
        if wanted == "overdue":
            late = cases_overdue(actor, clock.now())
            return queryset.filter(pk__in=late.values("application"))
        raise IncorrectLookupParameters


class ToldStateFilter(SimpleListFilter):
    """By the state that the reader is told: of a member, its own part."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return choices(FinanceState)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if (wanted := self.value()) is None:
            return queryset
        if wanted not in list(FinanceState):
            raise IncorrectLookupParameters
        return queryset.filter(told=wanted)


def _step(name: str, label: Any, explanation: Any, action: Any, **more: Any) -> Step:
    values = {"roles": MEMBERS, "applies": _lends, "id_name": "application_id", **more}
    return Step(name=name, label=label, explanation=explanation, action=action, **values)


@admin.register(FinanceApplication)
class FinanceApplicationAdmin(OwnLogAdmin):
    """Applications for finance. Confidential data is read over REST alone, where it is logged."""

    readers = READERS
    list_display = ("code", "applicant", "kind", "amount", "months", "city", "told")
    sortable_by = ("amount", "months")
    list_filter = (AnswerFilter, ToldStateFilter, "kind", "city")
    search_fields = ("code", "applicant__name")
    search_help_text = _("Number or applicant")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("code", "applicant", "kind", "amount", "months", "purpose")}),
        (_("Basis"), {"fields": ("field", "city", "collateral", "policy", "answers")}),
        (_("Record"), {"fields": ("told", "submitted_at", "expires_at", "money")}),
    )
    facts = ("code", "applicant", "kind", "amount", "months")
    steps = (
        _step(
            "offer",
            _("Make an offer"),
            _("The applicant sees it, and no other member. It is made once."),
            offering.make_offer,
            sources=_ASKING,
            form_class=DeskOfferForm,
            applies=_waits,
        ),
        _step(
            "decline",
            _("Make no offer"),
            _("The applicant is told the reason."),
            offering.decline_case,
            sources=_ASKING,
            form_class=CaseDeclineForm,
            applies=_waits,
            tone="back",
        ),
        _step(
            "diligence",
            _("Begin the diligence"),
            _("Your offer was accepted."),
            crediting.begin_diligence,
            sources=FINANCING.sources(FinanceState.DILIGENCE),
        ),
        _step(
            "approve",
            _("Approve a limit"),
            _("At most what was offered; it is fixed, and counts once."),
            crediting.approve_application,
            sources=FINANCING.sources(FinanceState.APPROVED),
            form_class=LimitForm,
        ),
        _step(
            "refuse",
            _("Do not approve"),
            _("The application ends; the applicant is told why."),
            crediting.refuse_application,
            sources=FINANCING.sources(FinanceState.REFUSED),
            form_class=ReasonForm,
            tone="grave",
        ),
        _step(
            "pledge",
            _("Enter the registered pledge"),
            _("The right is sold to nobody until the pledge is released."),
            crediting.pledge_collateral,
            sources=frozenset({FinanceState.DILIGENCE, FinanceState.APPROVED}),
            form_class=PledgeForm,
            applies=_may_pledge,
        ),
        _step(
            "disburse",
            _("Enter a draw"),
            _("Money that was paid out, within the limit."),
            crediting.disburse,
            sources=frozenset({FinanceState.APPROVED, FinanceState.DISBURSED}),
            form_class=MovementForm,
        ),
        _step(
            "repay",
            _("Enter a repayment"),
            _("Principal that came back; the last of it closes the application."),
            crediting.repay,
            sources=frozenset({FinanceState.DISBURSED}),
            form_class=MovementForm,
        ),
        _step(
            "overdue",
            _("Enter that a payment is overdue"),
            _("The office is told. It is remembered when all is repaid."),
            crediting.mark_overdue,
            sources=frozenset({FinanceState.DISBURSED}),
            form_class=OverdueForm,
            tone="grave",
        ),
        _step(
            "release-pledge",
            _("Enter the release of the pledge"),
            _("Nothing is owed any more; the right may be sold again."),
            crediting.release_pledge,
            sources=frozenset({FinanceState.CLOSED, FinanceState.REFUSED, FinanceState.WITHDRAWN}),
            form_class=ReleaseForm,
            applies=_may_release,
        ),
    )

    def reads_whole_log(self, actor: Actor, application: FinanceApplication) -> bool:
        """What a member offered, approved or was paid is no other member's business."""
        return keeps_finance(actor)

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[FinanceApplication]:
        return with_told_state(applications_visible_to(actor), actor)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any | None:
        row = super().get_object(request, object_id)
        if row is not None:
            row.reader = actor_of(request)
        return row

    @admin.display(description=_("state"))
    def told(self, application: Any) -> str:
        """Of a member that was not chosen, its own part of it."""
        told: str = application.told
        return shown.phase(FinanceState(told)) if told else shown.NOTHING

    @admin.display(description=_("cases"))
    def answers(self, application: Any) -> str:
        """Of a member its own case; of the others, who reads them all."""
        own = own_case(application.reader, application)
        if own is not None and application.applicant_id not in application.reader.sees:
            told = [own]
        else:
            told = list(application.cases.all())
        return " · ".join(f"{one.member.organization}: {one.get_state_display()}" for one in told)

    @admin.display(description=_("limit / drawn / repaid (CNY)"))
    def money(self, application: Any) -> str:
        if not reads_money(application.reader, application) or application.approved_limit is None:
            return shown.NOTHING
        parts = (application.approved_limit, application.disbursed, application.repaid)
        return " / ".join(shown.money_text(one) for one in parts)


@admin.register(FinanceOffer)
class FinanceOfferAdmin(DeskAdmin):
    """Offers: a member sees its own."""

    readers = READERS
    list_display = ("application", "member", "amount", "rate", "apr", "state", "valid_until")
    sortable_by = ("amount", "apr", "valid_until")
    list_filter = ("state",)
    search_fields = ("application__code", "member__organization__name")
    search_help_text = _("Number of the application or member")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("application", "member", "amount", "months")}),
        (_("Conditions"), {"fields": ("rate", "repayment", "fee", "apr", "conditions")}),
        (
            _("Record"),
            {"fields": ("state", "state_reason", "valid_until", "made_at", "decided_at")},
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[FinanceOffer]:
        return offers_visible_to(actor)
