"""Pictures for the demo world: shapes drawn here, which show no thing and no brand there is."""

from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from math import cos, pi, sin

from PIL import Image, ImageDraw, ImageFilter

_SIZE = (1280, 960)
_SCALE = 2  # drawn larger and reduced: smooth edges

_GROUNDS = {
    "NE": ((8, 60, 72), (22, 160, 133)),
    "NM": ((24, 44, 97), (87, 101, 242)),
    "HEQ": ((44, 42, 52), (201, 112, 38)),
    "AI": ((22, 26, 62), (123, 67, 196)),
}


def picture_for(field: str) -> bytes:
    """A PNG for an achievement of this field."""
    dark, bright = _GROUNDS[field]
    width, height = (side * _SCALE for side in _SIZE)
    picture = _ground(width, height, dark, bright)
    _SHAPES[field](ImageDraw.Draw(picture, "RGBA"), width, height)
    file = BytesIO()
    picture.resize(_SIZE, Image.Resampling.LANCZOS).save(file, "PNG")
    return file.getvalue()


def _ground(
    width: int, height: int, dark: tuple[int, int, int], bright: tuple[int, int, int]
) -> Image.Image:
    """From dark to bright, with a soft light in a corner."""
    fall = Image.linear_gradient("L").resize((width, height))
    ground = Image.composite(
        Image.new("RGB", (width, height), bright), Image.new("RGB", (width, height), dark), fall
    )
    light = Image.new("L", (width // 8, height // 8))
    ImageDraw.Draw(light).ellipse((width // 13, -height // 20, width // 7, height // 13), fill=130)
    glow = light.filter(ImageFilter.GaussianBlur(width // 60)).resize((width, height))
    ground.paste((255, 255, 255), mask=glow.point(lambda value: value * 0.55))
    return ground


Draw = ImageDraw.ImageDraw


def _cells(draw: Draw, width: int, height: int) -> None:
    """A cabinet of round cells, one row warmer than the other."""
    radius = width // 15
    for row in range(4):
        for column in range(6):
            x = width * (column * 2 + 1.6 + row % 2) // 14
            y = height * (row * 2 + 1.9) // 9.6
            outer = (x - radius, y - radius, x + radius, y + radius)
            draw.ellipse(outer, fill=(255, 255, 255, 46), outline=(255, 255, 255, 180), width=6)
            inner = radius * (0.38 + 0.09 * row)
            draw.ellipse(
                (x - inner, y - inner, x + inner, y + inner), fill=(255, 209, 87, 150 + 20 * row)
            )


def _lattice(draw: Draw, width: int, height: int) -> None:
    """A lattice of hexagons, with nodes where they meet."""
    side = width // 13
    for row in range(-1, 8):
        for column in range(-1, 9):
            x = column * side * 3**0.5 + (row % 2) * side * 3**0.5 / 2
            y = row * side * 1.5
            corners = [
                (x + side * cos(pi / 6 + k * pi / 3), y + side * sin(pi / 6 + k * pi / 3))
                for k in range(6)
            ]
            filled = (row * 7 + column * 3) % 5 == 0
            draw.polygon(corners, fill=(255, 255, 255, 70 if filled else 12))
            draw.line([*corners, corners[0]], fill=(255, 255, 255, 150), width=5)
            for at_x, at_y in corners:
                draw.ellipse(
                    (at_x - 14, at_y - 14, at_x + 14, at_y + 14), fill=(255, 214, 102, 235)
                )


def _arm(draw: Draw, width: int, height: int) -> None:
    """An arm of three links above its base."""
    joints = [(0.22, 0.86), (0.34, 0.42), (0.62, 0.3), (0.78, 0.56)]
    points = [(width * x, height * y) for x, y in joints]
    base = (width * 0.1, height * 0.86, width * 0.36, height * 0.94)
    draw.rounded_rectangle(base, radius=30, fill=(255, 255, 255, 215))
    for place, (begin, end) in enumerate(pairwise(points)):
        draw.line([begin, end], fill=(255, 255, 255, 225), width=width // (16 + 5 * place))
    for place, (x, y) in enumerate(points):
        radius = width // (22 + 4 * place)
        circle = (x - radius, y - radius, x + radius, y + radius)
        draw.ellipse(circle, fill=(40, 40, 50, 255), outline=(255, 196, 84, 255), width=16)
    x, y = points[-1]
    for turn in (-0.05, 0.05):
        draw.line(
            [(x, y), (x + width * turn, y + height * 0.16)], fill=(255, 196, 84, 255), width=30
        )


def _waves(draw: Draw, width: int, height: int) -> None:
    """Layers of points with lines between them, above a wave."""
    layers = (3, 5, 5, 2)
    nodes = [
        [
            (width * (0.16 + 0.225 * layer), height * (0.42 + (number - (many - 1) / 2) * 0.125))
            for number in range(many)
        ]
        for layer, many in enumerate(layers)
    ]
    for left, right in pairwise(nodes):
        for begin in left:
            for end in right:
                draw.line([begin, end], fill=(255, 255, 255, 60), width=4)
    for layer in nodes:
        for x, y in layer:
            draw.ellipse((x - 34, y - 34, x + 34, y + 34), fill=(255, 222, 125, 240))
    for shift in range(3):
        wave = [
            (x, height * (0.87 + 0.045 * sin(x / width * 4 * pi + shift)))
            for x in range(0, width, 8)
        ]
        draw.line(wave, fill=(255, 255, 255, 110 - 25 * shift), width=9)


_SHAPES: dict[str, Callable[[Draw, int, int], None]] = {
    "NE": _cells,
    "NM": _lattice,
    "HEQ": _arm,
    "AI": _waves,
}
