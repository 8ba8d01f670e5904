"""How busy this machine is: processor, memory, disk, GPU. Read from the system, without a library."""

import asyncio
import os
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import structlog

GPU_TIMEOUT_S: Final = 5.0
_QUESTION: Final = ("--query-gpu=utilization.gpu,memory.used,memory.total", "--format=csv,noheader,nounits")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sample:
    """Shares in use, 0..1; None where the system does not tell.

    `cpu`: since the look before, of the cores or the quota of the container. `gpu`: the mean of all GPUs; `gpu_memory`:
    of the one that is fullest. `disk`: of the file system that holds the data.
    """

    cpu: float | None = None
    memory: float | None = None
    disk: float | None = None
    gpu: float | None = None
    gpu_memory: float | None = None

    def shares(self) -> Mapping[str, float]:
        """What is known."""
        return {name: share for name, share in asdict(self).items() if share is not None}


@dataclass(frozen=True, slots=True)
class Ticks:
    """Seconds of work, and of work that was possible, both since some beginning."""

    busy: float
    possible: float


class Machine:
    """Looks at the machine again and again; `root` is the file system's, another one in tests."""

    def __init__(self, data_dir: Path, root: Path = Path("/")) -> None:
        self._data_dir = data_dir
        self._proc, self._cgroup = root / "proc", root / "sys/fs/cgroup"
        self._smi = shutil.which("nvidia-smi")
        self._before = self._ticks()

    async def sample(self) -> Sample:
        """The machine as it is now; the processor since the last call."""
        gpu, gpu_memory = await self._gpus()
        return Sample(self._cpu(), self._memory(), self._disk(), gpu, gpu_memory)

    def _cpu(self) -> float | None:
        before, self._before = self._before, self._ticks()
        if before is None or self._before is None or self._before.possible <= before.possible:
            return None
        return _share(self._before.busy - before.busy, self._before.possible - before.possible)

    def _ticks(self) -> Ticks | None:
        quota, used = _read(self._cgroup / "cpu.max"), _read(self._cgroup / "cpu.stat")
        cores = quota_cores(quota)
        if cores is not None and used:
            return Ticks(int(pairs(used).get("usage_usec", 0)) / 1e6, time.monotonic() * cores)
        return host_ticks(_read(self._proc / "stat"))

    def _memory(self) -> float | None:
        most = _read(self._cgroup / "memory.max").strip()
        if most.isdecimal():
            cached = int(pairs(_read(self._cgroup / "memory.stat")).get("inactive_file", 0))
            return _share(int(_read(self._cgroup / "memory.current") or 0) - cached, int(most))
        found = pairs(_read(self._proc / "meminfo").replace(":", ""))
        if "MemAvailable" not in found:
            return None
        return _share(int(found["MemTotal"]) - int(found["MemAvailable"]), int(found["MemTotal"]))

    def _disk(self) -> float | None:
        with suppress(OSError):
            usage = shutil.disk_usage(self._data_dir)
            return _share(usage.total - usage.free, usage.total)
        return None

    async def _gpus(self) -> tuple[float | None, float | None]:
        if self._smi is None:
            return None, None
        try:
            return gpu_shares(await _told(self._smi, *_QUESTION))
        except (OSError, TimeoutError) as error:
            log.warning("gpu_not_read", reason=type(error).__name__)
            return None, None


async def _told(*command: str) -> str:
    """What a program writes; one that does not end in time is ended."""
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    asked = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=nothing)
    try:
        told, _ = await asyncio.wait_for(asked.communicate(), GPU_TIMEOUT_S)
    except TimeoutError:
        asked.kill()
        await asked.wait()
        raise
    return told.decode(errors="replace")


def quota_cores(text: str) -> float | None:
    """Cores that `cpu.max` grants (cgroup v2: quota and period in microseconds); None without a limit."""
    quota, _, period = text.strip().partition(" ")
    return int(quota) / int(period) if quota.isdecimal() and period.isdecimal() and int(period) else None


def host_ticks(text: str) -> Ticks | None:
    """The first line of `/proc/stat`, in hundredths: user, nice, system, idle, iowait, irq, softirq, steal."""
    words = text.partition("\n")[0].split()
    if len(words) < 6 or words[0] != "cpu":
        return None
    spent = [int(word) / 100 for word in words[1:9]]
    return Ticks(sum(spent) - spent[3] - spent[4], sum(spent))


def pairs(text: str) -> dict[str, str]:
    """The first two words of each line."""
    return {words[0]: words[1] for line in text.splitlines() if len(words := line.split()) >= 2}


def gpu_shares(text: str) -> tuple[float | None, float | None]:
    """What `nvidia-smi` says, a line a GPU: percent at work, megabytes used, megabytes there."""
    rows = [[float(word) for word in words] for line in text.splitlines() if (words := _numbers(line))]
    if not rows:
        return None, None
    return sum(row[0] for row in rows) / len(rows) / 100, max(row[1] / row[2] for row in rows)


def _numbers(line: str) -> list[str]:
    words = [word.strip() for word in line.split(",")]
    return words if len(words) == 3 and all(word.isdecimal() for word in words) and int(words[2]) else []


def _share(part: float, whole: float) -> float | None:
    return min(1.0, max(0.0, part / whole)) if whole > 0 else None


def _read(file: Path) -> str:
    with suppress(OSError):
        return file.read_text(encoding="utf-8", errors="replace")
    return ""


def host() -> str:
    """The machine's name."""
    return os.uname().nodename[:64]
