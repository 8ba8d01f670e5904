"""Run uv with the given arguments; fetch it first where it is missing or too old.

Plain Python, standard library only: it is the first thing that runs on a bare machine.
    python3 tools/uv.py sync --frozen
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

LEAST = (0, 10)
HOME = Path(__file__).resolve().parents[1] / ".cache" / "uv"


def good(uv: "str | None") -> bool:
    """Whether this uv runs and knows what our pyproject asks of it."""
    if uv is None:
        return False
    try:
        said = subprocess.run([uv, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    found = re.search(r"(\d+)\.(\d+)", said)
    return found is not None and (int(found[1]), int(found[2])) >= LEAST


def fetch() -> str:
    """Install uv with pip into `.cache/uv`, which no system rule about managed environments forbids."""
    print("Fetching uv into .cache/uv", file=sys.stderr)
    pip = [sys.executable, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode:
        sys.exit("python3 has no pip. Install uv or pip first (Debian: `apt install python3-pip`), then try again.")
    asked = f"uv>={LEAST[0]}.{LEAST[1]}"
    command = [*pip, "install", "--quiet", "--disable-pip-version-check", "--upgrade", "--target", str(HOME), asked]
    if subprocess.run(command, check=False).returncode:
        sys.exit("pip could not install uv; its message stands above.")
    return str(HOME / "bin" / "uv")


def main() -> None:
    if sys.version_info < (3, 11):
        sys.exit(
            f"Cultivar needs Python 3.11 or newer, {sys.executable} is {sys.version.split()[0]}. "
            "Name another one: `make PYTHON=python3.12 run`."
        )
    uv = next((one for one in (shutil.which("uv"), str(HOME / "bin" / "uv")) if good(one)), None) or fetch()
    os.execv(uv, [uv, *sys.argv[1:]])


if __name__ == "__main__":
    main()
