"""Room for the frames of deep calls, asked of the system once.

CPython keeps the frames of a thread's calls in pieces of 16 KiB, some eighty calls. A call that
does not fit begins a piece of its own and gives it back when it returns, and so does the next one
at that depth: two system calls and a page fault each. Under pytest, Django's client and a
middleware or two, that depth is where queries are built. A frame that needs more than half of a
mebibyte gets a piece of a whole one, and what it calls finds room behind it.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import pytest
from _pytest.runner import pytest_runtest_protocol as run

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

# At eight bytes a little over half a mebibyte. Nothing touches them.
SLOTS = 70_000


def with_room(
    function: Callable[Parameters, Result], /, *args: Parameters.args, **kwargs: Parameters.kwargs
) -> Result:
    """Call it, with room for the frames of two thousand calls inside one another."""
    return function(*args, **kwargs)


with_room.__code__ = with_room.__code__.replace(co_stacksize=SLOTS)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """As pytest runs a test, with its fixtures, but with room."""
    return with_room(run, item, nextitem)
