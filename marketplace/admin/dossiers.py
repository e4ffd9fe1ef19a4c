"""The dossier of an achievement as the desk corrects it: one form, read as REST reads it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.desk.forms import DayField, ReasonForm
from core import columns
from core.models import choices
from marketplace.dossiers import PARTS
from marketplace.models import Achievement
from marketplace.rules.listing import ExportClass, LegalStatus, SecrecyLevel
from marketplace.serializers.dossiers import DossierChanges
from marketplace.serializers.tables import DOSSIER_LISTS

_LINES = {
    "inventors": columns.lines("inventors", _("inventors"), ("name", "share")),
    **{one.field: one for one in DOSSIER_LISTS},
}
_NOT_SAID = [("", _("not said"))]
_YES_NO = [*_NOT_SAID, ("yes", _("yes")), ("no", _("no"))]


def _field(name: str) -> Any:
    return Achievement._meta.get_field(name)


def _text(name: str, *, rows: int = 0, help_text: Any = "") -> forms.CharField:
    field = _field(name)
    area = UnfoldAdminTextareaWidget(attrs={"rows": rows})
    return forms.CharField(
        label=field.verbose_name,
        required=False,
        max_length=field.max_length,
        widget=area if rows else UnfoldAdminTextInputWidget(),
        help_text=help_text,
    )


def _day(name: str) -> DayField:
    return DayField(label=_field(name).verbose_name, required=False)


def _one_of(name: str, options: Sequence[Any]) -> forms.ChoiceField:
    label = _field(name).verbose_name
    return forms.ChoiceField(
        label=label, required=False, choices=options, widget=UnfoldAdminSelectWidget
    )


def _lines(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=20000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=help_text,
    )


class DossierForm(ReasonForm):
    """Says what was changed in it; a list is one line a row, its columns parted by |."""

    secret = frozenset(PARTS)
    legal_status = _one_of("legal_status", [*_NOT_SAID, *choices(LegalStatus)])
    applied_on = _day("applied_on")
    granted_on = _day("granted_on")
    next_fee_on = _day("next_fee_on")
    export_class = _one_of("export_class", [*_NOT_SAID, *choices(ExportClass)])
    secrecy_level = _one_of("secrecy_level", [*_NOT_SAID, *choices(SecrecyLevel)])
    maturity_evidence = _text("maturity_evidence", rows=2)
    maturity_on = _day("maturity_on")
    maturity_appraiser = _text("maturity_appraiser")
    industry = _text("industry")
    scene = _text("scene", rows=2)
    is_service = _one_of("is_service", _YES_NO)
    publicly_funded = _one_of("publicly_funded", _YES_NO)
    funding_source = _text("funding_source")
    programme = _text("programme")
    decision = _text("decision")
    inventors = _lines(_("inventors"), _("One a line: name | share in per cent, such as 60.00"))
    co_owners = _lines(
        _("co-owners"),
        _("One a line: name | consented on | paper of the consent | share in per cent"),
    )
    encumbrances = _lines(
        _("licences and pledges"),
        _("One a line: kind | holder | since | until | paper of the consent"),
    )
    ip_records = _lines(
        _("further rights"),
        _(
            "One a line: kind | number | territory | applied on | granted on | legal status |"
            " next fee due on | held by another | consented on | paper of the consent"
        ),
    )

    @classmethod
    def filled_from(cls, row: Any) -> dict[str, Any]:
        told = {name: getattr(row, name) for name in cls.base_fields if hasattr(row, name)}
        for name in ("is_service", "publicly_funded"):
            told[name] = {None: "", True: "yes", False: "no"}[told[name]]
        for name, column in _LINES.items():
            told[name] = column.show(getattr(row, name).values())
        return told

    def clean(self) -> dict[str, Any]:
        """Only what was changed, as REST would take it."""
        given = super().clean() or {}
        said = {name: given[name] for name in self.changed_data if name in given}
        reason = said.pop("reason", "")
        if not said and not self.errors:
            raise ValidationError(_now("Nothing was changed."))
        changes = DossierChanges(data={name: _as_rest(name, value) for name, value in said.items()})
        if not changes.is_valid():
            for name, complaints in changes.errors.items():
                self.add_error(name if name in self.fields else None, _flat(complaints))
            return given
        return {"reason": reason, **changes.validated_data}


def _as_rest(name: str, value: Any) -> Any:
    if name in _LINES and (read := _LINES[name].read):
        return read(str(value))
    if name in ("is_service", "publicly_funded"):
        return {"yes": True, "no": False}.get(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _flat(complaints: Any) -> list[str]:
    """What REST complains of, row by row, as lines."""
    if isinstance(complaints, Mapping):
        return [text for inner in complaints.values() for text in _flat(inner)]
    if isinstance(complaints, list):
        return [text for inner in complaints for text in _flat(inner)]
    return [str(complaints)]
