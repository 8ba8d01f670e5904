import json
import socket
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivar.vision.decode import Beside, see
from cultivar.vision.geometry import PlainFrame, PlainTiles
from cultivar.vision.runtime.wire import (
    PICTURES,
    Message,
    beside_header,
    frame_header,
    read_beside,
    read_frame,
    read_sight,
    receive,
    send,
    sight_message,
)
from tests.vision.pictures import heic, telling, texture

FRAME = PlainFrame(24, 16, "letterbox", 0.9, "bilinear")
BESIDE = Beside(PlainFrame(8, 8), PlainTiles(20, 0.25), 12)


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=4), st.binary(max_size=200))
def test_a_message_arrives_as_it_was_sent(header: dict[str, object], body: bytes) -> None:
    one, other = socket.socketpair()
    with one, other:
        send(one, Message(header, body))
        assert receive(other) == Message(header, body)


def test_a_large_body_arrives_whole() -> None:
    one, other = socket.socketpair()
    body = bytes(range(256)) * 20_000
    with one, other:
        sender = threading.Thread(target=send, args=(one, Message({}, body)))
        sender.start()
        assert receive(other) == Message({}, body)
        sender.join()


@pytest.mark.parametrize("sent", [0, 5, 14, 20])
def test_a_closed_channel_gives_none(sent: int) -> None:
    one, other = socket.socketpair()
    with other:
        with one:
            one.sendall(b"".join(Message({"a": 1}, b"body").frames())[:sent])
        assert receive(other) is None


def test_a_frame_travels() -> None:
    assert read_frame(frame_header(FRAME)) == FRAME


@pytest.mark.parametrize("beside", [Beside(), BESIDE])
def test_what_is_asked_beside_travels(beside: Beside) -> None:
    assert read_beside(json.loads(json.dumps(beside_header(beside)))) == beside


@pytest.mark.parametrize("beside", [Beside(), BESIDE])
@pytest.mark.parametrize(
    "data", [telling("JPEG", texture(40, 30), 6), telling("PNG", texture(4, 3)), heic(texture(64, 64))]
)
def test_what_was_seen_travels(data: bytes, beside: Beside) -> None:
    sight = see(data, FRAME, beside=beside)
    message = sight_message(sight)
    arrived = read_sight(Message(message.header, message.body))
    assert (arrived.facts, arrived.quality) == (sight.facts, sight.quality)
    for name in PICTURES:
        assert np.array_equal(getattr(arrived, name), getattr(sight, name))
    assert arrived.photo(data) == sight.photo(data)
