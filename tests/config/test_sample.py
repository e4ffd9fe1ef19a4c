"""The command that fills an empty marketplace for load tests."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from config import sample
from marketplace.models import Achievement, Need, TechnologyField
from search.models import Document
from tests.factories import make_achievement


def load(**options):
    told = StringIO()
    call_command("load_sample", stdout=told, **options)
    return told.getvalue().splitlines()


def test_the_sample_is_complete_public_and_found(db, anonymous):
    told = load(needs=3, achievements=5)
    assert [line.partition(",")[0] for line in told] == ["needs: 3 of 3", "achievements: 5 of 5"]
    assert (Need.objects.count(), Achievement.objects.count()) == (3, 5)
    assert len(anonymous.get("/api/v1/needs").json()["results"]) == 3
    assert anonymous.get("/api/v1/search?q=虚构").json()["count"] == 8
    need = Need.objects.latest("id")
    assert anonymous.get(f"/api/v1/needs/{need.pk}/matches").status_code == 200
    load(needs=0, achievements=1)  # beside its own there may be more of it
    assert Achievement.objects.count() == 6
    sample.forget()
    assert not Document.objects.exists()
    assert not Need.objects.exists()


def test_the_sample_is_not_mixed_with_other_peoples(seller):
    make_achievement(seller)
    with pytest.raises(CommandError, match="--beside-others"):
        load(needs=1, achievements=1)
    load(needs=1, achievements=0, beside_others=True)
    assert Need.objects.count() == 1


def test_without_reference_data_one_sentence_says_what_to_run(db):
    TechnologyField.objects.all().delete()
    with pytest.raises(CommandError, match="load_reference"):
        load(needs=1, achievements=0)


def test_lists_and_search_of_the_sample_stay_within_their_statements(
    db, anonymous, django_assert_max_num_queries
):
    load(needs=30, achievements=30)
    for path, most in {
        "/api/v1/needs?limit=30": 3,
        "/api/v1/achievements?limit=30": 6,  # one for each part of the dossier
        "/api/v1/search?q=虚构&limit=50": 3,
    }.items():
        with django_assert_max_num_queries(most):
            assert len(anonymous.get(path).json()["results"]) >= 30
