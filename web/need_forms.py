"""The form by which a person posts a need: what the API takes, as people type it."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
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
    paragraph,
)
from web.templatetags.names import named

# Rows for indicators on an empty form, how many of them are open, and how many are added to those
# that a draft has.
_ROWS, _OPEN, _MORE = 10, 3, 5
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


def _line(label: Any, longest: int, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, required=False, **options)


def _tick(label: Any, help_text: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, help_text=help_text)


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
    solver_region = _line(_("region of the solver"), 200)
    solver_qualification = paragraph(_("qualification of the solver"), 1000)
    background = paragraph(_("background of the problem"), 5000)
    current_status = paragraph(_("current status"), 5000)
    detail = paragraph(_("confidential detail"), 20000)
    milestones = paragraph(_("milestones"), 5000)
    contact = _line(
        _("contact"),
        200,
        help_text=_("Not public: told to who may read the detail, if the poster is named."),
    )
    registered_only = _tick(
        _("for verified organizations only"), _("Nobody else learns that the need exists.")
    )
    detail_under_nda = _tick(
        _("detail after an undertaking"),
        _("Who wants to read it first accepts a confidentiality undertaking."),
    )
    anonymous = _tick(_("poster not named"), _("Outsiders do not learn whose need it is."))

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
        self.choose("field", [("", "–"), *((one.code, named(one)) for one in fields)])
        places = [(one.code, named(one)) for one in cities]
        own = [] if initial.get("city") else [("", _("Where the organization is"))]
        self.choose("city", [*own, *places])
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


class IndicatorRow(forms.Form):
    """One indicator; a row that says nothing is none."""

    name = _line(_("indicator"), 100)
    operator = forms.ChoiceField(label=_("comparison"), choices=Operator.choices)
    target = MeasuredField(label=_("target"), max_length=40, required=False, widget=forms.TextInput(
        attrs={"autocomplete": "off", "inputmode": "text", "placeholder": "1200"}))  # fmt: skip
    unit = _line(_("unit"), 30, widget=forms.TextInput(attrs={"placeholder": "℃"}))
    test_method = _line(_("test method"), 200)
    confidential = forms.BooleanField(label=_("confidential"), required=False)

    def __init__(
        self, data: Any, number: int, *, kept: NeedIndicator | None = None, is_open: bool = False
    ) -> None:
        initial = _of_indicator(kept) if kept else {}
        super().__init__(data, prefix=f"indicator-{number}", initial=initial)
        self.title = gettext("Indicator {number}").format(number=number + 1)
        self.is_open = is_open or kept is not None or self._says(self.data)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if self.says_something and not self.errors:
            if not said["name"]:
                self.add_error("name", _("Say what is measured."))
            if said["target"] is None:
                self.add_error("target", _("A number such as 1250 or -0.5."))
        return said

    @property
    def says_something(self) -> bool:
        said = self.cleaned_data
        told = (said.get(name) for name in ("name", "unit", "test_method", "confidential"))
        return said.get("target") is not None or any(told)

    def _says(self, data: Mapping[str, Any]) -> bool:
        typed = ("name", "target", "unit", "test_method", "confidential")
        return any(data.get(self.add_prefix(name)) for name in typed)


class NeedSheet:
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
        self.rows = _sent(data) if data is not None else _blank(indicators)

    @property
    def open_rows(self) -> list[IndicatorRow]:
        return [row for row in self.rows if row.is_open]

    @property
    def further_rows(self) -> list[IndicatorRow]:
        return [row for row in self.rows if not row.is_open]

    @property
    def is_bound(self) -> bool:
        return self.main.is_bound

    @property
    def is_refused(self) -> bool:
        return self.main.is_refused

    @property
    def complaints(self) -> list[tuple[str, Any]]:
        """Where something is wrong, and what stands there; the form is longer than any screen."""
        seen = [field for field in self.main.visible_fields() if field.errors]
        wrong: list[tuple[str, Any]] = [(field.auto_id, field.label) for field in seen]
        for row in self.rows:
            told = [field for field in row if field.errors]
            wrong += [(field.auto_id, f"{row.title}: {field.label}") for field in told]
        return wrong

    def is_valid(self) -> bool:
        fine = [one.is_valid() for one in (self.main, *self.rows)]
        self.main.is_refused = not all(fine)
        return all(fine)

    def values(self) -> dict[str, Any]:
        """What the action takes, but for the key."""
        said = [row.cleaned_data for row in self.rows if row.says_something]
        return {**self.main.values(), "indicators": said}


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


def _blank(indicators: Sequence[NeedIndicator]) -> list[IndicatorRow]:
    """A row for each that there is, and some more."""
    known = len(indicators)
    rows = min(max(_ROWS, known + _MORE), max(MAX_INDICATORS, known))
    return [
        IndicatorRow(
            None,
            number,
            kept=indicators[number] if number < known else None,
            is_open=number < max(_OPEN, known + 1),
        )
        for number in range(rows)
    ]


def _sent(data: Mapping[str, Any]) -> list[IndicatorRow]:
    """The rows that were sent, as many as a need may have."""
    sent = [number for number in range(MAX_INDICATORS) if f"indicator-{number}-name" in data]
    return [IndicatorRow(data, number, is_open=number < _OPEN) for number in sent]


def _of_indicator(kept: NeedIndicator) -> dict[str, Any]:
    plain = ("name", "operator", "unit", "test_method", "confidential")
    said = {name: getattr(kept, name) for name in plain}
    return {**said, "target": f"{kept.target.normalize():f}"}
