"""Bodies that are read whole into memory, bounded in all: many large or slow ones would fill it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from cultivar.kernel.errors import CultivarError, Unavailable

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
"""Of ASGI; spelled out, since processes without a web server have a world too."""

SILENCE_S = 60.0
"""How long a sender may be silent."""


class BodyStalled(CultivarError):
    status = 408
    code = "body_stalled"
    title = "What you were sending stopped coming, send it again"


class Intake:
    """Counts the bytes of bodies in memory, of which there are at most `limit`."""

    def __init__(self, limit: int, silence_s: float = SILENCE_S) -> None:
        self.held = 0
        self._limit, self._silence_s = limit, silence_s

    @contextmanager
    def reading(self, receive: Receive) -> Iterator[Receive]:
        """`receive`, whose bytes count until the end of the block.

        It raises Unavailable where all bodies together would have too many bytes, and BodyStalled where nothing came
        for long.
        """
        mine = 0

        async def counted() -> Message:
            nonlocal mine
            try:
                async with asyncio.timeout(self._silence_s):
                    message = await receive()
            except TimeoutError as error:
                raise BodyStalled from error
            arrived = len(message.get("body", b""))
            if self.held + arrived > self._limit:
                raise Unavailable("Too many photos are on their way at once.", retry_after=5)
            self.held += arrived
            mine += arrived
            return message

        try:
            yield counted
        finally:
            self.held -= mine
