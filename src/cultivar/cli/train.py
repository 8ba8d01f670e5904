"""`cultivar train`: runs the trainer as a child process, so that serving's own process never loads torch."""

import os
import signal
import subprocess
import sys
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from cultivar.cli.exits import Exit
from cultivar.kernel.settings import Settings
from cultivar.registry.errors import UnknownModel

app = typer.Typer()

NEEDED = ("cv2", "torch", "torchvision", "timm", "lightning", "jinja2", "matplotlib", "onnx", "safetensors")
ENVIRONMENT = {
    # glibc gives each batch's memory back and takes it again page by page: a third of the time on few cores.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "4000000000",
    "MALLOC_TRIM_THRESHOLD_": "8000000000",
    "MALLOC_TOP_PAD_": "268435456",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    # Threads that wait by spinning take the cores from those that prepare the next photos.
    "OMP_WAIT_POLICY": "PASSIVE",
}


class Part(StrEnum):
    """What of a pack may be trained alone."""

    FINDER = "finder"


@app.command()
def train(
    pack: Annotated[str, typer.Option(help="Name of the pack to train, or its folder.")],
    data: Annotated[list[Path], typer.Option(help="Folder or tar of photos with index.csv; may be given again.")],
    weights: Annotated[
        Path | None, typer.Option(help="Pretrained backbone (safetensors; ONNX of a detector); else timm's own.")
    ] = None,
    part: Annotated[Part | None, typer.Option(help="Train this part of the pack: `finder`, its leaf detector.")] = None,
    architecture: Annotated[
        str | None, typer.Option(help="Train this by Ultralytics: yolo12n, yolov8n-seg; needs the extra `yolo`.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the run, to go on from. Default: runs/PACK.")] = None,
    packs_dir: Annotated[Path | None, typer.Option(help="Where packs lie. Default: CULTIVAR_PACKS_DIR.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, data and machine: same weights.")] = 0,
    install: Annotated[bool, typer.Option(help="Put the finished model into the pack.")] = False,
) -> None:
    """Train, calibrate, check and export a pack's model. Started again after an interruption, it goes on.

    \b
    Examples:
      cultivar train --pack plant-health --data leaves.tar --data leaves_field.tar --weights lite0.safetensors
      cultivar train --pack drawn --data data/drawn --out runs/drawn --install
      cultivar train --pack banana-ripeness --data boxes.tar --weights yolox_nano.onnx --install
      cultivar train --pack banana-ripeness --data boxes.tar --architecture yolov8n-seg --weights yolov8n-seg.pt
      cultivar train --pack banana-sigatoka --part finder --data leaves.tar --weights yolox_nano.onnx --install
    """
    if any(find_spec(name) is None for name in NEEDED):
        typer.echo("cultivar: the trainer needs the extra: pip install 'cultivar[train]'", err=True)
        raise typer.Exit(Exit.UNAVAILABLE)
    folder = _folder(packs_dir or Settings().packs_dir, pack)
    name = f"{pack}-{part.value}" if part else pack
    arguments = ["--pack", str(folder), "--out", str(out or Path("runs") / name), "--seed", str(seed)]
    more: list[tuple[str, Path | str | None]] = [("--data", source) for source in data]
    more += [("--part", part and part.value), ("--architecture", architecture), ("--weights", weights)]
    arguments += [word for option, value in more if value for word in (option, str(value))]
    arguments += ["--install"] if install else []
    raise typer.Exit(_run([sys.executable, "-m", "cultivar.trainer", *arguments]))


def _folder(packs_dir: Path, pack: str) -> Path:
    """The pack's; whether it is valid the trainer says. Raises UnknownModel."""
    if not (packs_dir / pack / "pack.yaml").is_file():
        known = sorted(file.parent.name for file in packs_dir.glob("*/pack.yaml"))
        raise UnknownModel(f"No pack is called {pack!r}. There are: {', '.join(known) or 'none'}.")
    return packs_dir / pack


def _run(command: list[str]) -> int:
    """The child's exit code; signals that ask us to end are passed on to it."""
    child = subprocess.Popen(command, env=ENVIRONMENT | os.environ)  # noqa: S603  our own interpreter and module

    def pass_on(number: int, _frame: FrameType | None) -> None:
        child.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        code = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 128 - code if code < 0 else code
