"""What accounts tells the others."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class AccountClosed:
    """Nobody can sign in as this person any more; everything of theirs is to be erased."""

    name: ClassVar[str] = "accounts.closed"
    user_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class ConsentChanged:
    """A choice was saved: `before`, then `after` (`none`, `store` or `train`). Not stated when `train` stays `train`.

    Without a change it still says that nothing sent so far is open to training, however it was sent.
    """

    name: ClassVar[str] = "accounts.consent_changed"
    user_id: UUID
    before: str
    after: str
    text_version: str
    at: datetime
