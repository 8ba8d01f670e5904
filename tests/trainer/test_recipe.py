from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivar.trainer.errors import BadRecipe
from cultivar.trainer.recipe import Recipe, Stage, recipe_of, target_index
from tests.trainer.small import COLOURS, THING, write_pack

STAGES = st.lists(st.builds(Stage, size=st.integers(16, 64), epochs=st.integers(1, 5)), min_size=1, max_size=4)


def test_the_mean_of_an_epoch_that_never_comes_is_refused() -> None:
    with pytest.raises(ValueError, match=r"beyond 1\.\.3"):
        Recipe(stages=(Stage(size=32, epochs=3),), mean_of=(2, 4))
    assert Recipe(stages=(Stage(size=32, epochs=3),), mean_of=(1, 2)).last_epoch == 2


@given(STAGES)
def test_every_epoch_has_the_size_of_its_stage(stages: list[Stage]) -> None:
    recipe = Recipe(stages=tuple(stages))
    assert [recipe.stage_at(epoch) for epoch in range(recipe.epochs)] == [s for s in stages for _ in range(s.epochs)]
    assert recipe.stage_at(recipe.epochs + 3) == stages[-1]
    assert sum(epochs for epochs, _ in recipe.cycles) == recipe.epochs


def test_a_stage_with_a_rate_begins_a_cycle() -> None:
    stages = (Stage(size=32, epochs=2), Stage(size=48, epochs=3), Stage(size=64, epochs=4, rate=0.5))
    assert Recipe(stages=stages).cycles == ((5, 1.0), (4, 0.5))


def test_a_fault_names_its_field(tmp_path: Path) -> None:
    with pytest.raises(BadRecipe, match=r"training\.stages\.0\.size"):
        recipe_of(write_pack(tmp_path, stages=[{"size": 1, "epochs": 1}]))


def test_labels_stand_where_the_joint_has_them(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, rejects={"no_plant": [THING], "unknown_crop": ["*___*"]})
    recipe = recipe_of(pack)
    assert [target_index(name, pack, recipe) for name in COLOURS] == [0, 1, 2]
    assert target_index(THING, pack, recipe) == 3
    assert target_index("Rose___rust", pack, recipe) == 4
    assert target_index("rose", pack, recipe) is None
