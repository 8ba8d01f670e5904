"""The vision engine as the settings want it. Imports little, so that it can begin before the rest is read."""

from pathlib import Path

from cultivar.kernel import metrics
from cultivar.kernel.settings import Settings
from cultivar.vision.runtime.engine import Engine, Options
from cultivar.vision.runtime.machine import Wish


def engine_of(settings: Settings) -> Engine:
    """Nothing is started or opened."""
    wish = Wish(
        provider=settings.vision_runtime,
        decoders=settings.vision_decoders,
        lanes=settings.vision_sessions,
        threads=settings.vision_threads,
    )
    return Engine(Options(wish, settings.vision_queue, settings.predict_body_limit), metrics.observe)


def starters(packs_dir: Path) -> list[Path]:
    """The folders of the models that packs bring along, which most installations serve."""
    return sorted(manifest.parent for manifest in packs_dir.glob("*/model.json"))
