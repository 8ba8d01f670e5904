"""A detector learnt from drawn bananas, from boxes to a pack that serves."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cultivar.packs.service import load_pack
from cultivar.trainer.detect import finish as finishing
from cultivar.trainer.detect.measure import Looker, drawn_masks, filled
from cultivar.trainer.detect.order import DetectOrder, part_of
from cultivar.trainer.detect.run import read_pool, same_order, trained
from cultivar.trainer.errors import BadData, BadRecipe, BadWeights
from cultivar.trainer.finder import with_finder
from cultivar.vision.manifest import ClassLabel, Finder, Head, Input, Licence, Manifest, read_manifest
from cultivar.vision.tasks.detect import Looking
from tests.house.tree import ROOT
from tests.trainer.detect.small import scene, train, write_boxes, write_pack

slow = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("detect-run")]


def classifier() -> Manifest:
    head = Head(name="plant", kind="softmax", output="plant", labels=("a", "b"))
    classes = tuple(ClassLabel(name=name, labels={"plant": name}) for name in ("a", "b"))
    nothing: dict[str, dict[str, object]] = {name: {} for name in ("data", "training", "metrics", "reference")}
    return Manifest(
        pack="x",
        version="1",
        sha256="0" * 64,
        size_bytes=1,
        input=Input(width=32, height=32),
        heads=(head,),
        classes=classes,
        licence=Licence(weights="MIT"),
        **nothing,  # type: ignore[arg-type]
    )


def order(folder: Path, **recipe: object) -> DetectOrder:
    pack = write_pack(folder, **recipe)
    finder, classes, found = part_of(pack, None)
    return DetectOrder(pack, finder, classes, found, (folder / "boxes",), folder / "out", None, 0, progress=False)


@pytest.fixture(scope="module", params=[pytest.param(0, marks=slow)])
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a pack, its boxes, and its run."""
    home = tmp_path_factory.mktemp("detector")
    write_pack(home, stages=[{"size": 96, "epochs": 3}], draws=32)
    write_boxes(home / "boxes", train=40, val=16)
    done = train(home, "--install")
    assert done.returncode == 0, done.stderr
    return home


def test_what_is_installed_serves_and_says_where_it_comes_from(run: Path) -> None:
    pack = load_pack(run / "bunch")
    assert pack.model_folder == run / "bunch"
    assert pack.card is not None
    assert "GrabCut" in pack.card
    manifest = read_manifest(run / "bunch" / "model.json")
    assert manifest.task == "segment"
    assert manifest.boxes is not None
    assert manifest.boxes.labels == ("Green", "Yellow", "Brown")
    assert manifest.boxes.min_confidence == pack.min_confidence
    assert manifest.data["boxes"]["train"] == 40  # type: ignore[index]
    assert set(manifest.reference) == {"confidence", "brightness", "sharpness", "size", "class_share"}
    assert "data:image/png" in (run / "out" / "report.html").read_text()


@pytest.fixture(scope="module")
def shipped() -> Looker:
    """The starter of banana-ripeness as it serves."""
    folder = ROOT / "packs" / "banana-ripeness"
    manifest = read_manifest(folder / "model.json")
    assert manifest.boxes is not None
    return Looker(folder / manifest.file, manifest.input, manifest.boxes)


@pytest.mark.slow
def test_the_starter_finds_and_outlines_bananas_that_are_drawn(shipped: Looker) -> None:
    fits = drawn_masks(shipped, list(finishing.test_drawings(bunch=False))[:16], 0.35)
    assert len(fits.agreements) >= 0.9 * fits.boxes
    assert np.mean(fits.agreements) >= 0.8


@pytest.mark.slow
def test_a_photo_larger_than_the_input_is_answered_in_its_own_pixels(shipped: Looker) -> None:
    small = next(iter(finishing.test_drawings(bunch=False))).pixels
    height, width = small.shape[:2]
    large = np.asarray(Image.fromarray(small).resize((width * 4, height * 4)))
    looking = Looking(min_confidence=0.35)
    one, other = shipped.in_picture(small, looking), shipped.in_picture(large, looking)
    assert len(one) > 0
    assert np.allclose(one.boxes[0] * 4, other.boxes[0], atol=0.05 * 4 * max(height, width))
    assert one.rings is not None
    x1, y1, x2, y2 = one.boxes[0].round().astype(int)
    mask = filled(one.rings[0], (height, width))
    assert mask[y1 : y2 + 1, x1 : x2 + 1].sum() >= 0.98 * mask.sum() > 0


