"""Identifiers: UUID version 7 (RFC 9562), which sort by the time they were made."""

import os
import threading
import time
from uuid import UUID


def new_id() -> UUID:
    """A UUIDv7: 48 bits of Unix milliseconds, a 12-bit sequence, 62 random bits.

    Within a process each is greater than the one before, whatever the clock does (RFC 9562, section 6.2, method 1).
    """
    milliseconds, sequence = divmod(_ticks.following(time.time_ns() // 1_000_000), 1 << 12)
    random = int.from_bytes(os.urandom(8), "big") >> 2
    return UUID(int=milliseconds << 80 | 7 << 76 | sequence << 64 | 0b10 << 62 | random)


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
