import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cultivar.vision.errors import BadManifest
from cultivar.vision.manifest import Manifest, read_manifest
from tests.vision.graphs import manifest, manifest_fields


def test_a_manifest_survives_its_file(tmp_path: Path) -> None:
    known = manifest()
    (tmp_path / "model.json").write_text(known.model_dump_json())
    assert read_manifest(tmp_path / "model.json") == known


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"classes": [{"name": "Pear", "labels": {"plant": "Pear"}}]}, "no label 'Pear'"),
        ({"classes": [{"name": "Apple", "labels": {"colour": "red"}}]}, "no label 'red'"),
        ({"classes": [{"name": "Apple", "labels": {}}] * 2}, "share a name"),
        ({"classes": []}, "classes"),
        ({"heads": []}, "heads"),
        ({"sha256": "short"}, "sha256"),
        ({"refusals": [{"code": "no_plant", "source": "output", "threshold": 1}]}, "output"),
        ({"refusals": [{"code": "no_plant", "source": "rejects", "output": "joint", "threshold": 1}]}, "output"),
        ({"refusals": [{"code": "rude", "source": "rejects", "threshold": 1}]}, "code"),
        ({"input": {"width": 4, "height": 224}}, "width"),
    ],
)
def test_what_does_not_hold_together_is_named(tmp_path: Path, changes: dict[str, Any], why: str) -> None:
    file = tmp_path / "model.json"
    file.write_text(json.dumps(manifest_fields() | changes))
    with pytest.raises(BadManifest, match=why):
        read_manifest(file)


def test_a_rule_on_rejects_needs_reject_slots() -> None:
    rules = [{"code": "no_plant", "source": "rejects", "threshold": 0.5}]
    with pytest.raises(ValidationError, match="needs reject slots"):
        Manifest.model_validate(manifest_fields(joint=False) | {"refusals": rules})
