"""The pack `drawn` with a model: trained once by `cultivar train`, kept under `.cache/` until what made it changes."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support import drawing

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "packs" / "drawn"
_DRAWING = ("drawing", "plants", "scenes", "shapes", "photofile")
_MAKERS = (
    "src/cultivar/trainer/**/*.py",
    "src/cultivar/vision/manifest.py",
    "packs/drawn/*.yaml",
    *(f"tests/support/{name}.py" for name in _DRAWING),
)


def drawn_pack() -> Path:
    """A folder with the pack's files and its model. The first that asks trains it: a minute, once."""
    kept = ROOT / ".cache" / "drawn" / _hash()
    kept.parent.mkdir(parents=True, exist_ok=True)
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            _train(kept)
    return kept / "drawn"


def _hash() -> str:
    digest = hashlib.sha256()
    for pattern in _MAKERS:
        for file in sorted(file for file in ROOT.glob(pattern) if "detect" not in file.parts):  # it makes no classifier
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def _train(kept: Path) -> None:
    """Draw, train, and lay the candidate beside the pack's own files."""
    work = kept.with_suffix(".work")
    shutil.rmtree(work, ignore_errors=True)
    data = drawing.write_dataset(work / "data")
    cultivar = Path(sys.executable).with_name("cultivar")
    command = [cultivar, "train", "--pack", PACK, "--data", data, "--out", work / "out"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0 or next((work / "out").rglob("model.json"), None) is None:
        raise RuntimeError(f"cultivar train failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    shutil.copytree(PACK, work / "made" / "drawn", dirs_exist_ok=True)
    for name in ("model.json", "model.onnx", "CARD.md"):
        found = next((work / "out").rglob(name), None)
        if found is not None:
            shutil.copy(found, work / "made" / "drawn" / name)
    (work / "made").rename(kept)
    shutil.rmtree(work)
