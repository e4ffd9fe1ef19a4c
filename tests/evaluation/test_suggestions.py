"""The suggestions on the judged set, which nobody tuned to, are better than plain keywords."""

import pytest

from tests.conftest import organization_of
from tests.evaluation.judged import ndcg, read, recall
from tests.evaluation.measure import load, measure


def test_an_order_is_worth_what_its_first_places_are():
    grades = {"a": 3, "b": 2, "c": 1}
    assert ndcg(["a", "b", "c"], grades) == 1
    assert ndcg(["x", "y"], grades) == 0
    assert 0 < ndcg(["c", "b", "a"], grades) < ndcg(["a", "c", "b"], grades) < 1
    assert ndcg([*"0123456789", "a"], grades) == 0
    assert recall(["a", "x", "c"], grades) == pytest.approx(2 / 3)
    assert recall([*(str(number) for number in range(20)), "a"], grades) == 0


def test_the_judged_set_is_large_enough_and_complete():
    judged = read("judged")
    keys = {one.key for one in judged.achievements}
    assert len(judged.needs) >= 30
    assert len(keys) == len(judged.achievements) >= 100
    for need in judged.needs:
        assert {1, 2, 3} <= set(need.grades.values())
        assert set(need.grades) <= keys


def test_the_suggestions_are_better_than_plain_keywords(enterprise, seller, clock):
    poster, owner = organization_of(enterprise), organization_of(seller)
    figures = measure(load(read("judged"), poster, owner, codes="judged"))
    assert figures["matching.ndcg10"] > figures["matching.ndcg10_baseline"]
    assert figures["matching.recall20"] >= figures["matching.recall20_baseline"]
