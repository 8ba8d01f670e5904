"""The server's life: what it opens before it answers, what it finishes before it ends."""

import asyncio
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI

from cultivar.accounts import service as accounts
from cultivar.kernel import metrics, outbox, schema
from cultivar.kernel.errors import Broken, CultivarError, Unavailable
from cultivar.kernel.jobs.runner import Runner
from cultivar.kernel.settings import Settings
from cultivar.kernel.world import World
from cultivar.monitoring.service import pulse
from cultivar.registry import service as registry
from cultivar.web.health import VERSION
from cultivar.worker.process import open_world
from cultivar.worker.subscriptions import KINDS, SCHEDULES

_RETRY_S = 2.0

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Rows, objects and signing first; models load while the server already says that it lives."""
    settings: Settings = app.state.settings
    async with AsyncExitStack() as stack:
        stack.push_async_callback(app.state.limits.close)
        world = await open_world(settings, stack, app.state.engine, traces=app.state.traces)
        await schema.prepare(world.db, settings)
        if settings.embedded:
            await _first_admin(world)
        world.traffic = app.state.traffic
        app.state.world, app.state.authenticate = world, accounts.authenticator(world.db)
        metrics.BUILD.info({"version": VERSION, "database": world.db.dialect})
        _until_closed(stack, pulse.beat_on(world))
        app.state.opening = _until_closed(stack, _open_models(world))
        _until_closed(stack, registry.follow(world))
        if settings.worker == "embedded":
            _until_closed(stack, Runner(world, KINDS, deliver=outbox.deliver, schedules=SCHEDULES).run())
        yield


async def _first_admin(world: World) -> None:
    """Embedded, make an administrator if there is none, and say its password once, but not to the log."""
    async with world.db.transaction() as session:
        admin = await accounts.ensure_first_admin(session)
    if admin is not None:
        sys.stdout.write(
            f"\nAdministrator: {admin.email}\nOne-time password: {admin.password}\n"
            f"Change it now: cultivar user password --email {admin.email}\n\n"
        )
        sys.stdout.flush()


async def _open_models(world: World) -> None:
    """Until they are open, `/health/ready` and `predict` say 503; what cannot be opened is told there too."""
    assert world.engine is not None  # noqa: S101  for the type checker
    while True:
        try:
            await world.engine.start()
            await registry.open_all(world)
            break
        except Unavailable as error:
            _log.warning("models_wait", code=error.code, reason=error.detail)
            await asyncio.sleep(_RETRY_S)
        except CultivarError as error:
            _log.error("models_not_opened", code=error.code, reason=error.detail)
            world.catalogue = registry.Catalogue(broken={world.settings.default_model: error.detail})
            break
        except Exception:  # noqa: BLE001  the edge of a process: what is broken must not seem to be loading
            _log.exception("models_not_opened")
            world.catalogue = registry.Catalogue(broken={world.settings.default_model: Broken.title})
            break
    world.engine.forget()


def _until_closed(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
    """Run beside the requests; stopped, and waited for, when the stack closes."""
    task = asyncio.create_task(work)

    async def end() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(end)
    return task
