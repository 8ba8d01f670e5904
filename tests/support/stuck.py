"""Where an answer did not come in time, the report says what the process was doing."""

import asyncio
import sys
import traceback
from collections.abc import Generator, Iterator
from typing import Any

import httpx
import pytest

from tests.support.app import RUNNING, Served


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.excinfo is not None and call.excinfo.errisinstance(httpx.TimeoutException):
        report.sections.append(("threads", "\n".join(_threads())))
        report.sections.extend((app.url, "\n".join(_work(app))) for app in list(RUNNING))
    return report


def _threads() -> Iterator[str]:
    """The innermost frames of every thread."""
    for thread, frame in sys._current_frames().items():
        yield f"thread {thread}\n" + "".join(traceback.format_stack(frame)[-8:])


def _work(app: Served) -> Iterator[str]:
    """The connections of its database, and where each of its tasks waits."""
    for engine in app.world.db.engines:
        yield engine.pool.status()
    for task in asyncio.all_tasks(app.loop):
        yield "\n  ".join([task.get_name(), *_waits(task.get_coro())])


def _waits(awaited: Any) -> Iterator[str]:
    while awaited is not None:
        frame = getattr(awaited, "cr_frame", None)
        yield f"{frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_name}" if frame else repr(awaited)
        awaited = getattr(awaited, "cr_await", None)
