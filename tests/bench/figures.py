"""Figures of many single measurements, and words about how far it is."""

import sys
from collections.abc import Sequence


def percentile(ordered: Sequence[float], share: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)]


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
