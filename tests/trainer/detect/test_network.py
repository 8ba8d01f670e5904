from pathlib import Path

import pytest
import torch

from cultivar.trainer.detect.fit import as_input
from cultivar.trainer.detect.network import Detector, cells, place
from cultivar.trainer.detect.weights import COCO, load_coco, restore_norms
from cultivar.trainer.errors import BadWeights


@pytest.fixture
def images() -> torch.Tensor:
    return torch.randint(0, 256, (4, 3, 64, 96), generator=torch.Generator().manual_seed(3)).float()


def coco_file(folder: Path) -> tuple[Detector, Path]:
    """A small network of 80 classes that sees BGR, and its export with the norms folded in."""
    torch.manual_seed(5)
    network = Detector("tiny", COCO, 0)
    with torch.no_grad():
        for _ in range(4):
            network.train()(torch.rand(4, 3, 64, 64) * 255)
    file = folder / "coco.onnx"
    network.eval()
    torch.onnx.export(network, (torch.zeros(1, 3, 64, 64),), file, dynamo=False, opset_version=18)
    return network, file


def test_an_answer_has_a_row_for_every_cell_of_three_grids(images: torch.Tensor) -> None:
    network = Detector("tiny", 4, 6).eval()
    rows, prototypes = network(images)
    corners, strides = cells(64, 96)
    assert rows.shape == (4, 8 * 12 + 4 * 6 + 2 * 3, 5 + 4 + 6) == (4, len(corners), 15)
    assert prototypes is not None
    assert prototypes.shape == (4, 6, 16, 24)
    assert strides.unique().tolist() == [8, 16, 32]


def test_a_cell_that_says_nothing_places_a_box_of_its_own_size_at_its_corner() -> None:
    corners, strides = cells(64, 64)
    placed = place(torch.zeros(len(corners), 4), corners, strides)
    assert torch.equal(placed[:, :2], corners * strides)
    assert torch.equal(placed[:, 2:], strides.expand(-1, 2))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::torch.jit.TracerWarning")
def test_a_network_started_from_an_export_says_what_that_said(tmp_path: Path, images: torch.Tensor) -> None:
    source, file = coco_file(tmp_path)
    network = Detector("tiny", 3, 4)
    load_coco(network, file, like=46)
    with torch.no_grad():
        wanted, _ = source(images.flip(1))  # the source sees BGR
        got, _ = network.eval()(images)
    assert torch.allclose(got[..., :5], wanted[..., :5], atol=1e-4)
    assert torch.allclose(got[..., 5:8], wanted[..., 51:52].expand(-1, -1, 3), atol=1e-4)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::torch.jit.TracerWarning")
def test_norms_made_anew_change_nothing_and_expect_what_their_batches_bring(
    tmp_path: Path, images: torch.Tensor
) -> None:
    network = Detector("tiny", 3, 4)
    load_coco(network, coco_file(tmp_path)[1], like=0)
    with torch.no_grad():
        before, _ = network.eval()(images)
        restore_norms(network, images)
        after, _ = network.eval()(images)
        learning, _ = network.train()(images)
    assert torch.allclose(before, after, atol=1e-3)
    assert torch.allclose(learning[..., :8], after[..., :8], atol=2e-2)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::torch.jit.TracerWarning")
def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadWeights, match="convolution"):
        load_coco(Detector("yolox_nano", 3, 0), coco_file(tmp_path)[1], like=0)
    (tmp_path / "no.onnx").write_bytes(b"nothing")
    with pytest.raises(BadWeights, match=r"no\.onnx"):
        load_coco(Detector("tiny", 3, 0), tmp_path / "no.onnx", like=0)


def test_bytes_become_the_numbers_that_the_network_wants() -> None:
    images = torch.arange(2 * 4 * 6 * 3, dtype=torch.uint8).view(2, 4, 6, 3)
    assert torch.equal(as_input(images)[1, 2], images[1, :, :, 2].float())
