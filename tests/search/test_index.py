"""The index itself: its version, its constraints, and how it is written anew."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from io import StringIO
from itertools import count
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
import rjieba
from django.core.management import call_command
from django.db import IntegrityError, connection

from core.db import transaction
from search import lexicon
from search.models import Document
from tests.factories import make_achievement
from tests.marketplace.conftest import make_need
from tests.search.test_search import found, indexed

pytestmark = pytest.mark.usefixtures("clock")


def test_reindexing_writes_what_others_wrote_and_what_is_of_an_older_version(
    enterprise, seller, anonymous, monkeypatch
):
    need = make_need(enterprise, title="虚构：气凝胶毡")
    make_achievement(seller)
    call_command("reindex_search", stdout=StringIO())
    assert found(anonymous, "气凝胶") == [("need", need.pk)]
    assert said("--missing") == [
        *("need: nothing to write", "achievement: nothing to write", "lot: nothing to write"),
        "enclave: nothing to write",
    ]
    Document.objects.filter(kind="need").update(version="older")
    assert said("--missing", "--kind", "need")[0].startswith("need: 1 written")
    assert Document.objects.get(kind="need").version == lexicon.version()


def said(*arguments):
    told = StringIO()
    call_command("reindex_search", *arguments, stdout=told)
    return told.getvalue().splitlines()[1:]


def test_the_version_follows_the_files(monkeypatch, tmp_path):
    before = lexicon.version()
    changed = tmp_path / "dictionary.txt"
    changed.write_text("气凝胶\n", encoding="utf-8")
    monkeypatch.setattr(lexicon, "_DICTIONARY", changed)
    assert lexicon.version.__wrapped__() != before


def test_two_first_questions_at_once_are_both_cut(monkeypatch):
    """In a process that has cut nothing yet; rjieba refuses two threads that tell it words."""
    meeting, met, told, tell = Barrier(2), [], count(), rjieba.add_word

    def add_word(*word: Any) -> None:
        if next(told) < 2:  # without the lock, the first one of each thread
            with suppress(BrokenBarrierError):
                met.append(meeting.wait(timeout=0.2))
        tell(*word)

    monkeypatch.setattr(rjieba, "add_word", add_word)
    lexicon._parts_of.cache_clear()
    lexicon._loaded.cache_clear()
    with ThreadPoolExecutor(2) as pool:
        cut = [*pool.map(lexicon.words_of, ["气凝胶毡"] * 2)]
    assert (met, cut[0]) == ([], cut[1])
    assert "气凝胶" in cut[0]


def test_every_synonym_names_its_source_and_stands_once():
    rows = json.loads(lexicon._SYNONYMS.read_text(encoding="utf-8"))
    terms = [term for row in rows for term in row["terms"]]
    assert all(row["source"] and len(row["terms"]) > 1 for row in rows)
    assert len(terms) == len(set(terms))


def test_a_document_is_of_one_thing_once(enterprise):
    indexed(make_need(enterprise))
    for changes in ({"object_id": 1}, {"kind": "user"}):
        document = Document.objects.get()
        document.pk = None
        if "kind" in changes:
            document.kind = "user"
        with (
            pytest.raises(IntegrityError, match="document_"),
            transaction(),
        ):
            document.save(force_insert=True)


def test_a_database_without_trigrams_says_what_to_install(db, monkeypatch):
    migration = import_module("search.migrations.0001_initial")
    monkeypatch.setattr(migration, "AVAILABLE", "SELECT false")
    with connection.schema_editor(atomic=False) as editor, pytest.raises(RuntimeError, match="pg_"):
        migration.check_available(None, editor)
