"""Pictures that tests upload, drawn here: plain ones, large ones, and files that only look so."""

from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw


def drawn(
    size: tuple[int, int] = (64, 48), kind: str = "PNG", mode: str = "RGB", **options: Any
) -> bytes:
    """A red ground with a white square in its left upper corner."""
    colour = {"RGB": "red", "RGBA": (255, 0, 0, 255), "L": 128, "P": 1, "CMYK": "red", "1": 0}
    picture = Image.new(mode, size, colour[mode])
    if mode in ("RGB", "RGBA"):
        ImageDraw.Draw(picture).rectangle((0, 0, size[0] // 4, size[1] // 4), fill="white")
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))
