"""Rows of the registry."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cultivar.kernel.clock import now
from cultivar.kernel.database import NAMES_OBJECTS, Base, Id


class ModelVersion(Base):
    """One network that may serve. A version never changes; of a model's versions one at most is active.

    `sha256` is that of `model.json`, which holds that of the weights: it names the folder of both in storage.
    """

    __tablename__ = "model_versions"
    __table_args__ = (
        UniqueConstraint("model_name", "version"),
        Index(
            "uq_model_versions_active",
            "model_name",
            unique=True,
            sqlite_where=text("is_active"),
            postgresql_where=text("is_active"),
        ),
        {"info": {NAMES_OBJECTS: ("models/{model_name}/{sha256}/",)}},
    )

    id: Mapped[Id]
    model_name: Mapped[str] = mapped_column(String(63))
    version: Mapped[str] = mapped_column(String(50))
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    is_active: Mapped[bool] = mapped_column(default=False)
    manifest: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
