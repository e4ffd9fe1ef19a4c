"""Loads fixtures/reference: the data the product needs everywhere. Safe to repeat."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.models import Model

from accounts.models import City
from auctions.policies import load_default_policies
from core.db import transaction
from core.models import Holiday, ReferenceFigure
from enclaves.places import load_published_places
from marketplace.models import TechnologyField

# Each file with its table and the natural key of a row.
TABLES: dict[str, tuple[type[Model], str]] = {
    "cities": (City, "code"),
    "fields": (TechnologyField, "code"),
    "holidays": (Holiday, "date"),
    "figures": (ReferenceFigure, "key"),
}


class Command(BaseCommand):
    help = "Load reference data and the first policies; what is there is brought up to date."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction():
            for name, (model, key) in TABLES.items():
                path = settings.BASE_DIR / "fixtures" / "reference" / f"{name}.json"
                rows = json.loads(path.read_text(encoding="utf-8"))
                for row in rows:
                    own = {key: row.pop(key)}
                    model._default_manager.update_or_create(**own, defaults=row)
                self.stdout.write(f"{name}: {len(rows)}")
            self.stdout.write(f"places: {load_published_places()}")
            self.stdout.write(f"policies: {load_default_policies()}")
