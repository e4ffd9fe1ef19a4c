"""From whatever somebody uploaded to a picture that is safe to show: decoded, and written anew.

Only the pixels survive. Where a photograph was taken, who took it, what an editor noted and what
else a file may be besides a picture end here.
"""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from threading import Lock

from PIL import Image, ImageOps, UnidentifiedImageError

from marketplace.rules import pictures as rules

# What a file is, its first bytes say; its name and its declared type are only claims.
_FORMATS = ("JPEG", "PNG", "WEBP")
# From very good downwards, until the file is small enough for a hall full of telephones.
_QUALITIES = (88, 80, 70, 55, 40)
_SMALL_ENOUGH = 600_000
_WHITE = (255, 255, 255)

# Pillow's own limit warns first and refuses later; ours is asked before a pixel is decoded.
Image.MAX_IMAGE_PIXELS = None

# A decoded picture takes some hundred megabytes at worst: one at a time in a process.
_one_at_a_time = Lock()


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as it is kept: a JPEG within the frame."""

    content: bytes
    width: int
    height: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def shown(content: bytes) -> Shown:
    """What is kept of an upload; refuses what is no picture, or one that is too much."""
    with _one_at_a_time:
        return _written(_pixels(content, rules.FRAME))


def reduced(content: bytes, frame: tuple[int, int]) -> bytes:
    """A kept picture again, small enough for a place on paper."""
    with _one_at_a_time:
        return _written(_pixels(content, frame)).content


def _pixels(content: bytes, frame: tuple[int, int]) -> Image.Image:
    """The picture upright, within the frame, on white, and with nothing but its pixels."""
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as opened:
            rules.check_pixels(*opened.size)
            # A JPEG of a large camera is decoded at the size that is needed.
            opened.draft("RGB", frame)
            opened.thumbnail(frame)
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail(frame)
            see_through = upright.convert("RGBA")
    except rules.PictureTooLarge:
        raise
    except UnidentifiedImageError as error:
        raise rules.NoPicture from error
    # Decoders raise whatever hostile bytes provoke in them; none of it is our failure.
    except Exception as error:
        raise rules.PictureBroken from error
    plain = Image.new("RGB", see_through.size, _WHITE)
    plain.paste(see_through, mask=see_through)
    return plain


def _written(picture: Image.Image) -> Shown:
    for quality in _QUALITIES:
        file = BytesIO()
        picture.save(file, "JPEG", quality=quality, optimize=True, progressive=True)
        if file.tell() <= _SMALL_ENOUGH:
            break
    return Shown(file.getvalue(), *picture.size)
