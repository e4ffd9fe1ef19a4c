"""The benchmark in small: is everything right that it measures? Never how fast it is.

A step of `make check` and no part of the suite, for it tries the benchmark and not the product.
"""

import os

import pytest

from search.models import Document
from tests.bench.run import Sizes, one_round, prepare
from tests.races.test_killed_worker import database_url

pytestmark = pytest.mark.django_db(transaction=True)

SMALL = Sizes(
    bidders=(8,),
    many=5,
    scattered=3,
    scattered_s=0.5,
    storm=30,
    watchers=(8,),
    watched_s=1.0,
    by_beat=False,  # tests/auctions/test_closers.py
    needs=20,
    achievements=60,
    searched=1,
    judged="development",  # tests/evaluation/test_suggestions.py
)


@pytest.fixture
def processes_see_this_database(monkeypatch):
    """The benchmark's processes are found by the environment."""
    monkeypatch.setenv("DATABASE_URL", database_url())
    monkeypatch.setitem(os.environ, "DJANGO_SETTINGS_MODULE", "config.settings_test")


@pytest.mark.usefixtures("processes_see_this_database")
def test_every_part_answers_rightly_and_leaves_what_it_found():
    """Each part checks for itself, after its load, and raises `tests.bench.truth.Wrong`."""
    place = prepare(SMALL)
    documents = Document.objects.count()
    figures = one_round(place, SMALL, None, seconds=0.3, number=0)
    assert figures["matching.ndcg10"] > figures["matching.ndcg10_baseline"]
    assert figures["search_60.p95_ms"] > 0
    assert figures["matches_60.p95_ms"] > 0
    assert Document.objects.count() == documents, "what was searched is gone"
    for name in ("floor_8", "floor_many", "gateway_8", "gateway_many", "door_8", "hopeless_8"):
        assert figures[f"{name}.per_s"] > 0
    assert figures["hopeless_8.refused_per_s"] > figures["hopeless_8.per_s"]
    assert {"close_storm_30.last_ms", "close_scattered.p99_ms", "stream_8.kb_each"} <= set(figures)
