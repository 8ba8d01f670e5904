"""The load of a machine is read as the system tells it."""

import stat
from pathlib import Path

import pytest

from cultivar.monitoring import machine
from cultivar.monitoring.machine import Machine, Sample, Ticks, gpu_shares, host_ticks, quota_cores

MEMINFO = "MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    250 kB\n"


def system(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


async def test_a_machine_of_its_own_tells_processor_memory_and_disk(tmp_path: Path) -> None:
    root = system(tmp_path, {"proc/stat": "cpu 100 0 100 800 0 0 0 0 0 0\ncpu0 1\n", "proc/meminfo": MEMINFO})
    there = Machine(tmp_path, root)
    system(tmp_path, {"proc/stat": "cpu 130 0 100 860 10 0 0 0 0 0\n"})
    found = await there.sample()
    assert found.cpu == pytest.approx(0.3)
    assert found.memory == pytest.approx(0.75)
    assert found.disk is not None
    assert 0 < found.disk <= 1
    assert (await there.sample()).cpu is None, "no time has passed"


async def test_a_container_is_measured_by_its_limits(tmp_path: Path) -> None:
    files = {"cpu.max": "200000 100000", "cpu.stat": "usage_usec 5000000\nuser_usec 1\n", "memory.max": "1000\n"}
    files |= {"memory.current": "700", "memory.stat": "anon 5\ninactive_file 200\n"}
    root = system(tmp_path, {f"sys/fs/cgroup/{name}": text for name, text in files.items()})
    there = Machine(tmp_path / "missing", root)
    found = await there.sample()
    assert found.memory == pytest.approx(0.5)
    assert found.cpu == 0
    assert found.disk is None


async def test_a_system_that_tells_nothing_is_no_error(tmp_path: Path) -> None:
    assert (await Machine(tmp_path / "missing", tmp_path).sample()).shares() == {}


def test_what_the_kernel_writes_is_read() -> None:
    assert quota_cores("max 100000") is None
    assert quota_cores("150000 100000\n") == 1.5
    assert quota_cores("") is None
    assert host_ticks("") is None
    assert host_ticks("intr 1 2 3 4 5 6") is None
    assert host_ticks("cpu 100 100 100 600 100") == Ticks(3.0, 10.0)


def test_gpus_are_read_and_what_is_no_number_is_left_out() -> None:
    assert gpu_shares("50, 1000, 4000\n100, 3000, 4000\n") == (0.75, 0.75)
    assert gpu_shares("[N/A], [N/A], 4000\n") == (None, None)
    assert gpu_shares("1, 2\n3, 4, 0\n") == (None, None)


def tool(folder: Path, script: str) -> str:
    file = folder / "smi"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


async def test_the_gpu_tool_is_asked_and_one_that_hangs_or_is_gone_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine.shutil, "which", lambda _: tool(tmp_path, "echo 40, 10, 40"))
    there = Machine(tmp_path, tmp_path)
    assert (await there.sample()).shares() | {"disk": 0} == {"disk": 0, "gpu": 0.4, "gpu_memory": 0.25}
    monkeypatch.setattr(machine, "GPU_TIMEOUT_S", 0.05)
    tool(tmp_path, "exec sleep 60")
    assert (await there.sample()).gpu is None
    (tmp_path / "smi").unlink()
    assert (await there.sample()).gpu is None


def test_unknown_shares_are_not_told() -> None:
    assert Sample(cpu=0.5).shares() == {"cpu": 0.5}
    assert machine.host()
