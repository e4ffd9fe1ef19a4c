"""Which pictures an achievement may show, and until when they change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.lifecycle import AchievementState
from marketplace.rules import pictures

S = AchievementState
sizes = st.integers(1, 2**31 - 1)


@given(sizes, sizes)
def test_as_many_pixels_as_are_allowed_and_no_more(width, height):
    if width * height <= pictures.MOST_PIXELS:
        pictures.check_pixels(width, height)
    else:
        with pytest.raises(pictures.PictureTooLarge):
            pictures.check_pixels(width, height)


@given(st.integers(0, 100))
def test_as_many_pictures_as_are_allowed_and_no_more(kept):
    if kept < pictures.MOST_PICTURES:
        pictures.check_number(kept)
    else:
        with pytest.raises(pictures.TooManyPictures):
            pictures.check_number(kept)


@pytest.mark.parametrize(
    ("rule", "by_staff", "states"),
    [
        (pictures.may_add, False, {S.DRAFT, S.RETURNED}),
        (pictures.may_remove, False, {S.DRAFT, S.RETURNED}),
        (pictures.may_add, True, set(S) - {S.TRANSFERRED, S.WITHDRAWN}),
        (pictures.may_remove, True, set(S) - {S.RESERVED, S.TRANSFERRED, S.WITHDRAWN}),
    ],
)
def test_until_when_pictures_change(rule, by_staff, states):
    assert {state for state in S if rule(state, by_staff=by_staff)} == states
