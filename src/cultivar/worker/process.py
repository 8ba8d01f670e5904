"""A process that only works: jobs and facts, without requests."""

import asyncio
import signal
from contextlib import AsyncExitStack

from prometheus_client import start_http_server

from cultivar.kernel import outbox, schema, telemetry, tokens
from cultivar.kernel.database import Database
from cultivar.kernel.jobs.runner import Runner
from cultivar.kernel.jobs.waker import open_waker
from cultivar.kernel.memory import give_back_freed
from cultivar.kernel.settings import Settings
from cultivar.kernel.storage import Storage
from cultivar.kernel.tracing import Traces
from cultivar.kernel.world import World
from cultivar.monitoring.service import pulse
from cultivar.registry import service as registry
from cultivar.vision.runtime.engine import Engine
from cultivar.worker.engine import engine_of
from cultivar.worker.subscriptions import KINDS, SCHEDULES, SUBSCRIPTIONS


async def open_world(
    settings: Settings, stack: AsyncExitStack, engine: Engine | None = None, *, traces: Traces | None = None
) -> World:
    """Open everything with effects; closed with the stack, last opened first. Models are opened by who needs them.

    `engine`: one that has begun already. `traces`: told of every statement, and stopped with the stack.
    """
    outbox.configure(SUBSCRIPTIONS)
    tokens.use_secret(settings.secret)
    if traces is not None:
        stack.callback(traces.stop)
    db = Database(settings.database_url)
    stack.push_async_callback(db.close)
    if traces is not None:
        traces.watch([each.sync_engine for each in db.engines])
    waker = open_waker(settings)
    stack.push_async_callback(waker.close)
    db.on_work = waker.wake
    engine = engine or engine_of(settings)
    stack.push_async_callback(engine.close)
    return World(settings, db, Storage.open(settings), waker, engine, engine.busy)


async def work(settings: Settings, *, slots: int, metrics_port: int | None) -> None:
    """Work until told to stop (SIGTERM, SIGINT); what runs then goes back into the queue."""
    give_back_freed()
    telemetry.configure(settings)
    async with AsyncExitStack() as stack:
        world = await open_world(settings, stack, traces=Traces.of(settings))
        await schema.prepare(world.db, settings)
        if world.engine is not None:
            await world.engine.start()
        if metrics_port is not None:
            server, _ = start_http_server(metrics_port, settings.host)
            stack.callback(server.shutdown)
        runner = Runner(world, KINDS, deliver=outbox.deliver, schedules=SCHEDULES, slots=slots)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, runner.stop)
        beside = [asyncio.create_task(each) for each in (pulse.beat_on(world), registry.attend(world))]
        try:
            await runner.run()
        finally:
            for each in beside:
                each.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
