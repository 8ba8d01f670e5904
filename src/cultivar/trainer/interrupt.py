"""Being asked to end: at once where that is heard, else before the next batch.

An exception that a signal's handler raises inside a destructor is lost, and data loaders spend much time in theirs.
"""

import signal
from threading import Event
from types import FrameType

_asked = Event()


class Interrupted(BaseException):
    """Somebody asked us to end. No Exception, so that no library takes it for a failure of its own."""


def listen() -> None:
    """From now on SIGINT and SIGTERM raise Interrupted."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _ask)


def check() -> None:
    """Raise Interrupted if somebody has asked, also if nobody heard."""
    if _asked.is_set():
        raise Interrupted


def _ask(_number: int, _frame: FrameType | None) -> None:
    _asked.set()
    raise Interrupted
