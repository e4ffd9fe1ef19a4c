"""Which tests come first, and which go to one process: whole files, and files that share what is
costly to make.
"""

from collections.abc import Generator
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

# Handed out one by one, files that share a browser or the matrix's world would make three of them.
TOGETHER = (
    ("tests/browser/",),
    (
        *("tests/test_permissions.py", "tests/test_reads.py"),
        *("tests/test_bad_addresses.py", "tests/test_bad_input.py"),
    ),
)
# The longest first; those of the browser mostly wait, for which others are glad.
LONGEST = (
    *TOGETHER[1],
    "tests/browser/",
    "tests/admin/test_reading.py",
    "tests/streams/",
    "tests/test_tiers.py",
    "tests/admin/test_access.py",
    "tests/admin/test_steps.py",
    "tests/config/test_embedded.py",
    "tests/admin/",
    "tests/stateful/",
    "tests/races/",
)


class Scheduling(LoadFileScheduling):
    def _split_scope(self, nodeid: str) -> str:
        shared = (files[0] for files in TOGETHER if nodeid.startswith(files))
        return next(shared, super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return Scheduling(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """One order in every process: cases made from sets come in another order in each worker.

    A process works through whole files, so those that take longest come first: begun last, one of
    them would keep a process busy when the others have nothing left. Before them, files that start
    from the standing world come one after the other, so that a process makes it once.
    pytest-django would leave all that commit for the end, where three of them wait for their
    browsers and servers at once; its order counts within a file.
    """
    standing = {item.path for item in items if starts_from_a_world(item)}

    def place(item: pytest.Item) -> tuple[bool, int, str, bool]:
        """Within such a file, what needs no world comes when it is in use: see `Standing.clear`."""
        file = item.nodeid.partition("::")[0]
        return item.path not in standing, _longest(file), file, not starts_from_a_world(item)

    items.sort(key=lambda item: item.nodeid)
    result = yield
    items.sort(key=place)
    return result


@pytest.hookimpl(tryfirst=True)
def pytest_report_to_serializable(report: Any) -> None:
    """Of a test that passed nobody asks for its keywords, most of what a process would tell."""
    if report.passed:
        report.keywords = {}


def _longest(file: str) -> int:
    """The place among those that take longest."""
    places = (place for place, name in enumerate(LONGEST) if file.startswith(name))
    return next(places, len(LONGEST))


def starts_from_a_world(item: pytest.Item) -> bool:
    return "standing_world" in getattr(item, "fixturenames", ())
