"""Gives an organization's system its OAuth 2 client credentials."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.clients import create_api_client
from core.errors import Refusal


class Command(BaseCommand):
    help = "Create an API client for an organization and print its credentials, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--organization",
            required=True,
            metavar="CODE",
            help="the organization's unified social credit code",
        )
        parser.add_argument(
            "--scopes", required=True, help='separated by blanks: "lots:read bids:write"'
        )
        parser.add_argument("--name", default="", help="what the client is called")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            credentials = create_api_client(
                credit_code=options["organization"],
                scopes=options["scopes"].split(),
                name=options["name"],
            )
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        fields = {
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
        }
        if options["json"]:
            self.stdout.write(json.dumps(fields))
            return
        for name, value in fields.items():
            self.stdout.write(f"{name}: {value}")
        self.stdout.write("The secret is stored as a hash only; it cannot be shown again.")
