"""From plain data to a PDF/A-2b with its fonts inside, the same bytes for the same data.

A template gets its data as JSON and never as markup: a title cannot become a
command of the typesetter, whatever it says. Neither the machine's fonts nor its clock matter.
"""

import json
import shutil
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from marketplace.typesetting.glyphs import FONTS, readable

HERE = Path(__file__).resolve().parent


def pdf(
    template: Path,
    data: Mapping[str, Any],
    *,
    made_at: datetime,
    files: Mapping[str, bytes] | None = None,
) -> bytes:
    """Typeset a template with `data`; `made_at` is the only time that stands in the file.

    The template finds the common `sheet.typ` beside it. `files` are pictures that the data names.
    """
    with TemporaryDirectory() as folder:
        for source in (HERE / "sheet.typ", template):
            shutil.copy(source, folder)
        for name, content in (files or {}).items():
            (Path(folder) / name).write_bytes(content)
        return _compiled(Path(folder), template.name, data, made_at)


def _compiled(root: Path, template: str, data: Mapping[str, Any], made_at: datetime) -> bytes:
    import typst  # 80 MB of compiler, which only a process that makes documents loads

    content = typst.compile(
        str(root / template),
        root=str(root),
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(_printable(data), ensure_ascii=False)},
        timestamp=int(made_at.timestamp()),
        pdf_tags=False,
        format="pdf",
        pdf_standards=["a-2b"],
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
