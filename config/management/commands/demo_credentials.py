"""Prints the demo's users and API clients again."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.demo import world
from config.demo.credentials import credentials


class Command(BaseCommand):
    help = "Print the users and API clients of the demo world."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if not world.exists():
            raise CommandError("There is no demo world in this database. Run: make demo")
        known = credentials(settings.PUBLIC_URL)
        if options["json"]:
            self.stdout.write(json.dumps(known, ensure_ascii=False))
            return
        for row in known["users"]:
            self.stdout.write(f"{row['username']:<12}{row['password']:<10}{row['role']}")
        for row in known["clients"]:
            self.stdout.write(f"{row['client_id']:<18}{row['client_secret']:<26}{row['scopes']}")
