"""Runs a program of the product with the planted bugs in it: python -m tests.faults.planted …

What follows is what would follow `python`: `-m uvicorn …` or `manage.py run_closer`.
"""

import runpy
import sys

import django


def main(arguments: list[str]) -> None:
    django.setup()
    from tests.faults.bugs import plant_all

    plant_all()
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = arguments
        runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
