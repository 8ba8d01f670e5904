import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import numpy as np
import pytest
import pytest_asyncio

from cultivar.kernel.errors import Unavailable
from cultivar.vision.runtime.lanes import Lanes
from cultivar.vision.runtime.models import Network
from cultivar.vision.runtime.sessions import Batch, Outputs, Port
from tests.vision.graphs import manifest


@dataclass
class Gate:
    """A session that answers each photo with its first pixel, once the gate is open, and notes its batches."""

    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()
    batches: list[list[int]] = field(default_factory=list)
    open: threading.Event = field(default_factory=threading.Event)
    entered: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __post_init__(self) -> None:
        self.network = Network(manifest().input, self, most=16)

    def run(self, batch: Batch) -> Outputs:
        self.batches.append(batch[:, 0, 0, 0].tolist())
        self.entered.release()
        assert self.open.wait(20)
        if (batch == 13).any():
            raise RuntimeError("thirteen")
        return {"value": batch[:, 0, 0, :1].astype(np.float32)}


def photo(value: int) -> np.ndarray:
    return np.full((1, 2, 2, 3), value, np.uint8)


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest_asyncio.fixture
async def lanes(gate: Gate) -> AsyncIterator[Lanes]:
    lanes = Lanes(1, 3, lambda _name, _value: None)
    yield lanes
    gate.open.set()
    await lanes.close()


def call(lanes: Lanes, gate: Gate, *values: int) -> list[asyncio.Task[float]]:
    """One caller for each value."""

    async def one(value: int) -> float:
        return (await lanes.run(gate.network, photo(value), lambda outputs: float(outputs["value"][0, 0]))).read

    return [asyncio.create_task(one(value)) for value in values]


async def block(lanes: Lanes, gate: Gate, value: int = 0) -> list[asyncio.Task[float]]:
    """A caller whose photo stands in the only lane until the gate opens."""
    tasks = call(lanes, gate, value)
    await asyncio.to_thread(gate.entered.acquire)
    return tasks


async def test_whoever_waits_is_merged_up_to_a_batch_in_order(lanes: Lanes, gate: Gate) -> None:
    tasks = [*await block(lanes, gate, 1), *call(lanes, gate, 2, 3, 4, 5, 6)]
    await asyncio.sleep(0)
    gate.open.set()
    assert await asyncio.gather(*tasks) == [1, 2, 3, 4, 5, 6]
    assert gate.batches == [[1], [2, 3, 4], [5, 6]]


async def test_two_networks_are_never_merged(lanes: Lanes, gate: Gate) -> None:
    other = Gate()
    other.open.set()
    tasks = [*await block(lanes, gate, 1), *call(lanes, gate, 2), *call(lanes, other, 3), *call(lanes, gate, 4)]
    await asyncio.sleep(0)
    gate.open.set()
    assert await asyncio.gather(*tasks) == [1, 2, 3, 4]
    assert gate.batches == [[1], [2, 4]]
    assert other.batches == [[3]]


async def test_a_cancelled_caller_gives_up_its_place(lanes: Lanes, gate: Gate) -> None:
    first, *waiting = [*await block(lanes, gate, 1), *call(lanes, gate, 2, 3, 4)]
    await asyncio.sleep(0)
    for task in (first, waiting[0], waiting[2]):
        task.cancel()
    await asyncio.wait([first, waiting[0], waiting[2]])
    gate.open.set()
    assert await waiting[1] == 3
    assert gate.batches == [[1], [3]]


async def test_a_network_that_fails_fails_its_callers_and_nobody_else(lanes: Lanes, gate: Gate) -> None:
    tasks = [*await block(lanes, gate, 1), *call(lanes, gate, 13, 2, 3, 4)]
    await asyncio.sleep(0)
    gate.open.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [isinstance(result, RuntimeError) for result in results] == [False, True, True, True, False]
    assert results[-1] == 4


async def test_closing_lets_the_running_end_and_tells_whoever_waits(gate: Gate) -> None:
    others = set(threading.enumerate())
    lanes = Lanes(1, 1, lambda _name, _value: None)
    running, waiting = [*await block(lanes, gate, 1), *call(lanes, gate, 2)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(lanes.close())
    with pytest.raises(Unavailable):
        await waiting
    gate.open.set()
    await closing
    assert await running == 1
    assert not [thread for thread in threading.enumerate() if thread not in others and "network" in thread.name]


async def test_two_lanes_run_side_by_side(gate: Gate) -> None:
    lanes = Lanes(2, 1, lambda _name, _value: None)
    tasks = [*await block(lanes, gate, 1), *await block(lanes, gate, 2)]
    gate.open.set()
    assert await asyncio.gather(*tasks) == [1, 2]
    await lanes.close()


async def test_an_observer_hears_of_batches(gate: Gate) -> None:
    told: list[tuple[str, float]] = []
    lanes = Lanes(1, 3, lambda name, value: told.append((name, value)))
    tasks = [*await block(lanes, gate, 1), *call(lanes, gate, 2, 3)]
    await asyncio.sleep(0)
    gate.open.set()
    await asyncio.gather(*tasks)
    await lanes.close()
    assert [value for name, value in told if name == "batch_photos"] == [1, 2]
    assert len([value for name, value in told if name == "inference_ms" and value > 0]) == 2
