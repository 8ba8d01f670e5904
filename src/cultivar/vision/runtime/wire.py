"""What the server and a decoder process say to each other: a JSON header and raw bytes behind it.

Never pickle: the decoder reads strangers' files, so what it sends back is data and nothing else.
"""

import json
import socket
import struct
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cultivar.vision.decode import Beside, PhotoFacts, Sight
from cultivar.vision.geometry import Frame, PlainFrame, PlainTiles, Region
from cultivar.vision.metadata.parts import Piece
from cultivar.vision.overlay import Kind, Shape
from cultivar.vision.quality import Quality

PREFIX: Final = struct.Struct(">IQ")
"""Length of the header, length of the bytes behind it."""

PICTURES: Final = ("pixels", "finder", "tiles", "view")
"""Of a Sight, those of them that it has, in the order in which they travel."""

NOTHING_BESIDE: Final = Beside()
Header = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """`body` is a view of what was received, or bytes to be sent."""

    header: Header
    body: bytes | memoryview = b""

    def frames(self) -> tuple[bytes, bytes | memoryview]:
        """Prefix with header, then the body apart: it may be large and is not copied."""
        header = json.dumps(self.header, separators=(",", ":")).encode()
        return PREFIX.pack(len(header), len(self.body)) + header, self.body


def receive(channel: socket.socket) -> Message | None:
    """The next message of a blocking channel; None when the other end is closed."""
    prefix = channel.recv(PREFIX.size, socket.MSG_WAITALL)
    if len(prefix) < PREFIX.size:
        return None
    of_header, of_body = PREFIX.unpack(prefix)
    header = channel.recv(of_header, socket.MSG_WAITALL)
    body = channel.recv(of_body, socket.MSG_WAITALL) if of_body else b""
    return Message(json.loads(header), body) if len(body) == of_body else None


def send(channel: socket.socket, message: Message) -> None:
    """Send on a blocking channel."""
    for part in message.frames():
        if len(part):  # whoever has all of it may be gone
            channel.sendall(part)


def frame_header(frame: Frame) -> Header:
    return {
        "width": frame.width,
        "height": frame.height,
        "resize": frame.resize,
        "crop_share": frame.crop_share,
        "interpolation": frame.interpolation,
    }


def read_frame(header: Header) -> Frame:
    return PlainFrame(**header)


def beside_header(beside: Beside) -> Header:
    cut = beside.tiles
    return {
        "finder": beside.finder and frame_header(beside.finder),
        "tiles": cut and {"over_px": cut.over_px, "overlap": cut.overlap},
        "view_side": beside.view_side,
    }


def read_beside(header: Header) -> Beside:
    finder, cut = header["finder"], header["tiles"]
    return Beside(finder and read_frame(finder), cut and PlainTiles(**cut), header["view_side"])


def ask_to_see(data: bytes, frame: Frame, beside: Beside = NOTHING_BESIDE) -> Message:
    """What `decode.see` takes."""
    return Message({"do": "see", "frame": frame_header(frame), "beside": beside_header(beside)}, data)


def ask_to_draw(data: bytes, shapes: Sequence[Shape], headline: str, long_side: int, kind: Kind) -> Message:
    """What `overlay.draw` takes."""
    rows = [[shape.bbox, shape.polygon, shape.text, shape.colour] for shape in shapes]
    return Message({"do": "overlay", "shapes": rows, "headline": headline, "long_side": long_side, "kind": kind}, data)


def ask_for_heat(data: bytes, heat: NDArray[np.float64], region: Region) -> Message:
    """What `heat.draw` takes; the heat in 255 steps."""
    steps = (heat * 255).round().astype(int).tolist()
    return Message({"do": "heat", "heat": steps, "region": region}, data)


def read_heat(header: Header) -> tuple[NDArray[np.float64], Region]:
    left, top, right, bottom = header["region"]
    return np.array(header["heat"]) / 255, (left, top, right, bottom)


def read_shapes(header: Header) -> list[Shape]:
    return [
        Shape(tuple(box), ring and tuple(map(tuple, ring)), text, colour)
        for box, ring, text, colour in header["shapes"]
    ]


def sight_message(sight: Sight) -> Message:
    """Pictures first, then the new bytes among the pieces; spans travel as numbers."""
    pictures = {name: picture for name in PICTURES if (picture := getattr(sight, name)) is not None}
    pieces = [[p.start, p.stop] if isinstance(p, slice) else len(p) for p in sight.pieces]
    fresh = [piece for piece in sight.pieces if isinstance(piece, bytes)]
    header = {
        "facts": asdict(sight.facts),
        "quality": asdict(sight.quality),
        "pieces": pieces,
        "shapes": {name: picture.shape for name, picture in pictures.items()},
    }
    return Message(header, b"".join([*(np.ascontiguousarray(picture).data for picture in pictures.values()), *fresh]))


def read_sight(message: Message) -> Sight:
    header, body = message.header, message.body
    pictures, at = {}, 0
    for name in PICTURES:
        if shape := header["shapes"].get(name):
            count = prod(shape)
            pictures[name] = np.frombuffer(body, np.uint8, count, at).reshape(shape)
            at += count
    pieces: list[Piece] = []
    for piece in header["pieces"]:
        if isinstance(piece, int):
            pieces.append(bytes(body[at : at + piece]))
            at += piece
        else:
            pieces.append(slice(*piece))
    return Sight(PhotoFacts(**header["facts"]), Quality(**header["quality"]), tuple(pieces), **pictures)
