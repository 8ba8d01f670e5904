"""A small network learns from nothing but boxes: to find, to name, to outline, and to keep silent."""

from pathlib import Path

import numpy as np
import pytest

from cultivar.trainer.detect.measure import Looker, drawn_masks
from cultivar.vision.manifest import read_manifest
from tests.trainer.detect.small import plain, train, write_boxes, write_pack

RECIPE: dict[str, object] = {
    "drawn": 0,
    "mosaic": 0,
    "empty": 0.1,
    "paste": 0,
    "zoom": [0.7, 1.3],
    "colour": 0.2,
    "draws": 64,
    "learning_rate": 0.008,
    "stages": [{"size": 64, "epochs": 16, "close": True}],
    "serve_size": 64,
}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_boxes_alone_teach_to_find_to_name_and_to_outline(tmp_path: Path) -> None:
    write_pack(tmp_path, **RECIPE)
    write_boxes(tmp_path / "boxes", train=40, val=16, make=plain)
    done = train(tmp_path, "--install")
    assert done.returncode == 0, done.stderr
    manifest = read_manifest(tmp_path / "bunch" / "model.json")
    assert manifest.boxes is not None
    assert manifest.metrics["classes"]["map50"] > 0.8  # type: ignore[index]
    assert manifest.metrics["nothing_there"]["rate"] == 1  # type: ignore[index]
    looker = Looker(tmp_path / "bunch" / "model.onnx", manifest.input, manifest.boxes)
    fits = drawn_masks(looker, [plain(5000 + number) for number in range(20)], 0.2)
    assert len(fits.agreements) >= 0.8 * fits.boxes
    assert np.median(fits.agreements) > 0.65
