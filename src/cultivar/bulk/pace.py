"""How many photos of batches are at work: all that the machine can do, one of each batch while people wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from cultivar.kernel.world import Engine

_LOOK_AGAIN_S = 0.01

_at_work: "WeakKeyDictionary[Engine, int]" = WeakKeyDictionary()
"""Photos of all batches of this process, by the engine that looks at them."""


class Pace:
    """Of one batch."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._own = 0

    @property
    def lanes(self) -> int:
        """As many as keep each network and each decoder of the machine at work."""
        plan = self._engine.plan
        return int(plan.lanes * plan.batch + plan.decoders)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Enter when there is room for a photo; people's photos are let by."""
        while self._own:
            if self._engine.held() <= _at_work.get(self._engine, 0):
                break
            await asyncio.sleep(_LOOK_AGAIN_S)
        self._own += 1
        _at_work[self._engine] = _at_work.get(self._engine, 0) + 1
        try:
            yield
        finally:
            self._own -= 1
            _at_work[self._engine] -= 1
