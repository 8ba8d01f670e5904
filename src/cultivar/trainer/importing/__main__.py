"""`python -m cultivar.trainer.importing`: the child process of `cultivar models import`.

Exit codes: 0 done, 1 something failed, 3 the file cannot be imported, 7 an extra is missing. A failure is one sentence
on standard error.
"""

import argparse
import logging
import sys
import warnings
from pathlib import Path
from typing import get_args

from cultivar.kernel.errors import Broken, CultivarError, Unavailable
from cultivar.packs.service import load_pack
from cultivar.trainer.importing.order import Order, Reading, Resize
from cultivar.trainer.importing.run import bring
from cultivar.vision.manifest import Tiling

FAILED, INPUT, UNAVAILABLE = 1, 3, 7


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    warnings.simplefilter("ignore")
    logging.basicConfig(level=logging.ERROR, format="%(message)s", stream=sys.stderr)
    try:
        described = bring(_order(given))
    except CultivarError as error:
        sys.stderr.write(f"cultivar: {error.detail} ({error.code})\n")
        return FAILED if isinstance(error, Broken) else UNAVAILABLE if isinstance(error, Unavailable) else INPUT
    sys.stdout.write(f"{described.version}\n")
    return 0


def _order(given: argparse.Namespace) -> Order:
    return Order(
        file=given.file,
        pack=load_pack(given.pack),
        out=given.out,
        version=given.version,
        trust=given.trust,
        labels=tuple(label for label in map(str.strip, given.labels.split(",")) if label),
        renamed=dict(pair.rsplit("=", 1) for pair in given.map),
        drop_others=given.drop_others,
        reading=given.input,
        resize=given.resize,
        size=given.size,
        tiling=given.tiles,
        architecture=given.architecture,
        licence=given.licence,
    )


def tiling(text: str) -> Tiling:
    """Of `SIDE` or `SIDE,OVERLAP`. Raises ValueError."""
    side, *overlap = text.split(",", maxsplit=1)
    return Tiling.model_validate({"over_px": side} | ({"overlap": overlap[0]} if overlap else {}))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cultivar models import", add_help=False, allow_abbrev=False)
    parser.add_argument("file", type=Path)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--version")
    parser.add_argument("--trust", action="store_true")
    parser.add_argument("--labels", default="")
    parser.add_argument("--map", action="append", default=[])
    parser.add_argument("--drop-others", action="store_true")
    parser.add_argument("--input", choices=get_args(Reading))
    parser.add_argument("--resize", choices=get_args(Resize))
    parser.add_argument("--size", type=int)
    parser.add_argument("--tiles", type=tiling)
    parser.add_argument("--architecture")
    parser.add_argument("--licence")
    return parser


if __name__ == "__main__":
    sys.exit(main())
