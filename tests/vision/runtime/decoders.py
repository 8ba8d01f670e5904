"""The decoder processes that a test started, told from those of servers that other tests left running."""

from contextlib import suppress

import psutil

_strangers: set[int] = set()


def forget_others() -> None:
    """From now on `decoders` shows only those that start later."""
    _strangers.clear()
    _strangers.update(child.pid for child in psutil.Process().children())


def decoders() -> list[psutil.Process]:
    """Those of this process that are alive, since `forget_others`."""
    return [child for child in psutil.Process().children() if child.pid not in _strangers and _is_decoder(child)]


def _is_decoder(child: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return child.status() != psutil.STATUS_ZOMBIE and "cultivar.vision.runtime.child" in child.cmdline()
    return False
