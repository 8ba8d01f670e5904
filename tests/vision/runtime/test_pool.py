import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from PIL import Image

from cultivar.kernel.errors import Unavailable
from cultivar.vision.decode import Limits
from cultivar.vision.errors import UnreadableImage
from cultivar.vision.geometry import PlainFrame
from cultivar.vision.runtime.pool import Child, ChildEnded, Confinement, DecodePool
from cultivar.vision.runtime.wire import Message, ask_to_see
from tests.support.photofile import encoded
from tests.vision.pictures import heic, telling, texture
from tests.vision.runtime.decoders import decoders

FRAME = PlainFrame(16, 16)
PHOTO = telling("JPEG", texture(64, 48))
SLOW = encoded(texture(2400, 1600), "JPEG", quality=98, progressive=True)

Told = list[tuple[str, float]]


def ask(data: bytes = PHOTO) -> Message:
    return ask_to_see(data, FRAME)


async def until(true: Callable[[], bool]) -> None:
    for _ in range(2000):
        if true():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it did not come true within 20 s")


@pytest.fixture
def told() -> Told:
    return []


@pytest_asyncio.fixture
async def pool(told: Told) -> AsyncIterator[DecodePool]:
    pool = DecodePool(2, Confinement(), lambda name, value: told.append((name, value)))
    await pool.start()
    yield pool
    await pool.close()
    assert decoders() == []


async def test_photos_are_seen_by_other_processes(pool: DecodePool) -> None:
    assert len(decoders()) == 2
    replies = await asyncio.gather(*(pool.ask(ask()) for _ in range(20)))
    assert all(reply.header["facts"]["width"] == 64 for reply, _ in replies)
    assert all(waited >= 0 for _, waited in replies)


async def test_a_large_photo_arrives_whole(pool: DecodePool) -> None:
    large = encoded(texture(1200, 900), "PNG")
    assert len(large) > 2**21
    reply, _ = await pool.ask(ask(large))
    assert (reply.header["facts"]["width"], reply.header["pieces"]) == (1200, [[0, len(large)]])


async def test_an_unreadable_photo_harms_nobody_else(pool: DecodePool, told: Told) -> None:
    results = await asyncio.gather(
        *(pool.ask(ask(data)) for data in (PHOTO, b"text", PHOTO, PHOTO[:60], PHOTO)), return_exceptions=True
    )
    assert [isinstance(result, UnreadableImage) for result in results] == [False, True, False, True, False]
    assert told == []


async def test_decoders_know_no_secret_and_cannot_write(pool: DecodePool, monkeypatch: pytest.MonkeyPatch) -> None:
    for child in decoders():
        assert "CULTIVAR" not in " ".join(child.environ())
        assert child.rlimit(psutil.RLIMIT_FSIZE) == (0, 0)
        assert child.rlimit(psutil.RLIMIT_DATA) == (2**30, 2**30)


async def test_secrets_are_not_handed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CULTIVAR_SECRET_KEY", "hush")
    pool = DecodePool(1, Confinement(), lambda _name, _value: None)
    await pool.start()
    try:
        (child,) = decoders()
        assert "hush" not in child.environ().values()
    finally:
        await pool.close()


async def test_signals_to_the_group_do_not_end_them(pool: DecodePool) -> None:
    before = {child.pid for child in decoders()}
    for pid in before:
        os.kill(pid, signal.SIGINT)
        os.kill(pid, signal.SIGTERM)
    await asyncio.gather(*(pool.ask(ask()) for _ in range(4)))
    assert {child.pid for child in decoders()} == before


async def test_one_that_died_idle_is_replaced_and_no_photo_blamed(pool: DecodePool, told: Told) -> None:
    dead = decoders()[0]
    dead.kill()
    await until(lambda: dead.pid not in [child.pid for child in decoders()])
    replies = await asyncio.gather(*(pool.ask(ask()) for _ in range(8)))
    assert len(replies) == 8
    assert told in ([], [("decoder_replaced", 1)])  # it may have looked alive until it was asked
    assert len(decoders()) == 2


