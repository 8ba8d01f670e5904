"""A process that only works: jobs and facts, without requests."""

import asyncio
import signal
from contextlib import AsyncExitStack

from prometheus_client import start_http_server

from cultivar.kernel import metrics, outbox, schema, telemetry, tokens
from cultivar.kernel.database import Database
from cultivar.kernel.jobs.runner import Runner
from cultivar.kernel.jobs.waker import open_waker
from cultivar.kernel.memory import give_back_freed
from cultivar.kernel.settings import Settings
from cultivar.kernel.storage import Storage
from cultivar.kernel.world import World
from cultivar.monitoring.service import pulse
from cultivar.registry import service as registry
from cultivar.vision.runtime.engine import Engine, Options
from cultivar.vision.runtime.machine import Wish
from cultivar.worker.subscriptions import KINDS, SCHEDULES, SUBSCRIPTIONS


async def open_world(settings: Settings, stack: AsyncExitStack) -> World:
    """Open everything with effects; closed with the stack, last opened first. Models are opened by who needs them."""
    outbox.configure(SUBSCRIPTIONS)
    tokens.use_secret(settings.secret)
    db = Database(settings.database_url)
    stack.push_async_callback(db.close)
    waker = open_waker(settings)
    stack.push_async_callback(waker.close)
    db.on_work = waker.wake
    engine = Engine(_options(settings), metrics.observe)
    stack.push_async_callback(engine.close)
    return World(settings, db, Storage.open(settings), waker, engine, engine.busy)


def _options(settings: Settings) -> Options:
    wish = Wish(
        provider=settings.vision_runtime,
        decoders=settings.vision_decoders,
        lanes=settings.vision_sessions,
        threads=settings.vision_threads,
    )
    return Options(wish, settings.vision_queue, settings.predict_body_limit)


async def work(settings: Settings, *, slots: int, metrics_port: int | None) -> None:
    """Work until told to stop (SIGTERM, SIGINT); what runs then goes back into the queue."""
    give_back_freed()
    telemetry.configure(settings)
    async with AsyncExitStack() as stack:
        world = await open_world(settings, stack)
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
