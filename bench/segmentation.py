"""Segmentation end to end through HTTP beside the bare loop, one photo after another: is the way around it short?

`python -m bench.segmentation [MODEL_FOLDER] [SECONDS]`. The two take turns, so that a busy machine is busy for both.
The bare loop keeps nothing, as the first of ours; the second keeps photo and row, as it does of people who agree.
"""

import asyncio
import io
import json
import statistics
import sys
from pathlib import Path
from typing import Any

from bench import bare_loop, load
from bench.__main__ import RESULTS, SIZES, until_ready
from bench.contestants import Running, ours
from tests.support.drawing import BANANA, BANANA_SICK, picture

MODEL = Path("packs/banana-ripeness")
WANTED = 1.25
KEPT = {"nothing": {"save_results": "false"}, "photo and row": {"consent": "store"}}
TURNS = 4


def measure(model: Path, seconds: float) -> list[dict[str, Any]]:
    """p50 in ms of both, and their ratio, for each size of photo and for what is kept."""
    rows = []
    for kept, fields in KEPT.items():
        with ours(model, **fields) as running:
            rows += [
                {"kept": kept, "size": name} | _row(model, running, _photos(size), seconds)
                for name, size in SIZES.items()
            ]
    return rows


def _row(model: Path, running: Running, images: list[bytes], seconds: float) -> dict[str, Any]:
    asked = []
    for image in images:
        body, kind = load.form(image, running.fields)
        asked.append(load.request(running.path, body, {"Content-Type": kind, **running.headers}))
    asyncio.run(until_ready(running, asked[0]))
    bare: list[float] = []
    served: list[float] = []
    for _ in range(TURNS):
        bare += bare_loop.latencies(model, images, seconds / TURNS)
        found = asyncio.run(load.measure(running.port, asked, 1, warm_s=0.5, seconds=seconds / TURNS))
        served += found.latencies_ms
    middle = statistics.median(bare), statistics.median(served)
    return {
        "bare_p50_ms": round(middle[0], 1),
        "http_p50_ms": round(middle[1], 1),
        "ratio": round(middle[1] / middle[0], 2),
        "wanted": WANTED,
    }


def _photos(size: tuple[int, int]) -> list[bytes]:
    drawn = []
    for seed in range(4):
        out = io.BytesIO()
        picture((BANANA, BANANA_SICK)[seed % 2], seed=seed, size=size).save(out, "JPEG", quality=90)
        drawn.append(out.getvalue())
    return drawn


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else MODEL
    found = measure(folder.absolute(), float(sys.argv[2]) if len(sys.argv) > 2 else 16.0)
    for row in found:
        print(row)
    (RESULTS / "segmentation.json").write_text(json.dumps(found, indent=1) + "\n")
