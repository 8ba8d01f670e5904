from collections import Counter
from pathlib import Path

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from cultivar.trainer.format import Record
from cultivar.trainer.recipe import Recipe, Slice
from cultivar.trainer.run import Order, read_data
from cultivar.trainer.samples import Data, TrainViews, WholeViews, draws, epoch_order
from tests.trainer.small import COUNTS, write_pack, write_photos


def listed(counts: dict[str, int], source: str = "leaves") -> list[Record]:
    return [Record(source, f"{k}{i}", k, "train", f"{k}{i}") for k, n in counts.items() for i in range(n)]


def data_of(records: list[Record]) -> Data:
    labels = sorted({record.label for record in records})
    return Data(records, np.array([labels.index(record.label) for record in records]), None)  # type: ignore[arg-type]


@given(st.dictionaries(st.sampled_from("abcd"), st.integers(1, 30), min_size=1), st.floats(0.1, 4), st.floats(0, 1))
def test_a_photo_is_drawn_so_often_on_average(counts: dict[str, int], times: float, balance: float) -> None:
    weights = draws(data_of(listed(counts)), Recipe(slices={"leaves": Slice(draws=times, balance=balance)}))
    assert np.isclose(weights.mean(), times)


def test_full_balance_draws_every_label_alike() -> None:
    records = listed({"a": 2, "b": 20})
    weights = draws(data_of(records), Recipe(slices={"leaves": Slice(draws=1, balance=1)}))
    assert np.isclose(weights[:2].sum(), weights[2:].sum())


def test_val_is_never_drawn() -> None:
    records = [*listed({"a": 3}), Record("leaves", "v", "a", "val", "v")]
    assert draws(data_of(records), Recipe())[-1] == 0


@given(st.lists(st.floats(0, 3), min_size=1, max_size=30), st.integers(0, 5))
def test_an_epoch_shows_each_photo_its_times_and_never_fewer(weights: list[float], epoch: int) -> None:
    order = epoch_order(np.array(weights), 7, epoch)
    seen = Counter(order.tolist())
    for place, weight in enumerate(weights):
        assert int(weight) <= seen[place] <= int(weight) + 1
    assert np.array_equal(order, epoch_order(np.array(weights), 7, epoch))


def test_views_follow_from_seed_and_epoch(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, slices={"leaves": {"paste": 0.5}}, backgrounds=["thing"])
    order = Order(pack, (write_photos(tmp_path / "leaves"),), tmp_path / "run", None, 3, progress=False)
    data = read_data(order)
    views = [TrainViews(data, order.recipe, seed, epoch) for seed, epoch in ((3, 0), (3, 0), (3, 1), (4, 0))]
    first, again, later, other = ([view[i][0] for i in range(12)] for view in views)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(first, later, strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(first, other, strict=True))
    assert len(WholeViews(data, data.places("val"), 32)) == 4 * COUNTS["val"]
