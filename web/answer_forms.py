"""The form by which a person answers a need: the same values as the API takes, as people type them.

What contradicts itself or the need is refused by the action; here it is put beside the field it is
about.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from core.errors import Refusal
from core.models import choices
from core.problems import refusal_body
from marketplace.models import Achievement, NeedIndicator
from marketplace.rules.answers import AnswerContradicts, Verdict
from web.form_fields import MeasuredField, PriceField, paragraph
from web.templatetags.measures import demanded


class AnswerForm(forms.Form):
    """What a response says as a whole."""

    organization = forms.TypedChoiceField(label=_("In the name of"), coerce=int)
    approach = paragraph(_("Summary and plan"), 5000, required=True, help_text=_(
        "How you would solve the problem, and why it will work."))  # fmt: skip
    price = PriceField(label=_("Price (CNY)"))
    months = forms.IntegerField(label=_("Months you need"), min_value=1, max_value=600)
    achievement = forms.TypedChoiceField(
        label=_("Achievement you offer with it"), coerce=int, empty_value=None, required=False
    )
    schedule = paragraph(_("Schedule"), 5000)
    team = paragraph(_("Team"), 5000)
    prior_results = paragraph(_("Earlier results"), 5000)
    conflicts = paragraph(
        _("Conflicts of interest"),
        2000,
        help_text=_("Ties to the poster or to its people; leave it empty if there are none."),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        organizations: Sequence[Organization],
        achievements: Sequence[Achievement],
    ) -> None:
        super().__init__(data)
        own = [(one.pk, one.name) for one in organizations]
        self.choose("organization", own)
        if len(own) == 1:
            self.fields["organization"].initial = own[0][0]
            self.fields["organization"].widget = forms.HiddenInput()
        offered = [(one.pk, f"{one.code} {one.title}") for one in achievements]
        self.choose("achievement", [("", _("None")), *offered])
        if not offered:
            del self.fields["achievement"]

    def choose(self, name: str, rows: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - for the type checker
        field.choices = rows


class IndicatorForm(forms.Form):
    """What a response says of one indicator of the need."""

    verdict = forms.ChoiceField(
        label=_("Is it met?"), required=False, choices=[("", "–"), *choices(Verdict)]
    )
    value = MeasuredField(label=_("Value"), max_length=40, required=False, widget=forms.TextInput(
        attrs={"autocomplete": "off", "inputmode": "text"}))  # fmt: skip
    unit = forms.CharField(label=_("Unit"), max_length=30, required=False)
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any, indicator: NeedIndicator) -> None:
        prefix = f"indicator-{indicator.pk}"
        super().__init__(data, prefix=prefix, initial={"unit": indicator.unit})
        self.indicator = indicator
        self.title = f"{indicator.name} {demanded(indicator)}"

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        told = said.get("value") is not None or said.get("evidence")
        if told and not said.get("verdict"):
            self.add_error("verdict", _("Say whether the indicator is met."))
        return said

    @property
    def is_answered(self) -> bool:
        return bool(self.cleaned_data.get("verdict"))


class Sheet:
    """The whole form of one need: the response, and its answer to each indicator shown."""

    def __init__(
        self,
        data: Any = None,
        *,
        organizations: Sequence[Organization],
        achievements: Sequence[Achievement],
        indicators: Sequence[NeedIndicator],
    ) -> None:
        self.main = AnswerForm(data, organizations=organizations, achievements=achievements)
        self.rows = [IndicatorForm(data, one) for one in indicators]
        self.is_refused = False
        self.only_organization = organizations[0].name

    def is_valid(self) -> bool:
        """Whether it can be handed to the action; each indicator is answered, or none."""
        fine = [one.is_valid() for one in (self.main, *self.rows)]
        if all(fine) and any(row.is_answered for row in self.rows):
            for row in self.rows:
                if not row.is_answered:
                    row.add_error("verdict", _("Answer each indicator, or none of them."))
                    fine.append(False)
        self.is_refused = not all(fine)
        return all(fine)

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        answered = [row for row in self.rows if row.is_answered]
        said = [{"indicator": row.indicator.pk, **row.cleaned_data} for row in answered]
        values = dict(self.main.cleaned_data)
        return {"organization_id": values.pop("organization"), **values, "indicators": said}

    def refuse(self, refusal: Refusal) -> None:
        """Say what the action refused, beside the indicator if it was about one."""
        self.is_refused = True
        told, place = refusal_body(refusal)["detail"], None
        if isinstance(refusal, AnswerContradicts):
            name = refusal.facts["indicator"]
            place = next((row for row in self.rows if row.indicator.name == name), None)
        if place is None:
            self.main.add_error(None, told)
        else:
            place.add_error("value", told)

    @property
    def complaint(self) -> str:
        """What stands above a form that was not taken."""
        return gettext("Nothing was sent yet. Please look at the marked fields.")
