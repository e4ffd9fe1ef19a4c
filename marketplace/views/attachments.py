"""Files of needs over REST."""

import hashlib
from urllib.parse import quote

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ParseError
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.requests import Acting
from core.idempotency import created
from core.pagination import OldestFirst
from marketplace import attachments, disclosure
from marketplace.attachment_queries import (
    attachment_file,
    attachments_of,
    attachments_visible_to,
)
from marketplace.models import NeedAttachment
from marketplace.serializers.attachments import AttachmentForm, AttachmentView


class AttachmentList(Acting, ListAPIView[NeedAttachment]):
    """GET and POST /api/v1/needs/{id}/attachments"""

    read_scope, write_scope = "needs:read", "needs:write"
    public_reading = True
    largest_upload = settings.LARGEST_UPLOAD
    parser_classes = (MultiPartParser,)
    form_class = AttachmentForm
    serializer_class = AttachmentView
    pagination_class = OldestFirst
    queryset = NeedAttachment.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[NeedAttachment]:
        return attachments_of(self.kwargs["pk"], seen_by=self.actor)

    @extend_schema(request={"multipart/form-data": AttachmentForm}, responses={201: AttachmentView})
    def post(self, request: Request, pk: int) -> Response:
        if len(request.FILES.getlist("file")) > 1:
            raise ParseError
        form = AttachmentForm(data=request.data)
        form.is_valid(raise_exception=True)
        sent = form.validated_data
        content = sent["file"].read()
        said = f"{hashlib.sha256(content).hexdigest()} {sent['confidential']} {sent['file'].name}"
        once = self.once(request, content=said)
        kept = attachments.add_attachment(
            actor=self.actor,
            need_id=pk,
            name=sent["file"].name,
            content=content,
            confidential=sent["confidential"] == "true",
            once=once,
        )
        return created(once, AttachmentView(kept).data)


class AttachmentDetail(Acting, GenericAPIView[NeedAttachment]):
    """GET and DELETE /api/v1/attachments/{id}: the bytes, to be saved under their name.

    Each reading of a confidential one is written down like a reading of the detail.
    """

    read_scope, write_scope = "needs:read", "needs:write"
    public_reading = True

    def get_queryset(self) -> QuerySet[NeedAttachment]:
        return attachments_visible_to(self.actor)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> HttpResponse:
        found = self.get_object()
        if found.confidential:
            disclosure.read_detail(actor=self.actor, need_id=found.need_id)
        headers = {
            "Cache-Control": "private, no-store",
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
            "X-Content-Type-Options": "nosniff",
        }
        content = bytes(attachment_file(found.pk).content)
        return HttpResponse(content, content_type=found.media_type, headers=headers)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        attachments.remove_attachment(actor=self.actor, attachment_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
