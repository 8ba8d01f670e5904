"""`python -m cultivar.trainer`: the child process of `cultivar train`."""

import argparse
import logging
import sys
from pathlib import Path

from cultivar.kernel.errors import CultivarError
from cultivar.packs.service import load_pack
from cultivar.trainer.run import Order, train


def main() -> int:
    parser = argparse.ArgumentParser(prog="cultivar train")
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    logging.getLogger("lightning.pytorch").setLevel(logging.INFO)
    try:
        order = Order(
            load_pack(given.pack), tuple(given.data), given.out, given.weights, given.seed, sys.stderr.isatty()
        )
        train(order)
    except CultivarError as error:
        print(f"cultivar train: {error.detail}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
