"""Waking, within a process and across processes by a real RabbitMQ."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cultivar.kernel.jobs.context import JobContext, JobKind
from cultivar.kernel.jobs.queue import enqueue
from cultivar.kernel.jobs.runner import Runner
from cultivar.kernel.jobs.tables import Job
from cultivar.kernel.jobs.waker import Waker, open_waker
from cultivar.kernel.jobs.waker_memory import MemoryWaker
from cultivar.kernel.jobs.waker_rabbitmq import RabbitWaker
from cultivar.kernel.settings import Settings
from cultivar.kernel.world import World
from tests.support.processes import free_ports
from tests.support.worlds import until

FOREVER = 3600.0


async def is_woken(waker: Waker) -> bool:
    """Whether it was woken before it was asked, or is within twenty seconds."""
    try:
        async with asyncio.timeout(20):
            await waker.wait(FOREVER)
    except TimeoutError:
        return False
    return True


async def test_a_wake_that_came_while_nobody_waited_is_not_lost() -> None:
    waker = MemoryWaker()
    waker.wake()
    waker.wake()
    assert await is_woken(waker)


async def test_a_wait_ends_by_itself_and_by_a_wake() -> None:
    waker = MemoryWaker()
    await waker.wait(0.01)
    waiting = asyncio.create_task(waker.wait(FOREVER))
    await asyncio.sleep(0)
    waker.wake()
    async with asyncio.timeout(20):
        await waiting


async def test_the_settings_choose(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    memory = open_waker(Settings(data_dir=tmp_path))
    rabbit = open_waker(Settings(data_dir=tmp_path, rabbitmq_url=f"amqp://127.0.0.1:{port}/"))
    assert (type(memory), type(rabbit)) == (MemoryWaker, RabbitWaker)
    await rabbit.close()


async def test_without_a_broker_a_process_still_wakes_itself() -> None:
    (port,) = free_ports(1)
    waker = RabbitWaker(f"amqp://guest:guest@127.0.0.1:{port}/")
    waker.wake()
    assert await is_woken(waker)
    await waker.close()


@pytest.fixture
async def pair(rabbitmq: str) -> AsyncIterator[tuple[RabbitWaker, RabbitWaker]]:
    """Two processes' wakers, both listening."""
    both = RabbitWaker(rabbitmq), RabbitWaker(rabbitmq)
    async with asyncio.timeout(30):
        for each in both:
            await each.listening()
    yield both
    for each in both:
        await each.close()


@pytest.mark.slow
async def test_a_wake_reaches_other_processes(pair: tuple[RabbitWaker, RabbitWaker]) -> None:
    one, other = pair
    one.wake()
    assert await is_woken(other)
    assert await is_woken(one)


@pytest.mark.slow
async def test_many_wakes_leave_no_heap_of_messages(pair: tuple[RabbitWaker, RabbitWaker]) -> None:
    one, other = pair
    for _ in range(1000):
        one.wake()
    assert await is_woken(other)

    async def silent() -> bool:
        before = time.monotonic()
        await other.wait(0.3)
        return time.monotonic() - before >= 0.3

    await until(silent)


class Cable:
    """A way to the broker that can be cut."""

    def __init__(self, url: str) -> None:
        self._to = urlsplit(url)
        self._ends: list[asyncio.StreamWriter] = []

    async def lay(self) -> str:
        """The URL of the broker through this cable."""
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        return f"amqp://guest:guest@127.0.0.1:{port}/"

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(self._to.hostname, self._to.port)
        self._ends += [writer, far_writer]
        await asyncio.gather(self._carry(reader, far_writer), self._carry(far_reader, writer))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
        writer.close()

    def cut(self) -> None:
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    async def is_whole(self) -> bool:
        """Whether somebody has come through since it was cut."""
        return bool(self._ends)

    async def remove(self) -> None:
        self.cut()
        self._server.close()
        await self._server.wait_closed()


@pytest.mark.slow
async def test_a_connection_that_was_cut_is_made_again(rabbitmq: str) -> None:
    cable = Cable(rabbitmq)
    one, far = RabbitWaker(rabbitmq), RabbitWaker(await cable.lay())
    async with asyncio.timeout(60):
        await one.listening()
        await far.listening()
        cable.cut()
        far.wake()
        assert await is_woken(far)
        await until(cable.is_whole)
        await far.listening()
        await far.wait(0.2)  # joining again wakes, since something may have been missed
        one.wake()
        assert await is_woken(far)
    await far.close()
    await one.close()
    await cable.remove()


@pytest.mark.slow
async def test_a_worker_that_never_looks_by_itself_is_woken_to_its_job(rabbitmq: str, world: World) -> None:
    async def done(job: JobContext) -> None:
        await job.progress(1, 1)

    far, near = RabbitWaker(rabbitmq), RabbitWaker(rabbitmq)
    world.db.on_work, world.waker = near.wake, far
    runner = Runner(world, {"work": JobKind(done)}, poll_s=FOREVER)
    async with asyncio.timeout(30):
        await far.listening()
        await near.listening()
    task = asyncio.create_task(runner.run())
    await far.wait(0.5)
    async with world.db.transaction() as session:
        job_id = (await enqueue(session, "work", {})).id

    async def is_done() -> bool:
        async with world.db.reading() as session:
            return (await session.get_one(Job, job_id)).state == "done"

    await until(is_done)
    runner.stop()
    await task
    await far.close()
    await near.close()
