"""The rows of batches. They go with their job; the photos that were sent lie in storage below `bulk/{job_id}`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cultivar.bulk.rules import NAME_LENGTH
from cultivar.bulk.schemas import ItemState, Source
from cultivar.kernel.clock import now
from cultivar.kernel.database import NAMES_OBJECTS, Base, choice


class Batch(Base):
    """What one request asked for. Its job's row says who asked and how far it is.

    `params` are those of `predict` with the consent that was decided on; `key_hash` and `fingerprint` stand for its
    Idempotency-Key and its content and lead to nobody.
    """

    __tablename__ = "batches"
    __table_args__ = ({"info": {NAMES_OBJECTS: ("{folder}/",)}},)

    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    source: Mapped[Source] = mapped_column(choice("source", "files", "archive", "images"))
    params: Mapped[dict[str, Any]]
    language: Mapped[str] = mapped_column(String(8))
    kept: Mapped[bool]
    """Whether consent keeps the answers; if not, the batch goes a day after its job's end."""
    folder: Mapped[str | None] = mapped_column(String(64))
    """Where what was sent lies in storage, until it is removed."""
    webhook_url: Mapped[str | None] = mapped_column(String(2000))
    key_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)


class BatchItem(Base):
    """One photo of a batch. It is done in the transaction that keeps its answer, so no photo is done twice.

    `prediction_id` finds an answer that is kept; `answer` is the text of one that is not.
    """

    __tablename__ = "batch_items"
    __table_args__ = (
        CheckConstraint("(state = 'failed') = (code IS NOT NULL)", name="failed_says_why"),
        CheckConstraint("state <> 'done' OR (prediction_id IS NULL) <> (answer IS NULL)", name="done_has_one_answer"),
        Index("ix_batch_items_state", "job_id", "state", "place"),
    )

    job_id: Mapped[UUID] = mapped_column(ForeignKey("batches.job_id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    image_id: Mapped[UUID | None]
    """The stored photo to look at, when that was asked for."""
    state: Mapped[ItemState] = mapped_column(choice("state", "waiting", "done", "failed"), default="waiting")
    code: Mapped[str | None] = mapped_column(String(80))
    detail: Mapped[str | None] = mapped_column(String(2000))
    prediction_id: Mapped[UUID | None]
    answer: Mapped[str | None] = mapped_column(Text)
