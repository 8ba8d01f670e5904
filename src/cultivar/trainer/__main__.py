"""`python -m cultivar.trainer`: the child process of `cultivar train`.

Exit codes: 0 done, 1 something failed, 2 wrong arguments, 3 pack, photos, recipe or weights cannot be used,
130 interrupted.
A failure is one sentence on standard error.
"""

import argparse
import logging
import sys
import warnings
from pathlib import Path

from cultivar.kernel.errors import Broken, CultivarError
from cultivar.packs.errors import BadPack
from cultivar.packs.schemas import Pack
from cultivar.packs.service import load_pack
from cultivar.trainer import interrupt
from cultivar.trainer.detect import order as orders
from cultivar.trainer.detect import run as detector
from cultivar.trainer.importing.yolo import is_yolo
from cultivar.trainer.run import Order, install, run
from cultivar.trainer.yolo import run as yolo

FAILED, INPUT, INTERRUPTED = 1, 3, 130


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    interrupt.listen()
    warnings.filterwarnings("ignore", module="lightning|torch")
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("cultivar").setLevel(logging.INFO)
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    try:
        pack = load_pack(given.pack)
        export = _detector(pack, given) if given.part or pack.task != "classify" else _classifier(pack, given)
    except (Exception, interrupt.Interrupted) as error:
        if interrupt.asked():  # also where a library broke because it was cut off
            sys.stderr.write("cultivar: interrupted; the same command goes on from the last finished epoch\n")
            return INTERRUPTED
        if not isinstance(error, CultivarError):
            raise
        sys.stderr.write(f"cultivar: {error.detail} ({error.code})\n")
        return FAILED if isinstance(error, Broken) and not isinstance(error, BadPack) else INPUT
    sys.stdout.write(f"{export}\n")
    return 0


def _classifier(pack: Pack, given: argparse.Namespace) -> Path:
    order = Order(pack, tuple(given.data), given.out, given.weights, given.seed, sys.stderr.isatty())
    export = run(order)
    if given.install:
        install(export, pack)
    return export


def _detector(pack: Pack, given: argparse.Namespace) -> Path:
    finder, classes, recipe = orders.part_of(pack, given.part)
    order = orders.DetectOrder(
        pack, finder, classes, recipe, tuple(given.data), given.out, given.weights, given.seed, sys.stderr.isatty()
    )
    architecture = given.architecture or recipe.network
    export = yolo.run(yolo.YoloOrder(order, architecture)) if is_yolo(architecture) else detector.run(order)
    if given.install:
        detector.install(order)
    return export


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cultivar train")
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--part", choices=["finder"])
    parser.add_argument("--architecture")
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--install", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main())
