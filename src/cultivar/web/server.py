"""The application on a socket, from its first breath to its last."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from fastapi import FastAPI

from cultivar.kernel.errors import Broken
from cultivar.kernel.settings import Settings
from cultivar.registry import service as registry
from cultivar.vision.runtime.engine import Engine
from cultivar.web.app import create_app

FINISH_S: Final = 30
"""How long running requests may take to end."""


class NothingServes(Broken):
    code = "nothing_serves"
    title = "No model can be opened"


def run(settings: Settings, engine: Engine, listening: socket.socket) -> None:
    """Serve until asked to end. Raises what keeps the application from opening, and NothingServes."""
    api = create_app(settings, engine)
    config = uvicorn.Config(
        api,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=FINISH_S,
    )
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_serve(api, config, listening))


async def _serve(api: FastAPI, config: uvicorn.Config, listening: socket.socket) -> None:
    """The lifespan lies around the server, so that what cannot be opened ends the program with its own words."""
    server = _Server(config)
    async with api.router.lifespan_context(api):
        telling = asyncio.create_task(_tell(api, server, listening))
        await server.serve(sockets=[listening])
        if telling.done():
            telling.result()
        telling.cancel()


async def _tell(api: FastAPI, server: "_Server", listening: socket.socket) -> None:
    """Say where it is, once it can answer, and which models do not; ends the server if none ever will."""
    await asyncio.gather(api.state.opening, server.listening.wait())
    models = registry.catalogue(api.state.world)
    if not models.serving:
        server.should_exit = True
        raise NothingServes(f"No model can be opened: {next(iter(models.broken.values()), 'no pack has a model')}")
    gc.collect()
    gc.freeze()  # what is here now stays: no later collection need look at it
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    sys.stdout.write(f"Cultivar is ready: http://{shown}:{port}/docs\n")
    sys.stdout.flush()
    for name, reason in models.broken.items():
        sys.stderr.write(f"The model {name} cannot answer: {reason}\n")


class _Server(uvicorn.Server):
    """Ends when it is asked to, and leaves the closing to the lifespan: uvicorn's own would kill the process first."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for asked in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(asked, self.handle_exit, asked, None)
        yield
