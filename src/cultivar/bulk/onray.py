"""Many photos on Ray Data: names are passed around, each actor reads and looks with an engine of its own.

Needs the extra `ray`. On one machine a local Ray is started; `RAY_ADDRESS` names a cluster, whose machines have
Cultivar, the same packs folder (and data folder, for versions that are not a pack's own), and reach the photos by the
same paths or the same bucket.
"""

import asyncio
import json
import logging
import os
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from cultivar.bulk.looker import Looker, look, open_model
from cultivar.bulk.places import Place, Reader
from cultivar.kernel.extras import ExtraMissing
from cultivar.kernel.settings import Settings
from cultivar.predictions.schemas import Wanted
from cultivar.vision.runtime.engine import Engine, Options
from cultivar.vision.runtime.machine import Wish

BATCH = 16
"""Photos that one actor is given at a time."""


def look_on_ray(
    places: Sequence[Place], wanted: Wanted, settings: Settings, overlay: Path | None
) -> Iterator[dict[str, Any]]:
    """The lines of these photos in their order, as `looker.look` gives them. Raises ExtraMissing."""
    ray, data = _begin()
    try:
        context = data.DataContext.get_current()
        context.execution_options.preserve_order = True
        context.enable_progress_bars = False
        actors = max(1, int(ray.cluster_resources().get("CPU", 1)))
        names = data.from_items([{"where": one.where, "below": one.below} for one in places])
        looked = names.map_batches(
            Actor,
            fn_constructor_kwargs={"wanted": wanted, "settings": settings, "overlay": overlay},
            batch_size=BATCH,
            num_cpus=1,
            compute=data.ActorPoolStrategy(min_size=1, max_size=actors),
        )
        for row in looked.iter_rows():
            yield json.loads(row["line"])
    finally:
        ray.shutdown()


def _begin() -> tuple[Any, Any]:
    """Join the cluster that `RAY_ADDRESS` names, or start Ray here, for this process alone; nothing is reported."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        ray, data = import_module("ray"), import_module("ray.data")
    except ModuleNotFoundError as error:
        raise ExtraMissing("`--engine ray` needs an extra: pip install 'cultivar[ray]'") from error
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    here = {} if os.environ.get("RAY_ADDRESS") else {"include_dashboard": False, "_node_ip_address": "127.0.0.1"}
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    ray.init(**quiet, **here)
    return ray, data


class Actor:
    """A process of Ray's with an engine for one core, on an event loop of its own."""

    def __init__(self, wanted: Wanted, settings: Settings, overlay: Path | None) -> None:
        self._loop = asyncio.Runner()
        engine = Engine(Options(Wish(decoders=1, lanes=1, threads=1)))
        version = self._loop.run(open_model(engine, wanted))
        self._looker = Looker(engine, version, wanted, Reader(settings), overlay)

    def __call__(self, names: dict[str, Any]) -> dict[str, Any]:
        places = [Place(str(where), str(below)) for where, below in zip(names["where"], names["below"], strict=True)]
        return {"line": self._loop.run(self._lines(places))}

    async def _lines(self, places: Sequence[Place]) -> list[str]:
        return [json.dumps(line, ensure_ascii=False) async for line in look(self._looker, places)]
