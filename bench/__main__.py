"""`make bench`: the running server beside the bare loop, the plain way and a peer's server, on the same machine.

python -m bench                     everything, about 15 minutes
python -m bench --seconds 4         quicker and rougher
python -m bench --only plain,peer   some of it
"""

import argparse
import asyncio
import io
import json
import os
import platform
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from bench import bare_loop, load, memory, report
from bench.contestants import CONTESTANTS, Contestant, Running
from tests.support.drawing import LABELS, picture

RESULTS = Path(__file__).parent / "results"
SIZES = {"640 px": (640, 480), "12 MP": (4000, 3000)}
CLIENTS = (1, 8, 32)
READY_S = 60.0


def photos(size: tuple[int, int]) -> list[bytes]:
    """Eight leaves drawn by code, as JPEGs of the quality that phones use."""
    drawn = []
    for seed in range(8):
        out = io.BytesIO()
        picture(LABELS[seed % len(LABELS)], seed=seed, size=size).save(out, "JPEG", quality=90)
        drawn.append(out.getvalue())
    return drawn


def requests(running: Running, images: list[bytes]) -> list[bytes]:
    made = []
    for image in images:
        body, kind = load.form(image, running.fields)
        made.append(load.request(running.path, body, {"Content-Type": kind, **running.headers}))
    return made


async def until_ready(running: Running, one: bytes) -> None:
    """Returns when a request has been answered; some servers listen before they can."""
    deadline = time.monotonic() + READY_S
    while True:
        try:
            await load.measure(running.port, [one], 1, warm_s=0, seconds=2)
        except (load.AnswerFailed, OSError):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.2)
        else:
            return


def contest(one: Contestant, model: Path, drawn: dict[str, list[bytes]], seconds: float) -> list[dict[str, Any]]:
    rows = []
    with one.run(model) as running, memory.Watch(running.pid) as watch:
        for size, images in drawn.items():
            asked = requests(running, images)
            asyncio.run(until_ready(running, asked[0]))
            for clients in CLIENTS:
                found = asyncio.run(load.measure(running.port, asked, clients, warm_s=seconds / 4, seconds=seconds))
                rows.append({"contestant": one.name, "size": size, "clients": clients, **numbers(found)})
                print(
                    f"  {size}, {clients} clients: {found.per_second:.1f}/s, p95 {rows[-1]['p95_ms']:.0f} ms",
                    flush=True,
                )
    for row in rows:
        row["peak_pss_mb"] = round(watch.peak_mb)
    return rows


def numbers(found: load.Measured) -> dict[str, float]:
    shares = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}
    return {
        "per_second": round(found.per_second, 2),
        **{name: round(found.percentile(share), 1) for name, share in shares.items()},
    }


def machine() -> dict[str, Any]:
    cores = len(os.sched_getaffinity(0))
    return {
        "cores": cores,
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "python": platform.python_version(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measurement, after a quarter as warm-up")
    parser.add_argument("--only", default=",".join(one.name for one in CONTESTANTS), help="names, with commas between")
    parser.add_argument("--model", type=Path, default=Path("packs/plant-health"), help="a folder with model.json")
    wanted = parser.parse_args()
    model = wanted.model.absolute()
    drawn = {name: photos(size) for name, size in SIZES.items()}
    load_before = os.getloadavg()[0]
    bare = {}
    for name, images in drawn.items():
        bare[name] = round(bare_loop.measure(model, images, wanted.seconds), 2)
        print(f"bare loop, {name}: {bare[name]:.1f}/s", flush=True)
    rows = []
    for one in CONTESTANTS:
        if one.name in wanted.only.split(","):
            print(one.what, flush=True)
            rows += contest(one, model, drawn, wanted.seconds)
    result = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine() | {"load_before": round(load_before, 1)},
        "model": json.loads((model / "model.json").read_text())["training"]["recipe"]["backbone"],
        "seconds": wanted.seconds,
        "contestants": {one.name: one.what for one in CONTESTANTS},
        "bare_loop": bare,
        "rows": rows,
        "ratios": report.ratios(rows, bare),
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "bench.json").write_text(json.dumps(result, indent=1) + "\n")
    report.chart(result, RESULTS / "bench.svg")
    print(report.table(result))


if __name__ == "__main__":
    main()
