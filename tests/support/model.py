"""The pack `drawn` with a model: what `cultivar train` made of drawn pictures, kept beside this file.

`python -m tests.support.model` makes the model again, in some minutes. Every machine tests the same one.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support import drawing

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "packs" / "drawn"
KEPT = Path(__file__).with_name("drawn")
FILES = ("model.json", "model.onnx", "CARD.md")
PHOTOS = 240


def drawn_pack(folder: Path) -> Path:
    """The pack's files and its model in `folder`/drawn."""
    home = shutil.copytree(PACK, folder / "drawn")
    for name in FILES:
        shutil.copy(KEPT / name, home / name)
    return home


def make() -> None:
    """Draw, train, and keep the candidate."""
    with tempfile.TemporaryDirectory() as work:
        data = drawing.write_dataset(Path(work) / "drawn", n=PHOTOS)
        cultivar = Path(sys.executable).with_name("cultivar")
        subprocess.run([cultivar, "train", "--pack", PACK, "--data", data, "--out", Path(work) / "out"], check=True)
        found = next((Path(work) / "out").rglob("model.json")).parent
        KEPT.mkdir(exist_ok=True)
        for name in FILES:
            shutil.copy(found / name, KEPT / name)


if __name__ == "__main__":
    make()