@pytest.mark.parametrize("kills", [1, 2])
async def test_a_photo_is_blamed_when_two_decoders_ended_over_it(
    kills: int, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_child, to_kill = Child.ask, iter(range(kills))

    async def ask_and_kill(child: Child, message: Message) -> Message:
        reply = asyncio.create_task(ask_child(child, message))
        if next(to_kill, None) is not None:
            await asyncio.sleep(0.02)
            os.kill(child.pid, signal.SIGKILL)
        return await reply

    pool = DecodePool(1, Confinement(), lambda name, value: told.append((name, value)))
    await pool.start()
    monkeypatch.setattr(Child, "ask", ask_and_kill)
    try:
        slow, behind = asyncio.create_task(pool.ask(ask(SLOW))), asyncio.create_task(pool.ask(ask()))
        if kills == 1:
            assert (await slow)[0].header["facts"]["width"] == 2400
        else:
            with pytest.raises(UnreadableImage, match="time and memory"):
                await slow
        assert (await behind)[0].header["facts"]["width"] == 64
        assert told == [("decoder_replaced", 1)] * kills
    finally:
        await pool.close()


@pytest.mark.parametrize("confinement", [Confinement(seconds=0.02), Confinement(patience=0.02)], ids=["work", "clock"])
async def test_a_photo_that_takes_too_long_is_unreadable(confinement: Confinement, told: Told) -> None:
    pool = DecodePool(1, confinement, lambda name, value: told.append((name, value)))
    await pool.start()
    try:
        with pytest.raises(UnreadableImage, match="time and memory"):
            await pool.ask(ask(SLOW))
        assert told == [("decoder_replaced", 1)]
    finally:
        await pool.close()
    assert decoders() == []


async def test_a_photo_that_takes_too_much_memory_is_unreadable() -> None:
    tight = Confinement(memory=64 * 2**20)
    pool = DecodePool(1, tight, lambda _name, _value: None)
    await pool.start()
    try:
        with pytest.raises(UnreadableImage, match="memory"):
            await pool.ask(ask(encoded(Image.new("RGB", (6000, 5000)), "PNG")))
        reply, _ = await pool.ask(ask())
        assert reply.header["facts"]["width"] == 64
    finally:
        await pool.close()


async def test_limits_reach_the_decoders() -> None:
    pool = DecodePool(1, Confinement(Limits(pixels=100)), lambda _name, _value: None)
    await pool.start()
    try:
        with pytest.raises(UnreadableImage, match="pixels"):
            await pool.ask(ask())
    finally:
        await pool.close()


async def test_a_cancelled_caller_gives_up_its_place() -> None:
    pool = DecodePool(1, Confinement(), lambda _name, _value: None)
    await pool.start()
    try:
        first = asyncio.create_task(pool.ask(ask(SLOW)))
        waiting = [asyncio.create_task(pool.ask(ask(SLOW))) for _ in range(3)]
        last = asyncio.create_task(pool.ask(ask()))
        await asyncio.sleep(0)
        for task in (first, *waiting):
            task.cancel()
        assert (await last)[0].header["facts"]["width"] == 64
        results = await asyncio.gather(first, *waiting, return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError) for result in results)
    finally:
        await pool.close()


async def test_people_go_before_background_work(pool: DecodePool) -> None:
    done: list[str] = []

    async def work(name: str, *, background: bool) -> None:
        await pool.ask(ask(SLOW if background else PHOTO), background=background)
        done.append(name)

    later = [asyncio.create_task(work("thumbnail", background=True)) for _ in range(3)]
    await asyncio.sleep(0)
    people = [asyncio.create_task(work("person", background=False)) for _ in range(6)]
    await asyncio.gather(*people)
    assert done.count("thumbnail") <= 1
    await asyncio.gather(*later)
    assert done.count("thumbnail") == 3


async def test_one_decoder_does_background_work_too() -> None:
    pool = DecodePool(1, Confinement(), lambda _name, _value: None)
    await pool.start()
    try:
        reply, _ = await pool.ask(Message({"do": "thumbnail", "long_side": 16}, PHOTO), background=True)
        assert bytes(reply.body).startswith(b"\xff\xd8")
    finally:
        await pool.close()


async def test_closing_tells_whoever_waits_and_leaves_no_process() -> None:
    pool = DecodePool(1, Confinement(), lambda _name, _value: None)
    await pool.start()
    tasks = [asyncio.create_task(pool.ask(ask(SLOW))) for _ in range(3)]
    await asyncio.sleep(0)
    await pool.close()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, Unavailable) for result in results)
    assert decoders() == []


async def test_they_end_when_the_server_is_killed(tmp_path: Path) -> None:
    program = """
import asyncio, os, sys
from cultivar.vision.runtime.pool import Confinement, DecodePool
async def main():
    await DecodePool(2, Confinement(), print).start()
    print("ready", flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    server = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    assert server.stdout
    await server.stdout.readline()
    children = psutil.Process(server.pid).children()
    assert len(children) == 2
    server.kill()
    await server.wait()
    await until(lambda: not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children))


async def test_decoders_that_cannot_start_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(ChildEnded):
        await DecodePool(2, Confinement(), lambda _name, _value: None).start()
    assert decoders() == []


@pytest.mark.parametrize("nonsense", [r"\377" * 12, r"\0\0\0\4\0\0\0\0\0\0\0\0nope"], ids=["endless", "no JSON"])
async def test_one_that_talks_nonsense_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nonsense: str
) -> None:
    program = tmp_path / "decoder"
    program.write_text(f"#!/bin/sh\nprintf '{nonsense}' >&0\nsleep 60\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(ChildEnded):
        await DecodePool(1, Confinement(), lambda _name, _value: None).start()


async def test_starting_again_starts_only_what_is_missing(pool: DecodePool) -> None:
    before = {child.pid for child in decoders()}
    await pool.start()
    assert {child.pid for child in decoders()} == before


async def test_a_start_that_is_cancelled_leaves_none_behind() -> None:
    pool = DecodePool(2, Confinement(), lambda _name, _value: None)
    starting = asyncio.create_task(pool.start())
    await until(lambda: len(decoders()) == 2)
    starting.cancel()
    await asyncio.wait([starting])
    await pool.close()
    await until(lambda: decoders() == [])


async def test_heic_is_read_in_a_decoder(pool: DecodePool) -> None:
    reply, _ = await pool.ask(ask(heic(texture(64, 64))))
    assert reply.header["facts"]["format"] == "heic"
