"""Objects: a folder on one machine, an S3 bucket beyond it, the same promises on both.

An object is there whole or not at all, and it survives the power when `put` has returned. Keys are paths of plain
segments and hold no names of people.
"""

import hashlib
import hmac
import io
import mimetypes
import os
import re
from asyncio import to_thread
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import quote, urlencode, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from cultivar.kernel.clock import now
from cultivar.kernel.errors import NotFound, Unavailable
from cultivar.kernel.settings import Settings

_KEY = re.compile(r"(?!.{513})[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*")
_PART = 5 * 1024 * 1024
_CACHED = "private, max-age=300"
"""What a bucket tells browsers: without it they guess, and may show a deleted photo for days."""


class StorageUnavailable(Unavailable):
    code = "storage_unavailable"
    title = "The storage does not answer, try again soon"


class ObjectMissing(NotFound):
    code = "object_missing"
    title = "There is no such file"


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as a list shows it: its key, its bytes, when it was last written."""

    key: str
    size: int
    modified: datetime


class Storage:
    """One place for objects. `folder` is its root on this machine, None for a bucket."""

    def __init__(self, store: LocalStore | S3Store, *, folder: Path | None, secret: bytes) -> None:
        self._store = store
        self.folder = folder
        self._lasting: set[Path] = set()
        self._secret = hmac.digest(secret, b"signed links to files", hashlib.sha256)

    @classmethod
    def open(cls, settings: Settings) -> "Storage":
        """The storage that the settings name. A folder is made; a bucket must be there and is asked at first use."""
        url = settings.storage_url or str(settings.data_dir / "objects")
        if url.startswith("s3://"):
            return cls(bucket(url, settings), folder=None, secret=settings.secret)
        if "://" in url and not url.startswith("file://"):
            raise ValueError("the storage URL must be s3://bucket or a folder")
        folder = Path(url.removeprefix("file://")).expanduser().absolute()
        return cls(LocalStore(folder, mkdir=True), folder=folder, secret=settings.secret)

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        """Keep `data` under `key`, in place of what was there."""
        with _told_plainly(key):
            # A small object in one request: several parts would cost a round trip each.
            await obstore.put_async(
                self._store, _checked(key), data, attributes=self._attributes(content_type), use_multipart=False
            )
            await self._settle(key)

    async def put_stream(self, key: str, chunks: AsyncIterable[bytes], content_type: str) -> None:
        """Keep what `chunks` gives, holding a few parts of 5 MiB in memory. If `chunks` fails, nothing is kept."""
        with _told_plainly(key):
            await obstore.put_async(
                self._store,
                _checked(key),
                cast("AsyncIterator[bytes]", chunks),
                attributes=self._attributes(content_type),
                chunk_size=_PART,
                max_concurrency=4,
            )
            await self._settle(key)

    async def get(self, key: str) -> bytes:
        """The object's bytes; raises ObjectMissing."""
        with _told_plainly(key):
            if self.folder is not None:  # a thread's read costs a tenth of obstore's
                return await to_thread((self.folder / _checked(key)).read_bytes)
            found = await obstore.get_async(self._store, _checked(key))
            return bytes(await found.bytes_async())

    async def get_stream(self, key: str) -> AsyncIterator[bytes]:
        """The object's bytes in pieces of about a MiB; raises ObjectMissing."""
        with _told_plainly(key):
            found = await obstore.get_async(self._store, _checked(key))
            async for piece in found.stream(min_chunk_size=1024 * 1024):
                yield bytes(piece)

    def reader(self, key: str) -> IO[bytes]:
        """The object as a file to read and seek in: for a thread, since it waits. Raises ObjectMissing."""
        with _told_plainly(key):
            if self.folder is not None:
                return (self.folder / _checked(key)).open("rb")
            return io.BufferedReader(_Ranges(obstore.open_reader(self._store, _checked(key), buffer_size=_PART)))

    async def exists(self, key: str) -> bool:
        try:
            with _told_plainly(key):
                await obstore.head_async(self._store, _checked(key))
        except ObjectMissing:
            return False
        return True

    async def delete(self, key: str) -> None:
        """Remove the object; one that is not there is removed already."""
        try:
            with _told_plainly(key):
                await obstore.delete_async(self._store, _checked(key))
        except ObjectMissing:
            return

    async def list(self, prefix: str = "") -> AsyncIterator[Stored]:
        """Every object whose key begins with the whole segments of `prefix`, in no promised order."""
        with _told_plainly(prefix):
            async for page in obstore.list(self._store, _checked(prefix.rstrip("/")) if prefix else None):
                for each in page:
                    yield Stored(each["path"], each["size"], each["last_modified"])

    async def sweep(self, before: datetime) -> int:
        """Remove what puts that a crash interrupted have left in a folder before then; how many that were.

        A bucket's owner has it do so by a lifecycle rule for incomplete multipart uploads.
        """
        return 0 if self.folder is None else await to_thread(_sweep, self.folder, before.timestamp())

    async def ping(self) -> None:
        """Returns when the storage answers; raises StorageUnavailable when it does not."""
        with _told_plainly(""):
            if self.folder is not None and not await to_thread(os.access, self.folder, os.W_OK | os.X_OK):
                raise StorageUnavailable("the folder of the storage cannot be written")
            async for _ in obstore.list(self._store, "ping", chunk_size=1):
                break

    def sign(self, key: str, *, seconds: int = 3600) -> str:
        """A link to the object that needs no header and ends after so many seconds (at most seven days)."""
        if isinstance(self._store, S3Store):
            with _told_plainly(key):
                return obstore.sign(self._store, "GET", _checked(key), timedelta(seconds=seconds))
        expires = int(now().timestamp()) + seconds
        query = urlencode({"expires": expires, "signature": self._signature(_checked(key), expires)})
        return f"/files/{quote(key)}?{query}"

    def verify(self, key: str, expires: int, signature: str) -> Path:
        """The file that a link of `sign` opens; raises ObjectMissing for a link that is not ours or has ended."""
        genuine = hmac.compare_digest(self._signature(key, expires).encode(), signature.encode())
        if self.folder is None or not genuine or expires < now().timestamp() or not _KEY.fullmatch(key):
            raise ObjectMissing
        return self.folder / key

    def _signature(self, key: str, expires: int) -> str:
        return hmac.new(self._secret, f"{expires}\n{key}".encode(), hashlib.sha256).hexdigest()

    def _attributes(self, content_type: str) -> Any:
        return None if self.folder is not None else {"Content-Type": content_type, "Cache-Control": _CACHED}

    async def _settle(self, key: str) -> None:
        """The folder's rename is atomic; this makes it lasting. What was deleted since has nothing to last."""
        if self.folder is None:
            return
        file, root = self.folder / key, self.folder
        new = file.parent not in self._lasting
        folders = [each for each in file.parents if each.is_relative_to(root)] if new else [file.parent]
        with suppress(FileNotFoundError):
            await to_thread(_sync, [file, *folders])
            self._lasting.add(file.parent)


