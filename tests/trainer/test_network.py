from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from cultivar.trainer import backbones
from cultivar.trainer.errors import BadWeights
from cultivar.trainer.network import Network, class_tables, normalise
from cultivar.trainer.recipe import recipe_of
from tests.trainer.small import COLOURS, write_pack


def network(folder: Path) -> Network:
    pack = write_pack(folder)
    torch.manual_seed(0)
    return Network(pack, recipe_of(pack)).eval()


def test_a_class_gets_its_own_logit_and_those_of_its_labels(tmp_path: Path) -> None:
    made = network(tmp_path)
    features = torch.randn(5, 96)
    said = made.answer(features)
    own = made.joint(features)
    apple, scab, healthy, maize = (
        said["plant"][:, 0],
        said["condition"][:, 0],
        said["condition"][:, 1],
        said["plant"][:, 1],
    )
    wanted = torch.stack([apple + scab, apple + healthy, maize + healthy, torch.zeros(5)], 1) + own
    assert torch.allclose(said["joint"], wanted, atol=1e-5)


def test_tables_have_one_label_a_class(tmp_path: Path) -> None:
    for table in class_tables(write_pack(tmp_path)).values():
        assert table.shape[0] == len(COLOURS)
        assert table.sum(1).tolist() == [1] * len(COLOURS)


def test_pixels_are_laid_between_minus_one_and_one() -> None:
    pixels = torch.tensor([0, 255, 0], dtype=torch.uint8).view(1, 1, 1, 3)
    assert normalise(pixels).flatten().tolist() == [-1, 1, -1]


def test_weights_of_a_file_fill_the_backbone_int8_scaled(tmp_path: Path) -> None:
    source = backbones.build("tf_efficientnet_lite0")
    state = {key: value.clone() for key, value in source.state_dict().items()}
    wide = state["conv_head.weight"]
    scale = wide.abs().amax((1, 2, 3)) / 127
    stored = state | {"conv_head.weight": (wide / scale[:, None, None, None]).round().to(torch.int8)}
    stored["conv_head.weight_scale"] = scale
    stored["conv_stem.weight"] = state["conv_stem.weight"].half()
    save_file(stored, tmp_path / "lite0.safetensors")
    filled = backbones.build("tf_efficientnet_lite0")
    backbones.load_weights(filled, "tf_efficientnet_lite0", tmp_path / "lite0.safetensors")
    found = filled.state_dict()
    assert torch.equal(found["blocks.3.1.conv_pw.weight"], state["blocks.3.1.conv_pw.weight"])
    assert torch.allclose(found["conv_stem.weight"], state["conv_stem.weight"], atol=1e-3)
    assert (found["conv_head.weight"] - wide).abs().max() <= scale.max() * 0.51


@pytest.mark.parametrize("content", [b"", b"no weights"])
def test_a_file_that_holds_no_weights_is_told(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "w.safetensors"
    file.write_bytes(content)
    with pytest.raises(BadWeights, match=r"w\.safetensors"):
        backbones.load_weights(backbones.build("tf_efficientnet_lite0"), "tf_efficientnet_lite0", file)


def test_weights_of_another_network_are_told(tmp_path: Path) -> None:
    save_file({"conv_stem.weight": torch.zeros(3)}, tmp_path / "w.safetensors")
    with pytest.raises(BadWeights, match="are missing"):
        backbones.load_weights(
            backbones.build("tf_efficientnet_lite0"), "tf_efficientnet_lite0", tmp_path / "w.safetensors"
        )


def test_an_unknown_backbone_is_told() -> None:
    with pytest.raises(BadWeights, match="no backbone 'lite99'"):
        backbones.build("lite99")


def test_stem_and_first_blocks_stay_still() -> None:
    parts = backbones.frozen_parts(backbones.build("tf_efficientnet_lite0"), 2)
    assert len(parts) == 4
    assert backbones.frozen_parts(backbones.build("tiny"), 2) == []
