"""Folding, stems, questions, vectors, snippets and cursors: properties, and edges one by one."""

from datetime import UTC, datetime
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidValue
from search.rules.cursors import Cursor, read_cursor
from search.rules.questions import (
    MOST_WORDS,
    Asked,
    Cut,
    any_of,
    card_condition,
    tsquery,
    understand,
)
from search.rules.snippets import hits, marked, snippet
from search.rules.text import LONGEST_WORD, fold, fold_with_places, runs, stem
from search.rules.vectors import LAST_PLACE, MOST_PLACES, Weight, number, tsvector, words_in

texts = st.text(
    alphabet=st.one_of(
        st.sampled_from("锂电池隔膜ＡａA1１㎡ﷺ<>&\"'em \u0301İ-_%"), st.characters(codec="utf-8")
    ),
    max_size=60,
)
words = st.sets(st.sampled_from(["锂", "电池", "锂电池", "a", "a1", "em", "膜"]), max_size=4)


@given(texts)
def test_folding_twice_is_folding_once_for_letters_that_are_searched(text):
    assert fold("ＡＢｃ１２㎡") == "abc12m2"
    folded, places = fold_with_places(text)
    assert len(folded) == len(places)
    assert list(places) == sorted(places)
    assert all(0 <= place < len(text) for place in places)
    assert folded == "".join(fold(char) for char in text)


@given(texts)
def test_runs_are_the_letters_of_the_text_in_their_order(text):
    folded, last = fold(text), 0
    for run in runs(folded):
        assert folded[run.start : run.start + len(run.text)] == run.text
        assert run.start >= last
        last = run.start + len(run.text)


def test_chinese_and_other_letters_are_runs_of_their_own():
    found = [(run.text, run.is_han) for run in runs("sic功率器件1200v 0.5mm, tc4")]
    assert found == [
        *(("sic", False), ("功率器件", True), ("1200v", False)),
        *(("0.5", False), ("mm", False), ("tc4", False)),
    ]


@pytest.mark.parametrize(
    ("word", "stemmed"),
    [
        *(("batteries", "battery"), ("cells", "cell"), ("gases", "gase"), ("boxes", "box")),
        *(("classes", "class"), ("glass", "glass"), ("bus", "bus"), ("apparatus", "apparatus")),
        *(("basis", "basis"), ("ties", "ties"), ("ic", "ic"), ("5gs", "5gs"), ("été", "été")),
        ("x" * 100, "x" * LONGEST_WORD),
    ],
)
def test_a_stem_is_an_english_word_without_its_plural(word, stemmed):
    assert stem(word) == stemmed


SYNONYMS = {
    ("锂电池",): [("锂离子电池",), ("lithium", "battery")],
    ("lithium", "battery"): [("锂电池",)],
}


def test_a_word_is_met_by_itself_its_synonyms_and_all_its_parts_together():
    (asked,) = understand([Cut("锂电池", ("锂", "电池"))], SYNONYMS)
    assert asked.phrases == (("锂电池",), ("锂离子电池",), ("lithium", "battery"))
    assert asked.ways == (*asked.phrases, ("锂", "电池"))
    assert asked.words == {"锂电池", "锂离子电池", "lithium", "battery", "锂", "电池"}


def test_a_known_phrase_is_taken_together_and_a_word_once():
    asked = understand([Cut("lithium"), Cut("battery"), Cut("stack"), Cut("stack")], SYNONYMS)
    assert [one.phrases[0] for one in asked] == [("lithium", "battery"), ("stack",)]
    assert understand([Cut("lithium")], {}) == [Asked((("lithium",),))]


def test_one_part_is_no_other_way_to_meet_a_word():
    (asked,) = understand([Cut("电池", ("电",))], {})
    assert asked.ways == (("电池",),)


def test_a_long_question_is_cut():
    assert len(understand([Cut(str(number)) for number in range(100)], {})) == MOST_WORDS


def test_a_query_asks_for_every_word_or_for_any():
    asked = understand([Cut("锂电池"), Cut("o'\\")], {("锂电池",): [("lithium", "battery")]})
    assert tsquery(asked) == "(('锂电池') | ('lithium' & 'battery')) | (('o''\\\\'))"
    has_any, has_all = "d.words && %s::int[]", "d.words @> %s::int[]"
    condition, values = card_condition(asked, every=True)
    assert condition == f"(({has_any} OR {has_all}) AND ({has_any}))"
    assert values == [[number("锂电池")], [number("lithium"), number("battery")], [number("o'\\")]]
    assert card_condition(asked, every=False)[0] == condition.replace(" AND ", " OR ")
    assert -(2**31) <= number("锂电池") < 2**31 != number("锂")
    assert any_of({"b", "a"}) == "'a' | 'b'"


