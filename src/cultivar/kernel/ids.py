"""Identifiers: UUID version 7 (RFC 9562), which sort by the time they were made."""

import os
import threading
import time
from uuid import UUID, uuid4


def new_id() -> UUID:
    """A UUIDv7: 48 bits of Unix milliseconds, a 12-bit sequence, 62 random bits.

    Within a process each is greater than the one before, whatever the clock does (RFC 9562, section 6.2, method 1).
    """
    return _version_7(*divmod(_ticks.following(time.time_ns() // 1_000_000), 1 << 12))


def hourly_id(place: int) -> UUID:
    """A UUIDv7 that knows the hour alone; `place`, 0..4095, orders the parts of one thing."""
    hour = time.time_ns() // 3_600_000_000_000 * 3_600_000
    return _version_7(hour, min(place, (1 << 12) - 1))


def _version_7(milliseconds: int, sequence: int) -> UUID:
    random = int.from_bytes(os.urandom(8), "big") >> 2
    return UUID(int=milliseconds << 80 | 7 << 76 | sequence << 64 | 0b10 << 62 | random)


def new_silent_id() -> UUID:
    """A UUIDv4, which does not say when it was made: for what must not be linked with a log by its time."""
    return uuid4()


class _Ticks:
    """Milliseconds with a 12-bit sequence below them; a full sequence borrows from the next millisecond."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def following(self, milliseconds: int) -> int:
        with self._lock:
            self._last = max(milliseconds << 12, self._last + 1)
            return self._last


_ticks = _Ticks()
