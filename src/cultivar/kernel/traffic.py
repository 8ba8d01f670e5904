"""How many requests were answered since somebody asked: counted beside each answer at the price of one dict entry."""

from collections import Counter
from collections.abc import Mapping
from math import exp, log
from typing import NamedTuple

STEPS = 50
"""Steps of a latency's logarithm: two of one step differ by 2 % at most."""


class Count(NamedTuple):
    """Requests that went alike. `code`: of their error, or empty; `step`: of their latency, None where none is kept."""

    status: int
    code: str
    step: int | None

    @property
    def microseconds(self) -> int | None:
        """The latency, to 1 %."""
        return None if self.step is None else round(exp(self.step / STEPS))


class Traffic:
    """Counts requests; keeps the latency of those on the routes `timed`."""

    def __init__(self, timed: frozenset[str] = frozenset()) -> None:
        self._timed = timed
        self._counts: Counter[Count] = Counter()

    def count(self, route: str, status: int, code: str, seconds: float) -> None:
        """One request more; `route` is the template."""
        step = round(STEPS * log(max(1.0, seconds * 1e6))) if route in self._timed else None
        self._counts[Count(status, code, step)] += 1

    def take(self) -> Mapping[Count, int]:
        """All since the last call."""
        taken, self._counts = self._counts, Counter()
        return taken

    def give_back(self, taken: Mapping[Count, int]) -> None:
        """What could not be written down waits for the next call."""
        self._counts.update(taken)
