"""What this machine is given to do: the one place that decides on providers, threads, batches and processes.

Measured on two cores with EfficientNet-Lite0 at 224 px (`bench/bare_loop.py`):
one thread a call and as many calls at once as there are cores beats more threads a call; spinning only burns the cores
that decode; batches of 2 to 8 on a CPU give no more photos a second and make each wait for the slowest, so calls are
merged on accelerators only, and there without waiting: a batch is whatever stands in the queue when the device is free.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

Provider = Literal["onnxruntime", "openvino"]
ACCELERATORS: Final = ("CUDAExecutionProvider", "ROCMExecutionProvider", "CoreMLExecutionProvider")
ACCELERATOR_BATCH: Final = 16
CGROUP_QUOTA: Final = Path("/sys/fs/cgroup/cpu.max")


@dataclass(frozen=True, slots=True)
class Wish:
    """What an operator may set; 0 or "auto" leaves it to the machine."""

    provider: Literal["auto", "onnxruntime", "openvino"] = "auto"
    decoders: int = 0
    lanes: int = 0
    threads: int = 0
    batch: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """`decoders`: processes. `lanes`: network calls at once, each with `threads` threads. `batch`: photos in a call."""

    provider: Provider
    execution: tuple[str, ...]
    decoders: int
    lanes: int
    threads: int
    batch: int


def plan(wish: Wish, cores: int, available: tuple[str, ...]) -> Plan:
    """Fit the wish to a machine: `available` are ONNX Runtime's execution providers, best first."""
    accelerators = tuple(name for name in available if name in ACCELERATORS)
    on_device = bool(accelerators) and wish.provider != "openvino"
    return Plan(
        provider="openvino" if wish.provider == "openvino" else "onnxruntime",
        execution=(*accelerators, "CPUExecutionProvider"),
        decoders=wish.decoders or max(1, cores),
        lanes=wish.lanes or (2 if on_device else max(1, cores)),
        threads=wish.threads or 1,
        batch=wish.batch or (ACCELERATOR_BATCH if on_device else 1),
    )


def usable_cores(quota: Path = CGROUP_QUOTA) -> int:
    """Cores this process may use: its affinity, and no more than its container's quota."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        allowed, period = quota.read_text().split()
    except (OSError, ValueError):
        return cores
    return cores if allowed == "max" else max(1, min(cores, round(int(allowed) / int(period))))
