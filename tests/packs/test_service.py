"""Reading a pack: what holds is frozen, what does not is named with its file, line and field."""

import re
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cultivar.kernel.settings import Settings
from cultivar.packs.errors import BadPack
from cultivar.packs.service import language_for, load, load_pack

SHIPPED = Settings().packs_dir


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    """A copy of the smallest pack of plants, without its model, to be spoilt."""
    folder = tmp_path / "drawn"
    folder.mkdir()
    for name in ("pack.yaml", "labels.yaml"):
        shutil.copy(SHIPPED / "drawn" / name, folder)
    return folder


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_packs_that_ship_are_read_by_name() -> None:
    assert list(load(SHIPPED)) == ["banana-ripeness", "banana-sigatoka", "cats-dogs", "drawn", "plant-health"]


def test_a_pack_is_frozen(drawn: Path) -> None:
    pack = load_pack(drawn)
    with pytest.raises(ValidationError, match="frozen"):
        pack.name = "other"  # type: ignore[misc]


def test_a_pack_without_model_json_has_no_model_folder(drawn: Path) -> None:
    assert load_pack(drawn).model_folder is None
    (drawn / "model.json").write_text("{}")
    assert load_pack(drawn).model_folder == drawn


def test_the_card_is_read_with_the_pack(drawn: Path) -> None:
    assert load_pack(drawn).card is None
    (drawn / "CARD.md").write_text("# Drawn é", encoding="utf-8")
    assert load_pack(drawn).card == "# Drawn é"


def test_head_labels_come_in_the_order_of_their_first_class(drawn: Path) -> None:
    assert load_pack(drawn).head_labels("condition") == ("Anthracnose", "healthy", "Tar_spot", "Rust")


def test_a_class_is_found_with_its_class_id(drawn: Path) -> None:
    pack = load_pack(drawn)
    found = pack.class_named("Maple___healthy")
    assert found == (3, pack.classes[3])
    assert pack.class_named("Oak___healthy") is None


def test_sources_are_given_in_full(drawn: Path) -> None:
    assert load_pack(drawn).classes[0].sources[0].startswith("D. R. Jones (ed.), Handbook")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("pack.yaml", "subject: plant", "subject: stone", r"pack.yaml:\d+: subject: .*'plant', 'fruit' or 'animal'"),
        ("pack.yaml", "task: classify", "task: classify\ncolour: red", r"pack.yaml:\d+: colour: Extra inputs"),
        ("pack.yaml", "name: drawn", "name: other", r"name: the folder is called 'drawn', the pack 'other'"),
        ("pack.yaml", "name: drawn", "name: [drawn", r"pack.yaml:\d+: "),
        ("pack.yaml", "subject: plant", "subject: plant\nsubject: animal", r"pack.yaml:\d+: 'subject' is given twice"),
        ("pack.yaml", "min_confidence: 0.5", "min_confidence: 1.5", r"min_confidence: .*less than or equal"),
        ("pack.yaml", "unusable_photo:", "no_light:", r"refusals.no_light"),
        ("pack.yaml", "healthy_label: healthy\n", "", r"needs safety and healthy_label"),
        ("labels.yaml", "fr: Saule", "de: Weide", r"labels.yaml:\d+: names.plant.Willow.fr: Field required"),
        ("labels.yaml", "condition: Rust}", "colour: Rust}", r"'Willow___Rust' must have one label for each head"),
        ("labels.yaml", "name: Willow___Rust", "name: Maple___Tar_spot", r"two classes are named 'Maple___Tar_spot'"),
        ("labels.yaml", "severity: info", "severity: awful", r"labels.yaml:\d+: classes.2.severity"),
        ("labels.yaml", "sources: [banana]", "sources: [bananas]", r"classes.0.sources.0: 'bananas' is not one of"),
        ("labels.yaml", "    pathogen: Melampsora spp.\n", "", r"'Willow___Rust' needs symptoms, pathogen, treat"),
        ("labels.yaml", "    Willow: {en: Willow, fr: Saule}\n", "", r"names.plant and the classes differ in: Willow"),
        ("labels.yaml", "names:", "more: &a [1]\neven: *a\nnames:", r"the alias \*a is not read"),
        ("labels.yaml", "fr: Saule", "fr: !!python/name:os.system x", r"labels.yaml:\d+: could not determine"),
        ("labels.yaml", "fr: Saule", "fr: 2024-99-99", r"not of the type that it is tagged with"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place(drawn: Path, file: str, old: str, new: str, said: str) -> None:
    spoil(drawn, file, old, new)
    with pytest.raises(BadPack, match=said):
        load_pack(drawn)


def test_the_line_is_that_of_the_fault(drawn: Path) -> None:
    lines = (drawn / "labels.yaml").read_text(encoding="utf-8").splitlines()
    place = next(number for number, line in enumerate(lines, 1) if "severity: info" in line)
    spoil(drawn, "labels.yaml", "severity: info", "severity: awful")
    with pytest.raises(BadPack, match=rf"labels\.yaml:{place}: classes\.2\.severity: "):
        load_pack(drawn)


def test_a_missing_file_is_named(drawn: Path) -> None:
    (drawn / "labels.yaml").unlink()
    with pytest.raises(BadPack, match=r"labels\.yaml cannot be read: No such file"):
        load_pack(drawn)


def test_a_folder_of_no_packs_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadPack, match="holds no pack"):
        load(tmp_path)
    with pytest.raises(BadPack, match="cannot be read"):
        load(tmp_path / "nowhere")


def test_a_folder_without_pack_yaml_is_left_alone(drawn: Path) -> None:
    (drawn.parent / "notes").mkdir()
    assert list(load(drawn.parent)) == ["drawn"]


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
trees = st.recursive(
    scalars, lambda kids: st.lists(kids, max_size=3) | st.dictionaries(st.text(max_size=8) | scalars, kids, max_size=3)
)
names = st.sampled_from(["classes", "names", "sources"])
mappings = st.dictionaries(names, trees).map(lambda tree: yaml.dump(tree).encode())
given_labels = st.binary(max_size=60) | trees.map(lambda tree: yaml.dump(tree).encode()) | mappings


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(given_labels)
def test_whatever_stands_in_the_file_the_error_is_ours(drawn: Path, content: bytes) -> None:
    (drawn / "labels.yaml").write_bytes(content)
    with pytest.raises(BadPack) as caught:
        load_pack(drawn)
    assert re.search(r"(labels|pack)\.yaml", caught.value.detail)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("fr-CA,en;q=0.5", "fr"),
        ("de,fr;q=0.4,en;q=0.3", "fr"),
        ("de", "en"),
        ("*", "en"),
        ("en;q=0,*", "fr"),
        ("en;q=half, fr;q=0.1", "fr"),
        ("EN-gb", "en"),
    ],
)
def test_the_language_is_the_one_that_is_liked_best(header: str, language: str) -> None:
    assert language_for(header) == language


@given(st.text(max_size=60))
def test_any_header_gives_a_language(header: str) -> None:
    assert language_for(header) in {"en", "fr"}
