"""POST <things>/import: the rows of an uploaded table, all of them or none."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import Acting
from core.columns import Column
from core.idempotency import created
from core.imports import Report, read_table
from core.parsing import FlagField, StrictForm
from core.serializers import Serializer
from core.sheets import CsvRenderer, Sheet, XlsxRenderer, as_file, documented
from core.tables import LARGEST

# Of the body besides the file.
_ENVELOPE = 16 * 1024


class ImportForm(StrictForm):
    """Parts of a multipart body: the table, and whether it is only to be looked at."""

    file = serializers.FileField()
    dry_run = serializers.ChoiceField(choices=["true", "false"], default="false")


class ComplaintView(Serializer[Any]):
    row = serializers.IntegerField()
    column = serializers.CharField()
    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class ResultView(Serializer[Any]):
    """`accepted` in a dry run, else `created`, or `existing` where it was there already."""

    row = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=["accepted", "created", "existing"])
    id = serializers.IntegerField(allow_null=True)
    code = serializers.CharField()


class ReportView(Serializer[Report]):
    """What became of each row, or would. Row 1 is the header."""

    dry_run = FlagField()
    rows = serializers.IntegerField()
    accepted = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = ResultView(many=True)
    errors = ComplaintView(many=True, source="complaints")  # type: ignore[assignment]


class Import(Acting, APIView):
    """POST: a dry run is answered 200 with its report, whatever it says; writing 201.

    A row that cannot be taken keeps out the whole table: 422 `rows_refused` with every complaint.
    GET: an empty table with the columns, as XLSX or CSV.
    """

    largest_upload = LARGEST + _ENVELOPE
    key_required = False
    parser_classes = (MultiPartParser,)
    renderer_classes = (JSONRenderer, CsvRenderer, XlsxRenderer)
    public_reading = True
    name: ClassVar[str]
    columns: ClassVar[Sequence[Column]]
    # What checks a row: the form of a single thing.
    row_form: ClassVar[type[StrictForm]]
    perform: ClassVar[Callable[..., Report]]
    # The name under which the id in the path is handed to the action, if there is one.
    id_name: ClassVar[str] = ""

    def beyond_form(self, request: Request) -> dict[str, Any]:
        """What the action needs beside the table: usually the acting organization."""
        return {}

    def check_place(self, pk: int) -> None:
        """Refuse an id in the path that names nothing this reader sees."""

    @extend_schema(responses=documented({"type": "array", "items": {"type": "string"}}))
    def get(self, request: Request, pk: int | None = None) -> HttpResponse | Response:
        if pk is not None:
            self.check_place(pk)
        names = [str(column.label) for column in self.columns if column.read is not None]
        wanted: Any = request.accepted_renderer
        if wanted.format == JSONRenderer.format:
            return Response(names)
        return as_file(self.name, [Sheet(self.name, names, [])], wanted)

    @extend_schema(
        request={"multipart/form-data": ImportForm}, responses={200: ReportView, 201: ReportView}
    )
    def post(self, request: Request, pk: int | None = None) -> Response:
        if len(request.FILES.getlist("file")) > 1:
            raise ParseError
        form = ImportForm(data=request.data)
        form.is_valid(raise_exception=True)
        content, dry_run = form.validated_data["file"].read(), form.validated_data["dry_run"]
        digest = {"file": hashlib.sha256(content).hexdigest(), "dry_run": dry_run}
        is_dry = dry_run == "true"
        once = None if is_dry else self.once(request, content=digest)
        report = type(self).perform(
            actor=self.actor,
            once=once,
            table=read_table(content, self.columns, self.row_form),
            dry_run=is_dry,
            **({self.id_name: pk} if self.id_name else {}),
            **self.beyond_form(request),
        )
        answer = ReportView(report).data
        return Response(answer) if is_dry else created(once, answer)
