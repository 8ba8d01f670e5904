"""The real program, in a process of its own: started, killed, started again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil
from tests.support.processes import end, free_ports
from tests.support.trust import TRUST

CULTIVAR = str(Path(sys.executable).parent / "cultivar")
API = "/api/v1"
PATIENCE_S = 120.0


def settings_of(data_dir: Path, packs_dir: Path, **settings: Any) -> dict[str, str]:
    """The environment of a program that keeps its data here, listens on a free port and limits no rate."""
    chosen = {
        "data_dir": data_dir,
        "packs_dir": packs_dir,
        "port": free_ports(1)[0],
        "default_model": "drawn",
        "rate_limit": "off",
        "log_level": "warning",
    }
    ours = {f"CULTIVAR_{name.upper()}": str(value) for name, value in (chosen | settings).items() if value is not None}
    others = {name: value for name, value in os.environ.items() if not name.startswith("CULTIVAR_")}
    return others | ours


class Program:
    """`cultivar serve` with its own data; it may be started again after it has ended."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment
        self.url = f"http://127.0.0.1:{environment['CULTIVAR_PORT']}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> float:
        """Returns when its models answer, with the seconds that took."""
        began = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [CULTIVAR, "serve"], cwd=self.folder, env=self.environment, stdout=log, stderr=log
            )
        wait_until(self._ready, lambda: self.log.read_text()[-3000:])
        return time.monotonic() - began

    def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()[-3000:]
        try:
            return httpx.get(f"{self.url}/health/ready", verify=TRUST).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """`kill -9`; returns when it and the processes that it had started are gone."""
        started = [psutil.Process(self.pid), *psutil.Process(self.pid).children(recursive=True)]
        os.kill(self.pid, signal.SIGKILL)
        assert self._process is not None
        self._process.wait(PATIENCE_S)
        _, alive = psutil.wait_procs(started, timeout=PATIENCE_S)
        assert not alive, "a process outlived the server that started it"

    def stop(self) -> int:
        """Ask it to end, as a terminal or an init system does; its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(PATIENCE_S)

    def discard(self) -> None:
        """End it by whatever it takes."""
        if self._process is not None and self._process.poll() is None:
            end(self._process.pid)
            self._process.wait(PATIENCE_S)

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def run(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Another command of the program, on the same data."""
        command = [CULTIVAR, *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False, **options
        )

    def guest(self) -> httpx.Client:
        """Somebody who is signed in."""
        client = httpx.Client(base_url=self.url + API, timeout=PATIENCE_S, verify=TRUST)
        token = client.post("/auth/guest").raise_for_status().json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        return client


def wait_until(true: Callable[[], Any], why: Callable[[], str] = lambda: "") -> None:
    """Returns once it is true; fails when that takes too long."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"it did not come true in time\n{why()}"
        time.sleep(0.05)
