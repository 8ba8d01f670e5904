"""Imports from end to end: files of every kind become a folder that serving opens, or a reason why not."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto

from cultivar.kernel.settings import Settings
from cultivar.packs.schemas import Pack
from cultivar.packs.service import load_pack
from cultivar.trainer.errors import ImportRefused, TrustNeeded
from cultivar.trainer.importing.__main__ import tiling
from cultivar.trainer.importing.order import Order
from cultivar.trainer.importing.parity import LARGEST, PLAN, pictures
from cultivar.trainer.importing.run import bring
from cultivar.vision.manifest import Manifest, Tiling
from cultivar.vision.runtime.models import load_model
from cultivar.vision.tasks.classify import classify
from tests.trainer.importing.networks import MASKS, SIDE, classifier, detector, ultralytics

PACKS = Settings().packs_dir
CLASSES = ("Not Mature", "Mature", "Ripe", "Over Ripe")
SHUFFLED = ("ripe", "over ripe", "not mature", "mature")
THINGS = ("person", *SHUFFLED, "car")
CATS = ("Dog", "Cat")

Bring = Callable[..., Manifest]


@pytest.fixture(scope="module")
def segmenting() -> Pack:
    return load_pack(PACKS / "banana-ripeness")


@pytest.fixture(scope="module")
def detecting(segmenting: Pack) -> Pack:
    """The same classes without masks and what is measured on them."""
    plain = {"task": "detect", "colour_stages": None, "grading": None, "severity": None}
    return segmenting.model_copy(update={name: to for name, to in plain.items() if name in Pack.model_fields})


@pytest.fixture
def brought(tmp_path: Path) -> Bring:
    def bring_bytes(content: bytes, pack: Pack, name: str = "best.onnx", **more: object) -> Manifest:
        file = tmp_path / name
        file.write_bytes(content)
        return bring(Order(file, pack, tmp_path / "out", **more))  # type: ignore[arg-type]

    return bring_bytes


@pytest.mark.parametrize("kind", ["yolov8", "yolov5", "yolox", "end2end"])
def test_a_detector_is_imported_with_its_labels_in_the_packs_order(
    brought: Bring, detecting: Pack, tmp_path: Path, kind: str
) -> None:
    made = brought(detector(kind, 6, metadata=ultralytics(THINGS)), detecting, renamed={"person": "", "car": ""})
    assert made.boxes
    assert (made.boxes.layout, made.boxes.labels, made.task) == (kind, CLASSES, "detect")
    assert float(str(made.metrics["parity"])) < LARGEST
    model = load_model(tmp_path / "out", PLAN)
    assert model.manifest == made
    said = model.network.run(pictures((SIDE, SIDE))[:1])[made.boxes.output]
    if kind == "end2end":
        assert set(said[0, :, 5]) == {-1.0, 0.0, 1.0, 2.0, 3.0}
    else:
        assert 4 + {"yolov8": 0}.get(kind, 1) + 4 in said.shape


@pytest.mark.parametrize("kind", ["yolov8", "end2end"])
def test_masks_come_along(brought: Bring, segmenting: Pack, kind: str) -> None:
    made = brought(detector(kind, 6, masks=MASKS, metadata=ultralytics(THINGS)), segmenting, drop_others=True)
    assert made.boxes
    assert made.boxes.prototypes == "output1"
    assert (made.task, made.view_side) == ("segment", 640)


def test_large_photos_are_looked_at_in_tiles_where_that_is_asked(brought: Bring, detecting: Pack) -> None:
    content = detector("yolov8", 4, metadata=ultralytics(CLASSES))
    assert brought(content, detecting).tiling is None
    assert brought(content, detecting, tiling=Tiling(over_px=640, overlap=0.3)).tiling == Tiling(
        over_px=640, overlap=0.3
    )


@pytest.mark.parametrize(
    ("text", "made"),
    [("640", Tiling(over_px=640, overlap=0.2)), ("1280,0.35", Tiling(over_px=1280, overlap=0.35))],
)
def test_tiles_are_told_by_their_side_and_overlap(text: str, made: Tiling) -> None:
    assert tiling(text) == made


@pytest.mark.parametrize("text", ["", "wide", "63", "640,", "640,0.9", "640,0.2,1"])
def test_other_tiles_there_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="Tiling"):
        tiling(text)


def test_a_classifier_has_no_tiles(brought: Bring) -> None:
    pack = load_pack(PACKS / "cats-dogs")
    with pytest.raises(ImportRefused, match="only a detector"):
        brought(classifier(2), pack, labels=CATS, reading="unit", tiling=Tiling(over_px=640))


def test_a_file_that_fits_as_it_is_stays_as_it_is(brought: Bring, detecting: Pack, tmp_path: Path) -> None:
    content = detector("yolov8", 4, metadata=ultralytics(CLASSES))
    made = brought(content, detecting)
    assert (tmp_path / "out" / "model.onnx").read_bytes() == content
    assert (made.input.dtype, made.input.resize, made.input.channels) == ("float32", "letterbox", "rgb")
    assert (made.input.mean, made.input.std) == ((0, 0, 0), (1, 1, 1))
    assert made.licence.weights.startswith("AGPL-3.0")
    assert made.version == f"imported-{made.sha256[:8]}"


def test_yolox_takes_bytes_in_its_own_order(brought: Bring, detecting: Pack) -> None:
    made = brought(detector("yolox", 4), detecting, labels=CLASSES)
    assert (made.input.channels, made.input.resize) == ("bgr", "letterbox_corner")
    assert made.input.std == pytest.approx((1 / 255,) * 3)
    assert made.licence.doubts == "The file states no licence."


def test_the_card_and_the_manifest_say_where_it_comes_from(brought: Bring, detecting: Pack, tmp_path: Path) -> None:
    made = brought(detector("yolov8", 4, metadata=ultralytics(CLASSES)), detecting, version="7", licence="CC0")
    assert (made.version, made.licence.weights) == ("7", "CC0")
    told = made.training["imported"]
    assert isinstance(told, dict)
    assert (told["file"], told["kind"], told["labels"]) == ("best.onnx", "onnx", list(CLASSES))
    card = (tmp_path / "out" / "CARD.md").read_text("utf-8")
    assert "`best.onnx`" in card
    assert "CC0" in card
    assert json.loads((tmp_path / "out" / "model.json").read_text("utf-8"))["pack"] == "banana-ripeness"


@pytest.mark.parametrize("last", ["", "Softmax"])
@pytest.mark.parametrize("wide", [False, True])
def test_a_classifier_gets_the_packs_heads(brought: Bring, tmp_path: Path, last: str, wide: bool) -> None:
    pack = load_pack(PACKS / "drawn")
    labels = tuple(known.name for known in reversed(pack.classes))
    made = brought(classifier(6, last=last, wide=wide), pack, labels=labels, reading="unit")
    assert [head.name for head in made.heads] == ["plant", "condition"]
    model, picture = load_model(tmp_path / "out", PLAN), pictures((SIDE, SIDE))[:1]
    outputs = model.network.run(picture)
    whole, _ = classify(made, outputs, [False])
    assert sum(whole.classes) == pytest.approx(1, abs=1e-5)
    for head in made.heads:
        for scored in whole.heads[head.name].top:
            of_label = [
                share
                for share, known in zip(whole.classes, made.classes, strict=True)
                if known.labels[head.name] == scored.label
            ]
            assert scored.confidence == pytest.approx(sum(of_label), abs=1e-4)


def test_where_a_leaf_is_measured_a_classifier_keeps_the_picture_for_it(brought: Bring) -> None:
    sick, plain = (load_pack(PACKS / name) for name in ("banana-sigatoka", "cats-dogs"))
    assert sick.severity
    labels = tuple(known.name for known in sick.classes)
    assert brought(classifier(len(labels)), sick, labels=labels, reading="unit").view_side == 640
    assert brought(classifier(2), plain, labels=CATS, reading="unit").view_side == 0


def test_one_probability_is_two_labels(brought: Bring, tmp_path: Path) -> None:
    pack = load_pack(PACKS / "cats-dogs")
    made = brought(classifier(1, last="Sigmoid"), pack, labels=CATS, reading="imagenet")
    assert made.input.mean == (0.485, 0.456, 0.406)
    picture = pictures((SIDE, SIDE))[:1]
    outputs = load_model(tmp_path / "out", PLAN).network.run(picture)
    shares = np.exp(outputs["joint"][0])
    assert shares.sum() == pytest.approx(1, abs=1e-5)
    order = [known.name for known in made.classes]
    assert len(order) == 2
    assert {name.casefold() for name in order} == {"cat", "dog"}


def test_bytes_in_are_bytes_in(brought: Bring) -> None:
    pack = load_pack(PACKS / "cats-dogs")
    made = brought(classifier(2, wide=True, dtype=TensorProto.UINT8), pack, labels=CATS)
    assert (made.input.dtype, made.input.resize) == ("uint8", "squash")


def test_a_picture_of_any_size_needs_one(brought: Bring) -> None:
    pack = load_pack(PACKS / "cats-dogs")
    content = classifier(2, side="side")
    with pytest.raises(ImportRefused, match="--size"):
        brought(content, pack, labels=CATS, reading="unit")
    assert brought(content, pack, labels=CATS, reading="unit", size=96).input.width == 96


@pytest.mark.parametrize(
    ("content", "more", "said"),
    [
        (b"", {}, "no ONNX file"),
        (b"no graph", {}, "no ONNX file"),
        (onnx.ModelProto().SerializeToString() + b"\x08\x07", {}, "no ONNX file"),
        (detector("yolov8", 4), {}, "does not name its labels. It tells 4 labels apart"),
        (detector("yolov8", 4), {"labels": CLASSES[:3]}, "4 labels apart, but 3 are named"),
        (detector("yolov8", 4, masks=MASKS), {"labels": CLASSES}, "pack to detect, and this network has masks"),
        (detector("yolov8", 4, batch=2), {"labels": CLASSES}, "takes 2 pictures at once"),
        (detector("yolov5", 4), {"labels": CLASSES}, "does not say how it takes colours"),
        (classifier(4), {"labels": CLASSES}, "no detector's that we read"),
        (classifier(4, wide=True), {"labels": CLASSES}, "colours first"),
        (classifier(4, dtype=TensorProto.FLOAT16), {"labels": CLASSES}, "float32"),
        (detector("yolov8", 4), {"labels": CLASSES, "size": 32}, "--size 32 cannot be had"),
    ],
)
def test_what_cannot_be_imported_is_refused_with_the_reason(
    brought: Bring, detecting: Pack, content: bytes, more: dict[str, object], said: str
) -> None:
    with pytest.raises(ImportRefused, match=said):
        brought(content, detecting, **more)


@pytest.mark.parametrize(
    ("content", "more", "said"),
    [
        (classifier(2), {"labels": CATS}, "--input imagenet"),
        (classifier(2), {"reading": "unit"}, "does not name its 2 labels"),
        (classifier(2), {"labels": (*CATS, "Hen"), "reading": "unit"}, "2 labels apart, but 3 are named"),
        (classifier(1), {"labels": CATS, "reading": "unit"}, "no probability"),
        (detector("yolov8", 2), {"labels": CATS}, "A classifier has one output"),
        (classifier(2, dtype=TensorProto.UINT8), {"labels": CATS}, "colours last"),
    ],
)
def test_what_is_no_classifier_for_the_pack_is_refused(
    brought: Bring, content: bytes, more: dict[str, object], said: str
) -> None:
    with pytest.raises(ImportRefused, match=said):
        brought(content, load_pack(PACKS / "cats-dogs"), **more)


def test_a_network_that_keeps_its_weights_elsewhere_is_refused(brought: Bring, detecting: Pack) -> None:
    model = onnx.load_model_from_string(detector("yolov8", 4))
    one = model.graph.initializer[1]
    one.ClearField("raw_data")
    one.data_location = TensorProto.EXTERNAL
    one.external_data.add(key="location", value="../../secret")
    with pytest.raises(ImportRefused, match="in other files"):
        brought(model.SerializeToString(), detecting)


@pytest.mark.parametrize("name", ["best.h5", "best", "best.tflite"])
def test_other_files_are_not_read(brought: Bring, detecting: Pack, name: str) -> None:
    with pytest.raises(ImportRefused, match=r"only \.onnx, \.pt and \.keras"):
        brought(b"?", detecting, name=name)


def test_a_pickle_needs_trust(brought: Bring, detecting: Pack) -> None:
    with pytest.raises(TrustNeeded, match=r"yolo export model=best\.pt format=onnx"):
        brought(b"?", detecting, name="best.pt")
