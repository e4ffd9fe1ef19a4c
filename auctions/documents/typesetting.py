"""From plain data to a PDF/A-2b with its fonts inside, the same bytes for the same data.

A template in this folder gets its data as JSON and never as markup: a title cannot become a
command of the typesetter, whatever it says. Neither the machine's fonts nor its clock matter.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from auctions.documents.glyphs import FONTS, readable

HERE = Path(__file__).resolve().parent


def pdf(template: str, data: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """Typeset `template`.typ with `data`; `made_at` is the only time that stands in the file."""
    return _compiled(template, data, made_at, format="pdf", pdf_standards=["a-2b"])


def _compiled(template: str, data: Mapping[str, Any], made_at: datetime, **options: Any) -> bytes:
    import typst  # 80 MB of compiler, which only a process that makes documents loads

    content = typst.compile(
        str(HERE / f"{template}.typ"),
        root=str(HERE),
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(_printable(data), ensure_ascii=False)},
        timestamp=int(made_at.timestamp()),
        pdf_tags=False,
        **options,
    )
    if not isinstance(content, bytes):
        raise TypeError("a document is one file")
    return content


@cache
def _fonts() -> Any:
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, Mapping):
        return {name: _printable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(inner) for inner in value]
    return value
