"""The documentation names every setting, error code, event and command, and nothing that is not there."""

import json
import re
from pathlib import Path

import pytest
from tests.house.tree import ROOT
from tools import reference

from cultivar.kernel.settings import Settings

DOCS = ROOT / "docs"


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def headings(name: str) -> set[str]:
    return set(re.findall(r"^### (.+)$", page(name), re.MULTILINE))


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_does_and_is_documented(name: str) -> None:
    assert (Settings.model_fields[name].description or "").endswith(".")
    assert f"| `CULTIVAR_{name.upper()}` |" in page("settings")


def test_no_setting_is_documented_that_is_not_there() -> None:
    there = {f"CULTIVAR_{name.upper()}" for name in Settings.model_fields}
    named = {name for path in DOCS.rglob("*.md") for name in re.findall(r"CULTIVAR_[A-Z0-9_]+", path.read_text())}
    assert named <= there | {"CULTIVAR_TEST_DATA", "CULTIVAR_TEST_REQUIRE", "CULTIVAR_URL"}


def test_every_error_code_has_its_section_and_only_those_do() -> None:
    assert headings("errors") == set(reference.codes())


COMMANDS_ALONE = (
    "cultivar.trainer", "cultivar.kernel.archives", "cultivar.kernel.backup", "cultivar.kernel.migrate",
    "cultivar.kernel.revision", "cultivar.kernel.extras", "cultivar.packs", "cultivar.web.server",
    "cultivar.bulk.outfile", "cultivar.bulk.places",
)  # fmt: skip
"""Where errors are of which only a terminal hears."""


def test_the_app_has_words_for_every_error_in_each_language_but_the_servers_own() -> None:
    heard = {code for code, kind in reference.codes().items() if not kind.__module__.startswith(COMMANDS_ALONE)}
    catalogues = set((ROOT / "web/src/i18n").glob("??.json")) - {ROOT / "web/src/i18n/en.json"}
    assert catalogues
    for path in catalogues:
        assert set(json.loads(path.read_text(encoding="utf-8"))["problem"]) == heard


def test_a_code_means_one_thing() -> None:
    owners: dict[str, list[str]] = {}
    for kind in reference.below(reference.CultivarError):
        if "code" in kind.__dict__:
            owners.setdefault(kind.code, []).append(kind.__qualname__)
    assert {code: names for code, names in owners.items() if len(names) > 1} == {}


def test_every_event_has_its_section_and_only_those_do() -> None:
    assert headings("events") == set(reference.facts())
    assert all(fact.__doc__ for fact in reference.facts().values())


def test_every_command_has_its_section_and_only_those_do() -> None:
    assert headings("cli") == {path for path, _ in reference.commands()}


@pytest.mark.parametrize("name", reference.PAGES)
def test_the_reference_pages_are_what_the_code_says(name: str) -> None:
    found, wanted = reference.page(name)
    assert found == wanted, "run `make reference`"


def test_every_decision_names_a_check_that_exists() -> None:
    for path in sorted((DOCS / "decisions").glob("*.md")):
        if path.name == "index.md":
            continue
        held = path.read_text().split("**Held by**")
        assert len(held) == 2, f"{path.name} names no check"
        named = re.findall(r"`((?:tests|src)/[^`]+)`", held[1])
        assert named, f"{path.name} names no test"
        assert not [name for name in named if not (ROOT / name).exists()], path.name


def test_the_documents_speak_of_the_project_alone() -> None:
    ours = [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "NOTICE", *(ROOT / "changelog.d").glob("*.md")]
    machine = re.compile(r"(?<![\w.])/(?:work|root|tmp|opt|home)/|\bissue #?\d+")
    assert not [f"{path.name}: {found[0]}" for path in ours if (found := machine.search(path.read_text()))]


def test_a_changelog_fragment_has_a_kind() -> None:
    fragments: list[Path] = [path for path in (ROOT / "changelog.d").glob("*.md") if path.name != "README.md"]
    assert fragments
    assert all(
        path.suffixes[-2:-1] and path.suffixes[-2] in {".added", ".changed", ".fixed", ".removed"} for path in fragments
    )
