"""The form of an application for finance: the same values as the API takes, as people type them."""

from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import City, Organization
from accounts.permissions import OrganizationNotVerified
from alliances.financing import PolicyOver
from alliances.models import FinanceApplication, SupportPolicy
from alliances.rules.apr import MOST_MONTHS
from alliances.rules.products import NotEligible, ProductKind
from core.errors import NotFound
from core.models import choices
from marketplace.models import Achievement, TechnologyField
from marketplace.pledges import NotTheHolder
from web.draft_forms import DraftForm, own_organization
from web.form_fields import OptionalAmountField, PriceField, as_typed

_LONGEST_WORDS = 60
_SAID = frozenset(
    {
        *("organization", "kind", "amount", "months", "purpose", "field", "city", "collateral"),
        *("policy", "revenue", "rd_spending", "debts", "data_note"),
    }
)


def _words(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=_LONGEST_WORDS, required=False)


class FoundField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of any number of rows: those are offered first that match the words beside it."""

    most = 50

    def offer(self, rows: QuerySet[Any], matching: Q, label: Callable[[Any], str]) -> None:
        """`matching` narrows what is offered; what was chosen stays on offer."""
        self.queryset = self.rows = rows
        found = list(rows.filter(matching)[: self.most + 1])
        self.is_cut = len(found) > self.most
        self.offered = [(one.pk, label(one)) for one in found[: self.most]]
        self.shown_as = label

    def keep(self, chosen: Any) -> None:
        """The list as it is shown: the chosen row, which the words may not match, and the rest."""
        known = {f"{pk}" for pk, _label in self.offered}
        text = f"{chosen or ''}"
        lost = text.isascii() and text.isdigit() and len(text) < 19 and text not in known
        kept = list(self.rows.filter(pk=int(text))) if lost else []
        named = [(one.pk, self.shown_as(one)) for one in kept]
        self.widget.choices = [("", _("None")), *named, *self.offered]


class ApplyForm(DraftForm):
    """What is asked for; `revenue` to `data_note` are read by members under consent alone."""

    places: ClassVar = {
        NotEligible: "collateral",
        NotTheHolder: "collateral",
        OrganizationNotVerified: "organization",
        PolicyOver: "policy",
        NotFound: "policy",
    }
    organization = own_organization(_("Applicant"))
    kind = forms.ChoiceField(label=_("Kind of financing"), choices=choices(ProductKind))
    amount = PriceField(label=_("amount (CNY)"))
    months = forms.IntegerField(label=_("term (months)"), min_value=1, max_value=MOST_MONTHS)
    purpose = forms.CharField(
        label=_("purpose"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    field = forms.ChoiceField(label=_("Field"))
    city = forms.ChoiceField(label=_("City"), required=False)
    collateral = FoundField(
        Achievement.objects.none(),
        label=_("Collateral"),
        required=False,
        help_text=_("An achievement that the applicant holds or has bought."),
    )
    find_collateral = _words(_("Number or words of the title"))
    policy = FoundField(SupportPolicy.objects.none(), label=_("Policy you rely on"), required=False)
    find_policy = _words(_("Words of the title or the issuer"))
    revenue = OptionalAmountField(label=_("revenue of last year (CNY)"))
    rd_spending = OptionalAmountField(label=_("spent on research (CNY)"))
    debts = OptionalAmountField(label=_("debts (CNY)"))
    data_note = forms.CharField(
        label=_("confidential note"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        initial: dict[str, Any],
        organizations: Sequence[Organization],
        fields: Sequence[TechnologyField],
        cities: Sequence[City],
        rights: QuerySet[Achievement],
        policies: QuerySet[SupportPolicy],
    ) -> None:
        super().__init__(data, initial=initial, organizations=organizations)
        self.choose_field_and_city(fields, cities, unsaid=_("Where the applicant is"))
        self._offer("collateral", rights, ("code", "title"), lambda one: f"{one.code} {one.title}")
        self._offer(
            "policy", policies, ("title", "issuer"), lambda one: f"{one.title} ({one.issuer})"
        )

    def _offer(
        self, name: str, rows: QuerySet[Any], places: Sequence[str], label: Callable[[Any], str]
    ) -> None:
        """The rows that have all the words typed beside the field, each in one of the places."""
        field = self.fields[name]
        assert isinstance(field, FoundField)  # noqa: S101 - for the type checker
        said = self.data if self.is_bound else self.initial
        words = f"{said.get(f'find_{name}') or ''}".replace("\x00", "")[:_LONGEST_WORDS]
        matching = Q()
        for word in words.split():
            matching &= reduce(or_, (Q(**{f"{place}__icontains": word}) for place in places))
        field.offer(rows, matching, label)
        field.keep(said.get(name))

    def values(self) -> dict[str, Any]:
        """What the action takes, but for the key."""
        values = {name: self.cleaned_data[name] for name in self.cleaned_data if name in _SAID}
        for name in ("collateral", "policy"):
            values[name] = values[name] and values[name].pk
        return {"organization_id": values.pop("organization"), **values}


def filled_from(draft: FinanceApplication) -> dict[str, Any]:
    """A draft as it stands in the form."""
    plain = ("kind", "months", "purpose", "data_note")
    amounts = ("amount", "revenue", "rd_spending", "debts")
    return {
        **{name: getattr(draft, name) for name in plain},
        **{name: as_typed(getattr(draft, name)) for name in amounts},
        "organization": draft.applicant_id,
        "field": draft.field.code,
        "city": draft.city.code,
        "collateral": draft.collateral_id,
        "policy": draft.policy_id,
    }
