"""Limits counted in a real Redis, shared by servers and outlived by none."""

import asyncio
from pathlib import Path

import pytest

from cultivar.kernel.limits import Limits
from cultivar.kernel.settings import Settings
from tests.support.processes import Server, end

pytestmark = pytest.mark.slow


def limits(server: Server, folder: Path) -> Limits:
    return Limits.of(Settings(data_dir=folder, redis_url=server.url, rate_limit="3/minute", _env_file=None))


async def test_servers_count_together(redis: Server, tmp_path: Path) -> None:
    one, other = limits(redis, tmp_path), limits(redis, tmp_path)
    assert one.requests is not None
    assert other.requests is not None
    standings = [await limiter.hit("user:1") for limiter in (one.requests, other.requests) * 2]
    assert [standing.allowed for standing in standings] == [True, True, True, False]
    assert [standing.remaining for standing in standings] == [2, 1, 0, 0]
    assert 1 <= standings[3].reset_s <= 60
    await one.requests.clear("user:1")
    assert (await other.requests.hit("user:1")).allowed
    await asyncio.gather(one.close(), other.close())


async def test_when_redis_goes_each_server_counts_for_itself(redis: Server, tmp_path: Path) -> None:
    found = limits(redis, tmp_path)
    assert found.requests is not None
    assert (await found.requests.hit("user:1")).allowed
    await asyncio.to_thread(end, *redis.pids)
    standings = [await found.requests.hit("user:1") for _ in range(4)]
    assert [standing.allowed for standing in standings] == [True, True, True, False]
    await found.close()
