"""What the command line does: photos in, answers out, nothing kept."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cultivar.kernel.errors import BadRequest, CultivarError, TooLarge
from cultivar.packs.schemas import Language, Pack
from cultivar.predictions.rules import render
from cultivar.predictions.schemas import Said
from cultivar.vision.answer import Answer
from cultivar.vision.errors import UnreadableImage

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif"})
AT_ONCE = 8


class Looks(Protocol):
    """The one verb of `vision.runtime.Engine` that is needed here."""

    async def answer(self, key: str, photos: Sequence[bytes]) -> Answer: ...


class NoPhotos(BadRequest):
    code = "no_photos"
    title = "There is no photo here"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How an answer is to be told; see `AskParams`."""

    pack: Pack
    language: Language
    min_confidence: float | None
    top_k: int


def photos_in(paths: Sequence[Path]) -> list[Path]:
    """The files named, and of each folder the photos in it, however deep, by name.

    Raises FileNotFoundError, and NoPhotos if there is nothing to look at.
    """
    found = [file for path in paths for file in (_photos_below(path) if path.is_dir() else [_existing(path)])]
    if not found:
        raise NoPhotos(f"{', '.join(map(str, paths))}: no file here ends in {', '.join(sorted(SUFFIXES))}.")
    return found


def _photos_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())


def _existing(path: Path) -> Path:
    path.stat()
    return path


async def look(
    engine: Looks, key: str, files: Sequence[Path], wanted: Wanted, tell: Callable[[Path, Said | CultivarError], None]
) -> None:
    """Tell, for each file in order, its answer or why it cannot be read; a few are looked at side by side."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(file: Path) -> Said | CultivarError:
        async with places:
            try:
                answer = await engine.answer(key, [await asyncio.to_thread(file.read_bytes)])
            except (UnreadableImage, TooLarge) as error:
                return error
            return render(answer, wanted.pack, wanted.language, wanted.min_confidence, wanted.top_k)

    looks = [asyncio.create_task(one(file)) for file in files]
    try:
        for file, answer in zip(files, looks, strict=True):
            tell(file, await answer)
    finally:
        for answer in looks:
            answer.cancel()
