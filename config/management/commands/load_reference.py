"""Loads fixtures/reference: the data the product needs everywhere. Safe to repeat."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.models import Model

from accounts.models import City
from core.db import transaction
from marketplace.models import TechnologyField

TABLES: dict[str, type[Model]] = {"cities": City, "fields": TechnologyField}


class Command(BaseCommand):
    help = "Load cities and technology fields; existing rows are brought up to date."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction():
            for name, model in TABLES.items():
                path = settings.BASE_DIR / "fixtures" / "reference" / f"{name}.json"
                rows = json.loads(path.read_text(encoding="utf-8"))
                for row in rows:
                    code = row.pop("code")
                    model._default_manager.update_or_create(code=code, defaults=row)
                self.stdout.write(f"{name}: {len(rows)}")
