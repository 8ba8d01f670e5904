"""The server's life: what it opens before it answers, what it finishes before it ends."""

import asyncio
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI

from cultivar.accounts import service as accounts
from cultivar.kernel import metrics, migrate, outbox, tracing
from cultivar.kernel.database import Database
from cultivar.kernel.errors import Broken, Unavailable
from cultivar.kernel.jobs.runner import Runner
from cultivar.kernel.jobs.waker import open_waker
from cultivar.kernel.settings import Settings
from cultivar.kernel.storage import Storage
from cultivar.kernel.world import World
from cultivar.registry import service as registry
from cultivar.vision.runtime.engine import Engine, Options
from cultivar.vision.runtime.machine import Wish
from cultivar.web.health import VERSION
from cultivar.worker.subscriptions import KINDS, SCHEDULES, SUBSCRIPTIONS

_RETRY_S = 2.0

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Rows, objects and signing first; models load while the server already says that it lives."""
    settings: Settings = app.state.settings
    async with AsyncExitStack() as stack:
        world = await open_world(settings, stack)
        app.state.world, app.state.authenticate = world, accounts.authenticator(world.db)
        if settings.otel_endpoint:
            stack.callback(tracing.trace(app, [world.db.engine.sync_engine], settings.otel_endpoint, VERSION))
        metrics.BUILD.info({"version": VERSION, "database": world.db.dialect})
        app.state.opening = _until_closed(stack, _open_models(world))
        if settings.worker == "embedded":
            _until_closed(stack, Runner(world, KINDS, schedules=SCHEDULES).run())
        yield


async def open_world(settings: Settings, stack: AsyncExitStack) -> World:
    """Open everything with effects; closed with the stack, last opened first."""
    outbox.configure(SUBSCRIPTIONS)
    db = Database(settings.database_url)
    stack.push_async_callback(db.close)
    await _prepare(db, settings)
    waker = open_waker(settings)
    stack.push_async_callback(waker.close)
    db.on_work = waker.wake
    engine = Engine(_options(settings), metrics.observe)
    stack.push_async_callback(engine.close)
    return World(settings, db, Storage.open(settings), waker, engine, engine.busy)


async def _prepare(db: Database, settings: Settings) -> None:
    """Embedded, bring the tables up and make an administrator; else the tables must be there."""
    if not settings.embedded:
        await migrate.check(settings.database_url)
        return
    await migrate.upgrade(settings.database_url)
    async with db.transaction() as session:
        admin = await accounts.ensure_first_admin(session)
    if admin is not None:
        # Not through the log, which is kept.
        sys.stdout.write(f"\nAdministrator: {admin.email}\nOne-time password: {admin.password}\n\n")
        sys.stdout.flush()


def _options(settings: Settings) -> Options:
    wish = Wish(
        provider=settings.vision_runtime,
        decoders=settings.vision_decoders,
        lanes=settings.vision_sessions,
        threads=settings.vision_threads,
    )
    return Options(wish, settings.vision_queue)


async def _open_models(world: World) -> None:
    """Until they are open, `/health/ready` and `predict` say 503; what cannot be opened is told there too."""
    assert world.engine is not None  # noqa: S101  for the type checker
    while True:
        try:
            await world.engine.start()
            await registry.open_all(world)
            break
        except Unavailable as error:
            _log.warning("models_wait", code=error.code)
            await asyncio.sleep(_RETRY_S)
        except Exception:  # noqa: BLE001  the edge of a process: what is broken must not seem to be loading
            _log.exception("models_not_opened")
            world.catalogue = registry.Catalogue(broken={world.settings.default_model: Broken.title})
            break


def _until_closed(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
    """Run beside the requests; stopped, and waited for, when the stack closes."""
    task = asyncio.create_task(work)

    async def end() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(end)
    return task
