"""The score of a match: from 0 to 100, made of its reasons, and only better by what is better."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.rules.matching import (
    MOST,
    SHOWN_WORDS,
    AchievementSide,
    Component,
    Corpus,
    NeedSide,
    Wanted,
    fit,
    meets,
    stated_figure,
)

word_counts = st.dictionaries(
    st.sampled_from([f"词{number}" for number in range(12)]), st.integers(1, 9).map(float)
)
codes = st.sampled_from(["", "NM", "AI"])
industries = st.sampled_from(["", "C3985", "C3981", "C39", "I65"])
cities = st.sampled_from(["", "330100", "320500"])
wanteds = st.builds(
    Wanted,
    name=st.sampled_from(["寿命", "效率", ""]),
    operator=st.sampled_from(["ge", "le", "eq"]),
    target=st.integers(-5, 5).map(Decimal),
    unit=st.sampled_from(["", "%"]),
)
needs = st.builds(
    NeedSide,
    words=word_counts,
    field=codes,
    industry=industries,
    city=cities,
    province=cities,
    indicators=st.lists(wanteds, max_size=3),
)
achievements = st.builds(
    AchievementSide,
    words=word_counts,
    field=codes,
    industry=industries,
    city=cities,
    province=cities,
    text=st.sampled_from(["", "寿命3%，效率为-2%", "效率 4"]),
    readiness=st.floats(0, 1),
)
corpora = st.builds(
    Corpus,
    shares=st.dictionaries(st.sampled_from(["词1", "词2"]), st.floats(0, 1)),
    length=st.just(20.0),
)


def points(found, component):
    return sum(one.points for one in found.reasons if one.component is component)


@given(needs, achievements, corpora)
def test_a_score_lies_between_0_and_100_and_is_made_of_its_reasons(need, achievement, corpus):
    found = fit(need, achievement, corpus)
    assert 0 <= found.score <= 100
    assert abs(sum(one.points for one in found.reasons) - found.exact) <= len(found.reasons)
    for one in found.reasons:
        assert 0 <= one.points <= MOST[one.component]
        assert one.facts
    assert len({one.component for one in found.reasons}) == len(found.reasons)


def test_the_components_give_100_together():
    assert sum(MOST.values()) == 100
    assert set(MOST) == set(Component)


@given(needs, achievements, corpora)
def test_a_word_in_common_never_takes_points_away(need, achievement, corpus):
    more = replace(need, words={**need.words, "新词": 1.0})
    before = fit(more, achievement, corpus)
    long = Corpus(corpus.shares, corpus.rare, length=corpus.length)
    with_it = replace(achievement, words={**achievement.words, "新词": 1.0})
    heavier = Corpus(long.shares, long.rare, length=long.length * 10_000)
    assert fit(more, with_it, heavier).exact >= fit(more, achievement, heavier).exact - 1e-9
    assert before.exact >= 0


@given(needs, achievements, corpora)
def test_readiness_field_and_city_only_help(need, achievement, corpus):
    best = replace(
        achievement, readiness=1.0, field=need.field, city=need.city, industry=need.industry
    )
    assert fit(need, best, corpus).exact >= fit(need, achievement, corpus).exact - 1e-9


def test_a_rare_word_says_more_than_a_common_one():
    corpus = Corpus({"材料": 0.5, "气凝胶": 0.001})
    need = NeedSide(words={"材料": 1, "气凝胶": 1})
    common = fit(need, AchievementSide(words={"材料": 1}), corpus)
    rare = fit(need, AchievementSide(words={"气凝胶": 1}), corpus)
    assert rare.score > common.score


def test_the_words_that_say_most_are_told_and_not_their_parts():
    words = {f"词{number}甲": 1.0 for number in range(9)} | {"锂离子电池": 5.0, "电池": 5.0}
    found = fit(NeedSide(words=words), AchievementSide(words=words), Corpus())
    told = found.reasons[0].facts["words"]
    assert told[0] == "锂离子电池"
    assert "电池" not in told
    assert len(told) == SHOWN_WORDS


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        ("C3985", "C3985", 4),
        ("C3985", "C3981", 2),
        ("C3985", "I6500", 0),
        ("", "", 0),
        ("", "C", 0),
    ],
)
def test_an_industry_counts_in_full_or_by_its_division(own, other, expected):
    found = fit(NeedSide({}, industry=own), AchievementSide({}, industry=other), Corpus())
    assert points(found, Component.INDUSTRY) == expected


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        (("330100", "330000", "330100", "330000"), 5),
        (("330100", "330000", "330700", "330000"), 3),
        (("330100", "330000", "320500", "320000"), 0),
        (("", "", "", ""), 0),
    ],
)
def test_the_same_city_counts_more_than_the_same_province(places, expected):
    city, province, other_city, other_province = places
    found = fit(
        NeedSide({}, city=city, province=province),
        AchievementSide({}, city=other_city, province=other_province),
        Corpus(),
    )
    assert points(found, Component.CITY) == expected


@pytest.mark.parametrize(
    ("text", "name", "unit", "stated"),
    [
        ("循环寿命16000次，安全", "循环寿命", "次", "16000"),
        ("循环寿命达到 1.5 万次", "循环寿命", "次", None),
        ("循环寿命为-40°c", "循环寿命", "°c", "-40"),
        ("循环寿命高。能量效率80次", "循环寿命", "次", None),
        ("效率81%", "循环寿命", "%", None),
        ("效率81", "效率", "", "81"),
        ("效率81", "", "", None),
        ("a+b 5", "a+b", "", "5"),
    ],
)
def test_a_figure_is_read_right_after_its_name_in_its_unit(text, name, unit, stated):
    found = stated_figure(text, name, unit)
    assert found == (None if stated is None else Decimal(stated))


@pytest.mark.parametrize(
    ("operator", "figure", "met"),
    [
        *(("ge", "5", True), ("ge", "4.9", False), ("le", "5", True), ("le", "5.1", False)),
        *(("eq", "5.0", True), ("eq", "6", False)),
    ],
)
def test_a_stated_figure_meets_its_target_or_not(operator, figure, met):
    assert meets(Decimal(figure), Wanted("x", operator, Decimal(5), "")) is met


def test_an_indicator_that_falls_short_is_told_and_gives_nothing():
    need = NeedSide(
        {},
        indicators=[
            Wanted("寿命", "ge", Decimal(5), ""),
            Wanted("效率", "ge", Decimal(5), ""),
            Wanted("噪声", "le", Decimal(5), ""),
        ],
    )
    found = fit(need, AchievementSide({}, text="寿命6，效率4"), Corpus())
    (reason,) = (one for one in found.reasons if one.component is Component.INDICATORS)
    assert reason.facts == {"met": ["寿命"], "missed": ["效率"], "of": 3}
    assert reason.points == round(MOST[Component.INDICATORS] / 3)
