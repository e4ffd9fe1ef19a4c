"""A lot's documents as PDF: for its parties and for staff."""

from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.requests import Acting
from auctions.documents.issuing import document_of
from auctions.lifecycle import DocumentKind
from auctions.models import VoidedFile
from core.errors import InvalidValue
from marketplace.typesetting.renderer import PdfRenderer


class Document(Acting, APIView):
    """The same bytes for every reader, each time."""

    read_scope = "lots:read"
    renderer_classes = (JSONRenderer, PdfRenderer)
    kind: ClassVar[DocumentKind]

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "as_issued", bool, description="For staff: without the mark of a void sale."
            )
        ],
        responses={(200, PdfRenderer.media_type): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        file = document_of(
            lot_id=pk, kind=self.kind, actor=self.actor, as_issued=_as_issued(request)
        )
        mark = "-void" if isinstance(file, VoidedFile) else ""
        headers = {
            "Content-Disposition": f'attachment; filename="{file.document.code}{mark}.pdf"',
            "ETag": f'"{file.sha256}"',
        }
        return HttpResponse(
            bytes(file.content), content_type=PdfRenderer.media_type, headers=headers
        )


def _as_issued(request: Request) -> bool:
    asked = request.query_params.get("as_issued", "false")
    if asked not in ("true", "false"):
        raise InvalidValue(what="as_issued")
    return asked == "true"


class Confirmation(Document):
    """GET /api/v1/lots/{id}/documents/confirmation: 成交确认书 of a lot that was sold.

    Marked as void (作废) once the sale was declared void.
    """

    kind = DocumentKind.CONFIRMATION


class Transcript(Document):
    """GET /api/v1/lots/{id}/documents/transcript: 笔录, how the bidding went."""

    kind = DocumentKind.TRANSCRIPT
