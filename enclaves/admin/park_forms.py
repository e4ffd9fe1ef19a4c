"""What is typed of a park: what it is, what its cities agreed on, its funds and its units."""

from typing import Any

from django import forms
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk.fields import choice, line, once_key, one_of, paragraph, searched
from accounts.desk.forms import AmountField, DayField, StepForm
from accounts.models import Organization
from accounts.queries import cities
from core.idempotency import Once, fingerprint
from enclaves import parks
from enclaves.models import Metric, Park, ParkMode, Period


class _Particulars(forms.Form):
    """What a park is, in square metres and CNY."""

    owner = line(200, label=_("owner company"), required=False)
    address = line(200, label=_("address"), required=False)
    mode = choice(ParkMode, label=_("mode"), required=False)
    area_m2 = AmountField(label=_("area (m²)"), required=False)
    incubating_m2 = AmountField(
        label=_("for incubation (m²)"),
        required=False,
        help_text=_("The room that projects are admitted to."),
    )
    investment = AmountField(label=_("investment (CNY)"), required=False, allow_zero=True)
    registration_policy = paragraph(500, label=_("where tenants register"), required=False)
    tax_policy = paragraph(500, label=_("where tenants pay tax"), required=False)
    contact = line(200, label=_("contact"), required=False)
    opened_on = DayField(label=_("opened on"), required=False)


class FoundParkForm(_Particulars):
    name = line(100, label=_("name"))
    home_city = one_of(cities(), label=_("home city"))
    host_district = one_of(cities(), label=_("host district"))
    operator = searched(Park, "operator", label=_("operator"), required=False)
    key = once_key()
    field_order = ("name", "home_city", "host_district", "operator")

    def add(self, actor: Actor) -> Park:
        values: dict[str, Any] = dict(self.cleaned_data)
        key, operator = values.pop("key"), values.pop("operator")
        for name in ("home_city", "host_district"):
            values[name] = values[name].code
        values["operator"] = operator and operator.pk
        once = Once("desk.found_park", actor.caller, key, fingerprint(values))
        return parks.found_park(actor=actor, once=once, **values)


class ChangeParkForm(StepForm, _Particulars):
    @classmethod
    def filled_from(cls, row: Park) -> dict[str, Any]:
        return model_to_dict(row, fields=list(cls.base_fields))


class OperatorForm(StepForm):
    operator = searched(Park, "operator", label=_("operator"))

    def clean_operator(self) -> int:
        chosen: Organization = self.cleaned_data["operator"]
        return chosen.pk


class AgreementForm(StepForm):
    title = line(200, label=_("title"))
    metric = choice(Metric, label=_("what is shared"))
    home_percent = AmountField(label=_("share of the home city (%)"), allow_zero=True)
    period = choice(Period, label=_("period"))
    starts_on = DayField(label=_("first day"))
    ends_on = DayField(label=_("no longer from"))


class FundForm(StepForm):
    name = line(200, label=_("name"))
    size = AmountField(label=_("size (CNY)"))
    manager = line(200, label=_("fund manager"), required=False)
    since = DayField(label=_("since"))


class UnitForm(StepForm):
    name = line(40, label=_("name"))
    area_m2 = AmountField(label=_("area (m²)"))
