"""Processes beside the tests: started once for all processes of a session, ended by their ids."""

import fcntl
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

STARTED_IN_S = 60.0
_started: list[subprocess.Popen[bytes]] = []


class NotInstalled(Exception):
    """A server that this machine has not; the text is the command that installs it."""


@dataclass(frozen=True)
class Server:
    """A server that runs: where it answers, its processes, and the folder that goes with it."""

    url: str
    pids: tuple[int, ...]
    folder: str


def skip_or_fail(what: str, install: str) -> None:
    """Skip the test for what is not installed, or fail it where all is required."""
    message = f"{what} is not installed: {install}"
    if os.environ.get("CULTIVAR_TEST_REQUIRE") == "all":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


@contextmanager
def shared(what: str, common: Path, start: Callable[[Path], Server]) -> Iterator[Server]:
    """The session's one server of this kind, counted across its processes.

    The first that needs it starts it, the last that used it ends it.
    """
    state = common / f"{what}.json"
    with _locked(state):
        known = json.loads(state.read_text()) if state.exists() else {"users": 0}
        if not known["users"]:
            try:
                server = start(Path(tempfile.mkdtemp(prefix=f"cultivar-{what}-")))
                known["server"] = asdict(server)
                _guard(server)
            except NotInstalled as missing:
                skip_or_fail(what, str(missing))
        known["users"] += 1
        state.write_text(json.dumps(known))
    server = Server(**known["server"])
    try:
        yield server
    finally:
        with _locked(state):
            known = json.loads(state.read_text())
            known["users"] -= 1
            if not known["users"]:
                end(*server.pids)
                shutil.rmtree(server.folder, ignore_errors=True)
            state.write_text(json.dumps(known))


_GUARD = """
import shutil, sys, time, psutil
session, folder, *pids = sys.argv[1:]
while psutil.pid_exists(int(session)) and any(map(psutil.pid_exists, map(int, pids))):
    time.sleep(1)
if not psutil.pid_exists(int(session)):
    left = [psutil.Process(int(pid)) for pid in pids if psutil.pid_exists(int(pid))]
    for process in left:
        process.kill()
    psutil.wait_procs(left, timeout=10)
    shutil.rmtree(folder, ignore_errors=True)
"""


def _guard(server: Server) -> None:
    """A process that ends the server if the whole session is killed."""
    session = os.getppid() if os.environ.get("PYTEST_XDIST_WORKER") else os.getpid()
    command = [sys.executable, "-c", _GUARD, str(session), server.folder, *map(str, server.pids)]
    nothing = subprocess.DEVNULL
    _started.append(subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True))


@contextmanager
def _locked(state: Path) -> Iterator[None]:
    with state.with_suffix(".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def end(*pids: int) -> None:
    """End these processes, by force if they do not go within three seconds."""
    processes = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    for process in processes:
        process.terminate()
    _, stubborn = psutil.wait_procs(processes, timeout=3)
    for process in stubborn:
        process.kill()
    for child in _started:
        if child.pid in pids:
            child.wait(timeout=10)


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on now."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def spawn(
    command: list[str], folder: Path, *, user: str | None = None, environment: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a server with its output in `folder/log`; as `user` when we are root, who must not run some servers."""
    who: dict[str, Any] = {"user": user, "group": _group_of(user), "extra_groups": []} if user and is_root() else {}
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=os.environ | (environment or {}),
            **who,
        )
    _started.append(process)
    return process


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], folder: Path) -> None:
    """Returns when the server is ready; fails with its log when it has ended or time is up."""
    deadline = time.monotonic() + STARTED_IN_S
    while time.monotonic() < deadline and process.poll() is None:
        if ready():
            return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start: {(folder / 'log').read_text()[-2000:]}")


def wait_for_port(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    """Returns when something listens there."""

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_until(listens, process, folder)


def is_root() -> bool:
    return os.geteuid() == 0


def own(folder: Path, user: str) -> None:
    """Give the folder to `user`, when we are root."""
    if is_root():
        shutil.chown(folder, user)


def _group_of(user: str) -> int:
    return pwd.getpwnam(user).pw_gid
