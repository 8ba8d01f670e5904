"""Being asked to end: heard at once, or between two steps of a library that must not be cut off half-way.

An exception that a signal's handler raises in the middle of a library is lost in a destructor, or comes out as another
one; data loaders are full of such places.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

_asked, _held = Event(), Event()


class Interrupted(BaseException):
    """Somebody asked us to end. No Exception, so that no library takes it for a failure of its own."""


def listen() -> None:
    """From now on SIGINT and SIGTERM raise Interrupted."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _ask)


def asked() -> bool:
    """Whether somebody has asked."""
    return _asked.is_set()


def check() -> None:
    """Raise Interrupted if somebody has asked, also if nobody heard."""
    if asked():
        raise Interrupted


@contextmanager
def held() -> Iterator[None]:
    """Within, Interrupted is raised by `check` alone, and after, whatever the library has made of being asked."""
    _held.set()
    try:
        yield
    except BaseException:
        check()
        raise
    finally:
        _held.clear()
    check()


def _ask(_number: int, _frame: FrameType | None) -> None:
    _asked.set()
    if not _held.is_set():
        raise Interrupted
