"""The shipped pack of bananas, and instances as a detector would find them in drawn pictures."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from contourpy import contour_generator

from cultivar.kernel.settings import Settings
from cultivar.packs.schemas import Pack
from cultivar.packs.service import load_pack
from cultivar.vision.answer import Instance, View
from cultivar.vision.quality import Quality
from tests.support.fruit import CLASSES, Bunch, Fruit

PACK: Pack = load_pack(Settings().packs_dir / "banana-ripeness")
GOOD = Quality(sharpness=0.9, exposure=0.8, size=1.0, score=0.9, raw_sharpness=200.0, brightness=140.0)


def section(part: Any, **changes: Any) -> Any:
    """A section of the pack with some of its members replaced, checked again."""
    return type(part).model_validate(part.model_dump() | changes)


def ring(fruit: Fruit) -> tuple[tuple[float, float], ...]:
    """The outline of what was drawn, every third point."""
    lines = contour_generator(z=np.pad(fruit.mask.astype(float), 1)).lines(0.5)
    longest = max(lines, key=len)
    return tuple((float(x) - 0.5, float(y) - 0.5) for x, y in np.asarray(longest)[:-1:3])


def instance(class_name: str = "Ripe", instance_id: int = 0, **changes: Any) -> Instance:
    """One that lies well inside a picture of 640 x 480; a finger of 160 x 40."""
    said: dict[str, Any] = {
        "instance_id": instance_id,
        "file_index": 0,
        "class_id": CLASSES.index(class_name),
        "class_name": class_name,
        "confidence": 0.9,
        "bbox": (100.0, 100.0, 260.0, 140.0),
        "polygon": ((100.0, 100.0), (260.0, 100.0), (260.0, 140.0), (100.0, 140.0)),
        "area_px": 6400.0,
    }
    return Instance(**said | changes)


def seen(drawn: Bunch, scale: float = 1.0) -> tuple[list[Instance], dict[int, View]]:
    """What was drawn, as found without fault, with the view it is measured on; the photo is 1 / scale times larger."""
    found = [
        instance(
            fruit.class_name,
            place,
            bbox=tuple(side / scale for side in fruit.bbox),
            polygon=tuple((x / scale, y / scale) for x, y in ring(fruit)),
            area_px=float(fruit.mask.sum()) / scale**2,
        )
        for place, fruit in enumerate(drawn.fruits)
    ]
    return found, {0: View(np.asarray(drawn.image), scale)}


def codes(anomalies: Sequence[Any]) -> set[str]:
    return {one.code for one in anomalies}
