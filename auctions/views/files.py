"""Answers that are files: how a client asks for one, and what it gets instead of one."""

import json
from typing import Any

from rest_framework.renderers import BaseRenderer


class FileRenderer(BaseRenderer):
    """Lets a client ask for a file. What it gets to render are refusals, which are JSON."""

    def render(self, data: Any, *context: Any, **more: Any) -> bytes:
        return json.dumps(data, ensure_ascii=False).encode()


class PdfRenderer(FileRenderer):
    media_type = "application/pdf"
    format = "pdf"


class CsvRenderer(FileRenderer):
    media_type = "text/csv"
    format = "csv"


class XlsxRenderer(FileRenderer):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format = "xlsx"
