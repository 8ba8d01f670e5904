"""Draw a leaf, for whoever has no photo at hand.

python -m tools.draw leaf.jpg
"""

import sys
from pathlib import Path

from tests.support.drawing import MAPLE_SICK, picture
from tests.support.photofile import jpeg


def main() -> None:
    match sys.argv[1:]:
        case [path]:
            Path(path).write_bytes(jpeg(picture(MAPLE_SICK, seed=3)))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
