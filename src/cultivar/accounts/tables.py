"""The rows of accounts. `users.id` is what every owner column of other capabilities points to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cultivar.accounts.schemas import ConsentChoice
from cultivar.kernel.actor import Role
from cultivar.kernel.clock import now
from cultivar.kernel.database import Base, Id, choice

_choices = ("none", "store", "train")


class User(Base):
    """A person or a guest. A closed account keeps only its id and role until everything else of it is erased.

    A disabled one keeps everything, and nobody can be it until an administrator enables it again.
    """

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint(
            "closed_at IS NOT NULL OR "
            "((role = 'guest') = (email IS NULL) AND (email IS NULL) = (password_hash IS NULL))",
            name="guest_or_credentials",
        ),
    )

    id: Mapped[Id]
    role: Mapped[Role] = mapped_column(choice("role", "guest", "user", "expert", "admin"))
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    consent: Mapped[ConsentChoice] = mapped_column(choice("consent", *_choices), default="none")
    created_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]


class SessionRow(Base):
    """One sign-in. The row is the session: delete it and all its tokens are void at once.

    `generation` counts refreshes; only the refresh token of the present generation is taken.
    """

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_user_id", "user_id", "id"), Index("ix_sessions_expires_at", "expires_at"))

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    generation: Mapped[int] = mapped_column(default=0)
    client: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]


class ApiKey(Base):
    """A service's key. The secret itself (256 random bits) is never stored, only its SHA-256."""

    __tablename__ = "api_keys"
    __table_args__ = (Index("ix_api_keys_user_id", "user_id", "id"),)

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    start: Mapped[str] = mapped_column(String(12))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class ConsentChange(Base):
    """One line of the consent log; lines are added, never changed."""

    __tablename__ = "consent_changes"
    __table_args__ = (Index("ix_consent_changes_user_id", "user_id", "id"),)

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    choice: Mapped[ConsentChoice] = mapped_column(choice("choice", *_choices))
    text_version: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(default=now)
