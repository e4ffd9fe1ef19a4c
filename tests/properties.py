"""How many examples a property is tried with.

`brief` is what `make test` takes, which somebody waits for. `make check`, and so CI, takes
`thorough`: twice Hypothesis' own hundred. `deep` and `night` are for tests/stateful alone; `make
faults` takes the deep one, `night` is for a machine that has nothing else to do.
"""

from hypothesis import settings

EXAMPLES = {"brief": 20, "thorough": 200, "deep": 500, "night": 10_000}
FEWEST = 10


def register() -> None:
    """The profiles, and the one that counts where none is asked for.

    They are not timed: the machine that runs them may be busy with something else.
    """
    for name, number in EXAMPLES.items():
        settings.register_profile(name, deadline=None, max_examples=number)
    settings.load_profile("brief")


def fewer(share: float) -> settings:
    """For a property whose every example costs much: this share of what others are tried with."""
    return settings(max_examples=max(FEWEST, round(share * settings.default.max_examples)))
