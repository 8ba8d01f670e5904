"""A hundred photos as one batch of a running server, beside the bare loop, in turns: photos a second of each.

python -m bench.bulk                    four rounds of each size and way of keeping
python -m bench.bulk --rounds 2 --photos 300
"""

import argparse
import asyncio
import http.client
import json
import statistics
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
from bench import bare_loop
from bench.__main__ import RESULTS, SIZES, photos, requests, until_ready
from bench.contestants import Running, ours

WANTED = 0.90
PATIENCE_S = 300.0


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch took, from the answer 202 to its end, on the clock and of processors."""

    seconds: float
    cpu_seconds: float


def form(images: list[bytes], count: int, consent: str) -> tuple[bytes, str]:
    """A multipart body with so many photos as `files`, and its content type."""
    mark = "cultivarbenchmark"
    body = bytearray(f'--{mark}\r\nContent-Disposition: form-data; name="consent"\r\n\r\n{consent}\r\n'.encode())
    for place in range(count):
        head = f'Content-Disposition: form-data; name="files"; filename="{place}.jpg"\r\nContent-Type: image/jpeg'
        body += f"--{mark}\r\n{head}\r\n\r\n".encode() + images[place % len(images)] + b"\r\n"
    return bytes(body + f"--{mark}--\r\n".encode()), f"multipart/form-data; boundary={mark}"


def look(running: Running, images: list[bytes], count: int, consent: str) -> Batch:
    """Send a batch and wait for its end, which its job's row says to the microsecond."""
    body, kind = form(images, count, consent)
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE_S)
    connection.request("POST", f"{running.path}/batch", body, {"Content-Type": kind, **running.headers})
    accepted = json.loads(connection.getresponse().read())
    before = cpu_seconds(running.pid)
    job: dict[str, Any] = {"finished_at": None}
    deadline = time.monotonic() + PATIENCE_S
    while job["finished_at"] is None and time.monotonic() < deadline:
        time.sleep(0.25)
        connection.request("GET", f"/api/v1/jobs/{accepted['job_id']}", headers=running.headers)
        job = json.loads(connection.getresponse().read())
    connection.close()
    assert (job["state"], job["done"]) == ("done", count), job
    began, ended = (datetime.fromisoformat(job[name]) for name in ("created_at", "finished_at"))
    return Batch((ended - began).total_seconds(), cpu_seconds(running.pid) - before)


def cpu_seconds(pid: int) -> float:
    """Of a process and all that it started."""
    process = psutil.Process(pid)
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def row(running: Running, model: Path, name: str, consent: str, wanted: argparse.Namespace) -> dict[str, Any]:
    """One size and one way of keeping: medians over rounds in which the two take turns."""
    images = photos(SIZES[name])
    asyncio.run(until_ready(running, requests(running, images)[0]))
    look(running, images, 20, consent)
    bare, bulk, cpu = [], [], []
    for _ in range(wanted.rounds):
        bare.append(bare_loop.measure(model, images, wanted.seconds))
        taken = look(running, images, wanted.photos, consent)
        bulk.append(wanted.photos / taken.seconds)
        cpu.append(taken.cpu_seconds / wanted.photos * 1000)
    ratio = statistics.median(one / other for one, other in zip(bulk, bare, strict=True))
    found = {
        "size": name,
        "consent": consent,
        "photos": wanted.photos,
        "bare_per_second": round(statistics.median(bare), 1),
        "bulk_per_second": round(statistics.median(bulk), 1),
        "ratio": round(ratio, 2),
        "wanted": WANTED,
        "cpu_ms": round(statistics.median(cpu), 1),
    }
    print(json.dumps(found), flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--photos", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement of the bare loop")
    parser.add_argument("--sizes", default=",".join(SIZES))
    parser.add_argument("--consents", default="none,store")
    parser.add_argument("--model", type=Path, default=Path("packs/plant-health"), help="a folder with model.json")
    wanted = parser.parse_args()
    model = wanted.model.absolute()
    with ours(model, consent="none") as running:
        rows = [
            row(running, model, name, consent, wanted)
            for name in wanted.sizes.split(",")
            for consent in wanted.consents.split(",")
        ]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "bulk.json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
