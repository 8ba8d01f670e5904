"""The decoder processes as the server sees them: a queue before them, a limit of time on each photo, a new process for
each that had to be killed. All of it lives on one event loop, and nothing here blocks it."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from cultivar.kernel.errors import CultivarError, Unavailable
from cultivar.vision.decode import Limits
from cultivar.vision.errors import UnreadableImage
from cultivar.vision.runtime.wire import PREFIX, Message

PASSED_ON: Final = frozenset(("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LANG", "LC_ALL"))
FRUGAL: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
START_SECONDS: Final = 60.0
RETRY_SECONDS: Final = 1.0
SEND_BUFFER: Final = 2**20
"""Bytes, where the system allows them: most photos go over in one go, without waking anybody in between."""
STOPPING: Final = "The server is stopping."
LONGEST_HEADER: Final = 2**20
LONGEST_BODY: Final = 2**29
"""Bytes of a reply; more is not from a decoder in its right mind."""
TOO_MUCH: Final = "This photo cannot be decoded within the time and memory that one photo may take."

Observe = Callable[[str, float], None]
"""Told a measure's name and value; see `engine.MEASURES`."""


@dataclass(frozen=True, slots=True)
class Confinement:
    """What one photo may take of a decoder process."""

    limits: Limits = field(default_factory=Limits)
    seconds: float = 10.0
    """Of processor time, which a busy machine does not use up."""
    memory: int = 2**30
    """Bytes of data of the whole process."""
    patience: float = 60.0
    """Seconds on the clock, for a process that hangs."""


class ChildEnded(Exception):
    """The process is gone, closed its channel or talks nonsense, in the middle of a photo."""


class Child:
    """One decoder process and its channel."""

    def __init__(self, process: "subprocess.Popen[bytes]", channel: socket.socket) -> None:
        self._process = process
        self._channel = channel

    @classmethod
    def spawn(cls, confinement: Confinement) -> "Child":
        """Spawned (never forked), not ready yet."""
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        with theirs:
            child = cls(_spawn(confinement, theirs), ours)
        ours.setblocking(False)
        return child

    async def ready(self) -> "Child":
        """Returns when it can take its first photo. Raises ChildEnded or TimeoutError, and has ended it then."""
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._receive()
        except BaseException:
            await self.end()
            raise
        return self

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    async def ask(self, message: Message) -> Message:
        """One exchange. Raises ChildEnded."""
        loop = asyncio.get_running_loop()
        try:
            for part in message.frames():
                await loop.sock_sendall(self._channel, part)
        except OSError as error:
            raise ChildEnded from error
        return await self._receive()

    async def end(self) -> int:
        """Kill and reap it; its exit status, which is that of its own end if it was gone before."""
        self._channel.close()
        self._process.kill()
        return await asyncio.to_thread(self._process.wait)

    async def _receive(self) -> Message:
        of_header, of_body = PREFIX.unpack(await self._exactly(PREFIX.size))
        if of_header > LONGEST_HEADER or of_body > LONGEST_BODY:
            raise ChildEnded
        try:
            header = json.loads(bytes(await self._exactly(of_header)))
        except ValueError as error:
            raise ChildEnded from error
        return Message(header, await self._exactly(of_body))

    async def _exactly(self, size: int) -> memoryview:
        loop, got = asyncio.get_running_loop(), 0
        view = np.empty(size, np.uint8).data  # not filled with zeros first, as a bytearray is
        while got < size:
            try:
                more = await loop.sock_recv_into(self._channel, view[got:])
            except OSError as error:
                raise ChildEnded from error
            if not more:
                raise ChildEnded
            got += more
        return view.toreadonly()


def _spawn(confinement: Confinement, channel: socket.socket) -> "subprocess.Popen[bytes]":
    options = json.dumps([confinement.seconds, confinement.memory, confinement.limits.pixels])
    environment = {name: value for name, value in os.environ.items() if name in PASSED_ON} | FRUGAL
    command = [sys.executable, "-P", "-m", "cultivar.vision.runtime.child", options]
    stdin, stdout = channel.fileno(), subprocess.DEVNULL
    return subprocess.Popen(command, stdin=stdin, stdout=stdout, env=environment)  # noqa: S603 our own module, no shell


@dataclass(slots=True, eq=False)
class _Job:
    message: Message
    reply: "asyncio.Future[Message]"
    since: float = field(default_factory=time.perf_counter)

    def fail(self, error: CultivarError) -> None:
        if not self.reply.done():
            self.reply.set_exception(error)


