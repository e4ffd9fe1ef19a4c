"""Figures computed from records, never typed in."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import Acting
from auctions.serializers.cycles import TurnoverView, cycle_sheet, turnover_sheets
from auctions.turnover import Turnover, turnover
from core.clock import SHANGHAI
from core.envelope import stamp
from core.sheets import CsvRenderer, XlsxRenderer, as_csv, as_xlsx, documented


class Cycles(Acting, APIView):
    """GET /api/v1/statistics/cycles: turnover by trading cycle; `?format=` or Accept for files.

    JSON, one row per cycle; CSV, one row for each figure of a cycle; XLSX with the sessions and
    the meaning of each figure besides.
    """

    read_scope = "statistics:read"
    public_reading = True
    renderer_classes = (JSONRenderer, CsvRenderer, XlsxRenderer)
    writers: ClassVar[dict[str, Callable[[Turnover], bytes]]] = {
        "csv": lambda found: as_csv(cycle_sheet(found)),
        "xlsx": lambda found: as_xlsx(turnover_sheets(found)),
    }

    @extend_schema(responses=documented(TurnoverView))
    def get(self, request: Request) -> HttpResponse | Response:
        found = turnover()
        told = {"Server-Time": stamp(found.as_of)}
        wanted: Any = request.accepted_renderer
        if (write := self.writers.get(wanted.format)) is None:
            return Response(TurnoverView(found).data, headers=told)
        name = _file_name(found.as_of, wanted.format)
        headers = {**told, "Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(write(found), content_type=wanted.media_type, headers=headers)


def _file_name(at: datetime, extension: str) -> str:
    return f"cycles-{at.astimezone(SHANGHAI):%Y%m%d-%H%M%S}.{extension}"
