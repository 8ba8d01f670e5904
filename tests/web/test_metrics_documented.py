import re
from pathlib import Path

from prometheus_client import REGISTRY

from cultivar.kernel import metrics

PAGE = Path(__file__).parents[2] / "docs" / "operating.md"


def test_every_number_is_documented_and_only_those_are() -> None:
    assert metrics.REQUESTS is not None
    suffix = {"counter": "_total", "info": "_info"}
    shown = {
        family.name + suffix.get(family.type, "") for family in REGISTRY.collect() if family.name.startswith("plant")
    }
    assert set(re.findall(r"`(plant_[a-z_]+)`", PAGE.read_text())) == shown
