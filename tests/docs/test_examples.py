"""The documentation's examples run: what stands in a `sh` or `python` block of these pages is executed, in order.

Each page meets a server of its own. Only the address, the photo and, with drawn pictures, a class name are exchanged.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.support.app import Served, served
from tests.support.material import Material, material

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "http://127.0.0.1:8000"
PAGES = ("README.md", "docs/start.md", "docs/guide.md", "docs/surveys.md", "docs/bulk.md")
LANGUAGES = {"sh", "python", "console", "text", "json", "yaml"}


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its first line's number, its text."""

    language: str
    line: int
    text: str


def blocks(page: str) -> list[Block]:
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.finditer(r"^```(\w*)[^\n]*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [Block(one[1], text.count("\n", 0, one.start(2)) + 1, one[2]) for one in found]


@pytest.fixture(scope="module")
def stuff(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return material(tmp_path_factory.mktemp("packs"))


@pytest.fixture
def server(stuff: Material, tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "data", stuff.packs, default_model=stuff.model) as running:
        yield running


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_a_page_run(
    page: str, server: Served, stuff: Material, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "leaf.jpg").write_bytes(stuff.leaf)
    names: dict[str, Any] = {}
    ran = 0
    for block in blocks(page):
        text = block.text.replace(ADDRESS, server.url).replace("Tomato___Late_blight", stuff.class_name)
        if block.language == "python":
            exec(compile("\n" * (block.line - 1) + text, page, "exec"), names)
        elif block.language == "sh":
            run_shell(text, f"{page}:{block.line}", stuff)
        else:
            continue
        ran += 1
    for client in names.values():
        if hasattr(client, "close"):
            client.close()
    assert ran > 0


def run_shell(text: str, where: str, stuff: Material) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    settings = {"CULTIVAR_PACKS_DIR": str(stuff.packs), "CULTIVAR_DEFAULT_MODEL": stuff.model, "PATH": path}
    shell = ["bash", "-euo", "pipefail", "-c", text.replace(".venv/bin/", f"{Path(sys.executable).parent}/")]
    done = subprocess.run(shell, env=os.environ | settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{where}\n{done.stdout}\n{done.stderr}"
    assert '"status":4' not in done.stdout.replace(" ", ""), f"{where} answers a problem: {done.stdout}"


def test_every_block_says_its_language() -> None:
    pages = ["README.md", *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs").rglob("*.md")))]
    unnamed = [f"{page}:{block.line}" for page in pages for block in blocks(page) if block.language not in LANGUAGES]
    assert unnamed == []


def test_examples_stand_where_a_newcomer_looks() -> None:
    for page in PAGES:
        assert {block.language for block in blocks(page)} & {"sh", "python"}, page


def test_links_within_the_project_lead_somewhere() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    assert len(pages) > 5
    lost = []
    for page in pages:
        text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
        lost += [f"{page.name}: {link}" for link in links if _is_lost(page.parent, link)]
    assert lost == []


def _is_lost(folder: Path, link: str) -> bool:
    return bool(link) and "://" not in link and not link.startswith("/") and not (folder / link).exists()


def test_a_page_that_a_newcomer_reads_first_needs_only_what_serving_needs() -> None:
    """`make run` installs no test tools; the README's example runs with Python alone."""
    for block in blocks("README.md"):
        if block.language == "python":
            imported = set(re.findall(r"^(?:import|from) (\w+)", block.text, re.MULTILINE))
            assert imported <= sys.stdlib_module_names


def test_a_leaf_can_be_drawn(tmp_path: Path) -> None:
    leaf = tmp_path / "leaf.jpg"
    subprocess.run([sys.executable, "-m", "tools.draw", leaf], cwd=ROOT, check=True)
    with Image.open(leaf) as drawn:
        assert drawn.size == (640, 640)
