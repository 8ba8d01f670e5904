"""Heads fitted at once on what a frozen backbone sees."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from cultivar.trainer import backbones
from cultivar.trainer.collect import collect
from cultivar.trainer.errors import ExportRefused
from cultivar.trainer.export import round_weights
from cultivar.trainer.run import Order, read_data, run, trained
from cultivar.trainer.settle import choose_view, shifted, temperatures
from tests.trainer.small import write_pack, write_photos


def order_of(folder: Path, **recipe: object) -> Order:
    pack = write_pack(folder, probe_views=2, head_epochs=1, **recipe)
    return Order(pack, (write_photos(folder / "leaves"),), folder / "run", None, 3, progress=False)


def test_fitted_heads_name_photos_and_the_backbone_stays(tmp_path: Path) -> None:
    order = order_of(tmp_path, backbone="tiny+tiny")
    data = read_data(order)
    network = trained(order, data)
    assert network.backbone.num_features == 2 * backbones.Tiny.num_features
    val = data.places("val")
    said = collect(network, data, val, 32, mirror=False).logits["joint"].argmax(1)
    assert np.mean(said == data.targets[val]) >= 0.9
    again = trained(order, data)
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), again.parameters(), strict=True))


def test_the_joint_of_a_fitted_network_sums_its_parts(tmp_path: Path) -> None:
    order = order_of(tmp_path)
    data = read_data(order)
    network = trained(order, data).double()
    features = torch.randn(5, backbones.Tiny.num_features, generator=torch.Generator().manual_seed(1)).double()
    said = network.answer(features)
    own = network.joint(features)[:, :3]
    parts = own + said["plant"] @ network.of_plant.T.double() + said["condition"] @ network.of_condition.T.double()
    torch.testing.assert_close(said["joint"][:, :3], parts)


def test_an_export_of_fitted_heads_is_cautious_and_refuses_doubt(tmp_path: Path) -> None:
    order = order_of(tmp_path, probe_decay=10.0, shifts=1, caution=2.0, least_confidence=0.4, view_side=64)
    export = run(order)
    written = json.loads((export / "model.json").read_text())
    assert written["view_side"] == 64
    assert written["refusals"][-1] | {"threshold": 0} == {
        "code": "not_in_pack", "source": "doubt", "output": None, "slots": [], "threshold": 0,
    }  # fmt: skip
    data = read_data(order)
    network = trained(order, data)
    chosen = choose_view(network, data, order.recipe, 3)
    seen = shifted(network, data, order.recipe, chosen)
    assert len(seen.places) == 2 * len(data.places("val"))
    plain, doubled = (temperatures(order.pack, data, seen, caution) for caution in (1.0, 2.0))
    assert doubled.joint == 2 * plain.joint


def test_weights_that_float16_cannot_hold_are_refused() -> None:
    layer = torch.nn.Linear(32, 32)
    torch.nn.init.constant_(layer.weight, 1e6)
    with pytest.raises(ExportRefused, match="65504"):
        round_weights(layer)
