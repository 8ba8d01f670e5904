"""What photos tells the others, and its own worker."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PhotoKept:
    """A photo is in storage and has its row; its thumbnail is still to be made."""

    name: ClassVar[str] = "photos.kept"
    photo_id: UUID
    at: datetime
