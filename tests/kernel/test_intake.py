"""Bodies in memory: counted while they are held, refused beyond the limit, given up when they stop coming."""

import asyncio
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Receive

from cultivar.kernel.errors import Unavailable
from cultivar.kernel.intake import BodyStalled, Intake


def sending(pieces: Iterable[bytes]) -> Receive:
    left = iter(pieces)

    async def receive() -> Message:
        return {"type": "http.request", "body": next(left), "more_body": True}

    return receive


@given(st.lists(st.lists(st.binary(max_size=9), max_size=4), max_size=5), st.integers(0, 40))
async def test_no_more_is_held_than_the_limit_and_nothing_at_the_end(bodies: list[list[bytes]], limit: int) -> None:
    intake = Intake(limit)

    async def read(pieces: list[bytes]) -> int:
        with intake.reading(sending(pieces)) as receive:
            for _ in pieces:
                await receive()
                assert intake.held <= limit
                await asyncio.sleep(0)
        return sum(map(len, pieces))

    ends = await asyncio.gather(*map(read, bodies), return_exceptions=True)
    assert intake.held == 0
    assert all(isinstance(end, int | Unavailable) for end in ends)
    if sum(len(piece) for pieces in bodies for piece in pieces) <= limit:
        assert not any(isinstance(end, Unavailable) for end in ends)


async def test_one_too_many_is_asked_to_come_again_and_then_has_its_place() -> None:
    intake = Intake(10)
    with intake.reading(sending([b"123456"])) as first:
        await first()
        with intake.reading(sending([b"12345"])) as second, pytest.raises(Unavailable) as refused:
            await second()
        assert refused.value.retry_after > 0
        assert intake.held == 6
    with intake.reading(sending([b"12345"])) as third:
        assert (await third())["body"] == b"12345"


async def test_who_falls_silent_is_not_waited_for() -> None:
    intake = Intake(10, silence_s=0.01)
    with intake.reading(asyncio.Event().wait) as receive, pytest.raises(BodyStalled):  # type: ignore[arg-type]
        await receive()
    assert intake.held == 0
