"""What photos gives to its neighbours."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Size = Literal["thumb", "full"]


@dataclass(frozen=True, slots=True)
class Hold:
    """Who needs photos: a capability, its row, and until when (None: until released)."""

    holder: str
    subject_id: UUID
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A picture whose object is in storage and whose row is still to come."""

    id: UUID
    owner_id: UUID
    key: str
    content_type: str
    size_bytes: int
    width: int
    height: int
    orientation: int
    sha256: str
    quality: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """A photo that somebody holds. `sha256` is of the bytes that were received; `quality` as vision measured it."""

    id: UUID
    owner_id: UUID
    key: str
    thumb_key: str | None
    sha256: str
    width: int
    height: int
    quality: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PhotoData:
    """One photo in a person's export; `key` finds the picture in storage."""

    id: UUID
    key: str
    content_type: str
    size_bytes: int
    width: int
    height: int
    sha256: str
    quality: dict[str, Any]
    created_at: datetime
