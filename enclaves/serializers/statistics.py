"""The figures of enclave parks."""

from typing import Any

from rest_framework import serializers

from core.parsing import DayField, ReferenceFigureView
from enclaves.tally import Counted


class FiguresView(serializers.Serializer[Counted]):
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
