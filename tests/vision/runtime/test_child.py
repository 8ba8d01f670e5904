import socket
import subprocess
import sys
import threading

import pytest

from cultivar.vision.decode import Limits, see, thumbnail, upright
from cultivar.vision.geometry import PlainFrame
from cultivar.vision.runtime.child import serve
from cultivar.vision.runtime.wire import Message, ask_to_see, read_sight, receive, send
from tests.vision.pictures import telling, texture

FRAME = PlainFrame(16, 16)
PHOTO = telling("JPEG", texture(300, 200), 6)


def exchange(message: Message, limits: Limits | None = None) -> Message:
    """Ask a decoder that runs in a thread here."""
    ours, theirs = socket.socketpair()
    with theirs:
        decoder = threading.Thread(target=serve, args=(theirs, limits or Limits()))
        decoder.start()
        with ours:
            send(ours, message)
            reply = receive(ours)
        decoder.join()
    assert reply is not None
    return reply


def test_it_sees() -> None:
    reply = exchange(ask_to_see(PHOTO, FRAME))
    assert read_sight(reply).photo(PHOTO) == see(PHOTO, FRAME).photo(PHOTO)
    assert reply.header["ms"] > 0


def test_it_makes_thumbnails_and_turns() -> None:
    assert exchange(Message({"do": "thumbnail", "long_side": 50}, PHOTO)).body == thumbnail(PHOTO, 50)
    assert exchange(Message({"do": "upright"}, PHOTO)).body == upright(PHOTO)


@pytest.mark.parametrize("do", ["see", "thumbnail", "upright"])
def test_an_unreadable_photo_is_an_answer(do: str) -> None:
    header = ask_to_see(b"", FRAME).header | {"do": do, "long_side": 50}
    assert "JPEG" in exchange(Message(header, b"text named .jpg")).header["unreadable"]


def test_it_keeps_the_limits_it_was_given() -> None:
    ask = ask_to_see(PHOTO, FRAME)
    assert "pixels" in exchange(ask, Limits(pixels=100)).header["unreadable"]


def test_it_imports_no_more_than_decoding_needs() -> None:
    heavy = ("onnxruntime", "openvino", "pydantic", "fastapi", "sqlalchemy", "pillow_heif", "asyncio", "torch")
    program = f"import sys, cultivar.vision.runtime.child; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