def test_a_vector_says_where_a_word_stands_and_what_it_counts_there():
    found = tsvector({Weight.TITLE: ["锂", "电池"], Weight.KEYWORDS: [], Weight.TEXT: ["锂", "o'"]})
    assert found == "'锂':1A,23C '电池':2A 'o''':24C"


def test_the_words_of_a_vector_count_by_where_they_stand():
    vector = "'0.5':4C '电池':2A,24C 'b':3B '无':1A"
    assert words_in(vector, {"A": 2, "B": 0, "C": 1}) == {"0.5": 1, "电池": 3, "无": 2}
    assert words_in("", {}) == {}


def test_a_vector_stays_within_what_postgresql_keeps():
    found = tsvector({Weight.TEXT: ["a"] * 500 + ["b"] * 20_000 + ["c"]})
    assert found.split(" ")[0].count(",") == MOST_PLACES - 1
    assert found.endswith(f"'c':{LAST_PLACE}C")


@given(texts, words)
def test_marking_changes_nothing_but_what_is_marked(text, wanted):
    shown = marked(text, hits(text, wanted))
    assert unescape(shown.replace("<em>", "").replace("</em>", "")) == unescape(
        marked(text, []).replace("<em>", "")
    )
    bare = shown.replace("<em>", "").replace("</em>", "")
    assert "<" not in bare
    assert ">" not in bare
    assert shown.count("<em>") == shown.count("</em>") == len(hits(text, wanted))


@given(texts, words, st.integers(1, 30))
def test_a_snippet_is_a_marked_part_of_the_text(text, wanted, length):
    shown = snippet(text, hits(text, wanted), length=length)
    bare = unescape(shown.replace("<em>", "").replace("</em>", ""))
    assert bare.strip("…") in text or "…" in text or "&" in text
    assert len(bare) <= length + 2 or "&" in text


def mark(text, wanted):
    return marked(text, hits(text, wanted))


def cut(text, wanted, **length):
    return snippet(text, hits(text, wanted), **length)


def test_hits_are_found_in_folded_letters_and_shown_as_typed():
    assert mark("ＬｉＤＡＲ与<b>锂电池", {"lidar", "电池", "锂电池"}) == (
        "<em>ＬｉＤＡＲ</em>与&lt;b&gt;<em>锂电池</em>"
    )
    assert mark("Batteries", {"battery"}) == "<em>Batteries</em>"


def test_a_snippet_begins_shortly_before_the_first_hit():
    text = "前" * 100 + "锂电池" + "后" * 100
    shown = cut(text, {"锂电池"}, length=40)
    assert shown == "…" + "前" * 20 + "<em>锂电池</em>" + "后" * 17 + "…"
    assert cut("短", {"锂"}) == "短"
    assert cut("锂电池" + "后" * 9 + "锂电池", {"锂电池"}, length=5) == "<em>锂电池</em>后后…"


AT = datetime(2026, 3, 1, 8, 0, 0, 5, tzinfo=UTC)
WAYS = frozenset({"every_word"})


@given(st.integers(0, 2**31 - 1), st.datetimes(timezones=st.just(UTC)), st.integers(0, 2**63 - 1))
def test_a_cursor_is_read_as_it_was_written(rank, at, number):
    for backwards in (False, True):
        cursor = Cursor("every_word", rank, at, number, backwards)
        assert read_cursor(cursor.text(), WAYS) == cursor


@given(st.text(max_size=30))
def test_any_other_text_is_no_cursor(text):
    with pytest.raises(InvalidValue):
        read_cursor(text, WAYS)


@pytest.mark.parametrize(
    "values",
    [
        *('["nope",1,"2026-03-01T08:00:00+00:00",1,0]', '["every_word",-1,"x",1,0]', "[]", "{}"),
        *('["every_word",1,"2026-13-01T08:00:00+00:00",1,0]', '["every_word",1,5,1,0]', "5"),
        *('["every_word",true,"2026-03-01T08:00:00+00:00",1,0]', "[" * 150),
        '["every_word",1,"2026-03-01T08:00:00+00:00",9223372036854775808,0]',
        '["every_word",1,"2026-03-01T08:00:00+00:00",1,2]',
        '[["every_word"],1,"2026-03-01T08:00:00+00:00",1,2]',
    ],
)
def test_a_forged_cursor_is_refused(values):
    import base64

    text = base64.urlsafe_b64encode(values.encode()).decode().rstrip("=")
    with pytest.raises(InvalidValue):
        read_cursor(text, WAYS)
    with pytest.raises(InvalidValue):
        read_cursor("a" * 300, WAYS)
