"""A lot's documents as PDF: for its parties and for staff."""

import json
from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.requests import Acting
from auctions.documents.issuing import document_of
from auctions.lifecycle import DocumentKind

PDF = "application/pdf"


class PdfRenderer(BaseRenderer):
    """Lets a client ask for PDF. What it gets to render are refusals, which are JSON."""

    media_type = PDF
    format = "pdf"

    def render(self, data: Any, *context: Any, **more: Any) -> bytes:
        return json.dumps(data, ensure_ascii=False).encode()


class Document(Acting, APIView):
    """The same bytes for every reader, each time."""

    read_scope = "lots:read"
    renderer_classes = (JSONRenderer, PdfRenderer)
    kind: ClassVar[DocumentKind]

    @extend_schema(responses={(200, PDF): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> HttpResponse:
        file = document_of(lot_id=pk, kind=self.kind, actor=self.actor)
        headers = {
            "Content-Disposition": f'attachment; filename="{file.document.code}.pdf"',
            "ETag": f'"{file.sha256}"',
        }
        return HttpResponse(bytes(file.content), content_type=PDF, headers=headers)


class Confirmation(Document):
    """GET /api/v1/lots/{id}/documents/confirmation: 成交确认书 of a lot that was sold."""

    kind = DocumentKind.CONFIRMATION


class Transcript(Document):
    """GET /api/v1/lots/{id}/documents/transcript: 笔录, how the bidding went."""

    kind = DocumentKind.TRANSCRIPT
