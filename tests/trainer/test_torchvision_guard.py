import subprocess
import sys

import pytest
import torch

from cultivar.trainer.torchvision_guard import _nms

CHECK = """
import cultivar.trainer, sys
assert "torch" not in sys.modules
import lightning, timm, torchvision
from torchvision.ops import nms
"""


@pytest.mark.slow
def test_they_import_beside_this_torch() -> None:
    done = subprocess.run([sys.executable, "-c", CHECK], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_best_of_overlapping_boxes_is_kept() -> None:
    boxes = torch.tensor([[0, 0, 10, 10], [1, 1, 10, 10], [20, 20, 30, 30], [0, 0, 9, 10]], dtype=torch.float32)
    assert _nms(boxes, torch.tensor([0.5, 0.9, 0.3, 0.1]), 0.5).tolist() == [1, 2]
    assert _nms(boxes[:0], torch.zeros(0), 0.5).tolist() == []


def test_boxes_that_do_not_touch_are_all_kept_best_first() -> None:
    corners = torch.arange(6).float()[:, None] * 20
    boxes = torch.cat([corners, corners, corners + 10, corners + 10], 1)
    scores = torch.rand(6, generator=torch.Generator().manual_seed(0))
    assert _nms(boxes, scores, 0.1).tolist() == scores.argsort(descending=True).tolist()
