"""Keras files: what they name is looked at before Keras is; a small model comes through whole."""

import json
import os
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from cultivar.kernel.extras import ExtraMissing
from cultivar.kernel.settings import Settings
from cultivar.packs.service import load_pack
from cultivar.trainer.errors import ImportRefused
from cultivar.trainer.importing import kerasfile
from cultivar.trainer.importing.order import Order
from cultivar.vision.manifest import read_manifest
from tests.support.processes import skip_or_fail

MAKE = """
import sys
import cultivar.trainer
import keras
from keras import layers
keras.utils.set_random_seed(0)
stem = [layers.Input((32, 32, 3)), layers.Rescaling(1 / 255), layers.Conv2D(4, 3, activation="relu")]
top = [layers.BatchNormalization(), layers.GlobalAveragePooling2D(), layers.Dense(1, activation="sigmoid")]
keras.Sequential(stem + top).save(sys.argv[1])
"""


def order(file: Path) -> Order:
    return Order(file, load_pack(Settings().packs_dir / "cats-dogs"), file.parent / "out", labels=("Cat", "Dog"))


def written(tmp_path: Path, config: Any) -> Path:
    file = tmp_path / "model.keras"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("config.json", json.dumps(config))
    return file


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("keras.layers", "Lambda"),
        ("keras.layers", "TorchModuleWrapper"),
        ("os", "system"),
        ("kerasy.layers", "Dense"),
        ("builtins", "function"),
    ],
)
def test_a_file_that_names_code_is_refused_before_keras_sees_it(tmp_path: Path, module: str, name: str) -> None:
    inner = {"module": module, "class_name": name, "config": {}}
    whole = {"module": "keras", "class_name": "Sequential", "config": {"layers": [{"deep": [inner]}]}}
    with pytest.raises(ImportRefused, match=f"'{name}', which is code"):
        kerasfile.from_keras(order(written(tmp_path, whole)))


@pytest.mark.parametrize("content", [b"", b"\x89HDF\r\n\x1a\n"])
def test_other_files_are_no_keras_3(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "model.keras"
    file.write_bytes(content)
    with pytest.raises(ImportRefused, match="no model of Keras 3"):
        kerasfile.from_keras(order(file))


def test_without_the_extra_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kerasfile, "find_spec", lambda _name: None)
    with pytest.raises(ExtraMissing, match=r"cultivar\[keras\]"):
        kerasfile.from_keras(order(written(tmp_path, {"module": "keras", "class_name": "Sequential"})))


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_small_model_comes_through_whole(tmp_path: Path) -> None:
    if find_spec("keras") is None:
        skip_or_fail("keras", "make setup")
    file, pack = tmp_path / "model.keras", Settings().packs_dir / "cats-dogs"
    environment = os.environ | {"KERAS_BACKEND": "torch"}
    subprocess.run([sys.executable, "-c", MAKE, str(file)], check=True, capture_output=True, env=environment)
    given = [str(file), "--pack", str(pack), "--out", str(tmp_path / "out"), "--labels", "Cat,Dog"]
    command = [sys.executable, "-m", "cultivar.trainer.importing", *given]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = read_manifest(tmp_path / "out" / "model.json")
    assert (made.input.width, made.input.dtype) == (32, "float32")
    assert made.input.std == pytest.approx((1 / 255,) * 3)
    assert float(str(made.metrics["parity"])) < 1e-3
