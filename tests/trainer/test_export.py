from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from cultivar.trainer.errors import ExportRefused
from cultivar.trainer.export import Served, check_parity, export, round_weights
from cultivar.trainer.network import Network
from cultivar.trainer.novelty import fit_novelty
from cultivar.trainer.recipe import recipe_of
from tests.trainer.small import write_pack

PHOTOS = list(np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), np.uint8))


def served(folder: Path, *, mirror: bool = False) -> Served:
    pack = write_pack(folder)
    torch.manual_seed(1)
    network = Network(pack, recipe_of(pack)).eval()
    rng = np.random.default_rng(1)
    stages = rng.normal(0, 1, (40, 32 + 96)).astype(np.float32)
    made = Served(network, fit_novelty(stages, rng.integers(3, size=40), (32, 96), 16), mirror=mirror)
    round_weights(made)
    return made


@pytest.mark.parametrize("mirror", [False, True])
def test_the_file_answers_as_the_network(tmp_path: Path, mirror: bool) -> None:
    made = served(tmp_path, mirror=mirror)
    export(made, 32, tmp_path / "model.onnx")
    assert check_parity(made, tmp_path / "model.onnx", PHOTOS) < 1e-4


def test_a_network_that_answers_otherwise_is_refused(tmp_path: Path) -> None:
    made = served(tmp_path)
    export(made, 32, tmp_path / "model.onnx")
    with torch.no_grad():
        made.network.joint.bias[0] += 0.5
    with pytest.raises(ExportRefused, match="differ by"):
        check_parity(made, tmp_path / "model.onnx", PHOTOS)


def test_large_weights_are_stored_in_half_the_bytes(tmp_path: Path) -> None:
    export(served(tmp_path), 32, tmp_path / "model.onnx")
    stored = onnx.load(tmp_path / "model.onnx").graph.initializer
    wide = [one.name for one in stored if one.data_type == onnx.TensorProto.FLOAT and np.prod(one.dims) >= 256]
    assert wide == []
    assert any(one.data_type == onnx.TensorProto.FLOAT16 for one in stored)


def test_a_mirrored_photo_gets_the_same_answer_where_mirrors_are_averaged(tmp_path: Path) -> None:
    made = served(tmp_path, mirror=True).eval()
    images = torch.from_numpy(np.stack(PHOTOS))
    with torch.inference_mode():
        for one, other in zip(made(images), made(images.flip(2)), strict=True):
            assert torch.allclose(one, other, atol=1e-5)
