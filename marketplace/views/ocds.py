"""GET /api/v1/ocds/releases: public needs for those who collect open contracting data."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import Acting
from core import clock
from core.pagination import OldestFirst
from core.parsing import InstantField
from marketplace.release_queries import released_needs
from marketplace.serializers.ocds import PAGINATION, VERSION, ReleasePackageView

PARAMETERS = [
    OpenApiParameter(
        "updated_since",
        description="An instant with its offset, `2026-11-22T00:00:00Z`: what the public was told "
        "then or later.",
    ),
    OpenApiParameter("limit", int, description="Default 50, at most 100."),
    OpenApiParameter("cursor", description="From `links.next` or `links.prev`."),
]


class Releases(Acting, APIView):
    """GET /api/v1/ocds/releases: the public facts of published needs as an OCDS release package.

    One release a need, the latest; the oldest needs first. Each reader is told the same. A need for
    verified organizations only is not in it, and one that was withdrawn leaves it.
    """

    read_scope = "needs:read"
    public_reading = True

    @extend_schema(parameters=PARAMETERS, responses=ReleasePackageView)
    def get(self, request: Request) -> Response:
        asked = request.query_params.get("updated_since")
        since = InstantField().run_validation(asked) if asked is not None else None
        pages = OldestFirst()
        found = pages.paginate_queryset(released_needs(since=since), request, view=self)
        site = request.build_absolute_uri("/").rstrip("/")
        package = {
            "uri": request.build_absolute_uri(request.path),
            "version": VERSION,
            "extensions": [PAGINATION],
            "publishedDate": clock.now(),
            "publisher": {"name": _("Corridor technology marketplace"), "uri": site},
            "links": {"next": pages.get_next_link(), "prev": pages.get_previous_link()},
            "releases": found,
        }
        return Response(ReleasePackageView(package, context={"site": site}).data)
