"""The edge behind a real server, spoken to byte by byte."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from tests.kernel.edge_app import build


@asynccontextmanager
async def serve(folder: Path, **chosen: Any) -> AsyncIterator[int]:
    """A server on a free port of this machine; gives the port."""
    config = uvicorn.Config(build(folder, **chosen), port=0, log_config=None, lifespan="off", http="httptools")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server._serve())
    async with asyncio.timeout(10):
        while not server.started:
            await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await running


async def talk(port: int, *pieces: bytes) -> bytes:
    """Send the pieces, then read until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
    async with asyncio.timeout(20):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_a_body_that_is_announced_too_large_is_refused_before_it_comes(tmp_path: Path) -> None:
    async with serve(tmp_path) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /api/v1/predict HTTP/1.1\r\nHost: t\r\nContent-Length: 200000000\r\n\r\n")
        async with asyncio.timeout(5):
            head = await reader.readuntil(b"\r\n\r\n")
        writer.close()
    assert head.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in head
    assert b"application/problem+json" in head


async def test_a_client_that_asks_first_sends_nothing(tmp_path: Path) -> None:
    async with serve(tmp_path) as port:
        head = b"POST /api/v1/predict HTTP/1.1\r\nHost: t\r\nContent-Length: 200000000\r\nExpect: 100-continue\r\n\r\n"
        answer = await talk(port, head)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in answer


async def test_an_endless_body_is_cut_and_its_sender_reads_why(tmp_path: Path) -> None:
    async with serve(tmp_path, predict_body_limit=100_000) as port:
        head = b"POST /api/v1/predict HTTP/1.1\r\nHost: t\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        chunks = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (part, *[b"x" * 50_000] * 4)]
        answer = await talk(port, head, b"Transfer-Encoding: chunked\r\n\r\n", *chunks, b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"code":"too_large"' in answer


async def test_a_200_mb_upload_gets_its_answer_with_or_without_a_length(tmp_path: Path) -> None:
    async def stream() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        piece = bytes(1_000_000)
        for _ in range(200):
            yield piece

    async with serve(tmp_path) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
        form = {"Content-Type": "multipart/form-data; boundary=b"}
        for length in ({"Content-Length": "200000066"}, {}):
            answer = await http.post("/api/v1/predict", content=stream(), headers=form | length)
            assert answer.status_code == 413
            assert answer.json()["code"] == "too_large"
        assert (await http.get("/api/v1/open")).status_code == 200


async def test_after_a_refusal_that_read_the_body_the_connection_is_kept(tmp_path: Path) -> None:
    async with serve(tmp_path) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            writer.write(b"POST /api/v1/json HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\n{}")
            async with asyncio.timeout(5):
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                await reader.readexactly(length)
            assert head.startswith(b"HTTP/1.1 422 ")
        writer.close()
