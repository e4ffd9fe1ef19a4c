"""Makes the demo world, once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo import world


class Command(BaseCommand):
    help = "Make the demo world by calling the actions; does nothing if it exists."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ENVIRONMENT != "demo":
            raise CommandError("The demo world has known passwords. It needs ENVIRONMENT=demo.")
        if world.exists():
            self.stdout.write("The demo world exists.")
            return
        world.build()
        self.stdout.write("The demo world is made.")
