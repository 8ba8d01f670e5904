"""Rows of the registry."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cultivar.kernel.clock import now
from cultivar.kernel.database import NAMES_OBJECTS, Base, Id, choice
from cultivar.registry.schemas import Origin, Step


class ModelVersion(Base):
    """One network that may serve. A version never changes; of a model's versions one at most is active.

    `sha256` is that of `model.json`, which holds that of the weights: it names the folder of both in storage.
    `activated_at`: when it last became the active one.
    """

    __tablename__ = "model_versions"
    __table_args__ = (
        UniqueConstraint("model_name", "version"),
        Index("ix_model_versions_model_name", "model_name", "id"),
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
    origin: Mapped[Origin] = mapped_column(choice("origin", "shipped", "added"))
    is_active: Mapped[bool] = mapped_column(default=False)
    activated_at: Mapped[datetime | None]
    manifest: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class ModelActivation(Base):
    """A version became its model's active one: when, by what step, and by whom (None: the program itself).

    `below_id` is the activation that a rollback returns to; a rollback's own is that of the one it returned to, so
    that further rollbacks go further back.
    """

    __tablename__ = "model_activations"
    __table_args__ = (
        Index("ix_model_activations_model_name", "model_name", "id"),
        Index("ix_model_activations_actor_id", "actor_id"),
    )

    id: Mapped[Id]
    model_name: Mapped[str] = mapped_column(String(63))
    version: Mapped[str] = mapped_column(String(50))
    step: Mapped[Step] = mapped_column(choice("step", "adopted", "activated", "rolled_back"))
    below_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(default=now)
