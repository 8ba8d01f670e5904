"""What the command line does: photos in, from files, folders and buckets; lines out; nothing kept."""

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any, Literal

from cultivar.bulk.looker import Looker, look, open_model
from cultivar.bulk.onray import look_on_ray
from cultivar.bulk.outfile import Outfile
from cultivar.bulk.places import Place, Reader, places_in
from cultivar.kernel.settings import Settings
from cultivar.predictions.schemas import Wanted
from cultivar.vision.runtime.engine import Engine

__all__ = ["Machinery", "Outfile", "Place", "lines", "places_in"]

Machinery = Literal["local", "ray"]


async def lines(
    places: Sequence[Place], wanted: Wanted, settings: Settings, *, overlay: Path | None, on: Machinery
) -> AsyncGenerator[dict[str, Any], None]:
    """A line for each photo, in their order: its name and its answer, or why there is none.

    `overlay`: a folder for the photos with their answers drawn on them. Raises BadManifest, ExtraMissing.
    """
    if not places:
        return
    if on == "ray":
        for line in look_on_ray(places, wanted, settings, overlay):
            yield line
        return
    engine = Engine()
    try:
        version = await open_model(engine, wanted)
        async for line in look(Looker(engine, version, wanted, Reader(settings), overlay), places):
            yield line
    finally:
        await engine.close()
