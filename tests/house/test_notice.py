"""NOTICE credits whose photos, weights and files are in what we ship."""

import json
from pathlib import Path

import pytest
from tests.house.tree import ROOT

NOTICE = (ROOT / "NOTICE").read_text(encoding="utf-8")
MANIFESTS = sorted((ROOT / "packs").glob("*/model.json"))
OURS = {"drawn"}
"""Packs whose photos are drawn by code."""


@pytest.mark.parametrize("file", MANIFESTS, ids=lambda file: file.parent.name)
def test_every_set_of_photos_and_every_backbone_is_credited(file: Path) -> None:
    manifest = json.loads(file.read_text(encoding="utf-8"))
    if manifest["pack"] not in OURS:
        sections = set(NOTICE.splitlines())
        assert set(manifest["data"]) <= sections
        recipe = manifest["training"]["recipe"]
        for network in recipe["network" if manifest.get("boxes") else "backbone"].split("+"):
            assert f"\n{network}: " in NOTICE


def test_every_foreign_licence_in_the_package_is_named_with_its_place() -> None:
    found = [path.parent for path in (ROOT / "src").rglob("LICENSE*")]
    assert found
    assert [str(place) for place in found if str(place.relative_to(ROOT)) not in NOTICE] == []


def test_every_place_that_is_named_exists() -> None:
    named = [word.strip(",;.") for word in NOTICE.split() if word.startswith("src/")]
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_common_passwords_come_with_the_licences_of_their_lists() -> None:
    texts = (ROOT / "src/cultivar/accounts/data/LICENSES.md").read_text(encoding="utf-8")
    for words in ("Django Software Foundation", "Royce Williams", "Dan Wheeler and Dropbox", "@zxcvbn-ts"):
        assert words in texts
    for words in ("Redistribution and use in source and binary forms", "Permission is hereby granted, free of charge"):
        assert words in texts
    assert "Common passwords: Django (BSD-3-Clause, list by Royce Williams), zxcvbn and zxcvbn-ts (MIT)" in NOTICE


def test_notice_and_licence_travel_with_the_wheel() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'license-files = ["LICENSE", "NOTICE"]' in project
