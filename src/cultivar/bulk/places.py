"""Photos that the command line is pointed at: files, folders, buckets."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from os.path import commonprefix
from pathlib import Path, PurePosixPath
from typing import Any, Final

import obstore
from obstore.exceptions import BaseError

from cultivar.bulk.rules import shown_name
from cultivar.kernel.errors import BadRequest, NotFound, Unavailable
from cultivar.kernel.settings import Settings
from cultivar.kernel.storage import bucket

SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif"})
_BUCKET: Final = re.compile(r"s3://([^/]+)/?(.*)")


class NoPhotos(BadRequest):
    code = "no_photos"
    title = "There is no photo here"


class PlaceUnreachable(Unavailable):
    code = "place_unreachable"
    title = "This folder or bucket cannot be read now"


class PhotoGone(NotFound):
    code = "photo_gone"
    title = "This photo is not there any more, or may not be read"


@dataclass(frozen=True, slots=True)
class Place:
    """One photo: where it lies, as a path or `s3://bucket/key`, and its way below all that was named."""

    where: str
    below: str

    @property
    def name(self) -> str:
        """Where it lies, as one line of text."""
        return shown_name(self.where)

    def drawing(self, folder: Path) -> Path:
        """Where its drawing goes: the same way below `folder`, as a JPEG."""
        return folder / _drawn(self.below)


def places_in(named: Sequence[str], settings: Settings) -> list[Place]:
    """The files named, and of each folder or bucket the photos in it, however deep, by name.

    No two photos have the same drawing. Raises FileNotFoundError, PlaceUnreachable, and NoPhotos if there is nothing to
    look at.
    """
    folders = [_folder(one) for one in named]
    shared = len(commonprefix(folders))  # noqa: RUF071  of steps, not of letters
    found = [
        replace(place, below="/".join((*folder[shared:], place.below)))
        for one, folder in zip(named, folders, strict=True)
        for place in _below(one, settings)
    ]
    if not found:
        raise NoPhotos(f"{', '.join(named)}: no file here ends in {', '.join(sorted(SUFFIXES))}.")
    return list(_apart(found))


def _folder(named: str) -> tuple[str, ...]:
    """The way from the root to the folder that is named, or that a named file lies in."""
    if _BUCKET.fullmatch(named):
        name, prefix = _parts(named)
        return "s3", name, *PurePosixPath(prefix).parts
    path = Path(named).absolute()
    return (path if path.is_dir() else path.parent).parts[1:]


def _apart(places: Sequence[Place]) -> Iterator[Place]:
    """Numbered where another photo's drawing has the name: `a.png` and `a.png.jpg` would both become the latter."""
    taken: dict[PurePosixPath, str] = {}
    for place in places:
        plain = _drawn(place.below)
        file, number = plain, 1
        while taken.setdefault(file, place.where) != place.where:
            number += 1
            file = plain.with_stem(f"{plain.stem}-{number}")
        yield place if file == plain else replace(place, below=str(file))


def _drawn(below: str) -> PurePosixPath:
    """The way to a drawing, never up; a JPEG."""
    file = PurePosixPath(*(part for part in PurePosixPath(below).parts if part not in {"..", ".", "/"}))
    return file if file.suffix.lower() in {".jpg", ".jpeg"} else file.with_name(f"{file.name}.jpg")


def _below(named: str, settings: Settings) -> Iterator[Place]:
    path = Path(named)
    if _BUCKET.fullmatch(named):
        yield from _in_bucket(named, settings)
    elif path.is_dir():
        photos = (one for one in path.rglob("*") if one.suffix.lower() in SUFFIXES and one.is_file())
        yield from (Place(str(one), one.relative_to(path).as_posix()) for one in sorted(photos))
    else:
        path.stat()
        yield Place(str(path), path.name)


def _in_bucket(named: str, settings: Settings) -> Iterator[Place]:
    name, prefix = _parts(named)
    store = bucket(f"s3://{name}", settings)
    try:
        keys = sorted(one["path"] for page in obstore.list(store, prefix or None) for one in page)
    except (BaseError, OSError) as error:
        raise PlaceUnreachable(f"{named} cannot be read: {error.__class__.__name__}.") from error
    for key in keys:
        if PurePosixPath(key).suffix.lower() in SUFFIXES:
            yield Place(f"s3://{name}/{key}", key.removeprefix(prefix).lstrip("/") or PurePosixPath(key).name)


def _parts(url: str) -> tuple[str, str]:
    found = _BUCKET.fullmatch(url)
    assert found is not None  # noqa: S101  for the type checker
    return found[1], found[2].strip("/")


class Reader:
    """Reads photos wherever they lie; for threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stores: dict[str, Any] = {}

    def read(self, where: str) -> bytes:
        """Raises PhotoGone, PlaceUnreachable."""
        try:
            if not _BUCKET.fullmatch(where):
                return Path(where).read_bytes()
            name, key = _parts(where)
            store = self._stores.setdefault(name, bucket(f"s3://{name}", self._settings))
            return bytes(obstore.get(store, key).bytes())
        except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
            raise PhotoGone from error
        except (BaseError, OSError) as error:
            raise PlaceUnreachable from error
