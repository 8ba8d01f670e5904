"""A network serves a pack only if it answers with the pack's own classes, in the pack's order."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivar.kernel.settings import Settings
from cultivar.packs.service import load
from cultivar.registry.rules import misfit, unsayable
from cultivar.vision.manifest import Manifest
from tests.support.network import write_model

PACKS = load(Settings().packs_dir)
DRAWN = PACKS["drawn"]


@pytest.fixture(scope="module")
def fitting(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return write_model(DRAWN, tmp_path_factory.mktemp("model"))


@pytest.mark.parametrize("name", [name for name, pack in PACKS.items() if pack.task == "classify"])
def test_a_model_made_for_the_pack_fits(name: str, tmp_path: Path) -> None:
    assert misfit(PACKS[name], write_model(PACKS[name], tmp_path)) is None


@given(order=st.permutations(range(6)))
def test_any_other_order_of_classes_does_not_fit(fitting: Manifest, order: list[int]) -> None:
    shuffled = fitting.model_copy(update={"classes": tuple(fitting.classes[place] for place in order)})
    reason = misfit(DRAWN, shuffled)
    first = next((place for place, was in enumerate(order) if place != was), None)
    if first is None:
        assert reason is None
    else:
        expected = DRAWN.classes[first].name
        assert (
            reason == f"class {first} is {fitting.classes[order[first]].name} in the model and {expected} in the pack"
        )


def test_a_missing_class_does_not_fit(fitting: Manifest) -> None:
    fewer = fitting.model_copy(update={"classes": fitting.classes[:-1]})
    assert misfit(DRAWN, fewer) == "it has 5 classes, the pack 6"


def test_another_packs_model_does_not_fit(fitting: Manifest) -> None:
    assert misfit(PACKS["plant-health"], fitting) == "it was made for drawn (classify), not plant-health (classify)"


def test_other_heads_do_not_fit(fitting: Manifest) -> None:
    fewer = fitting.model_copy(update={"heads": fitting.heads[:1]})
    assert misfit(DRAWN, fewer) == "its heads are not those of the pack"


def test_other_labels_of_a_head_do_not_fit(fitting: Manifest) -> None:
    plant = fitting.heads[0].model_copy(update={"labels": ("Banana", "Maple", "Oak")})
    other = fitting.model_copy(update={"heads": (plant, fitting.heads[1])})
    assert misfit(DRAWN, other) == "head plant and the pack differ in the labels Oak, Willow"


def test_a_refusal_without_words_does_not_fit(fitting: Manifest) -> None:
    rule = fitting.refusals[0].model_copy(update={"code": "not_in_pack"})
    speechless = fitting.model_copy(update={"refusals": (rule,)})
    assert misfit(DRAWN, speechless) == "the pack has no words for its refusals not_in_pack"


@pytest.mark.parametrize("version", ["1", "1.0.0", "v2", "2026-05-01_b+2", "a" * 50])
def test_a_version_is_a_word_that_an_address_can_hold(version: str) -> None:
    assert unsayable(version) is None


@pytest.mark.parametrize("version", ["", "..", ".hidden", "a/b", "a b", "é", "1?", "a" * 51])
def test_what_an_address_cannot_hold_is_no_version(version: str) -> None:
    assert "letters, digits" in (unsayable(version) or "")
