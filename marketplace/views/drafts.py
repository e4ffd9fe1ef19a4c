"""Drafts of contracts over REST: made by a party or staff, read as PDF by both."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.requests import Acting, Create
from marketplace import contract_drafts
from marketplace.models import ContractDraft
from marketplace.plan_queries import contract_drafts_of
from marketplace.serializers.milestones import DraftForm, DraftView
from marketplace.typesetting.renderer import PdfRenderer


class DraftList(Create, ListAPIView[Any]):
    """GET and POST /api/v1/deals/{id}/contract-drafts"""

    read_scope, write_scope = "deals:read", "deals:write"
    form_class = DraftForm
    serializer_class = view_class = DraftView
    id_name = "deal_id"
    perform = staticmethod(contract_drafts.draft_contract)
    queryset = ContractDraft.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[ContractDraft]:
        return contract_drafts_of(self.kwargs["pk"], seen_by=self.actor)


class DraftPdf(Acting, APIView):
    """GET /api/v1/contract-drafts/{id}/pdf"""

    read_scope = "deals:read"
    renderer_classes = (JSONRenderer, PdfRenderer)

    @extend_schema(responses={(200, PdfRenderer.media_type): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> HttpResponse:
        draft, content = contract_drafts.pdf_of(pk, seen_by=self.actor)
        headers = {"Content-Disposition": f'attachment; filename="{draft.code}.pdf"'}
        return HttpResponse(content, content_type=PdfRenderer.media_type, headers=headers)