def test_a_finished_run_is_not_done_again(run: Path) -> None:
    before = (run / "out" / "weights.safetensors").stat().st_mtime_ns, (run / "out" / "report.html").stat().st_mtime_ns
    assert train(run).returncode == 0
    after = (run / "out" / "weights.safetensors").stat().st_mtime_ns, (run / "out" / "report.html").stat().st_mtime_ns
    assert before == after


def test_scenes_are_stored_as_they_were_read_and_drawn(tmp_path: Path) -> None:
    write_boxes(tmp_path / "boxes", train=6, val=12)
    one = order(tmp_path)
    pool = read_pool(one)
    assert len(pool.store) == 18 + 24
    assert len(pool.drawn) == 24
    assert pool.places("train").tolist() == [0, 1, 2, 4, 5]
    assert pool.places("val", background=True).tolist() == [9, 13, 17]
    first, drawn = pool.store.scene(0), pool.store.scene(18)
    assert np.allclose(first.boxes, scene(0).boxes, atol=0.1)
    assert np.abs(first.pixels.astype(int) - scene(0).pixels).mean() < 12  # JPEG
    assert drawn.whole.all()
    assert np.array_equal(pool.drawing(18).classes, np.array([0, 0, 1, 2])[drawn.classes])
    assert np.array_equal(read_pool(one).store.scene(5).pixels, pool.store.scene(5).pixels)


def test_a_class_without_a_box_is_named(tmp_path: Path) -> None:
    write_boxes(tmp_path / "boxes", train=6, val=4)
    for file in (tmp_path / "boxes" / "val" / "labels").iterdir():
        file.write_text("")
    with pytest.raises(BadData, match="val has no box of 'Green'"):
        read_pool(order(tmp_path))


def test_drawn_stages_must_be_some_class(tmp_path: Path) -> None:
    write_boxes(tmp_path / "boxes", train=4, val=12)
    with pytest.raises(BadRecipe, match="drawn_as"):
        read_pool(order(tmp_path, drawn_as=["Green", "Plum", "Yellow", "Brown"]))


def test_a_folder_belongs_to_one_order(tmp_path: Path) -> None:
    write_boxes(tmp_path / "boxes", train=4, val=4)
    one = order(tmp_path)
    same_order(one)
    same_order(replace(one, recipe=one.recipe.model_copy(update={"version": "2.0.0"})))  # says nothing of the weights
    with pytest.raises(BadData, match="recipe differ"):
        same_order(replace(one, recipe=one.recipe.model_copy(update={"draws": 40})))


def test_pretrained_weights_are_asked_for(tmp_path: Path) -> None:
    write_boxes(tmp_path / "boxes", train=8, val=12)
    one = order(tmp_path / "x", network="yolox_nano", drawn=0, prototypes=0)
    one = replace(one, data=(tmp_path / "boxes",))
    with pytest.raises(BadWeights, match="--weights"):
        trained(one, read_pool(one))


def test_a_pack_has_only_the_parts_that_it_describes(tmp_path: Path) -> None:
    pack = write_pack(tmp_path)
    with pytest.raises(BadRecipe, match="no part 'finder'"):
        part_of(pack, "finder")
    with pytest.raises(BadRecipe, match=r"training\.drawn"):
        part_of(write_pack(tmp_path / "x", drawn=-1), None)
    section = {"classes": ["leaf"], "prototypes": 0}
    finder, classes, recipe = part_of(write_pack(tmp_path / "y", finder=section), "finder")
    assert (finder, classes, recipe.prototypes) == (True, ("leaf",), 0)


def test_a_finder_joins_the_manifest_of_the_classifier(tmp_path: Path) -> None:
    bare = classifier()
    assert with_finder(bare, tmp_path) is bare
    finder = {
        "file": "finder.onnx",
        "sha256": "0" * 64,
        "size_bytes": 5,
        "input": {"width": 64, "height": 64, "resize": "letterbox"},
        "boxes": {"layout": "yolox", "output": "boxes", "labels": ["leaf"]},
    }
    (tmp_path / "finder.json").write_text(json.dumps({"finder": finder, "view_side": 640, "about": {"seed": 3}}))
    joined = with_finder(bare, tmp_path)
    assert joined.finder == Finder.model_validate(finder)
    assert joined.training["finder"] == {"seed": 3}
    assert joined.view_side == 640
    (tmp_path / "finder.json").write_text("{}")
    with pytest.raises(BadData, match="no finder"):
        with_finder(bare, tmp_path)
