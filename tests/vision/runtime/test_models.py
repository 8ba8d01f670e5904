import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cultivar.vision.errors import BadManifest
from cultivar.vision.manifest import Input
from cultivar.vision.runtime.machine import Wish, plan
from cultivar.vision.runtime.models import load_model, network_input
from tests.vision.graphs import SIDE, graph, manifest_fields, write_model

PLAN = plan(Wish(), 1, ("CPUExecutionProvider",))


def test_a_folder_that_holds_together_loads(tmp_path: Path) -> None:
    model = load_model(write_model(tmp_path), PLAN)
    outputs = model.network.run(np.full((2, SIDE, SIDE, 3), (255, 0, 0), np.uint8))
    assert outputs["plant"].argmax(axis=1).tolist() == [0, 0]
    assert model.manifest.pack == "tiny"


def test_a_float_graph_gets_normalised_numbers(tmp_path: Path) -> None:
    taken = {"width": SIDE, "height": SIDE, "dtype": "float32", "mean": (0, 0, 0), "std": (1, 1, 1)}
    model = load_model(write_model(tmp_path, graph(dtype="float32", gain=1.0), input=taken), PLAN)
    outputs = model.network.run(np.full((1, SIDE, SIDE, 3), (255, 51, 0), np.uint8))
    assert outputs["plant"][0] == pytest.approx([1, 0.2, 0])


def test_normalising_follows_its_definition() -> None:
    taken = Input(width=SIDE, height=SIDE, dtype="float32", mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.4))
    pixels = np.random.default_rng(0).integers(0, 256, (2, SIDE, SIDE, 3), dtype=np.uint8)
    given = network_input(taken, pixels)
    assert given.dtype == np.float32
    assert given.shape == (2, 3, SIDE, SIDE)
    assert given[1, 2, 3, 4] == pytest.approx((pixels[1, 3, 4, 2] / 255 - 0.3) / 0.4)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_a_network_that_wants_blue_first_gets_it(dtype: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (2, SIDE, SIDE, 3), dtype=np.uint8)
    taken = {"width": SIDE, "height": SIDE, "dtype": dtype}
    blue_first = network_input(Input(**taken, channels="bgr"), pixels)
    assert np.array_equal(blue_first, network_input(Input(**taken), pixels[..., ::-1]))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"sha256": "0" * 64}, "SHA-256"),
        ({"size_bytes": 7}, "SHA-256"),
        ({"file": "absent.onnx"}, "cannot be read"),
        ({"file": "../model.onnx"}, "beside"),
        ({"input": {"name": "photo", "width": SIDE, "height": SIDE}}, "photo"),
        ({"input": {"width": 32, "height": SIDE}}, "takes"),
        ({"input": {"width": SIDE, "height": SIDE, "dtype": "float32"}}, "float32"),
        ({"classes": [{"name": "Apple___scab", "labels": {"plant": "Apple"}}]}, "joint"),
        ({"refusals": [{"code": "no_plant", "source": "output", "output": "oddity", "threshold": 1}]}, "oddity"),
        ({"refusals": [{"code": "no_plant", "source": "output", "output": "plant", "threshold": 1}]}, "plant"),
        ({"format": 2}, "format"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_promise_that_is_not_kept_is_named(tmp_path: Path, changes: dict[str, Any], why: str) -> None:
    with pytest.raises(BadManifest, match=why):
        load_model(write_model(tmp_path, **changes), PLAN)


def test_weights_changed_by_one_bit_are_refused(tmp_path: Path) -> None:
    write_model(tmp_path)
    weights = bytearray((tmp_path / "model.onnx").read_bytes())
    weights[-1] ^= 1
    (tmp_path / "model.onnx").write_bytes(weights)
    with pytest.raises(BadManifest, match="SHA-256"):
        load_model(tmp_path, PLAN)


def test_a_graph_for_one_photo_at_a_time_is_called_once_for_each(tmp_path: Path) -> None:
    photos = np.random.default_rng(0).integers(0, 256, (3, SIDE, SIDE, 3), dtype=np.uint8)
    many = load_model(write_model(tmp_path / "many"), PLAN).network.run(photos)
    single = load_model(write_model(tmp_path / "one", graph(batch=1)), PLAN).network
    assert single.most == 1
    assert single.run(photos)["joint"] == pytest.approx(many["joint"])


def test_a_graph_for_a_fixed_number_of_photos_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadManifest, match="any"):
        load_model(write_model(tmp_path, graph(batch=2)), PLAN)


def test_a_graph_that_gives_no_numbers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadManifest, match="finite"):
        load_model(write_model(tmp_path, graph(gain=float("nan"))), PLAN)


@pytest.mark.parametrize("text", ["", "{}", "[1]", json.dumps(manifest_fields())[:-9]])
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    write_model(tmp_path)
    (tmp_path / "model.json").write_text(text)
    with pytest.raises(BadManifest, match=r"model\.json"):
        load_model(tmp_path, PLAN)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadManifest, match="cannot be read"):
        load_model(tmp_path, PLAN)
