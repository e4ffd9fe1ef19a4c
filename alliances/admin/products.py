"""Products of the financial alliance's members at the desk: listed by them, and closed."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from accounts.actors import Actor
from accounts.desk import shown
from accounts.desk.adding import Adding, AddingAdmin
from accounts.desk.fields import choice, line, once_key, paragraph
from accounts.desk.forms import AmountField
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from accounts.queries import acting_organization_id, cities
from alliances import products
from alliances.admin.roles import MEMBERS, READERS
from alliances.finance_queries import products_known_to
from alliances.models import FinanceProduct
from alliances.rules.apr import HIGHEST_FEE_SHARE, Repayment
from alliances.rules.products import ProductKind
from core.idempotency import Once, fingerprint
from marketplace.queries import technology_fields

_MOST_MONTHS = 360


def _percent(**options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        min_value=Decimal(0),
        max_digits=5,
        decimal_places=2,
        widget=UnfoldAdminTextInputWidget(),
        **options,
    )


def _some(rows: QuerySet[Any], label: Any) -> forms.ModelMultipleChoiceField:  # type: ignore[type-arg]
    return forms.ModelMultipleChoiceField(
        queryset=rows,
        label=label,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("None chosen: all of them."),
    )


class ListProductForm(forms.Form):
    """What a member offers, in CNY and per cent a year."""

    kind = choice(ProductKind, label=_("kind"))
    title = line(200, label=_("title"))
    summary = paragraph(2000, label=_("summary"), required=False)
    least_amount = AmountField(label=_("least amount (CNY)"))
    most_amount = AmountField(label=_("most (CNY)"))
    most_months = forms.IntegerField(
        label=_("longest term (months)"),
        min_value=1,
        max_value=_MOST_MONTHS,
        widget=UnfoldAdminTextInputWidget(),
    )
    rate = _percent(
        label=_("rate (per cent a year)"),
        required=False,
        help_text=_("Of what is lent; with the way in which it is repaid."),
    )
    repayment = choice(Repayment, label=_("repayment"), required=False)
    fee_rate = _percent(
        label=_("fee (per cent of the amount)"),
        max_value=HIGHEST_FEE_SHARE * 100,
        initial=Decimal("0.00"),
    )
    needs_collateral = forms.BooleanField(
        label=_("needs collateral"), required=False, widget=UnfoldBooleanWidget
    )
    technology_fields = _some(technology_fields(), _("Fields"))
    cities = _some(cities(), _("Cities"))
    key = once_key()

    def add(self, actor: Actor) -> FinanceProduct:
        values: dict[str, Any] = dict(self.cleaned_data)
        key = values.pop("key")
        for name in ("technology_fields", "cities"):
            values[name] = [row.code for row in values[name]]
        values["organization_id"] = acting_organization_id(actor)
        once = Once("desk.list_product", actor.caller, key, fingerprint(values))
        return products.list_product(actor=actor, once=once, **values)


@admin.register(FinanceProduct)
class FinanceProductAdmin(AddingAdmin):
    """What members offer; a member sees its own, closed ones too."""

    readers = READERS
    writers = MEMBERS
    list_display = ("title", "member", "kind", "most_amount", "most_months", "rate", "closed_at")
    sortable_by = ("most_amount", "most_months", "rate")
    list_filter = ("kind",)
    search_fields = ("title", "member__organization__name")
    search_help_text = _("Title or member")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("member", "kind", "title", "summary")}),
        (
            _("Conditions"),
            {
                "fields": (
                    "least_amount",
                    "most_amount",
                    "most_months",
                    "rate",
                    "repayment",
                    "fee_rate",
                    "cost",
                    "needs_collateral",
                )
            },
        ),
        (_("Record"), {"fields": ("listed_at", "closed_at")}),
    )
    adding = Adding(
        form_class=ListProductForm,
        title=_("List a product"),
        explanation=_("For your own organization, an active member; it is public at once."),
        submit_label=_("List the product"),
        done=_("{row} is listed."),
    )
    facts = ("member", "title", "kind", "most_amount")
    steps = (
        Step(
            name="close",
            label=_("Close the product"),
            explanation=_("No new case is routed to it; those that were go on."),
            action=products.close_product,
            id_name="product_id",
            roles=MEMBERS,
            sources=None,
            applies=lambda actor, row: (
                row.closed_at is None and row.member.organization_id in actor.acts_for
            ),
            tone="back",
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[FinanceProduct]:
        return products_known_to(actor)

    @admin.display(description=_("APR (per cent)"))
    def cost(self, product: FinanceProduct) -> str:
        cost = product.cost()
        return shown.NOTHING if cost is None else f"{cost:.4f}"
