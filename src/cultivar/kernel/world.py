"""Everything with effects, built once per process and handed to whoever needs it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from cultivar.kernel.database import Database
from cultivar.kernel.intake import Intake
from cultivar.kernel.settings import Settings
from cultivar.kernel.storage import Storage
from cultivar.kernel.traffic import Traffic


class Engine(Protocol):
    """What the layers above ask of `cultivar.vision.runtime`; its own types stay there."""

    @property
    def plan(self) -> Any: ...

    def forget(self) -> None: ...

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def open(self, key: str, folder: Path) -> Any: ...

    async def shut(self, key: str) -> None: ...

    def manifest(self, key: str) -> Any: ...

    async def answer(self, key: str, photos: Sequence[bytes], looking: Any = ...) -> Any: ...

    async def thumbnail(self, data: bytes, long_side: int) -> bytes: ...

    async def upright(self, data: bytes) -> bytes: ...

    async def overlay(
        self, data: bytes, shapes: Sequence[Any], headline: str = ..., long_side: int = ..., kind: Any = ...
    ) -> bytes: ...

    async def explain(self, key: str, data: bytes, class_id: int, go_on: Any) -> Any: ...

    def busy(self) -> bool: ...

    def held(self) -> int: ...


class Waker(Protocol):
    """Says only "look". Workers also look at intervals, so a message that is lost loses nothing."""

    def wake(self) -> None:
        """Wake those who wait, here and on other machines. Never blocks and never fails."""
        ...

    async def wait(self, seconds: float) -> None:
        """Return when woken, or after so many seconds. A wake that came while nobody waited is not lost."""
        ...

    async def close(self) -> None: ...


@dataclass
class World:
    """The process's hold on the world.

    `engine` is None where nothing looks at photos; `busy` is true while people wait for answers, and background work
    then steps aside. `catalogue` is what the registry has open, its own type; `opening` is held while that changes.
    `traffic` counts the requests of this process, `intake` what of their bodies is in memory.
    """

    settings: Settings
    db: Database
    storage: Storage
    waker: Waker
    engine: Engine | None
    busy: Callable[[], bool]
    catalogue: object = None
    traffic: Traffic = field(default_factory=Traffic)
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    intake: Intake = field(init=False)

    def __post_init__(self) -> None:
        self.intake = Intake(max(self.settings.predict_memory, self.settings.predict_body_limit))
