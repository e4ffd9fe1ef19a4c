"""The figures of the alliances, for everybody.

Behind them: `/alliances/{id}/members?state=active`, and for who may see them
`/finance/applications?state=` and `/finance/fund-projects?reached=`.
"""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.queries import city_by_code
from accounts.requests import Acting
from alliances.figures import Asked, figures
from alliances.serializers.figures import FiguresView
from core.envelope import stamp
from core.parsing import DayField

_ASKED = [
    OpenApiParameter("city", description="region code"),
    OpenApiParameter("since", description="first day of approval of credit"),
    OpenApiParameter("until", description="last day of approval of credit"),
]


class AllianceFigures(Acting, APIView):
    """GET /api/v1/statistics/alliances"""

    read_scope = "statistics:read"
    public_reading = True

    @extend_schema(parameters=_ASKED, responses=FiguresView)
    def get(self, request: Request) -> Response:
        found = figures(_asked(request))
        return Response(FiguresView(found).data, headers={"Server-Time": stamp(found.as_of)})


def _asked(request: Request) -> Asked:
    days = {
        name: DayField().run_validation(text)
        for name in ("since", "until")
        if (text := request.query_params.get(name))
    }
    city = request.query_params.get("city", "")
    return Asked(city=city and city_by_code(city).code, **days)
