"""Answers that are files: how a client asks for one."""

from core.problems import FileRenderer


class PdfRenderer(FileRenderer):
    media_type = "application/pdf"
    format = "pdf"
