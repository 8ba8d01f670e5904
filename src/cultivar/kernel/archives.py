"""Unpack a tar that nobody vouches for: nothing outside the folder, no links, all or nothing."""

import gzip
import lzma
import shutil
import tarfile
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path, PurePosixPath, PureWindowsPath
from tempfile import mkdtemp
from typing import IO, cast

from cultivar.kernel.errors import BadRequest, Conflict


class BadArchive(BadRequest):
    code = "bad_archive"
    title = "This archive cannot be unpacked"


class FolderTaken(Conflict):
    code = "folder_taken"
    title = "There is something in this folder already"


_DAMAGED = (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)

Tell = Callable[[int, int], None]
"""Called with (bytes written, bytes in all)."""


def unpack(archive: Path, folder: Path, tell: Tell) -> int:
    """Unpack a tar (plain, gzip, bzip2 or xz) into a folder that is new or empty; how many files that were.

    All names and sizes are checked before the first byte is written, and the folder gets its name when all is there.
    Raises BadArchive, FolderTaken, OSError.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderTaken(f"{folder} is there and not empty. Name another, or remove it first.")
    try:
        with tarfile.open(archive) as tar:
            members = _checked(archive, tar)
            folder.parent.mkdir(parents=True, exist_ok=True)
            _fits(archive, members, folder.parent)
            draft = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
            try:
                _write(tar, members, draft, tell)
                draft.chmod(0o755)
                draft.replace(folder)
            except BaseException:
                shutil.rmtree(draft)
                raise
    except _DAMAGED as error:
        raise BadArchive(f"{archive} is no readable tar: {error}") from error
    return len(members)


def _checked(archive: Path, tar: tarfile.TarFile) -> list[tarfile.TarInfo]:
    files: dict[PurePosixPath, tarfile.TarInfo] = {}
    for member in tar:
        path = PurePosixPath(member.name)
        if path.is_absolute() or ".." in path.parts or PureWindowsPath(path).drive or set(member.name) & {"\\", "\0"}:
            raise BadArchive(f"{archive}: {member.name!r} leads out of the folder")
        if not (member.isreg() or member.isdir()):
            raise BadArchive(f"{archive}: {member.name!r} is a link or a device, only files are unpacked")
        if path in files or (member.isreg() and not path.parts):
            raise BadArchive(f"{archive}: {member.name!r} is in it twice, or names no file")
        if member.isreg():
            files[path] = member
    if not files:
        raise BadArchive(f"{archive} holds no file")
    if both := [path for path in files if any(parent in files for parent in path.parents)]:
        raise BadArchive(f"{archive}: {str(both[0])!r} lies in a file, not in a folder")
    return list(files.values())


def _fits(archive: Path, members: list[tarfile.TarInfo], where: Path) -> None:
    needed, free = sum(member.size for member in members), shutil.disk_usage(where).free
    if needed > free:
        raise BadArchive(f"{archive} unpacks to {needed:,} bytes, {where} has room for {free:,}")


def _write(tar: tarfile.TarFile, members: list[tarfile.TarInfo], draft: Path, tell: Tell) -> None:
    written, total = 0, sum(member.size for member in members)
    for member in members:
        path = draft / member.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(cast("IO[bytes]", tar.extractfile(member))) as source, path.open("xb") as target:
            shutil.copyfileobj(source, target)
        written += member.size
        tell(written, total)
