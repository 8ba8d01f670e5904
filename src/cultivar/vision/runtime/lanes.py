"""The queue before the networks: a few calls at once, callers of one network merged into a batch, never waited for."""

import asyncio
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cultivar.vision.runtime.models import LoadedModel
from cultivar.vision.runtime.pool import Observe
from cultivar.vision.runtime.sessions import Outputs


@dataclass(frozen=True, slots=True)
class Ran:
    """A caller's own rows of the outputs; the ms of the whole call, and the ms before it began."""

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
        """Outputs for uint8 (photos, height, width, 3). A cancelled caller gives up its place."""
        call = _Call(model, pixels, asyncio.get_running_loop().create_future())
        self._waiting.append(call)
        self._dispatch()
        try:
            return await call.reply
        finally:
            if call in self._waiting:
                self._waiting.remove(call)

    async def close(self) -> None:
        """Running calls end; waiting ones are cancelled."""
        for call in self._waiting:
            call.reply.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._threads.shutdown()

    def _dispatch(self) -> None:
        while self._free and self._waiting:
            self._free -= 1
            task = asyncio.create_task(self._run(self._next()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _next(self) -> list[_Call]:
        """The oldest call, and those of the same network that still fit into its batch, in their order."""
        first = self._waiting.popleft()
        calls, room = [first], self._batch - len(first.pixels)
        for call in list(self._waiting) if room > 0 else ():
            if call.model is first.model and len(call.pixels) <= room:
                self._waiting.remove(call)
                calls.append(call)
                room -= len(call.pixels)
        return calls

    async def _run(self, calls: list[_Call]) -> None:
        began = time.perf_counter()
        pixels = calls[0].pixels if len(calls) == 1 else np.concatenate([call.pixels for call in calls])
        work = asyncio.get_running_loop().run_in_executor(self._threads, calls[0].model.run, pixels)
        await asyncio.wait([work])
        self._free += 1
        self._dispatch()
        ms = (time.perf_counter() - began) * 1000
        self._observe("batch_photos", len(pixels))
        self._observe("inference_ms", ms)
        start = 0
        for call in calls:
            rows = slice(start, start + len(call.pixels))
            start = rows.stop
            if not call.reply.done():
                _settle(call, work, rows, ms, (began - call.since) * 1000)


def _settle(call: _Call, work: "asyncio.Future[Outputs]", rows: slice, ms: float, waited_ms: float) -> None:
    if error := work.exception():
        call.reply.set_exception(error)
    else:
        call.reply.set_result(Ran({name: values[rows] for name, values in work.result().items()}, ms, waited_ms))
