"""The rows of photos. An object is in storage before its row says so, and goes after its row is gone."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cultivar.kernel.clock import now
from cultivar.kernel.database import NAMES_OBJECTS, Base, Id


class Photo(Base):
    """A stored picture without its metadata. `sha256` is of the bytes that were received, `key` names the object.

    `orientation` is the EXIF tag that the object still carries (1: upright); `thumb_key` is set once there is one.
    """

    __tablename__ = "photos"
    __table_args__ = (
        Index("ix_photos_owner_id", "owner_id"),
        Index("ix_photos_sha256", "sha256"),
        {"info": {NAMES_OBJECTS: ("{key}", "{thumb_key}")}},
    )

    id: Mapped[Id]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    key: Mapped[str] = mapped_column(String(512), unique=True)
    thumb_key: Mapped[str | None] = mapped_column(String(512))
    content_type: Mapped[str] = mapped_column(String(100))
    size_bytes: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    orientation: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    quality: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)


class PhotoHold(Base):
    """Who needs a photo, and until when (None: as long as they say). A photo that nobody holds is deleted."""

    __tablename__ = "photo_holds"
    __table_args__ = (
        Index("ix_photo_holds_subject", "holder", "subject_id", "position"),
        Index("ix_photo_holds_until", "until"),
    )

    photo_id: Mapped[UUID] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"), primary_key=True)
    holder: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    until: Mapped[datetime | None]
