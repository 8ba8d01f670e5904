"""Make the picture of the page on banana ripeness: drawn bananas with the answer drawn on them.

    python -m tools.bananas

The pack's rules, with the tiny network that the tests have: photos of real bananas are not ours to show.
"""

import asyncio
import tempfile
from pathlib import Path

from tests.support.detector import drawn_fruit
from tests.support.fruit import Finger, bunch
from tests.support.photofile import jpeg

from cultivar.packs.service import assess, load_pack
from cultivar.vision.overlay import Shape
from cultivar.vision.runtime.engine import Engine, Options
from cultivar.vision.runtime.machine import Wish

OUT = Path(__file__).resolve().parents[1] / "docs" / "assets" / "bananas.jpg"
BRUISED, FLECKED = Finger("Ripe", 6, "bruise"), Finger("Ripe", 7, "flecks")
FINGERS = ["Not Mature", "Mature", Finger("Ripe", 5), "Ripe", FLECKED, BRUISED, "Over Ripe"]


async def drawn_on(folder: Path) -> bytes:
    """The picture with outlines, stages and the grade, by the pack in this folder."""
    pack, photo = load_pack(folder), jpeg(bunch(list(FINGERS), size=(960, 440), seed=3).image, quality=92)
    engine = Engine(Options(Wish(decoders=1)))
    await engine.start()
    try:
        await engine.open(pack.name, folder)
        answer = await engine.answer(pack.name, [photo])
        views = {one.index: one.view for one in answer.photos if one.view}
        said = assess(pack, answer.instances, views, answer.quality)
        shapes = [
            Shape(one.bbox, one.polygon, f"{one.class_name}, stage {its.colour_stage}", one.class_id)
            for one, its in zip(answer.instances, said.instances, strict=True)
        ]
        grade = f"Grade {said.grade.grade}, score {said.grade.score:.2f}" if said.grade else ""
        return await engine.overlay(photo, shapes, grade)
    finally:
        await engine.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        OUT.write_bytes(asyncio.run(drawn_on(drawn_fruit(Path(made)))))


if __name__ == "__main__":
    main()
