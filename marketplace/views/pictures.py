"""Pictures of achievements over REST."""

import hashlib

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ParseError
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.requests import Acting
from core.idempotency import created
from core.pagination import OldestFirst
from core.problems import FileRenderer
from marketplace import pictures
from marketplace.models import Picture
from marketplace.queries import is_public, picture_file, pictures_of, pictures_visible_to
from marketplace.serializers.pictures import PictureForm, PictureView

_A_YEAR = 365 * 24 * 60 * 60


class JpegRenderer(FileRenderer):
    media_type = "image/jpeg"
    format = "jpg"


class PictureList(Acting, ListAPIView[Picture]):
    """GET and POST /api/v1/achievements/{id}/pictures"""

    read_scope, write_scope = "achievements:read", "achievements:write"
    public_reading = True
    largest_upload = settings.LARGEST_UPLOAD
    key_required = False
    parser_classes = (MultiPartParser,)
    form_class = PictureForm
    serializer_class = PictureView
    pagination_class = OldestFirst
    queryset = Picture.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[Picture]:
        return pictures_of(self.kwargs["pk"], seen_by=self.actor)

    @extend_schema(request={"multipart/form-data": PictureForm}, responses={201: PictureView})
    def post(self, request: Request, pk: int) -> Response:
        if len(request.FILES.getlist("file")) > 1:
            raise ParseError
        form = PictureForm(data=request.data)
        form.is_valid(raise_exception=True)
        content = form.validated_data["file"].read()
        once = self.once(request, content=hashlib.sha256(content).hexdigest())
        picture = pictures.add_picture(
            actor=self.actor, achievement_id=pk, content=content, once=once
        )
        return created(once, PictureView(picture).data)


class PictureDetail(Acting, GenericAPIView[Picture]):
    """GET and DELETE /api/v1/pictures/{id}: the bytes, a JPEG; they never change."""

    read_scope, write_scope = "achievements:read", "achievements:write"
    public_reading = True
    renderer_classes = (JSONRenderer, JpegRenderer)

    def get_queryset(self) -> QuerySet[Picture]:
        return pictures_visible_to(self.actor)

    @extend_schema(responses={(200, JpegRenderer.media_type): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> HttpResponse:
        picture = self.get_object()
        # Only what everybody may see is kept by a cache that several people share.
        shared = "public" if is_public(picture.achievement) else "private"
        headers = {
            "Cache-Control": f"{shared}, max-age={_A_YEAR}, immutable",
            "Content-Disposition": f'inline; filename="{picture.sha256[:16]}.jpg"',
            "ETag": f'"{picture.sha256}"',
        }
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return HttpResponse(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
        content = bytes(picture_file(picture.pk).content)
        return HttpResponse(content, content_type=JpegRenderer.media_type, headers=headers)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        pictures.remove_picture(actor=self.actor, picture_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
