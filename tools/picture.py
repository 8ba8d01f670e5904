"""Make the README's picture: the real server, asked about drawn pictures, photographed by Chromium.

    python -m tools.picture

Needs Chromium and the trained pack `drawn`, which it trains if it is not there.
"""

import base64
import html
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright
from tests.support.app import Served, served
from tests.support.drawing import MAPLE_SICK, THING, picture
from tests.support.model import drawn_pack
from tests.support.photofile import jpeg

OUT = Path(__file__).resolve().parents[1] / "docs" / "assets" / "at-work.png"
SHOWN = (
    "model",
    "refused",
    "refusal",
    "result",
    "plant_type",
    "confidence",
    "diseases",
    "quality",
    "inference_time_ms",
)
STYLE = """
body { margin: 0; padding: 28px; background: #f4f6f1; width: 1144px }
section { display: flex; gap: 24px; margin-bottom: 24px; background: #fff; border-radius: 12px; padding: 20px;
          box-shadow: 0 1px 4px #0002 }
section:last-child { margin-bottom: 0 }
img { width: 250px; height: 250px; border-radius: 8px; object-fit: cover }
pre { margin: 0; flex: 1; font: 13px/1.5 "DejaVu Sans Mono", monospace; white-space: pre-wrap }
b { color: #2e7d32 } i { color: #777; font-style: normal }
"""


def asked(app: Served, label: str, seed: int) -> tuple[bytes, dict[str, Any]]:
    photo = jpeg(picture(label, seed=seed, size=640))
    person = app.guest()
    try:
        return photo, person.ask(photo, consent="store")
    finally:
        person.http.close()


def section(photo: bytes, answer: dict[str, Any]) -> str:
    """The photo, the request, and the part of the answer that people read first."""
    told = {name: answer[name] for name in SHOWN if answer[name] is not None}
    lines = [f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in told.items()]
    request = 'curl …/api/v1/predict -H "Authorization: Bearer …" -F file=@photo.jpg -F consent=store'
    shown = html.escape("{\n" + ",\n".join(lines) + "\n}")
    source = base64.b64encode(photo).decode()
    return (
        f'<section><img src="data:image/jpeg;base64,{source}"><pre><b>$</b> {request}\n<i>{shown}</i></pre></section>'
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as work:
        packs = drawn_pack(Path(work) / "packs").parent
        with served(Path(work) / "data", packs) as app:
            parts = [section(*asked(app, MAPLE_SICK, 3)), section(*asked(app, THING, 5))]
    page = f"<meta charset=utf-8><style>{STYLE}</style>{''.join(parts)}"
    OUT.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        tab = browser.new_page(viewport={"width": 1200, "height": 400})
        tab.set_content(page)
        tab.screenshot(path=OUT, full_page=True)
        browser.close()


if __name__ == "__main__":
    main()
