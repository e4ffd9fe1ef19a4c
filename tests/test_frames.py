"""What a call costs must not depend on how deep it stands."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from resource import RUSAGE_THREAD, getrusage

from tests.frames import with_room

DEPTH = 400
TIMES = 200


def step() -> None:
    """Its frame no longer fits where its caller ends one of Python's pieces."""


def descend(depth: int) -> None:
    """As a loop that calls, at every depth."""
    for _ in range(TIMES):
        step()
    if depth:
        descend(depth - 1)


def pages(function: Callable[..., object], *args: object) -> int:
    """How many of them a thread asks for that does nothing else."""

    def count() -> int:
        before = getrusage(RUSAGE_THREAD).ru_minflt
        function(*args)
        return getrusage(RUSAGE_THREAD).ru_minflt - before

    with ThreadPoolExecutor(1) as thread:  # no test's runner has made room there
        return thread.submit(count).result()


def test_no_depth_asks_for_pages_again_and_again():
    assert pages(with_room, descend, DEPTH) < TIMES < pages(descend, DEPTH)
