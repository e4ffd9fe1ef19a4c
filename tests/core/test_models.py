"""The codes people quote, and the words of a state."""

from datetime import UTC, datetime

import pytest

from auctions.lifecycle import LotState
from auctions.models import Lot
from core.models import choices, numbered


@pytest.mark.django_db
def test_a_code_is_made_of_the_id_and_the_year_in_shanghai():
    last_hour_of_2026_in_london = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
    first = numbered(Lot, "L", last_hour_of_2026_in_london)
    second = numbered(Lot, "L", last_hour_of_2026_in_london)
    assert first["code"] == f"L2027-{first['id']:06d}"
    assert second["id"] == first["id"] + 1


def test_the_choices_of_a_state_are_its_words():
    words = dict(choices(LotState))
    assert set(words) == {state.value for state in LotState}
    assert all(str(word) for word in words.values())
