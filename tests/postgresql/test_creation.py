"""A prepared database is named after all that it is made from."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.postgresql import creation


def test_migrations_models_and_reference_data_name_it_and_what_they_import() -> None:
    base = settings.BASE_DIR
    found = {str(path.relative_to(base)) for path in creation.made_from()}
    assert found >= {str(path.relative_to(base)) for path in base.glob("*/migrations/*.py")}
    assert found >= {
        "auctions/models/lots.py",
        "auctions/policies.py",
        "auctions/rules/policy.py",
        "config/management/commands/load_reference.py",
        "config/settings.py",
        "core/append_only.py",
        "fixtures/reference/cities.json",
        "tests/postgresql/creation.py",
    }
    assert not any("views" in path or "templates" in path for path in found)


def test_one_changed_byte_gives_another_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "0002_more.py"
    file.write_text("a")
    monkeypatch.setattr(creation, "made_from", lambda: {file})
    before = creation.prepared_name()
    assert creation.prepared_name() == before
    file.write_text("b")
    assert creation.prepared_name() != before


@pytest.mark.parametrize(
    "line",
    [
        "from core import (\n    clock,\n    db,\n)",
        "from core import clock, db as d",
        "if 1:\n    import core.db",
    ],
)
def test_imports_are_followed_however_they_are_written(line: str, tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(line)
    found: set[Path] = set()
    creation._follow(settings.BASE_DIR, [module], found)
    assert settings.BASE_DIR / "core/db.py" in found


@pytest.mark.django_db
def test_this_database_is_a_copy_and_complete() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations")
        [applied] = cursor.fetchone()
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [creation.prepared_name()])
        assert cursor.rowcount == 1
    ours = len(list(settings.BASE_DIR.glob("*/migrations/0*.py")))
    assert applied > ours
