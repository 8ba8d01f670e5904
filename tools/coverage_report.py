"""Say what the last test run covered; fail where a pure rule has a branch that no test took.

With `--rules` it speaks of the rules alone.
"""

import sys
from pathlib import Path

from coverage import Coverage
from coverage.exceptions import NoDataError

ROOT = Path(__file__).resolve().parents[1]
PURE = ["src/cultivar/*/rules.py"]


def main() -> None:
    coverage = Coverage(config_file=str(ROOT / "pyproject.toml"))
    try:
        coverage.load()
        with Path("/dev/null").open("w") as nowhere:
            total = coverage.report(file=nowhere)
        if "--rules" not in sys.argv:
            print(f"Branch coverage of cultivar: {total:.1f} %")
        pure = coverage.report(include=PURE, show_missing=True, skip_covered=True)
    except NoDataError:
        sys.exit("There is no coverage data: run the tests first.")
    if pure < 100:
        sys.exit(f"Rules are pure and must be covered whole; they are at {pure:.1f} %.")
    print("Rules: every branch is taken.")


if __name__ == "__main__":
    main()
