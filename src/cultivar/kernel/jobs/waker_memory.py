"""Waking within one process."""

import asyncio
from contextlib import suppress


class MemoryWaker:
    """For the server that does its own jobs."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def wake(self) -> None:
        self._event.set()

    async def wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)
        self._event.clear()

    async def close(self) -> None:
        """Nothing is open."""
