"""How a client asks for a document."""

from core.problems import FileRenderer


class PdfRenderer(FileRenderer):
    media_type = "application/pdf"
    format = "pdf"
