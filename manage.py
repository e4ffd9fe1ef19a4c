#!/usr/bin/env python
"""Django's command line; `make` lists the commands people need."""

import json
import os
import sys
from pathlib import Path

# Written by a running `make demo`, so that commands in another terminal reach the same world.
DEMO = Path(__file__).resolve().parent / ".local" / "demo.env"

if __name__ == "__main__":
    if "DATABASE_URL" not in os.environ and DEMO.is_file():
        os.environ.update(json.loads(DEMO.read_text()))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
