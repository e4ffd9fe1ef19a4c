"""The form by which a person posts a need: what the API takes, as people type it."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import City, Organization
from accounts.permissions import OrganizationNotVerified
from core.errors import Refusal
from marketplace.call_queries import UnknownCall
from marketplace.models import (
    CooperationMode,
    IPProposal,
    Need,
    NeedCall,
    NeedIndicator,
    Operator,
    TechnologyField,
)
from marketplace.rules.calls import CallNotOpen
from marketplace.rules.needs import MAX_INDICATORS, MAX_MONTHS, FundingContradicts
from web.draft_forms import DraftForm, own_organization
from web.form_fields import (
    MeasuredField,
    OptionalAmountField,
    PriceField,
    as_typed,
    day,
    line,
    paragraph,
    tick,
)
from web.rows import Row, Rows, Sheet

_AMOUNTS = (
    *("budget", "budget_from", "own_funds", "grant_funds", "other_funds"),
    "paid_to_solver",
)
_PLAIN = (
    *("title", "summary", "industry", "background", "current_status", "detail", "months"),
    *("expected_result", "deadline", "modes", "ip_proposal", "ip_terms", "milestones"),
    *("solver_region", "solver_qualification", "acceptance", "contact"),
    *("registered_only", "detail_under_nda", "anonymous"),
)
# What an amount that does not fit the budget is called, and where it is typed.
_FUNDS = {"budget_from": "budget_from", "funding": "own_funds", "paid_to_solver": "paid_to_solver"}


class NeedForm(DraftForm):
    """What a need says beside its indicators; all but title and field may be left for later."""

    places: ClassVar = {
        OrganizationNotVerified: "organization",
        CallNotOpen: "call",
        UnknownCall: "call",
    }
    organization = own_organization(_("Posted by"))
    title = forms.CharField(label=_("title"), max_length=200)
    summary = paragraph(
        _("public summary"),
        5000,
        help_text=_(
            "The problem as everybody may read it; what is confidential has its place below."
        ),
    )
    field = forms.ChoiceField(label=_("Field"))
    city = forms.ChoiceField(label=_("responsible city"), required=False)
    call = forms.TypedChoiceField(
        label=_("call for needs"), coerce=int, empty_value=None, required=False
    )
    industry = forms.RegexField(
        r"\A[A-T](?:[0-9]{2,4})?\Z",
        label=_("industry (GB/T 4754)"),
        max_length=5,
        required=False,
        help_text=_("A letter from A to T, and two to four digits if you know them: C3731."),
    )
    budget = PriceField(label=_("budget (CNY)"), required=False)
    deadline = day(_("deadline"), required=False)
    budget_from = PriceField(label=_("budget from (CNY)"), required=False)
    paid_to_solver = OptionalAmountField(label=_("paid to the solver (CNY)"))
    own_funds = OptionalAmountField(label=_("own funds (CNY)"))
    grant_funds = OptionalAmountField(label=_("public grant (CNY)"))
    other_funds = OptionalAmountField(label=_("other funds (CNY)"))
    months = forms.IntegerField(
        label=_("duration in months"), min_value=1, max_value=MAX_MONTHS, required=False
    )
    modes = forms.MultipleChoiceField(
        label=_("cooperation modes"),
        choices=CooperationMode.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    ip_proposal = forms.ChoiceField(
        label=_("ownership of results"), choices=[("", "–"), *IPProposal.choices], required=False
    )
    ip_terms = paragraph(_("terms on ownership"), 1000)
    expected_result = paragraph(_("expected form of the result"), 1000)
    acceptance = paragraph(_("way of acceptance"), 2000)
    solver_region = line(_("region of the solver"), 200)
    solver_qualification = paragraph(_("qualification of the solver"), 1000)
    background = paragraph(_("background of the problem"), 5000)
    current_status = paragraph(_("current status"), 5000)
    detail = paragraph(_("confidential detail"), 20000)
    milestones = paragraph(_("milestones"), 5000)
    contact = line(_("contact"), 200)
    registered_only = tick(
        _("for verified organizations only"), _("Nobody else learns that the need exists.")
    )
    detail_under_nda = tick(
        _("detail after an undertaking"),
        _("Who wants to read it first accepts a confidentiality undertaking."),
    )
    anonymous = tick(_("poster not named"), _("Outsiders do not learn whose need it is."))

    def __init__(
        self,
        data: Any = None,
        *,
        initial: dict[str, Any],
        organizations: Sequence[Organization],
        fields: Sequence[TechnologyField],
        cities: Sequence[City],
        calls: Sequence[NeedCall],
    ) -> None:
        super().__init__(data, initial=initial, organizations=organizations)
        self.choose_field_and_city(fields, cities, unsaid=_("Where the organization is"))
        open_ones = [(one.pk, f"{one.code} {one.title}") for one in calls]
        self.choose("call", [("", _("None")), *open_ones])

    def values(self) -> dict[str, Any]:
        """What the action takes, but for the key and the indicators."""
        values = {name: said for name, said in self.cleaned_data.items() if name != "key"}
        if not values["city"]:
            del values["city"]
        return {"organization_id": values.pop("organization"), **values}

    def place_of(self, refusal: Refusal) -> str | None:
        if isinstance(refusal, FundingContradicts):
            return _FUNDS[refusal.facts["what"]]
        return super().place_of(refusal)


class IndicatorRow(Row):
    """One indicator."""

    part = "indicator"
    called = _("Indicator {number}")
    unnamed = _("Say what is measured.")

    name = line(_("indicator"), 100)
    operator = forms.ChoiceField(label=_("comparison"), choices=Operator.choices)
    target = MeasuredField(label=_("target"), max_length=40, required=False, widget=forms.TextInput(
        attrs={"autocomplete": "off", "inputmode": "text", "placeholder": "1200"}))  # fmt: skip
    unit = line(_("unit"), 30, widget=forms.TextInput(attrs={"placeholder": "℃"}))
    test_method = line(_("test method"), 200)
    confidential = forms.BooleanField(label=_("confidential"), required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if self.says_something and "target" in said and said["target"] is None:
            self.add_error("target", _("A number such as 1250 or -0.5."))
        return said


class NeedSheet(Sheet):
    """The whole form of a need: what it says, and its indicators row by row."""

    def __init__(
        self,
        data: Any = None,
        *,
        initial: dict[str, Any],
        indicators: Sequence[NeedIndicator] = (),
        **lists: Any,
    ) -> None:
        self.main = NeedForm(data, initial=initial, **lists)
        kept = [of_indicator(one) for one in indicators]
        self.indicators = Rows(IndicatorRow, data, kept=kept, most=MAX_INDICATORS, shown=3)
        self.groups = {"indicators": self.indicators}


def filled_from(need: Need) -> dict[str, Any]:
    """A draft as it stands in the form."""
    return {
        **{name: getattr(need, name) for name in _PLAIN},
        **{name: as_typed(getattr(need, name)) for name in _AMOUNTS},
        "organization": need.organization_id,
        "field": need.field.code,
        "city": need.city.code,
        "call": need.call_id,
    }


def of_indicator(kept: NeedIndicator) -> dict[str, Any]:
    plain = ("name", "operator", "unit", "test_method", "confidential")
    said = {name: getattr(kept, name) for name in plain}
    return {**said, "target": f"{kept.target.normalize():f}"}