class DecodePool:
    """A fixed number of decoder processes. People's photos go first; background work takes one process at most."""

    def __init__(self, size: int, confinement: Confinement, observe: Observe) -> None:
        self._size = size
        self._confinement = confinement
        self._observe = observe
        self._urgent: deque[_Job] = deque()
        self._background: deque[_Job] = deque()
        self._begun: list[Child] = []
        self._children: set[Child] = set()
        self._idle: list[Child] = []
        self._running: dict[asyncio.Task[None], _Job] = {}
        self._in_background = False

    def begin(self) -> None:
        """Spawn the processes without waiting for them; needs no loop. `start` takes them over."""
        self._begun = [Child.spawn(self._confinement) for _ in range(self._size)]

    async def start(self) -> None:
        """Start the missing processes at once; returns when all are ready. Raises ChildEnded or TimeoutError."""
        missing = self._size - len(self._children)
        results = await asyncio.gather(*(self._add() for _ in range(missing)), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        self._dispatch()

    async def close(self) -> None:
        """End every process; whoever still waits is told that we stop."""
        for job in (*self._urgent, *self._background, *self._running.values()):
            job.fail(Unavailable(STOPPING))
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._idle.clear()
        await asyncio.gather(*(child.end() for child in (*self._begun, *self._children)))
        self._begun.clear()
        self._children.clear()

    async def ask(self, message: Message, *, background: bool = False) -> tuple[Message, float]:
        """The decoder's reply, and the ms it waited for a free one. A cancelled caller gives up its place.

        Raises UnreadableImage, also when the photo took too long or ended its decoder.
        """
        job = _Job(message, asyncio.get_running_loop().create_future())
        queue = self._background if background else self._urgent
        queue.append(job)
        self._dispatch()
        try:
            reply = await job.reply
        finally:
            if job in queue:
                queue.remove(job)
        if "unreadable" in reply.header:
            raise UnreadableImage(reply.header["unreadable"])
        return reply, reply.header["waited_ms"]

    def _dispatch(self) -> None:
        while self._idle and self._urgent:
            self._begin(self._urgent.popleft(), background=False)
        spare = len(self._idle) > 1 or (self._idle and self._size == 1)
        if self._background and spare and not self._in_background:
            self._begin(self._background.popleft(), background=True)

    def _begin(self, job: _Job, *, background: bool) -> None:
        self._in_background |= background
        task = asyncio.create_task(self._run(self._idle.pop(), job, background=background))
        self._running[task] = job
        task.add_done_callback(self._running.pop)

    async def _run(self, child: Child, job: _Job, *, background: bool) -> None:
        for last in (False, True):
            if not child.alive:
                child = await self._replace(child)
            if await self._exchange(child, job, last=last):
                break
            child = await self._replace(child)
        self._idle.append(child)
        if background:
            self._in_background = False
        self._dispatch()

    async def _exchange(self, child: Child, job: _Job, *, last: bool) -> bool:
        """Settle the job; False when the child must be replaced.

        Somebody else may have ended the child, as a system does that runs out of memory; so a photo is blamed at its
        last attempt, or when it used up its time.
        """
        if job.reply.done():
            return True
        waited = (time.perf_counter() - job.since) * 1000
        try:
            async with asyncio.timeout(self._confinement.patience):
                reply = await child.ask(job.message)
        except (ChildEnded, TimeoutError) as error:
            self._observe("decoder_replaced", 1)
            status = await child.end()
            if last or isinstance(error, TimeoutError) or status == -signal.SIGPROF:
                job.fail(UnreadableImage(TOO_MUCH))
            return False
        reply.header["waited_ms"] = waited
        if not job.reply.done():
            job.reply.set_result(reply)
        return True

    async def _add(self) -> None:
        begun = self._begun.pop() if self._begun else Child.spawn(self._confinement)
        child = await begun.ready()
        self._children.add(child)
        self._idle.append(child)

    async def _replace(self, child: Child) -> Child:
        """A new process for one that is gone or stuck; tried until the machine lets one start."""
        await child.end()
        self._children.remove(child)
        while True:
            try:
                fresh = await Child.spawn(self._confinement).ready()
            except (ChildEnded, OSError):
                await asyncio.sleep(RETRY_SECONDS)
            else:
                self._children.add(fresh)
                return fresh
