"""The form of an application for finance: the same values as the API takes, as people type them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.desk.fields import once_key
from accounts.models import City, Organization
from accounts.permissions import OrganizationNotVerified
from alliances.financing import PolicyOver
from alliances.models import SupportPolicy
from alliances.rules.apr import MOST_MONTHS
from alliances.rules.products import NotEligible, ProductKind
from core.errors import NotFound, Refusal
from core.idempotency import KeyReused
from core.models import choices
from core.problems import refusal_body
from marketplace.models import Achievement, TechnologyField
from marketplace.pledges import NotTheHolder
from web.answer_forms import PriceField
from web.templatetags.names import named

# Beside which field a refusal of the action stands.
_PLACES: dict[type[Refusal], str] = {
    NotEligible: "collateral",
    NotTheHolder: "collateral",
    OrganizationNotVerified: "organization",
    PolicyOver: "policy",
    NotFound: "policy",
}


def _amount(label: Any, cls: type[PriceField] = PriceField) -> PriceField:
    typed = forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("1,100,000 or 110万")})
    return cls(label=label, max_length=40, widget=typed)


class OptionalAmountField(PriceField):
    """An amount that may be left out, or be nothing."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def clean(self, value: Any) -> Decimal | None:  # type: ignore[override]
        typed = forms.CharField.clean(self, value)
        if typed in ("", "0"):
            return Decimal("0.00") if typed else None
        return super().clean(value)


class ApplyForm(forms.Form):
    """What is asked for; `revenue` to `data_note` are read by members under consent alone."""

    organization = forms.TypedChoiceField(label=_("Applicant"), coerce=int)
    kind = forms.ChoiceField(label=_("Kind of financing"), choices=choices(ProductKind))
    amount = _amount(_("amount (CNY)"))
    months = forms.IntegerField(label=_("term (months)"), min_value=1, max_value=MOST_MONTHS)
    purpose = forms.CharField(
        label=_("purpose"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    field = forms.ChoiceField(label=_("Field"))
    city = forms.ChoiceField(label=_("City"), required=False)
    collateral = forms.TypedChoiceField(
        label=_("Collateral"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("An achievement that the applicant holds or has bought."),
    )
    policy = forms.TypedChoiceField(
        label=_("Policy you rely on"), coerce=int, empty_value=None, required=False
    )
    revenue = _amount(_("revenue of last year (CNY)"), OptionalAmountField)
    rd_spending = _amount(_("spent on research (CNY)"), OptionalAmountField)
    debts = _amount(_("debts (CNY)"), OptionalAmountField)
    data_note = forms.CharField(
        label=_("confidential note"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    key = once_key()

    def __init__(
        self,
        data: Any = None,
        *,
        initial: dict[str, Any],
        organizations: Sequence[Organization],
        fields: Sequence[TechnologyField],
        cities: Sequence[City],
        rights: Sequence[Achievement],
        policies: Sequence[SupportPolicy],
    ) -> None:
        super().__init__(data, initial=initial)
        self.is_refused = False
        self.only_organization = organizations[0].name
        self._choose("organization", [(one.pk, one.name) for one in organizations])
        if len(organizations) == 1:
            self.fields["organization"].initial = organizations[0].pk
            self.fields["organization"].widget = forms.HiddenInput()
        self._choose("field", [(one.code, named(one)) for one in fields])
        places = [(one.code, named(one)) for one in cities]
        self._choose("city", [("", _("Where the applicant is")), *places])
        offered = [(one.pk, f"{one.code} {one.title}") for one in rights]
        self._choose("collateral", [("", _("None")), *offered])
        cited = [(one.pk, f"{one.title} ({one.issuer})") for one in policies]
        self._choose("policy", [("", _("None")), *cited])

    def _choose(self, name: str, rows: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = rows

    def is_valid(self) -> bool:
        fine = super().is_valid()
        self.is_refused = not fine
        return fine

    def values(self) -> dict[str, Any]:
        """What the action takes, but for the key."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "key"}
        return {"organization_id": values.pop("organization"), **values}

    def refuse(self, refusal: Refusal) -> None:
        """Say what the action refused, beside the field it is about."""
        self.is_refused = True
        if isinstance(refusal, KeyReused):  # the browser went back to it
            self.data = {**{name: self.data[name] for name in self.data}, "key": str(uuid4())}
            told = _("This form has made a draft already. Send it again to make another one.")
            self.add_error(None, told)
            return
        self.add_error(_PLACES.get(type(refusal)), refusal_body(refusal)["detail"])
