"""How the time to read a text grows with its length: a ratio of one run, whatever the load."""

from collections.abc import Callable
from time import thread_time
from typing import Final

TIMES: Final = 10
NEARLY_QUADRATIC: Final = TIMES * TIMES / 2
"""What a text of `TIMES` the length may take at most; linear reading takes about `TIMES`."""
RUNS: Final = 3


def growth(read: Callable[[str], object], text: str) -> float:
    """Return how much longer a text of `TIMES` the length takes; the best of a few runs of each."""

    def seconds(length: int) -> float:
        found = []
        for run in range(1, RUNS + 1):
            # Another text each time: some readers keep what they read.
            longer = " " * run + text * length
            begun = thread_time()
            read(longer)
            found.append(thread_time() - begun)
        return min(found)

    read(text)
    return seconds(TIMES) / seconds(1)
