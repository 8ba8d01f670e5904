"""A bad photo gets a clear 4xx and changes nothing; an odd one is answered or refused; neither is ever a 500."""

import io
import socket
import struct
import zlib
from collections.abc import Callable

import httpx
import pytest
from PIL import Image
from tests.support.app import API, Person, Served, problem
from tests.support.drawing import MAPLE, picture
from tests.support.photofile import encoded, jpeg
from tests.system.unchanged import nothing_changes

LEAF = jpeg(picture(MAPLE, size=320))


def png(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    """A PNG whose header claims this size; its pixels are a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(100_000)))
        + chunk(b"IEND", b"")
    )


def animated_gif() -> bytes:
    frames = [Image.new("RGB", (64, 64), (shade, 90, 20)) for shade in (10, 200)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><script>alert(1)</script></svg>'
UNREADABLE = {
    "text named .jpg": b"I am a leaf, honestly.\n" * 50,
    "truncated JPEG": LEAF[: len(LEAF) // 3],
    "JPEG header alone": LEAF[:20],
    "PNG bomb": png(50_000, 50_000),
    "PNG of no pixels": png(0, 10),
    "animated GIF": animated_gif(),
    "SVG": SVG,
    "zeros": bytes(10_000),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_is_no_photo_is_400_and_changes_nothing(app: Served, guest: Person, what: str) -> None:
    with nothing_changes(app):
        problem(guest.predict(UNREADABLE[what], consent="train"), 400, "unreadable_image")


def test_an_empty_file_is_400(app: Served, guest: Person) -> None:
    with nothing_changes(app):
        problem(guest.predict(b"", consent="store"), 400, "empty_file")


def test_one_bad_photo_among_good_ones_is_named_and_none_is_kept(app: Served, guest: Person) -> None:
    with nothing_changes(app):
        body = problem(guest.predict(LEAF, UNREADABLE["SVG"], consent="store"), 400, "unreadable_image")
    assert body["file_index"] == 1


def cmyk() -> bytes:
    return encoded(picture(MAPLE, size=320).convert("CMYK"), "JPEG")


def deep() -> bytes:
    return encoded(picture(MAPLE, size=320).convert("I;16"), "PNG")


def broken_exif() -> bytes:
    return LEAF[:2] + b"\xff\xe1\x00\x20Exif\x00\x00MM\x00\x2a\xff\xff\xff\xff" + b"\xee" * 16 + LEAF[2:]


ODD: dict[str, Callable[[], bytes]] = {
    "CMYK": cmyk,
    "16 bits": deep,
    "1 x 1": lambda: encoded(Image.new("RGB", (1, 1)), "PNG"),
    "1 x 4000": lambda: encoded(Image.new("RGB", (1, 4000)), "PNG"),
    "broken EXIF": broken_exif,
    "orientation 9": lambda: jpeg(picture(MAPLE, size=320), orientation=9),
    "grey": lambda: encoded(picture(MAPLE, size=320).convert("L"), "JPEG"),
    "palette with transparency": lambda: encoded(picture(MAPLE, size=320).quantize(8), "PNG", transparency=0),
    "transparent": lambda: encoded(picture(MAPLE, size=320).convert("RGBA"), "WEBP"),
    "one bit": lambda: encoded(picture(MAPLE, size=320).convert("1"), "PNG"),
}


@pytest.mark.parametrize("what", ODD)
def test_an_odd_photo_is_answered_or_refused_or_named_unreadable(guest: Person, what: str) -> None:
    answer = guest.predict(ODD[what](), consent="store")
    if answer.status_code == httpx.codes.OK:
        assert answer.json()["refused"] is (answer.json()["result"] is None)
    else:
        problem(answer, 400, "unreadable_image")


@pytest.mark.parametrize("declared", [True, False], ids=["with Content-Length", "chunked"])
def test_200_mb_are_413_before_they_are_read(app: Served, guest: Person, declared: bool) -> None:
    size = 200 * 2**20
    length = f"Content-Length: {size}" if declared else "Transfer-Encoding: chunked"
    head = (
        f"POST {API}/predict HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {guest.token}\r\nContent-Type: image/jpeg\r\n"
    )
    with nothing_changes(app):
        status, sent = flood(app.url, f"{head}{length}\r\n\r\n".encode(), size, chunked=not declared)
    assert status == b"HTTP/1.1 413"
    assert sent < (1 if declared else 64) * 2**20


def flood(url: str, head: bytes, size: int, *, chunked: bool) -> tuple[bytes, int]:
    """Send as fast as the server takes it, until it answers; the status line, and the bytes of body it let us send."""
    piece = bytes(64 * 1024)
    framed = f"{len(piece):x}\r\n".encode() + piece + b"\r\n" if chunked else piece
    address = httpx.URL(url)
    with socket.create_connection((address.host, address.port), timeout=20) as line:
        line.sendall(head)
        sent = 0
        line.setblocking(False)
        answer = b""
        while sent < size and not answer:
            answer = _heard(line, wait=0.01 if not chunked else 0)
            try:
                line.setblocking(True)
                line.settimeout(20)
                if not answer:
                    line.sendall(framed)
                    sent += len(piece)
            except OSError:
                break
        line.settimeout(20)
        return (answer or line.recv(64))[:12], sent


def _heard(line: socket.socket, *, wait: float) -> bytes:
    line.settimeout(wait)
    try:
        return line.recv(64)
    except (BlockingIOError, TimeoutError):
        return b""
