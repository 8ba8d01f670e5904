"""The drawn bananas are what they are said to be, and the tiny network finds them."""

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from cultivar.packs.service import assess, load_pack
from cultivar.registry.rules import misfit
from cultivar.vision.geometry import fit, place
from cultivar.vision.manifest import Manifest, read_manifest
from cultivar.vision.measure.outline import filled
from cultivar.vision.runtime.engine import Engine, Options
from cultivar.vision.runtime.machine import Wish
from tests.support.detector import MOST, drawn_fruit
from tests.support.fruit import CLASSES, Bunch, Finger, bunch
from tests.support.photofile import jpeg

MIXED: list[Finger | str] = [*CLASSES, Finger("Not Mature", 2, "scar"), Finger("Ripe", 7, "flecks"), "Ripe"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn_fruit(tmp_path_factory.mktemp("packs"))


def found(folder: Path, drawn: Bunch) -> list[tuple[str, float, np.ndarray]]:
    """Class, score and box (x1, y1, x2, y2 of the picture) of each fruit, from left to right and top to bottom."""
    manifest: Manifest = read_manifest(folder / "model.json")
    session = ort.InferenceSession(folder / "model.onnx")
    pixels = fit(drawn.image, manifest.input)
    rows = session.run(["found"], {"image": pixels[None]})[0][0].T[:MOST]
    placed = place(manifest.input, *drawn.image.size)
    answers = []
    for x, y, w, h, *scores, _ in rows:
        if max(scores) > 0.25:
            box = np.array([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
            box = (box - np.tile(placed.target[:2], 2)) / np.tile(placed.scale, 2)
            answers.append((CLASSES[int(np.argmax(scores))], float(max(scores)), box))
    tall = drawn.image.height / 3
    return sorted(answers, key=lambda one: (one[2][1] // tall, one[2][0]))


def test_the_pack_is_whole_and_its_model_fits(folder: Path) -> None:
    pack = load_pack(folder)
    assert misfit(pack, read_manifest(folder / "model.json")) is None
    assert pack.counting
    assert pack.grading
    assert pack.colour_stages


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (1200, 900)])
def test_every_drawn_fruit_is_found_once_with_its_class_and_box(folder: Path, size: tuple[int, int]) -> None:
    drawn = bunch(MIXED, size=size, seed=1)
    answers = found(folder, drawn)
    assert [name for name, _, _ in answers] == [one.class_name for one in drawn.fruits]
    for (_, score, box), fruit in zip(answers, drawn.fruits, strict=True):
        assert score > 0.5
        assert np.abs(box - fruit.bbox).max() <= 0.025 * max(size)


def test_a_bare_sheet_has_no_fruit(folder: Path) -> None:
    assert found(folder, bunch([], seed=2)) == []


def test_the_same_seed_draws_the_same_picture() -> None:
    one, again, other = bunch(["Ripe"], seed=3), bunch(["Ripe"], seed=3), bunch(["Ripe"], seed=4)
    assert one.image.tobytes() == again.image.tobytes()
    assert one.image.tobytes() != other.image.tobytes()


def test_masks_do_not_overlap_and_spots_lie_inside() -> None:
    fruits = bunch([Finger("Ripe", 6, "rot"), "Over Ripe", "Ripe", "Mature"], seed=5).fruits
    assert np.sum([fruit.mask for fruit in fruits], axis=0).max() == 1
    assert all((fruit.spots <= fruit.mask).all() for fruit in fruits)
    assert [bool(fruit.spots.any()) for fruit in fruits] == [True, True, False, False]


async def test_from_the_bytes_of_a_photo_to_masks_stages_and_a_grade(folder: Path) -> None:
    drawn = bunch([*MIXED, Finger("Ripe", 6, "rot")], size=(1280, 960), seed=6)
    engine = Engine(Options(Wish(decoders=1)))
    await engine.start()
    try:
        await engine.open("drawn", folder)
        answer = await engine.answer("drawn", [jpeg(drawn.image, quality=92)])
    finally:
        await engine.close()
    said = assess(load_pack(folder), answer.instances, {0: answer.photos[0].view}, answer.quality)
    assert len(answer.instances) == len(drawn.fruits)
    for one, its in zip(answer.instances, said.instances, strict=True):
        assert one.polygon
        mask = filled(np.array(one.polygon), (960, 1280))
        fruit = max(drawn.fruits, key=lambda there: int((there.mask & mask).sum()))
        assert (mask & fruit.mask).sum() / (mask | fruit.mask).sum() > 0.85
        assert its.valid
        assert its.reject == (fruit.damage == "rot")
        assert its.colour_stage
        assert abs(its.colour_stage - fruit.stage) <= 1
    assert said.counts["banana_count"] == 8
    assert said.grade
    assert (said.grade.grade, said.grade.score) == ("D", 0.0)
