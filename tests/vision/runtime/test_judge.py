"""Detectors and finders through the engine."""

import hashlib
import io
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from PIL import Image

from cultivar.vision.errors import BadManifest, UnreadableImage
from cultivar.vision.overlay import Shape
from cultivar.vision.runtime.engine import Engine, Options
from cultivar.vision.runtime.machine import Wish
from cultivar.vision.tasks.detect import Looking
from tests.support.photofile import encoded, jpeg
from tests.vision.detectors import GREEN, RED, boxes, graph, squares, write_detector, write_with_finder

FAINT = (120, 90, 70)
TWO_RED = squares((RED, 0, 0), (RED, 128, 64), (GREEN, 64, 192))


@pytest_asyncio.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine(Options(Wish(decoders=1)))
    await engine.start()
    yield engine
    await engine.close()


def png(image: Image.Image) -> bytes:
    return encoded(image, "PNG")


async def test_instances_are_in_pixels_of_the_photo_and_the_commonest_class_is_named(
    engine: Engine, tmp_path: Path
) -> None:
    await engine.open("squares", write_detector(tmp_path, view_side=128))
    answer = await engine.answer("squares", [png(TWO_RED)])
    places = {one.bbox: one.class_name for one in answer.instances}
    assert places == {(0, 0, 64, 64): "red", (128, 64, 192, 128): "red", (64, 192, 128, 256): "green"}
    assert [one.instance_id for one in answer.instances] == [0, 1, 2]
    sure = [one.confidence for one in answer.instances]
    assert sure == sorted(sure, reverse=True)
    red = [one.confidence for one in answer.instances if one.class_name == "red"]
    assert (answer.class_name, answer.heads, answer.refusal) == ("red", {}, None)
    assert answer.confidence == pytest.approx(sum(red) / 2)
    assert answer.classes == pytest.approx([sum(red) / sum(sure), 1 - sum(red) / sum(sure)])
    (photo,) = answer.photos
    assert photo.view is not None
    assert (photo.view.pixels.shape, photo.view.scale) == ((128, 128, 3), 0.5)
    assert all(one.polygon is None and one.area_px == 64 * 64 for one in photo.instances)


async def test_masks_become_outlines(engine: Engine, tmp_path: Path) -> None:
    wide = Image.new("RGB", (512, 256), (90, 90, 90))
    wide.paste(squares((RED, 64, 64)), (256, 0))
    await engine.open("squares", write_detector(tmp_path, masks=True))
    (one,) = (await engine.answer("squares", [png(wide)], Looking(min_confidence=0.05))).instances
    assert one.polygon is not None
    corners = np.array(one.polygon)
    assert corners.min(axis=0) == pytest.approx((320, 64), abs=17)
    assert corners.max(axis=0) == pytest.approx((384, 128), abs=17)
    assert one.area_px == pytest.approx(64 * 64, rel=0.4)


async def test_a_photo_without_anything_is_refused(engine: Engine, tmp_path: Path) -> None:
    await engine.open("squares", write_detector(tmp_path))
    answer = await engine.answer("squares", [png(squares())])
    assert (answer.refusal, answer.class_name, answer.instances) == ("no_plant", None, ())
    assert answer.classes == (0, 0)


async def test_photos_refused_are_left_out_of_the_whole_but_their_instances_stay(
    engine: Engine, tmp_path: Path
) -> None:
    await engine.open("squares", write_detector(tmp_path))
    flat = png(Image.new("RGB", (256, 256), RED))
    answer = await engine.answer("squares", [flat, png(squares((GREEN, 0, 0))), png(squares())])
    assert [photo.refusal for photo in answer.photos] == ["unusable_photo", None, "no_plant"]
    assert answer.class_name == "green"
    assert [len(photo.instances) for photo in answer.photos] == [16, 1, 0]
    assert [one.file_index for one in answer.instances] == [0] * 16 + [1]
    assert [one.instance_id for one in answer.instances] == list(range(17))


async def test_a_request_may_ask_for_less_or_more_certainty(engine: Engine, tmp_path: Path) -> None:
    await engine.open("squares", write_detector(tmp_path))
    photo = png(squares((RED, 0, 0), (FAINT, 128, 128)))
    found = {least: (await engine.answer("squares", [photo], Looking(least))).instances for least in (None, 0.05, 0.95)}
    assert [len(instances) for instances in found.values()] == [1, 2, 0]


