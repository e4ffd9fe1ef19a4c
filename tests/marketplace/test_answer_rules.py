"""What a response may say of indicators, why one is declined, how soon posters answer. Pure."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ReasonRequired
from marketplace.rules.answers import (
    DECLINE_REASONS,
    AnswerContradicts,
    AnswerIncomplete,
    Asked,
    Awaited,
    DeclineReason,
    ReasonCodeRequired,
    Told,
    Verdict,
    answering,
    check_answers,
    check_decline,
    is_met,
)

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
ASKED = Asked(id=1, name="耐温", operator="ge", target=Decimal(1200), unit="℃")
numbers = st.decimals(-1000, 1000, places=2)


def test_there_are_eight_published_reasons_and_two_that_no_person_gives():
    assert [str(one) for one in DECLINE_REASONS] == [
        "too_early", "benefit_unclear", "route_unclear", "description_unclear",
        "scientific", "cost", "ip", "other",
    ]  # fmt: skip
    assert set(DeclineReason) - set(DECLINE_REASONS) == {
        DeclineReason.ANOTHER_ACCEPTED,
        DeclineReason.NEED_ENDED,
    }


@pytest.mark.parametrize("code", DECLINE_REASONS)
def test_a_published_code_will_do_in_either_place(code):
    assert check_decline(code, " 补充 ") == (code, "补充")
    if code != DeclineReason.OTHER:
        assert check_decline(code, "") == (code, "")
        assert check_decline("", code) == (code, "")


@pytest.mark.parametrize("reason", ["", "  ", "价格过高", "need_ended"])
def test_words_alone_are_no_reason(reason):
    with pytest.raises(ReasonCodeRequired) as refused:
        check_decline("", reason)
    assert refused.value.facts == {"codes": list(DECLINE_REASONS)}


@pytest.mark.parametrize(("code", "reason"), [("other", " "), ("", "other")])
def test_another_reason_has_to_be_told(code, reason):
    with pytest.raises(ReasonRequired):
        check_decline(code, reason)


@given(numbers, numbers)
def test_an_indicator_is_met_as_its_operator_says(target, value):
    met = {
        operator: is_met(Asked(1, "x", operator, target, ""), value)
        for operator in ("ge", "le", "eq")
    }
    assert met == {"ge": value >= target, "le": value <= target, "eq": value == target}


@given(numbers, st.sampled_from(Verdict), st.sampled_from(["", "℃", "K"]))
def test_a_value_in_the_indicators_unit_says_the_same_as_its_word(value, verdict, unit):
    told = [Told(1, verdict, value, unit)]
    comparable = unit != "K"
    if not comparable or (verdict is Verdict.MEETS) == (value >= 1200):
        check_answers([ASKED], told)
        return
    with pytest.raises(AnswerContradicts):
        check_answers([ASKED], told)


@given(st.lists(st.integers(1, 6), max_size=8), st.sets(st.integers(1, 5)))
def test_each_indicator_is_answered_once_or_none_is(named, known):
    asked = [Asked(id_, "x", "ge", Decimal(1), "") for id_ in sorted(known)]
    told = [Told(id_, Verdict.MEETS) for id_ in named]
    if not told or (set(named) == known and len(named) == len(known)):
        check_answers(asked, told)
        return
    with pytest.raises(AnswerIncomplete) as refused:
        check_answers(asked, told)
    assert refused.value.facts["missing"] == sorted(known - set(named))


# --- How soon ---------------------------------------------------------------------------


def awaited(days, due=14):
    answered = None if days is None else NOW + timedelta(days=days)
    return Awaited(NOW, answered, NOW + timedelta(days=due))


LATER = NOW + timedelta(days=30)


def test_four_of_five_were_answered_within_the_days_that_are_told():
    found = answering([awaited(days) for days in (1, 2, 3, 9, 20)], LATER)
    assert (found.responses, found.answered, found.in_time, found.within_days) == (5, 5, 4, 9)


def test_two_responses_tell_nothing_and_neither_do_too_many_without_an_answer():
    assert answering([awaited(1)] * 2, LATER).within_days is None
    found = answering([awaited(1), awaited(1), awaited(None), awaited(None)], LATER)
    assert (found.responses, found.answered, found.within_days) == (4, 2, None)


def test_what_still_has_time_counts_nothing():
    found = answering([awaited(None)] * 5, NOW)
    assert (found.responses, found.within_days) == (0, None)
    without_clock = Awaited(NOW, NOW + timedelta(days=3), None)
    assert answering([without_clock, Awaited(NOW, None, None)], LATER).in_time == 1


@given(st.lists(st.none() | st.integers(0, 60), max_size=12))
def test_the_days_hold_for_four_fifths_and_one_day_less_would_not(waits):
    found = answering([awaited(days) for days in waits], NOW + timedelta(days=90))
    assert found.responses == len(waits)
    if found.within_days is None:
        return

    def share(days):
        return sum(1 for one in waits if one is not None and max(1, one) <= days)

    assert 5 * share(found.within_days) >= 4 * len(waits)
    assert 5 * share(found.within_days - 1) < 4 * len(waits)
