"""`cultivar serve`: one process that answers, and unless told otherwise does the background jobs too."""

import socket
from pathlib import Path
from typing import Annotated, Any

import typer

from cultivar.kernel.memory import give_back_freed, kept
from cultivar.kernel.settings import Settings
from cultivar.worker.engine import engine_of, starters

app = typer.Typer()


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
    listening = _listen(settings.host, settings.port)
    engine = engine_of(settings)
    engine.begin(starters(settings.packs_dir))
    with kept():  # while decoders and models begin on another core
        from cultivar.web import server  # noqa: PLC0415  read late on purpose
    server.run(settings, engine, listening)


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
