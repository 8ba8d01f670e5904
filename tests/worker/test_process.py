"""`cultivar worker`, the real program."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx
import pytest
from tests.support.collector import Collector
from tests.support.processes import free_ports
from tests.support.worlds import until

from cultivar.kernel.jobs.queue import enqueue
from cultivar.kernel.jobs.tables import Job
from cultivar.kernel.world import World

CULTIVAR = str(Path(sys.executable).parent / "cultivar")


@pytest.mark.slow
async def test_a_worker_does_jobs_shows_its_numbers_and_ends_when_told(
    world: World, database_url: str, tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    environment = os.environ | {"CULTIVAR_DATABASE_URL": database_url, "CULTIVAR_DATA_DIR": str(tmp_path)}
    command = [CULTIVAR, "worker", "--slots", "2", "--metrics-port", str(port)]
    process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=tmp_path)
    async with world.db.transaction() as session:
        job_id = (await enqueue(session, "jobs.prune", {})).id

    async def done() -> bool:
        assert process.returncode is None
        async with world.db.reading() as session:
            return (await session.get_one(Job, job_id)).state == "done"

    await until(done)
    async with httpx.AsyncClient() as http:
        numbers = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
    assert 'plant_jobs_finished_total{kind="jobs.prune",state="done"}' in numbers
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(60):
        assert await process.wait() == 0


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_the_statements_of_a_worker_are_traced_and_sent_when_it_ends(
    world: World, database_url: str, tmp_path: Path, collector: Collector
) -> None:
    pytest.importorskip("opentelemetry.sdk", reason="pip install 'cultivar[otel]'")
    chosen = {"CULTIVAR_OTEL_ENDPOINT": collector.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "600000"}
    places = {"CULTIVAR_DATABASE_URL": database_url, "CULTIVAR_DATA_DIR": str(tmp_path)}
    command = [CULTIVAR, "worker", "--slots", "1"]
    process = await asyncio.create_subprocess_exec(*command, env=os.environ | places | chosen, cwd=tmp_path)
    async with world.db.transaction() as session:
        job_id = (await enqueue(session, "jobs.prune", {})).id

    async def done() -> bool:
        assert process.returncode is None
        async with world.db.reading() as session:
            return (await session.get_one(Job, job_id)).state == "done"

    await until(done)
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(60):
        assert await process.wait() == 0
    sent = b"".join(collector.bodies)
    assert b"UPDATE jobs SET" in sent
    assert b"service.name" in sent
    assert str(job_id).encode() not in sent


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_a_worker_refuses_tables_of_another_revision(dialect: str, empty_url: str, tmp_path: Path) -> None:
    environment = os.environ | {"CULTIVAR_DATABASE_URL": empty_url, "CULTIVAR_DATA_DIR": str(tmp_path)}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(CULTIVAR, "worker", env=environment, stderr=pipe, cwd=tmp_path)
    _, said = await process.communicate()
    assert process.returncode == 5
    assert b"cultivar db upgrade" in said
