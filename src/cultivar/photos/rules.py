"""Names of objects, and how long photos stay. Pure."""

import re
from datetime import datetime, timedelta
from uuid import UUID

PREFIX = "photos/"
ORPHAN_AFTER = timedelta(days=1)
"""An object may wait this long for its row before the sweeper takes it."""

_EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
_KEY = re.compile(r"photos/\d{4}/\d{2}/\d{2}/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(?:thumb\.)?[a-z]+")


def object_key(photo_id: UUID, content_type: str, at: datetime) -> str:
    """`photos/YYYY/MM/DD/{id}.{extension}`: it says when and what, and nothing of whom."""
    return f"{PREFIX}{at:%Y/%m/%d}/{photo_id}.{_EXTENSIONS[content_type]}"


def thumb_key(key: str) -> str:
    """Where the thumbnail (a JPEG) of the object `key` lies."""
    return f"{key.rpartition('.')[0]}.thumb.jpg"


def photo_of(key: str) -> UUID | None:
    """The photo that an object belongs to, or None for a key that is not of our making."""
    found = _KEY.fullmatch(key)
    return UUID(found[1]) if found else None


def is_orphan(modified: datetime, now: datetime) -> bool:
    """Whether an object without a row is old enough that no row can still be coming."""
    return now - modified > ORPHAN_AFTER
