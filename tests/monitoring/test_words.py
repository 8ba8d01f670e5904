"""What monitoring says in codes has words in every language of the app, and each its own."""

import json
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest

from cultivar.kernel.errors import CultivarError
from cultivar.kernel.problems import MethodNotAllowed, RouteNotFound
from cultivar.kernel.settings import Settings
from cultivar.monitoring import drift, watch
from cultivar.monitoring.rollups import Sums
from cultivar.monitoring.service import pulse
from cultivar.vision.manifest import RefusalCode

WEB = Path(__file__).resolve().parents[2] / "web" / "src"
CATALOGUES = sorted((WEB / "i18n").glob("*.json"))


def subjects() -> set[str]:
    """Of every alert that there can be."""
    nothing, photos = Sums(), drift.State()
    photos.blocks = [{drift.QUALITY: Counter({drift.POOR: 10})} for _ in range(10)]
    for signal in photos.signals.values():
        signal.last = drift.Comparison(0.0, 0.1, 100, 100)
    found = [watch.of_errors(nothing, nothing, 0.5), watch.of_latency(nothing, nothing, 0.5)]
    found += watch.of_photos("drawn", "1.0.0", photos, 0.5)
    return {one.subject.name for one in found} | pulse.limits(Settings()).keys()


def errors() -> set[str]:
    """Every code that the document says a request may be answered with, and those that any may be."""
    document = json.loads((WEB / "generated" / "openapi.json").read_text(encoding="utf-8"))
    found = {kind.code for kind in (CultivarError, MethodNotAllowed, RouteNotFound)}

    def look(part: Any) -> None:
        if isinstance(part, dict):
            found.update(part.get("application/problem+json", {}).get("examples", {}))
        for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            look(inner)

    look(document)
    return found


def test_there_are_subjects_and_errors_to_name() -> None:
    assert {"brightness", "class_mix", "refusals", "photos", "requests", "predict", "disk"} <= subjects()
    assert {"not_signed_in", "rate_limited", "overloaded", "invalid"} <= errors()
    assert len(CATALOGUES) >= 2


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_every_code_has_words_of_its_own(path: Path) -> None:
    words = json.loads(path.read_text(encoding="utf-8"))["monitoring"]
    for kind, codes in {"subject": subjects(), "refusal": set(get_args(RefusalCode)), "code": errors()}.items():
        assert [code for code in sorted(codes) if not words.get(f"{kind}_{code}")] == []
        said = Counter(text for key, text in words.items() if key.startswith(f"{kind}_"))
        assert [text for text, n in said.items() if n > 1] == []
