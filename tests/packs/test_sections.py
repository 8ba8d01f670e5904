"""A pack's sections hold together, with each other and with its classes."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from cultivar.kernel.settings import Settings
from cultivar.packs.errors import BadPack
from cultivar.packs.service import load_pack

SHIPPED = Settings().packs_dir
Tree = dict[str, Any]


@pytest.fixture
def bananas(tmp_path: Path) -> Callable[..., Tree]:
    """`pack.yaml` as a tree; call it with a changed one to have the pack read."""
    folder = tmp_path / "banana-ripeness"
    folder.mkdir()
    shutil.copy(SHIPPED / "banana-ripeness" / "labels.yaml", folder)
    tree: Tree = yaml.safe_load((SHIPPED / "banana-ripeness" / "pack.yaml").read_text(encoding="utf-8"))

    def read(changed: Tree | None = None) -> Tree:
        (folder / "pack.yaml").write_text(yaml.safe_dump(changed or tree, allow_unicode=True), encoding="utf-8")
        load_pack(folder)
        return tree

    return read


def test_a_pack_of_a_detector_has_no_heads_and_needs_no_pathogens(bananas: Callable[..., Tree]) -> None:
    bananas()
    pack = load_pack(SHIPPED / "banana-ripeness")
    assert (pack.task, pack.subject, pack.heads, pack.names) == ("segment", "fruit", (), {})
    assert all(known.handling and not known.pathogen for known in pack.classes)


def test_a_detector_without_any_section_is_a_pack_too(bananas: Callable[..., Tree]) -> None:
    tree = bananas()
    for name in ("counting", "colour_stages", "grading", "anomalies"):
        del tree[name]
    bananas(tree)
    bananas(tree | {"task": "detect"})


def put(tree: Tree, path: str, value: object) -> Tree:
    """The tree with one member replaced; `-` as the value takes it away."""
    *above, last = path.split(".")
    part: Any = tree
    for step in above:
        part = part[int(step)] if isinstance(part, list) else part[step]
    if value == "-":
        del part[last]
    else:
        part[int(last) if isinstance(part, list) else last] = value
    return tree


HEAD = {"name": "plant", "kind": "softmax", "title": {"en": "Plant", "fr": "Plante"}}


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("heads", [HEAD], "a detector has none|must have one label for each head"),
        ("task", "classify", "a classifier needs heads"),
        ("task", "detect", "colour_stages goes with the task 'segment'"),
        ("severity", {"graded": "sigatoka", "healthy": "healthy"}, "severity goes with a head called condition"),
        ("safety", "-", "a pack of fruit needs safety"),
        ("refusals.unusable_photo", "-", "refusals must have unusable_photo"),
        ("iou_threshold", 0.05, "iou_threshold: .*greater than or equal to 0.1"),
        ("counting.classes.Ripe", "-", "counting.classes must name every class"),
        ("counting.classes.Rotten", "rotten_count", "counting.classes must name every class"),
        ("counting.total", "bananas", "counting.total: .*pattern"),
        ("counting.total", "ripe_count", "counting gives two counts the name ripe_count"),
        ("colour_stages.classes.Ripe", "-", "colour_stages.classes must name every class"),
        ("colour_stages.classes.Ripe", [6, 5], "stages of class 'Ripe' must lie between 1 and 7"),
        ("colour_stages.classes.Ripe", [6, 8], "stages of class 'Ripe' must lie between 1 and 7"),
        ("colour_stages.stages.1.stage", 3, "numbered 1, 2, 3"),
        ("colour_stages.defects.rot", "-", "defects has no words for rot"),
        ("colour_stages.flecks.ends", 0.5, "flecks.ends: .*less than 0.5"),
        ("grading.default_purpose", "jam", "default_purpose 'jam' is not one of purposes"),
        ("grading.purposes.retail.classes", ["Green"], "grading names 'Green', which is no class"),
        ("grading.over_ripe", ["Black"], "grading names 'Black', which is no class"),
        ("grading.weights.window", 0.3, "weights must sum to 1"),
        ("grading.table.1.grade", "A+", "a grade stands in the table twice"),
        ("grading.worst", "C", "a grade stands in the table twice"),
        ("grading.table.1.score_from", 0.95, "grade A asks for more than the better grade A\\+"),
        ("grading.table.0.over_ripe_to", 0.2, "grade A asks for more than the better grade A\\+"),
        ("grading.ungradable.poor_photo", "-", "ungradable has no words for poor_photo"),
        ("grading.shape.solidity", 0.9, "grading.shape.solidity: Extra inputs"),
        ("anomalies.texts.wet", {"en": "Wet.", "fr": "Mouillé."}, "anomalies.texts.wet"),
    ],
)
def test_a_section_that_does_not_hold_is_refused_with_its_place(
    bananas: Callable[..., Tree], path: str, value: object, said: str
) -> None:
    with pytest.raises(BadPack, match=said):
        bananas(put(bananas(), path, value))


def test_counting_goes_with_a_detector(tmp_path: Path) -> None:
    folder = tmp_path / "drawn"
    folder.mkdir()
    for name in ("pack.yaml", "labels.yaml"):
        shutil.copy(SHIPPED / "drawn" / name, folder)
    with (folder / "pack.yaml").open("a", encoding="utf-8") as file:
        file.write("\ncounting:\n  total: leaf_count\n  classes: {Maple___healthy: maple_count}\n")
    with pytest.raises(BadPack, match="counting goes with the task 'detect' or 'segment'"):
        load_pack(folder)
