"""How does each process get a database with all tables and the reference data at once?

All are copies of one, which is named after the content of everything it is made from and therefore
never stale. The embedded server hands it on to the next one (`config/prepared.py`); on a server of
your own it stays until the next one replaces it.
"""

import hashlib
import re
from io import StringIO
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db.backends.postgresql import creation

LOCK = 20_181_101  # any number, of everybody who makes or copies a prepared database
IMPORTED = re.compile(r"^\s*(?:from|import) ([\w.]+)(?: import (\([^)]*\)|.+))?", re.MULTILINE)


class DatabaseCreation(creation.DatabaseCreation):
    def create_test_db(
        self,
        verbosity: int = 1,
        autoclobber: bool = False,
        serialize: bool = True,
        keepdb: bool = False,
    ) -> str:
        name, prepared = self._get_test_db_name(), prepared_name()
        with self._nodb_cursor() as cursor:
            # Whoever is the first needs longer than any request may wait.
            cursor.execute("SET lock_timeout = 0; SET statement_timeout = 0")
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            if not self._database_exists(cursor, prepared):
                self._prepare(cursor, prepared)
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{prepared}"')
        self._use(name)
        self.connection.ensure_connection()
        return name

    def _prepare(self, cursor: Any, prepared: str) -> None:
        """Under another name until it is complete."""
        unfinished = f"unfinished_{prepared}"
        cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '^(unfinished_)?prepared_'")
        for (old,) in cursor.fetchall():
            cursor.execute(f'DROP DATABASE "{old}"')
        cursor.execute(f'CREATE DATABASE "{unfinished}"')
        self._use(unfinished)
        call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
        call_command("load_reference", stdout=StringIO())
        self.connection.close()
        cursor.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{prepared}"')

    def _use(self, name: str) -> None:
        self.connection.close()
        settings.DATABASES[self.connection.alias]["NAME"] = name
        self.connection.settings_dict["NAME"] = name


def prepared_name() -> str:
    digest = hashlib.sha256(django.get_version().encode())
    for path in sorted(made_from()):
        digest.update(str(path).encode() + path.read_bytes())
    return f"prepared_{digest.hexdigest()[:20]}"


def made_from() -> set[Path]:
    """Migrations and models of every app, reference data, its loading, and all that these import.

    The settings too: they say which apps there are.
    """
    base = Path(settings.BASE_DIR)
    found = set(base.glob("fixtures/reference/*.json"))
    first = [Path(__file__), *base.glob("config/settings*.py")]
    first += base.glob("*/management/commands/load_reference.py")
    for app in apps.get_app_configs():
        folder = Path(app.path)
        first += [*folder.glob("migrations/*.py"), *folder.glob("models.py")]
        first += folder.glob("models/*.py")
    _follow(base, first, found)
    return found


def _follow(base: Path, paths: list[Path], found: set[Path]) -> None:
    """Modules of this project; those of others change with their migrations or with Django."""
    for path in paths:
        if path in found:
            continue
        found.add(path)
        names = [
            part
            for module, imported in IMPORTED.findall(path.read_text())
            for part in (module, *(f"{module}.{word}" for word in re.findall(r"\w+", imported)))
        ]
        for name in names:
            place = base.joinpath(*name.split("."))
            candidates = [place.with_suffix(".py"), place / "__init__.py"]
            _follow(base, [each for each in candidates if each.is_file()], found)
