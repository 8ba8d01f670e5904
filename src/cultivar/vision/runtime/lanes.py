"""The queue before the networks: a few calls at once, callers of one network merged into a batch, never waited for."""

import asyncio
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from cultivar.kernel.errors import Unavailable
from cultivar.vision.runtime.models import LoadedModel
from cultivar.vision.runtime.pool import STOPPING, Observe
from cultivar.vision.runtime.sessions import Outputs


@dataclass(frozen=True, slots=True)
class Ran:
    """One photo's outputs, without the photos' axis; the ms of the call it was in, and the ms before that began."""

    outputs: Outputs
    ms: float
    waited_ms: float


@dataclass(slots=True, eq=False)
class _Call:
    model: LoadedModel
    pixels: NDArray[np.uint8]
    reply: "asyncio.Future[Ran]"
    since: float = field(default_factory=time.perf_counter)


class Lanes:
    """Runs networks in threads; lives on one event loop."""

    def __init__(self, lanes: int, batch: int, observe: Observe) -> None:
        self._free = lanes
        self._batch = batch
        self._observe = observe
        self._waiting: deque[_Call] = deque()
        self._threads = ThreadPoolExecutor(lanes, thread_name_prefix="network")
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, model: LoadedModel, pixels: NDArray[np.uint8]) -> Ran:
        """The network's outputs for one photo, uint8 (height, width, 3). A cancelled caller gives up its place."""
        call = _Call(model, pixels, asyncio.get_running_loop().create_future())
        self._waiting.append(call)
        self._dispatch()
        try:
            return await call.reply
        finally:
            if call in self._waiting:
                self._waiting.remove(call)

    async def close(self) -> None:
        """Running calls end; whoever still waits is told that we stop."""
        for call in self._waiting:
            if not call.reply.done():
                call.reply.set_exception(Unavailable(STOPPING))
        self._waiting.clear()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._threads.shutdown()

    def _dispatch(self) -> None:
        while self._free and self._waiting:
            self._free -= 1
            task = asyncio.create_task(self._run(self._next()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _next(self) -> list[_Call]:
        """The oldest call, and those of the same network that fit into its batch, in their order."""
        first = self._waiting[0]
        calls = list(islice((call for call in self._waiting if call.model is first.model), self._batch))
        for call in calls:
            self._waiting.remove(call)
        return calls

    async def _run(self, calls: list[_Call]) -> None:
        began = time.perf_counter()
        model, pixels = calls[0].model, np.stack([call.pixels for call in calls])
        work = asyncio.get_running_loop().run_in_executor(self._threads, model.run, pixels)
        await asyncio.wait([work])
        self._free += 1
        self._dispatch()
        ms = (time.perf_counter() - began) * 1000
        self._observe("batch_photos", len(calls))
        self._observe("inference_ms", ms)
        error = work.exception()
        for row, call in enumerate(calls):
            if call.reply.done():
                continue
            if error:
                call.reply.set_exception(error)
            else:
                outputs = {name: values[row] for name, values in work.result().items()}
                call.reply.set_result(Ran(outputs, ms, (began - call.since) * 1000))
