"""The figures of enclave parks: as JSON, and as the sheets of a file."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.models import word
from core.parsing import DayField, ReferenceFigureView
from core.serializers import Serializer
from core.sheets import Sheet, Value
from enclaves.figures import ParkFigures
from enclaves.lifecycle import TalentGrade
from enclaves.tally import Counted


class FiguresView(Serializer[Counted]):
    """Each park, all of them together, and what was published about enclaves.

    Areas are m² on the last day, money is CNY, `talents` are people by grade, each counted once.
    """

    since = DayField(source="asked.since")
    until = DayField(source="asked.until")
    total = serializers.SerializerMethodField()
    enclaves = serializers.SerializerMethodField()
    published = serializers.DictField(child=ReferenceFigureView())

    def get_total(self, found: Counted) -> dict[str, Any]:
        return found.total.told()

    def get_enclaves(self, found: Counted) -> list[dict[str, Any]]:
        return [
            {
                "enclave": park.pk,
                "name": park.name,
                "home_city": park.home_city.code,
                "host_district": park.host_district.code,
                **figures.told(),
            }
            for park, figures in found.parks
        ]


_FIGURES: dict[str, Any] = {
    "let_m2": _("let (m²)"),
    "resident": _("resident projects"),
    "admitted": _("admitted in the period"),
    "landed": _("landed in the period"),
    "producing": _("output begun in the period"),
    "exited": _("exited in the period"),
    "ip_count": _("IP rights"),
    "funding": _("funding raised (CNY)"),
    "funds": _("funds attached"),
    "funds_size": _("size of the funds (CNY)"),
    "investment": _("invested where it landed (CNY)"),
}


def figure_sheets(found: Counted) -> list[Sheet]:
    """One row for each park and one for all of them; what was published is a sheet of its own."""
    heading = (
        gettext("enclave park"),
        gettext("home city"),
        gettext("host district"),
        gettext("first day"),
        gettext("last day"),
    )
    days = (f"{found.asked.since}", f"{found.asked.until}")
    rows = [
        [park.name, park.home_city.name, park.host_district.name, *days, *_row(figures)]
        for park, figures in found.parks
    ]
    rows.append([gettext("all parks together"), "", "", *days, *_row(found.total)])
    grades = [str(word(grade)) for grade in TalentGrade]
    columns = [*heading, *map(str, _FIGURES.values()), *grades]
    return [Sheet(gettext("enclave parks"), columns, rows), _published(found)]


def _row(figures: ParkFigures) -> list[Value]:
    counted: list[Value] = [getattr(figures, name) for name in _FIGURES]
    return [*counted, *(figures.talents.get(grade.value, 0) for grade in TalentGrade)]


def _published(found: Counted) -> Sheet:
    columns = [gettext("name"), gettext("published figure"), gettext("as of"), gettext("source")]
    rows = [[one.name, one.figure(), one.as_of, one.source] for one in found.published.values()]
    return Sheet(gettext("published figures"), columns, rows)
