"""The load: clients that each send one request after another over a connection that stays open.

Sockets and bytes that were made beforehand, no HTTP library: the generator shares the machine with what it measures.
"""

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice


@dataclass(frozen=True, slots=True)
class Measured:
    """Requests answered 200 within the window, and how long each took, in milliseconds, sorted."""

    seconds: float
    latencies_ms: tuple[float, ...]

    @property
    def per_second(self) -> float:
        return len(self.latencies_ms) / self.seconds

    def percentile(self, share: float) -> float:
        """Nearest rank: the smallest time that `share` of the requests did not exceed."""
        return self.latencies_ms[math.ceil(len(self.latencies_ms) * share) - 1]


class AnswerFailed(Exception):
    """Something other than 200 came back."""


class _Connection(asyncio.Protocol):
    """One client's connection; `ask` is not called again before it has returned."""

    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._answer = bytearray()
        self._expected = -1
        self._done: asyncio.Future[bytes] | None = None

    async def ask(self, request: bytes) -> bytes:
        """The whole answer."""
        self._answer, self._expected = bytearray(), -1
        self._done = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._done

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if self._expected < 0 and (end := self._answer.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._answer[:end]).lower()
            length = head.split(b"\r\ncontent-length:", 1)[1].split(b"\r\n", 1)[0]
            self._expected = end + 4 + int(length)
        if self._expected >= 0 and len(self._answer) >= self._expected and self._done:
            self._done.set_result(bytes(self._answer))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._done and not self._done.done():
            self._done.set_exception(AnswerFailed(f"the server closed the connection: {exc}"))


def request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A POST as it goes over the wire."""
    lines = {"Host": "127.0.0.1", "Content-Length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def form(photo: bytes, fields: dict[str, str]) -> tuple[bytes, str]:
    """A multipart body with one photo as `file`, and its content type."""
    mark = "cultivarbenchmark"
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    head = (
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    )
    body = "".join(parts).encode() + head.encode() + photo + f"\r\n--{mark}--\r\n".encode()
    return body, f"multipart/form-data; boundary={mark}"


async def _client(port: int, requests: Sequence[bytes], offset: int, begin: float, end: float) -> list[float]:
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(_Connection, "127.0.0.1", port)
    took = []
    for one in islice(cycle(requests), offset, None):
        began = time.perf_counter()
        if began >= end:
            break
        answer = await connection.ask(one)
        now = time.perf_counter()
        if not answer.startswith(b"HTTP/1.1 200"):
            raise AnswerFailed(answer[:400].decode(errors="replace"))
        if began >= begin and now <= end:
            took.append((now - began) * 1000)
    connection.transport.close()
    return took


async def measure(port: int, requests: Sequence[bytes], clients: int, *, warm_s: float, seconds: float) -> Measured:
    """Load the server for `warm_s` + `seconds`; only what begins and ends in the latter counts."""
    begin = time.perf_counter() + warm_s
    end = begin + seconds
    took = await asyncio.gather(*(_client(port, requests, i, begin, end) for i in range(clients)))
    if not any(took):
        raise AnswerFailed(f"not one request was answered within {seconds:g} s; measure for longer")
    return Measured(seconds, tuple(sorted(ms for one in took for ms in one)))
