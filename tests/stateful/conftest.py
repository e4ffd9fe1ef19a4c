"""`pytest tests/stateful --hypothesis-profile=deep` looks further than the suite has time for.

`make faults` takes the deep one; `night` is for a machine that has nothing else to do.
"""

from hypothesis import settings

EXAMPLES = {"default": 10, "deep": 50, "night": 1000}

for name in EXAMPLES:
    if name != "default":
        settings.register_profile(name)
