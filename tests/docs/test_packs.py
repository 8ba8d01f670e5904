"""The pack that stands in the documentation is read as any other, and no field of a pack is undocumented."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from cultivar.packs.errors import BadPack
from cultivar.packs.schemas import Head, Pack, PackClass, RefusalText, Treatments
from cultivar.packs.service import load, load_pack
from cultivar.trainer import recipe
from cultivar.vision.manifest import Licence

DOCS = Path(__file__).resolve().parents[2] / "docs"
OF_THE_READER = {"folder", "model_folder", "card", "classes", "names"}
"""Members of a Pack that stand in no pack.yaml."""
OF_DETECTORS = {"iou_threshold", "counting", "colour_stages", "grading", "anomalies", "severity", "handling"}
"""What the documented pack has no use for; `banana-ripeness.md` shows it."""


def section(page: str, heading: str) -> str:
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"{page} has no section {heading}"
    return found[1]


def example(heading: str) -> str:
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", section("packs.md", heading), re.MULTILINE | re.DOTALL)
    return str(block)


@pytest.fixture
def roses(tmp_path: Path) -> Path:
    """The documented pack in a folder."""
    folder = tmp_path / "roses"
    folder.mkdir()
    for name in ("pack.yaml", "labels.yaml"):
        (folder / name).write_text(example(f"`{name}`"), encoding="utf-8")
    return folder


def test_the_documented_pack_is_valid_and_so_is_its_recipe(roses: Path) -> None:
    pack = load(roses.parent)["roses"]
    assert [known.name for known in pack.classes] == ["Rose___Black_spot", "Rose___healthy"]
    assert pack.classes[0].sources[0].startswith("R. K. Horst")
    made = recipe.recipe_of(pack)
    assert made.slots == ("Background_without_leaves", "thing*")
    assert recipe.target_index("thing_42", pack, made) == len(pack.classes) + 1


def test_the_documented_pack_shows_every_field(roses: Path) -> None:
    pack = load_pack(roses)
    assert set(Pack.model_fields) - OF_THE_READER - OF_DETECTORS <= pack.model_fields_set
    assert set(PackClass.model_fields) - OF_DETECTORS <= pack.classes[0].model_fields_set


@pytest.mark.parametrize("needed", ["safety", "healthy_label", "subject", "refusals.unusable_photo"])
def test_what_pack_yaml_is_said_to_need_is_needed(roses: Path, needed: str) -> None:
    without(roses / "pack.yaml", needed.split("."))


@pytest.mark.parametrize("needed", ["name", "labels", "description", "pathogen", "symptoms", "treatments", "sources"])
def test_what_a_class_is_said_to_need_is_needed(roses: Path, needed: str) -> None:
    without(roses / "labels.yaml", ["classes", 0, needed])


def without(file: Path, steps: list[Any]) -> None:
    """The pack is read, and no longer once the field is gone."""
    load_pack(file.parent)
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    *above, last = steps
    part = data
    for step in above:
        part = part[step]
    del part[last]
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    with pytest.raises(BadPack):
        load_pack(file.parent)


def fields(*kinds: type[BaseModel]) -> set[str]:
    return {name for kind in kinds for name in kind.model_fields}


@pytest.mark.parametrize(
    ("page", "heading", "wanted"),
    [
        ("packs.md", "`pack.yaml`", fields(Pack, Head, RefusalText) - OF_THE_READER),
        ("packs.md", "`labels.yaml`", fields(PackClass, Treatments)),
        ("training.md", "The recipe", fields(recipe.Recipe, recipe.Stage, recipe.Slice, recipe.Notes, Licence)),
    ],
)
def test_every_field_stands_in_the_table_of_its_section(page: str, heading: str, wanted: set[str]) -> None:
    rows = "\n".join(line for line in section(page, heading).splitlines() if line.startswith("| `"))
    assert wanted - set(re.findall(r"`([a-z_]+)`", rows)) == set()


def test_no_field_is_documented_that_is_not_there() -> None:
    first = [
        name
        for page, heading in (("packs.md", "`pack.yaml`"), ("packs.md", "`labels.yaml`"), ("training.md", "The recipe"))
        for line in section(page, heading).splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`([a-z_]+)`", line.split("|")[1])
    ]
    assert set(first) <= fields(Pack, PackClass, recipe.Recipe)
