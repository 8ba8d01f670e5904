"""Ultralytics' checkpoints and training, where the extra `yolo` is installed: CI leaves it out on purpose."""

import csv
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from PIL import Image

from cultivar.kernel.extras import ExtraMissing
from cultivar.kernel.settings import Settings
from cultivar.trainer.errors import ImportRefused
from cultivar.trainer.importing import yolo
from cultivar.trainer.importing.checkpoint import Checkpoint
from cultivar.trainer.importing.yolo import is_yolo, workshop
from cultivar.vision.manifest import read_manifest
from tests.support.material import DATA

CLASSES = ("Not Mature", "Mature", "Ripe", "Over Ripe")
COLOURS = ((40, 160, 40), (150, 190, 60), (220, 200, 60), (100, 70, 40))
needs_yolo = pytest.mark.skipif(find_spec("ultralytics") is None, reason="needs the extra `yolo`, which CI leaves out")


@pytest.mark.parametrize("name", ["yolo12n", "yolov8n-seg", "yolo11s", "yolo26n", "yolov8x-cls"])
def test_ultralytics_names_are_known(name: str) -> None:
    assert is_yolo(name)


@pytest.mark.parametrize("name", ["yolox_nano", "yolo", "../yolov8n", "yolov8n-seg.yaml", "tiny", "yolov8n;rm"])
def test_other_names_are_not(name: str) -> None:
    assert not is_yolo(name)


def test_without_the_extra_it_is_said_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yolo, "find_spec", lambda _name: None)
    with pytest.raises(ExtraMissing, match=r"cultivar\[yolo\].*AGPL.*yolo export"), workshop():
        pytest.fail("there is nothing to work with")


def test_a_name_that_is_none_is_refused_before_anything_is_built() -> None:
    with pytest.raises(ImportRefused, match="no network that Ultralytics describes"):
        yolo.network("../../evil", 4)


@needs_yolo
@pytest.mark.slow
def test_weights_of_another_network_are_refused() -> None:
    with workshop(), pytest.raises(ImportRefused, match="not those of yolov8n-seg with 4 labels"):
        yolo.filled("yolov8n-seg", Checkpoint({}), 4)


@needs_yolo
@pytest.mark.slow
def test_weights_that_kept_the_width_of_another_training_are_taken() -> None:
    """A network with 80 labels that was given 4: its classifying branch stays as wide as it was."""
    with workshop():
        wide, slim = yolo.network("yolov8n", 80), yolo.network("yolov8n", 4)
        for old, new in zip(wide.model[-1].cv3, slim.model[-1].cv3, strict=True):
            assert old[-1].in_channels > new[-1].in_channels
            old[-1] = torch.nn.Conv2d(old[-1].in_channels, 4, 1)
        checkpoint = Checkpoint(wide.state_dict())
        assert yolo.labels_in(checkpoint) == 4
        made = yolo.filled("yolov8n", checkpoint, 4)
    assert all(torch.equal(one, wide.state_dict()[name]) for name, one in made.state_dict().items())


@needs_yolo
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(not (DATA / "weights").is_dir(), reason="needs the shared weights")
def test_a_checkpoint_of_ultralytics_answers_as_in_torch(tmp_path: Path) -> None:
    file = DATA / "weights" / "yolov8n-seg.pt"
    named = [f"--map={pair}" for pair in ("banana=Ripe", "apple=Mature", "orange=Over Ripe", "broccoli=Not Mature")]
    pack = Settings().packs_dir / "banana-ripeness"
    given = [str(file), "--trust", "--pack", str(pack), "--out", str(tmp_path), "--size", "320", "--drop-others"]
    command = [sys.executable, "-m", "cultivar.trainer.importing", *given, *named]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = read_manifest(tmp_path / "model.json")
    assert made.boxes
    assert (made.boxes.layout, made.boxes.labels, made.input.width) == ("yolov8", CLASSES, 320)
    assert float(str(made.metrics["parity"])) < 1e-3
    assert made.licence.weights.startswith("AGPL-3.0")


@needs_yolo
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_training_by_ultralytics_ends_in_a_model_that_serves(tmp_path: Path) -> None:
    data, pack = write_set(tmp_path / "set"), write_pack(tmp_path / "tiny-fruit")
    given = ["--pack", str(pack), "--data", str(data), "--out", str(tmp_path / "run"), "--install"]
    if (weights := DATA / "weights" / "yolov8n-seg.pt").is_file():
        given += ["--weights", str(weights)]
    command = [sys.executable, "-m", "cultivar.trainer", *given]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = read_manifest(pack / "model.json")
    assert made.boxes
    assert (made.task, made.version, made.boxes.labels) == ("segment", "0.1.0", CLASSES)
    assert "ultralytics" in made.metrics
    assert made.licence.weights.startswith("AGPL-3.0")


def write_pack(folder: Path) -> Path:
    """`banana-ripeness`, trained for one epoch by Ultralytics."""
    source = Settings().packs_dir / "banana-ripeness"
    folder.mkdir()
    (folder / "labels.yaml").write_bytes((source / "labels.yaml").read_bytes())
    told = yaml.safe_load((source / "pack.yaml").read_text("utf-8")) | {"name": folder.name}
    stage = {"size": 96, "epochs": 1}
    told["training"] = {"version": "0.1.0", "network": "yolov8n-seg", "batch_size": 5, "stages": [stage]}
    (folder / "pack.yaml").write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    return folder


def write_set(folder: Path) -> Path:
    """Sixteen pictures of four coloured boxes."""
    rng, rows = np.random.default_rng(0), []
    for number in range(16):
        split = "train" if number < 10 else "val"
        picture, lines = np.full((96, 96, 3), 128, np.uint8), []
        for place in range(4):
            label = (number + place) % 4
            x, y = (int(4 + 46 * step + rng.integers(0, 8)) for step in (place % 2, place // 2))
            w, h = (int(side) for side in rng.integers(22, 34, 2))
            picture[y : y + h, x : x + w] = COLOURS[label]
            lines.append(f"{label} {(x + w / 2) / 96:.4f} {(y + h / 2) / 96:.4f} {w / 96:.4f} {h / 96:.4f}")
        for part in ("images", "labels"):
            (folder / split / part).mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(folder / split / "images" / f"{number}.jpg")
        (folder / split / "labels" / f"{number}.txt").write_text("\n".join(lines))
        rows.append([f"{split}/images/{number}.jpg", "fruit", split, f"group {number}"])
    (folder / "data.yaml").write_text(yaml.safe_dump({"names": list(CLASSES)}))
    with (folder / "index.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["path", "label", "split", "group"], *rows])
    return folder
