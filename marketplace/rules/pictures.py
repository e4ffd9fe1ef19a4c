"""Which pictures an achievement may show, and until when they change. Plain Python."""

from http import HTTPStatus

from core.errors import Refusal
from marketplace.lifecycle import AchievementState

# Pixels of the one size in which pictures are kept: a projector's, and a tall picture's too.
FRAME = (1600, 1600)
# What a large camera takes. A bomb of a few kilobytes unpacks to far more.
MOST_PIXELS = 40_000_000
MOST_PICTURES = 8

_BY_OWNER = frozenset({AchievementState.DRAFT, AchievementState.RETURNED})
_BY_STAFF = _BY_OWNER | {
    AchievementState.SUBMITTED,
    AchievementState.APPROVED,
    AchievementState.PUBLISHED,
    AchievementState.UNLISTED,
}


class NoPicture(Refusal):
    code = "no_picture"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    message = "This is not a JPEG, PNG or WebP picture."


class PictureBroken(Refusal):
    code = "picture_broken"
    message = "The picture is damaged or incomplete."


class PictureTooLarge(Refusal):
    code = "picture_too_large"
    message = "A picture has at most {most} pixels."


class TooManyPictures(Refusal):
    code = "too_many_pictures"
    message = "An achievement has at most {most} pictures."


def check_pixels(width: int, height: int) -> None:
    """Refuse what is too large to be decoded, by the size that the file declares."""
    if width * height > MOST_PIXELS:
        raise PictureTooLarge(most=MOST_PIXELS)


def check_number(kept: int) -> None:
    """Refuse one more picture than an achievement may have."""
    if kept >= MOST_PICTURES:
        raise TooManyPictures(most=MOST_PICTURES)


def may_add(state: AchievementState, *, by_staff: bool) -> bool:
    """The owner adds to its draft; staff until the thing is transferred or taken back."""
    if by_staff:
        return state in _BY_STAFF or state == AchievementState.RESERVED
    return state in _BY_OWNER


def may_remove(state: AchievementState, *, by_staff: bool) -> bool:
    """As for adding, but what a lot was announced with stays, and with it the first picture."""
    return state in (_BY_STAFF if by_staff else _BY_OWNER)
