"""Files of needs and achievements over REST."""

import hashlib
from typing import Any
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
from core.idempotency import Once, created
from core.pagination import OldestFirst
from marketplace import attachments, disclosure
from marketplace.attachment_queries import (
    achievement_attachments_visible_to,
    attachments_of,
    attachments_of_achievement,
    attachments_visible_to,
    content_of,
)
from marketplace.models import AchievementAttachment, NeedAttachment
from marketplace.serializers.attachments import (
    AchievementAttachmentForm,
    AchievementAttachmentView,
    AttachmentForm,
    AttachmentView,
)


class Uploading(Acting):
    """A file comes in a multipart body; its bytes are its idempotency."""

    public_reading = True
    largest_upload = settings.LARGEST_UPLOAD
    key_required = False

    def sent(self, request: Request, form_class: Any) -> tuple[dict[str, Any], Once | None]:
        """What an action takes, and the key."""
        if len(request.FILES.getlist("file")) > 1:
            raise ParseError
        form = form_class(data=request.data)
        form.is_valid(raise_exception=True)
        file, confidential = form.validated_data["file"], form.validated_data["confidential"]
        content = file.read()
        told: dict[str, Any] = {
            "name": file.name,
            "content": content,
            "confidential": confidential == "true",
        }
        said = f"{hashlib.sha256(content).hexdigest()} {told['confidential']} {file.name}"
        if (record := form.validated_data.get("record")) is not None:
            told["record_id"] = int(record)
            said += f" {record}"
        return told, self.once(request, content=said)


class AttachmentList(Uploading, ListAPIView[NeedAttachment]):
    """GET and POST /api/v1/needs/{id}/attachments"""

    read_scope, write_scope = "needs:read", "needs:write"
    parser_classes = (MultiPartParser,)
    pagination_class = OldestFirst
    form_class = AttachmentForm
    serializer_class = AttachmentView
    queryset = NeedAttachment.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[NeedAttachment]:
        return attachments_of(self.kwargs["pk"], seen_by=self.actor)

    @extend_schema(request={"multipart/form-data": AttachmentForm}, responses={201: AttachmentView})
    def post(self, request: Request, pk: int) -> Response:
        told, once = self.sent(request, AttachmentForm)
        kept = attachments.add_attachment(actor=self.actor, need_id=pk, once=once, **told)
        return created(once, AttachmentView(kept).data)


class AchievementAttachmentList(Uploading, ListAPIView[AchievementAttachment]):
    """GET and POST /api/v1/achievements/{id}/attachments"""

    read_scope, write_scope = "achievements:read", "achievements:write"
    parser_classes = (MultiPartParser,)
    pagination_class = OldestFirst
    form_class = AchievementAttachmentForm
    serializer_class = AchievementAttachmentView
    queryset = AchievementAttachment.objects.none()

    def get_queryset(self) -> QuerySet[AchievementAttachment]:
        return attachments_of_achievement(self.kwargs["pk"], seen_by=self.actor)

    @extend_schema(
        request={"multipart/form-data": AchievementAttachmentForm},
        responses={201: AchievementAttachmentView},
    )
    def post(self, request: Request, pk: int) -> Response:
        told, once = self.sent(request, AchievementAttachmentForm)
        kept = attachments.add_achievement_attachment(
            actor=self.actor, achievement_id=pk, once=once, **told
        )
        return created(once, AchievementAttachmentView(kept).data)


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
        return _to_be_saved(found)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        attachments.remove_attachment(actor=self.actor, attachment_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AchievementAttachmentDetail(Acting, GenericAPIView[AchievementAttachment]):
    """GET and DELETE /api/v1/achievement-attachments/{id}: likewise."""

    read_scope, write_scope = "achievements:read", "achievements:write"
    public_reading = True

    def get_queryset(self) -> QuerySet[AchievementAttachment]:
        return achievement_attachments_visible_to(self.actor)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> HttpResponse:
        found = self.get_object()
        if found.confidential:
            disclosure.read_achievement_detail(
                actor=self.actor, achievement_id=found.achievement_id
            )
        return _to_be_saved(found)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        attachments.remove_achievement_attachment(actor=self.actor, attachment_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _to_be_saved(found: NeedAttachment | AchievementAttachment) -> HttpResponse:
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content_of(found), content_type=found.media_type, headers=headers)
