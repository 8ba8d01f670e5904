"""From photos to words: look, measure what the pack measures, say it."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from cultivar.predictions import findings, rules
from cultivar.predictions.schemas import Said, Wanted
from cultivar.vision.answer import Answer
from cultivar.vision.tasks.detect import Looking


class Looks(Protocol):
    """The one verb of `vision.runtime.Engine` that is needed here."""

    async def answer(self, key: str, photos: Sequence[bytes], looking: Looking) -> Answer: ...


async def look(engine: Looks, key: str, photos: Sequence[bytes], wanted: Wanted) -> tuple[Answer, Said]:
    """What the network that is open as `key` says of the photos of one plant, and how a person is told.

    Raises what the engine raises.
    """
    seen = await engine.answer(key, photos, rules.looking(wanted))
    if findings.measures(wanted.pack):
        found = await asyncio.to_thread(findings.found, seen, wanted)
    else:
        found = findings.found(seen, wanted)
    return seen, rules.render(seen, wanted, found)
