"""The queue before the networks: a few calls at once, callers of one network merged into a batch, never waited for."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from cultivar.kernel.errors import Unavailable
from cultivar.vision.runtime.models import Network
from cultivar.vision.runtime.pool import STOPPING, Observe
from cultivar.vision.runtime.sessions import Outputs

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Ran(Generic[Read]):
    """What was read from one caller's outputs; the ms of the call they were in, and the ms before that began."""

    read: Read
    ms: float
    waited_ms: float


@dataclass(slots=True, eq=False)
class _Call:
    network: Network
    pixels: NDArray[np.uint8]
    read: Callable[[Outputs], Any]
    reply: "asyncio.Future[Ran[Any]]"
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

    async def run(self, network: Network, pixels: NDArray[np.uint8], read: Callable[[Outputs], Read]) -> Ran[Read]:
        """What `read` makes, in the network's thread, of its outputs for one caller's uint8 (n, height, width, 3).

        A cancelled caller gives up its place.
        """
        call = _Call(network, pixels, read, asyncio.get_running_loop().create_future())
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
        calls = list(islice((call for call in self._waiting if call.network is first.network), self._batch))
        for call in calls:
            self._waiting.remove(call)
        return calls

    async def _run(self, calls: list[_Call]) -> None:
        began = time.perf_counter()
        work = asyncio.get_running_loop().run_in_executor(self._threads, _work, calls)
        await asyncio.wait([work])
        self._free += 1
        self._dispatch()
        ms = (time.perf_counter() - began) * 1000
        self._observe("batch_photos", len(calls))
        self._observe("inference_ms", ms)
        error = work.exception()
        for place, call in enumerate(calls):
            if call.reply.done():
                continue
            if error:
                call.reply.set_exception(error)
            else:
                call.reply.set_result(Ran(work.result()[place], ms, (began - call.since) * 1000))


def _work(calls: list[_Call]) -> list[Any]:
    """One call of the network for all callers; what each reads from its own rows."""
    if len(calls) == 1:
        return [calls[0].read(calls[0].network.run(calls[0].pixels))]
    outputs = calls[0].network.run(np.concatenate([call.pixels for call in calls]))
    read, begin = [], 0
    for call in calls:
        end = begin + len(call.pixels)
        read.append(call.read({name: rows[begin:end] for name, rows in outputs.items()}))
        begin = end
    return read
