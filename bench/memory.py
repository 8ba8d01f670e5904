"""Peak memory of a process and all that it started: the sum of PSS, so shared pages count once."""

import threading
from types import TracebackType

import psutil

EVERY_S = 0.5


def pss_mb(pid: int) -> float:
    """Now, in megabytes; processes that have just ended count nothing."""
    total = 0
    root = psutil.Process(pid)
    for process in [root, *root.children(recursive=True)]:
        try:
            total += process.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return total / 1e6


class Watch:
    """`with Watch(pid) as watch: …; watch.peak_mb`"""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.peak_mb = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while not self._over.wait(EVERY_S):
            self.peak_mb = max(self.peak_mb, pss_mb(self._pid))

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
        self.peak_mb = max(self.peak_mb, pss_mb(self._pid))
