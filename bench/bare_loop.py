"""The most this machine can do with a model: decode, preprocess, infer, outline, in one process a core; nothing else.

No HTTP, no storage, no queue, no quality, no hash: what the server is measured against.
`python -m bench.bare_loop MODEL_FOLDER PHOTO [SECONDS]` prints photos a second and the stages' ms.
"""

import itertools
import multiprocessing
import statistics
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

from cultivar.vision.decode import inspect, look, see
from cultivar.vision.geometry import place
from cultivar.vision.metadata.exif import upright_size
from cultivar.vision.runtime.machine import Wish, plan, usable_cores
from cultivar.vision.runtime.models import LoadedModel, load_model
from cultivar.vision.runtime.sessions import available_providers
from cultivar.vision.tasks.detect import Found, find


def measure(model: Path, images: list[bytes], seconds: float) -> float:
    """Photos a second of the whole machine, each process warmed up before the clock starts."""
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe() for _ in range(usable_cores())]
    processes = [context.Process(target=_loop, args=(theirs, model, images, seconds)) for _, theirs in pipes]
    for process in processes:
        process.start()
    for ours, _ in pipes:
        ours.recv()
    for ours, _ in pipes:
        ours.send("go")
    total = sum(ours.recv() for ours, _ in pipes)
    for process in processes:
        process.join()
    return float(total)


def stages(model: Path, image: bytes, times: int = 40) -> dict[str, float]:
    """Median ms of one photo in one process: `look` decodes and fits, `see` adds quality, hash and the clean file."""
    loaded = _open(model)
    pixels = look(image, loaded.manifest.input)[None]
    work = {
        "look": lambda: look(image, loaded.manifest.input),
        "see": lambda: see(image, loaded.manifest.input),
        "infer": lambda: loaded.network.run(pixels),
        "answer": lambda: answer(loaded, image),
    }
    found = {}
    for name, stage in work.items():
        taken = []
        for _ in range(times):
            began = time.perf_counter()
            stage()
            taken.append((time.perf_counter() - began) * 1000)
        found[name] = statistics.median(taken)
    return found


def latencies(model: Path, images: list[bytes], seconds: float) -> list[float]:
    """Ms of one photo after another in this process, warmed up."""
    loaded, taken = _open(model), []
    for image in images:
        answer(loaded, image)
    end = time.perf_counter() + seconds
    for image in itertools.cycle(images):
        began = time.perf_counter()
        answer(loaded, image)
        taken.append((time.perf_counter() - began) * 1000)
        if began > end:
            break
    return taken


def answer(loaded: LoadedModel, image: bytes) -> Found | None:
    """One photo: decoded, laid into the input, inferred; a detector's instances in photo pixels."""
    taken, boxes = loaded.manifest.input, loaded.manifest.boxes
    outputs = loaded.network.run(look(image, taken)[None])
    if boxes is None:
        return None
    stored = inspect(image)
    width, height = upright_size(stored.width, stored.height, stored.orientation)
    return find(boxes, taken, [place(taken, width, height)], outputs)


def _open(model: Path) -> LoadedModel:
    return load_model(model, plan(Wish(lanes=1, threads=1), 1, available_providers()))


def _loop(pipe: Connection, model: Path, images: list[bytes], seconds: float) -> None:
    loaded = _open(model)
    for image in images:
        answer(loaded, image)
    pipe.send("ready")
    pipe.recv()
    began, done = time.perf_counter(), 0
    for image in itertools.cycle(images):
        answer(loaded, image)
        done += 1
        if (taken := time.perf_counter() - began) >= seconds:
            break
    pipe.send(done / taken)


if __name__ == "__main__":
    folder, photo = Path(sys.argv[1]), Path(sys.argv[2]).read_bytes()
    print({name: round(ms, 2) for name, ms in stages(folder, photo).items()}, "ms")
    print(f"{measure(folder, [photo], float(sys.argv[3]) if len(sys.argv) > 3 else 5.0):.1f} photos/s")
