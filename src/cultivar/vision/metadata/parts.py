"""What is left of a file after cutting: spans of the bytes that came, and a few new ones between them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Format = Literal["jpeg", "png", "webp", "heic"]
Piece = slice | bytes


@dataclass(frozen=True, slots=True)
class Stripped:
    """A photo's file without metadata: its format, stored size in pixels, orientation 1..8, and what to keep."""

    format: Format
    width: int
    height: int
    orientation: int
    pieces: tuple[Piece, ...]


def assemble(data: bytes, pieces: Iterable[Piece]) -> bytes:
    """The kept file; the very same object when all of it is kept."""
    pieces = tuple(pieces)
    if pieces == (slice(0, len(data)),):
        return data
    view = memoryview(data)
    return b"".join(view[piece] if isinstance(piece, slice) else piece for piece in pieces)


def join(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """The same, with neighbouring spans made one."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if isinstance(piece, slice) and isinstance(last, slice) and last.stop == piece.start:
            joined[-1] = slice(last.start, piece.stop)
        else:
            joined.append(piece)
    return tuple(joined)