async def test_calibration_moves_confidence_and_threshold_together(engine: Engine, tmp_path: Path) -> None:
    await engine.open("plain", write_detector(tmp_path / "plain"))
    await engine.open("bold", write_detector(tmp_path / "bold", boxes=boxes(temperature=2.0, bias=-1.5)))
    (plain,) = (await engine.answer("plain", [png(squares((RED, 0, 0)))])).instances
    odds = np.log(plain.confidence / (1 - plain.confidence)) / 2 - 1.5
    wanted = float(1 / (1 + np.exp(-odds)))
    (bold,) = (await engine.answer("bold", [png(squares((RED, 0, 0)))], Looking(wanted * 0.99))).instances
    assert bold.confidence == pytest.approx(wanted)
    assert (await engine.answer("bold", [png(squares((RED, 0, 0)))], Looking(wanted * 1.01))).instances == ()


async def test_a_large_photo_is_looked_at_in_tiles_too(engine: Engine, tmp_path: Path) -> None:
    large = squares((RED, 0, 0), (GREEN, 448, 448), (RED, 256, 192), side=512)
    await engine.open("whole", write_detector(tmp_path / "whole"))
    assert (await engine.answer("whole", [png(large)])).instances == ()
    cut = {"over_px": 256, "overlap": 0.25}
    await engine.open("cut", write_detector(tmp_path / "cut", tiling=cut, weights=graph(batch=1)))
    found = (await engine.answer("cut", [png(large)])).instances
    places = {(*one.bbox, one.class_name) for one in found}
    assert {(0, 0, 64, 64, "red"), (448, 448, 512, 512, "green")} <= places
    assert len([place for place in places if place[0] in range(192, 320)]) == 1


async def test_things_found_are_judged_one_by_one_and_the_whole_stays_whole(engine: Engine, tmp_path: Path) -> None:
    await engine.open("leaves", write_with_finder(tmp_path))
    answer = await engine.answer("leaves", [jpeg(squares((RED, 0, 0), (GREEN, 192, 192)), quality=95)])
    said = {one.class_name: one.heads["plant"].label for one in answer.instances}
    assert said == {"red": "Apple", "green": "Maize"}
    assert answer.class_name in {known.name for known in engine.manifest("leaves").classes}
    assert answer.photos[0].view is not None


async def test_one_thing_found_is_the_whole(engine: Engine, tmp_path: Path) -> None:
    await engine.open("leaves", write_with_finder(tmp_path))
    answer = await engine.answer("leaves", [png(squares((RED, 0, 0)))])
    assert [(one.class_name, one.heads) for one in answer.instances] == [("red", {})]


async def test_a_refused_photo_shows_what_was_found_in_it(engine: Engine, tmp_path: Path) -> None:
    rule = {"code": "no_plant", "source": "output", "output": "strangeness", "threshold": 0.0}
    await engine.open("leaves", write_with_finder(tmp_path, refusals=[rule]))
    answer = await engine.answer("leaves", [png(squares((RED, 0, 0)))])
    assert answer.refusal == "no_plant"
    assert len(answer.instances) == 1


async def test_an_answer_is_drawn_in_a_decoder(engine: Engine) -> None:
    drawn = await engine.overlay(png(TWO_RED), [Shape((0, 0, 64, 64), None, "red 70%", 0)], "red", kind="png")
    with Image.open(io.BytesIO(drawn)) as picture:
        assert (picture.format, picture.width) == ("PNG", 256)
    with pytest.raises(UnreadableImage):
        await engine.overlay(b"text named .jpg", [])


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"boxes": boxes(labels=("red", "green"), layout="yolox")}, "out"),
        ({"boxes": boxes(output="rows")}, "rows"),
        ({"boxes": boxes(prototypes="masks"), "task": "segment"}, "masks"),
        ({"boxes": boxes(labels=("red",)), "classes": [{"name": "red", "labels": {}}]}, "out"),
    ],
)
async def test_a_detector_that_breaks_its_promise_is_refused(
    engine: Engine, tmp_path: Path, changes: dict[str, object], why: str
) -> None:
    with pytest.raises(BadManifest, match=why):
        await engine.open("squares", write_detector(tmp_path, **changes))


async def test_a_finder_is_held_to_its_hash(engine: Engine, tmp_path: Path) -> None:
    folder = write_with_finder(tmp_path)
    (folder / "finder.onnx").write_bytes(graph(masks=True))
    assert hashlib.sha256(graph()).hexdigest() in (folder / "model.json").read_text()
    with pytest.raises(BadManifest, match="SHA-256"):
        await engine.open("leaves", folder)


async def test_a_finder_needs_a_view_to_cut_from(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(BadManifest, match="view_side"):
        await engine.open("leaves", write_with_finder(tmp_path, view_side=0))