class _Ranges(io.RawIOBase):
    """obstore's reader, which fetches ranges as they are needed, as a file of Python's."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._reader.seek(offset, whence))

    def tell(self) -> int:
        return int(self._reader.tell())

    def readinto(self, buffer: Any) -> int:
        with _told_plainly(""):
            found = bytes(self._reader.read(len(buffer)))
        buffer[: len(found)] = found
        return len(found)


def media_type(key: str) -> str:
    """The content type that a key's ending says."""
    return mimetypes.guess_type(key)[0] or "application/octet-stream"


def origin(settings: Settings) -> str | None:
    """Where the links of `Storage.sign` lead, such as `https://s3.example.org`; None is this server."""
    if not (settings.storage_url or "").startswith("s3://"):
        return None
    parts = urlsplit(settings.s3_endpoint or f"https://s3.{settings.s3_region}.amazonaws.com")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def bucket(url: str, settings: Settings) -> S3Store:
    """What `s3://bucket/prefix` names, reached as the settings say."""
    name, _, prefix = url.removeprefix("s3://").partition("/")
    keys = settings.s3_access_key, settings.s3_secret_key
    options: dict[str, Any] = {"region": settings.s3_region}
    if settings.s3_endpoint:
        options |= {"endpoint": settings.s3_endpoint, "virtual_hosted_style_request": False}
    if keys[0] and keys[1]:
        options |= {"access_key_id": keys[0].get_secret_value(), "secret_access_key": keys[1].get_secret_value()}
    plain_http = (settings.s3_endpoint or "").startswith("http://")
    return S3Store(
        name,
        prefix=prefix.strip("/") or None,
        client_options={
            "allow_http": plain_http,
            "connect_timeout": timedelta(seconds=5),
            "timeout": timedelta(minutes=2),
        },
        retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=15)},
        **options,
    )


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ObjectMissing
    return key


def _sync(paths: Iterable[Path]) -> None:
    """Have the disk keep the files, and the folders' knowledge of what is in them."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sweep(root: Path, before: float) -> int:
    """obstore writes to `key#1` and renames it; no key has a `#`."""
    left = [file for file in root.rglob("*#*") if file.is_file() and file.stat().st_mtime < before]
    for file in left:
        file.unlink(missing_ok=True)
    return len(left)


@contextmanager
def _told_plainly(key: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise ObjectMissing(f"there is no file {key!r}") from error
    except (BaseError, OSError) as error:
        raise StorageUnavailable from error
