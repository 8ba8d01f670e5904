"""`cultivar serve`: one process that answers, and unless told otherwise does the background jobs too."""

import asyncio
import gc
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from fastapi import FastAPI

from cultivar.kernel.errors import Broken
from cultivar.kernel.memory import give_back_freed
from cultivar.kernel.settings import Settings
from cultivar.registry import service as registry
from cultivar.web.app import create_app

app = typer.Typer()

_FINISH_S = 30
"""How long running requests may take to end."""


class NothingServes(Broken):
    code = "nothing_serves"
    title = "No model can be opened"


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. [CULTIVAR_HOST, else 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one. [CULTIVAR_PORT, else 8000]")] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder for all that is kept. [CULTIVAR_DATA_DIR, else ./data]")
    ] = None,
) -> None:
    """Serve the API, its pages and the background jobs until interrupted.

    \b
    Examples:
      cultivar serve
      cultivar serve --host 0.0.0.0 --port 80 --data-dir /var/lib/cultivar
    """
    chosen: dict[str, Any] = {"host": host, "port": port, "data_dir": data_dir}
    settings = Settings(**{name: value for name, value in chosen.items() if value is not None})
    give_back_freed()
    api = create_app(settings)
    config = uvicorn.Config(
        api,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_FINISH_S,
    )
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_serve(api, config, _listen(settings.host, settings.port)))


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything is opened, so that a second start ends with one line and touches nothing."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, address = found[0]
    taken = socket.socket(family, kind, protocol)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(address)
    except OSError as error:
        taken.close()
        raise OSError(error.errno, error.strerror, f"{host}:{port}") from error
    return taken


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
    typer.echo(f"Cultivar is ready: http://{shown}:{port}/docs")
    for name, reason in models.broken.items():
        typer.echo(f"The model {name} cannot answer: {reason}", err=True)


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
