"""A real Redis for each test that asks for one, on 127.0.0.1 only."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import NotInstalled, Server, free_ports, shared, spawn, wait_for_port


def start_redis(folder: Path) -> Server:
    """A Redis that keeps nothing."""
    program = shutil.which("redis-server")
    if program is None:
        raise NotInstalled("apt-get install redis-server")
    (port,) = free_ports(1)
    options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = spawn([program, "--port", str(port), *options], folder)
    wait_for_port(port, process, folder)
    return Server(f"redis://127.0.0.1:{port}", (process.pid,), str(folder))


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Server]:
    """A Redis of this test's own, which it may end."""
    with shared("redis", tmp_path, start_redis) as server:
        yield server
