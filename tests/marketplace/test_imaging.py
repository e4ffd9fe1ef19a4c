"""Whatever is uploaded: a plain picture comes out, or a refusal; nothing else of it is kept."""

import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.errors import Refusal
from marketplace import imaging
from marketplace.imaging import reduced, shown
from marketplace.rules.pictures import FRAME, MOST_PIXELS, NoPicture, PictureBroken, PictureTooLarge
from tests.marketplace.drawing import drawn, opened
from tests.properties import fewer

CANARY = b"CANARY-31.1234N-121.4567E"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "CMYK", "1"])
def test_every_kind_of_picture_becomes_a_plain_jpeg(kind, mode):
    if (kind, mode) in {("JPEG", "RGBA"), ("JPEG", "P"), ("PNG", "CMYK"), ("WEBP", "CMYK")}:
        mode = "RGB"
    kept = shown(drawn(kind=kind, mode=mode))

    picture = opened(kept.content)
    assert (picture.format, picture.mode) == ("JPEG", "RGB")
    assert picture.size == (kept.width, kept.height) == (64, 48)
    assert len(kept.sha256) == 64
    assert shown(drawn(kind=kind, mode=mode)) == kept


@pytest.mark.parametrize(
    ("size", "kept"), [((3200, 800), (1600, 400)), ((900, 3600), (400, 1600)), ((8, 1), (8, 1))]
)
def test_a_picture_fits_the_frame_and_is_never_blown_up(size, kept):
    made = shown(drawn(size))
    assert (made.width, made.height) == kept
    assert made.width <= FRAME[0]
    assert made.height <= FRAME[1]


def test_a_noisy_picture_is_pressed_until_it_is_small_enough():
    noise = Image.effect_noise((1600, 1600), 90).convert("RGB")
    file = BytesIO()
    noise.save(file, "PNG")
    assert len(shown(file.getvalue()).content) < 2 * imaging._SMALL_ENOUGH
    assert len(shown(drawn((1600, 1600))).content) < imaging._SMALL_ENOUGH


def test_what_is_see_through_stands_on_white():
    clear = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    file = BytesIO()
    clear.save(file, "PNG")
    assert opened(shown(file.getvalue()).content).getpixel((5, 5)) == (255, 255, 255)


def test_a_photograph_is_turned_as_the_camera_meant_it():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    lying = drawn((64, 32), "JPEG", exif=exif, quality=95)
    kept = shown(lying)
    picture = opened(kept.content)
    assert (kept.width, kept.height) == (32, 64)
    assert picture.getpixel((28, 4))[1] > 150, "the white corner went to the right"
    assert not picture.getexif()


def test_nothing_but_pixels_survives():
    exif = Image.Exif()
    exif[0x9286] = CANARY  # a comment of the camera
    exif.get_ifd(0x8825)[2] = (31.0, 12.0, 34.0)  # where it was taken
    exif[0x010E] = CANARY.decode()
    uploads = [
        drawn(kind="JPEG", exif=exif, comment=CANARY, icc_profile=CANARY) + b"PK\x03\x04" + CANARY,
        with_text(drawn()) + b"<script>" + CANARY,
        drawn(kind="WEBP", exif=exif, xmp=CANARY),
    ]
    for upload in uploads:
        assert CANARY in upload
        kept = shown(upload).content
        assert CANARY not in kept
        assert pieces(kept) == []
        assert not set(opened(kept).info) & {"exif", "icc_profile", "comment", "xmp"}


def pieces(content: bytes) -> list[bytes]:
    words = (b"Exif", b"ICC_PROFILE", b"PK\x03\x04", b"<script>")
    return [word for word in words if word in content]


def chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def with_text(png: bytes) -> bytes:
    """With a comment after the header, which is 33 bytes long."""
    return png[:33] + chunk(b"tEXt", b"Comment\0" + CANARY) + png[33:]


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is enormous."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"\0")), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("size", [(100_000, 100_000), (2**31 - 1, 2**31 - 1), (8000, 5001)])
def test_a_bomb_is_refused_before_it_is_decoded(size):
    assert size[0] * size[1] > MOST_PIXELS
    with pytest.raises(PictureTooLarge):
        shown(bomb(*size))


def test_a_bomb_in_a_comment_is_refused():
    packed = zlib.compress(b"\0" * 80_000_000, 9)
    png = drawn()
    for kind, before in ((b"zTXt", b"Comment\0\0"), (b"iCCP", b"profile\0\0")):
        with pytest.raises(Refusal):
            shown(png[:33] + chunk(kind, before + packed) + png[33:-12] + png[-12:])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + b"\0" * 100,
        drawn(kind="GIF"),
        drawn(kind="BMP"),
        drawn(kind="TIFF"),
        b"%PDF-1.7\n" + b"\0" * 100,
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"<html><script>alert(1)</script>",
        b"MZ" + b"\0" * 500,
    ],
    ids=lambda content: repr(content[:8]),
)
def test_only_three_kinds_are_pictures_whatever_they_are_called(content):
    with pytest.raises(NoPicture):
        shown(content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_picture_that_was_cut_off_is_refused(kind, share):
    noise = Image.effect_noise((200, 200), 90).convert("RGB")
    file = BytesIO()
    noise.save(file, kind)
    content = file.getvalue()
    with pytest.raises((PictureBroken, NoPicture)):
        shown(content[: int(len(content) * share)])


@given(
    st.sampled_from(["JPEG", "PNG", "WEBP"]),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=30),
)
@fewer(0.75)
def test_bytes_that_were_tampered_with_give_a_picture_or_a_refusal(kind, changes):
    content = bytearray(drawn(kind=kind))
    for place, value in changes:
        content[place % len(content)] = value
    try:
        kept = shown(bytes(content))
    except Refusal:
        return
    assert opened(kept.content).size == (kept.width, kept.height)


def test_a_kept_picture_is_made_smaller_for_paper():
    kept = shown(drawn((1600, 1200)))
    assert opened(reduced(kept.content, (400, 400))).size == (400, 300)
