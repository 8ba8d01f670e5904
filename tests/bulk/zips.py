"""ZIPs as people make them, and as nobody should."""

import io
import struct
import zipfile
from collections.abc import Iterable


def zipped(members: Iterable[tuple[str, bytes]], *, method: int = zipfile.ZIP_STORED) -> bytes:
    """Members in this order, whatever their names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            archive.writestr(info, data)
    return out.getvalue()


def corrupted(archive: bytes, data: bytes) -> bytes:
    """The archive with a byte changed in the middle of the member that holds `data`, stored."""
    at = archive.index(data) + len(data) // 2
    return archive[:at] + bytes([archive[at] ^ 0xFF]) + archive[at + 1 :]


def encrypted(archive: bytes, name: str) -> bytes:
    """The archive with the mark of encryption on a member, in both of its headers."""
    return _patched(archive, name, lambda at, flags: archive[at : at + 0] + struct.pack("<H", flags | 1), 6, 8)


def declaring(archive: bytes, name: str, size: int) -> bytes:
    """The archive whose member says that it unpacks to `size` bytes."""
    return _patched(archive, name, lambda _at, _flags: struct.pack("<L", size), 22, 24)


def _patched(archive: bytes, name: str, make: object, of_local: int, of_central: int) -> bytes:
    patched = bytearray(archive)
    encoded = name.encode()
    for mark, field, name_at in ((b"PK\x03\x04", of_local, 30), (b"PK\x01\x02", of_central, 46)):
        at = archive.find(mark)
        while at >= 0:
            if archive[at + name_at : at + name_at + len(encoded)] == encoded:
                (flags,) = struct.unpack_from("<H", archive, at + field)
                new = make(at, flags)  # type: ignore[operator]
                patched[at + field : at + field + len(new)] = new
            at = archive.find(mark, at + 4)
    return bytes(patched)
