"""Who is measured: each a server that is started for it, loaded and ended."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psutil
from tests.support.processes import end, free_ports, spawn, wait_for_port
from tests.support.servers import start_postgres

CULTIVAR = str(Path(sys.executable).parent / "cultivar")


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers: where, its first process, and what each request carries."""

    port: int
    pid: int
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contestant:
    """`run(model_folder)` holds the running server; it is ended afterwards."""

    name: str
    what: str
    run: Callable[[Path], AbstractContextManager[Running]]


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="cultivar-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _process(command: list[str], folder: Path, port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    process = spawn(command, folder, environment={"PYTHONPATH": str(Path.cwd())} | environment)
    try:
        wait_for_port(port, process, folder)
        yield process
    finally:
        workers = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        end(process.pid, *(worker.pid for worker in workers))
        process.wait()


@contextmanager
def ours(model: Path, *, postgres: bool = False, **fields: str) -> Iterator[Running]:
    """Cultivar with this model and its neighbours, its data new; `fields` go with each photo."""
    with ExitStack() as stack:
        folder, port = stack.enter_context(_folder()), free_ports(1)[0]
        settings = {
            "CULTIVAR_DATA_DIR": str(folder / "data"),
            "CULTIVAR_PORT": str(port),
            "CULTIVAR_PACKS_DIR": str(model.parent),
            "CULTIVAR_DEFAULT_MODEL": model.name,
            "CULTIVAR_RATE_LIMIT": "off",
            "CULTIVAR_LOG_LEVEL": "warning",
        }
        if postgres:
            server = start_postgres(stack.enter_context(_folder()))
            stack.callback(end, *server.pids)
            settings |= {"CULTIVAR_DATABASE_URL": server.url, "CULTIVAR_SECRET_KEY": "benchmark" * 4}
            subprocess.run([CULTIVAR, "db", "upgrade"], check=True, env=os.environ | settings, cwd=folder)
        process = stack.enter_context(_process([CULTIVAR, "serve"], folder, port, **settings))
        headers = {"Authorization": f"Bearer {_guest(port)}"}
        yield Running(port, process.pid, "/api/v1/predict", headers, fields)


def _guest(port: int) -> str:
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/auth/guest", method="POST")
    with urllib.request.urlopen(asked) as answer:
        token: str = json.load(answer)["access_token"]
    return token


@contextmanager
def _script(model: Path, *, module: str, options: tuple[str, ...] = ()) -> Iterator[Running]:
    port = free_ports(1)[0]
    command = [sys.executable, "-m", module, str(port), str(model), *options]
    with _folder() as folder, _process(command, folder, port) as process:
        yield Running(port, process.pid, "/predict")


OURS, OURS_POSTGRES, OURS_UNKEPT = "cultivar-sqlite", "cultivar-postgresql", "cultivar-unkept"
PLAIN, PEER, PEER_SHRINK = "plain", "peer", "peer-shrink"

CONTESTANTS = (
    Contestant(OURS, "Cultivar on SQLite; photo and row kept", partial(ours, consent="store")),
    Contestant(
        OURS_POSTGRES, "Cultivar on PostgreSQL; photo and row kept", partial(ours, consent="store", postgres=True)
    ),
    Contestant(OURS_UNKEPT, "Cultivar on SQLite; nothing kept", partial(ours, save_results="false")),
    Contestant(PLAIN, "FastAPI, Pillow in full, torch; nothing kept", partial(_script, module="bench.plain_server")),
    Contestant(
        PEER, "LitServe, Pillow in full, ONNX Runtime; nothing kept", partial(_script, module="bench.peer_server")
    ),
    Contestant(
        PEER_SHRINK,
        "LitServe with our shrink-on-load; nothing kept",
        partial(_script, module="bench.peer_server", options=("shrink",)),
    ),
)
