"""The web app in Chromium as on a cheap phone: how soon it can be used, whether long lists and outlines stay smooth.

`python -m bench.app`. For the first two figures the network is a slow 4G (1.6 Mbit/s down, 0.75 up, 150 ms there and
back) and the processor four times slower than here; the others run at the machine's own speed.
"""

import io
import json
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from playwright.sync_api import BrowserContext, Page
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.browser.visitor import Opener, chromium
from tests.support.app import Served, served
from tests.support.detector import drawn_fruit
from tests.support.fruit import bunch
from tests.support.model import drawn_pack

from cultivar.kernel.ids import new_id
from cultivar.predictions.tables import Prediction, PredictionInstance

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = ROOT / "bench" / "results" / "app.json"
SLOW_4G: Final = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
CPU: Final = 4
TURNS: Final = 3
ROWS, PAGE, OUTLINES = 5_000, 100, 300
DRAG_S: Final = 2
LONG_TASKS = """
window.__longest = 0;
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.__longest = Math.max(window.__longest, entry.duration);
}).observe({ type: "longtask" });
"""
FRAMES = """async (seconds) => {
    let frames = 0;
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end) { await new Promise(requestAnimationFrame); frames += 1; }
    return frames / seconds;
}"""


def measure() -> dict[str, Any]:
    """Every figure, beside what is wanted of it."""
    with _site() as site, chromium(shutil.which("chromium") or "chromium") as browser:
        opener = Opener(browser, site)
        first, again = _starts(opener)
        longest = _scrolling(opener)
        rate = _panning(opener)
        charts = _loads_charts(opener)  # by now there is something to draw
        opener.close()
    return {
        "first_visit_s": {"found": first, "wanted": 3.0},
        "installed_s": {"found": again, "wanted": 1.5},
        "charts_only_when_opened": charts,
        "longest_task_ms": {"found": longest, "wanted": 100, "rows": ROWS},
        "frames_per_s": {"found": rate, "wanted": 30, "outlines": OUTLINES},
    }


@contextmanager
def _site() -> Iterator[Served]:
    with tempfile.TemporaryDirectory() as work:
        packs = drawn_pack(Path(work) / "packs").parent
        drawn_fruit(packs)
        with served(Path(work) / "data", packs, app_dir=ROOT / "web" / "dist") as site:
            yield site


def _usable(context: BrowserContext) -> float:
    """Seconds from asking for the page until a photo can be chosen."""
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", SLOW_4G)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": CPU})
    begun = time.perf_counter()
    page.goto("/scan", wait_until="commit")
    page.get_by_role("button", name="Choose photos").wait_for()
    taken = time.perf_counter() - begun
    tools.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    tools.send("Network.emulateNetworkConditions", {**SLOW_4G, "latency": 0, "downloadThroughput": -1})
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.close()
    return taken


def _starts(opener: Opener) -> tuple[float, float]:
    """The median of new visitors, and of the same ones when they come again."""
    first, again = [], []
    for _ in range(TURNS):
        context = opener.enter()
        first.append(_usable(context))
        again.append(_usable(context))
        context.close()
    return round(sorted(first)[TURNS // 2], 2), round(sorted(again)[TURNS // 2], 2)


def _loads_charts(opener: Opener) -> bool:
    """Whether the chart library comes with the page of charts and with no other."""
    context = opener.enter(person=opener.site.admin())
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/scan", "/history"):
        page.goto(path)
        page.get_by_role("heading", level=1).wait_for()
    early = any("plotly" in url for url in asked)
    page.goto("/monitoring")
    page.locator(".js-plotly-plot").first.wait_for()
    context.close()
    return not early and any("plotly" in url for url in asked)


def _scrolling(opener: Opener) -> float:
    """The longest task, in ms, while somebody scrolls through all they ever asked."""
    site, person = opener.site, opener.site.user()
    first = person.ask(_photo(), model="drawn-fruit", consent="store")["prediction_id"]
    site.rows(lambda session: _repeat(session, first))
    context = opener.enter(person=person)
    page, pages = context.new_page(), set[str]()
    page.on("response", lambda got: pages.add(got.url) if "/api/v1/predictions?" in got.url else None)
    page.goto("/history")
    page.get_by_role("main").get_by_role("link").first.wait_for()
    page.evaluate(LONG_TASKS)
    page.mouse.move(200, 400)
    still, height = 0, 0
    while still < TURNS:
        page.mouse.wheel(0, 6000)
        page.wait_for_timeout(50)
        now = page.evaluate("document.documentElement.scrollHeight")
        at_end = page.evaluate("innerHeight + scrollY + 2 >= document.documentElement.scrollHeight")
        still, height = (still + 1 if at_end and now == height else 0), now
        if at_end:
            page.wait_for_timeout(300)
    longest = float(page.evaluate("window.__longest"))
    assert len(pages) >= ROWS / PAGE, f"only {len(pages)} pages of the list were read"
    context.close()
    return longest


async def _repeat(session: AsyncSession, prediction_id: str) -> None:
    row = (
        (await session.execute(select(Prediction.__table__).where(Prediction.id == UUID(prediction_id))))
        .mappings()
        .one()
    )
    more = [dict(row) | {"id": new_id()} for _ in range(ROWS - 1)]
    await session.execute(insert(Prediction), more)


def _panning(opener: Opener) -> float:
    """Frames a second while a photo with many outlines is dragged about."""
    site, person = opener.site, opener.site.user()
    answer = person.ask(_photo(), model="drawn-fruit", consent="store")
    site.rows(lambda session: _outline(session, answer["prediction_id"]))
    context = opener.enter(person=person)
    page = context.new_page()
    page.goto(f"/answers/{answer['prediction_id']}")
    page.get_by_role("button", name="Closer").click()
    rate = _while_dragging(page)
    context.close()
    return rate


def _while_dragging(page: Page) -> float:
    box = page.get_by_role("group", name=re.compile(r"^\d+ things found")).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(f"void (window.__rate = ({FRAMES})({DRAG_S}))")
    end, step = time.perf_counter() + DRAG_S, 0
    while time.perf_counter() < end:
        step += 1
        page.mouse.move(x + 60 * (step % 20) / 20, y + 40 * (step % 13) / 13)
    page.mouse.up()
    return round(float(page.evaluate("window.__rate")), 1)


async def _outline(session: AsyncSession, prediction_id: str) -> None:
    """Many more outlines, as detailed as the first that was found."""
    found = PredictionInstance.__table__
    row = (await session.execute(select(found).where(found.c.prediction_id == UUID(prediction_id)))).mappings().first()
    assert row is not None
    more = [dict(row) | {"instance_id": 1000 + number} | _moved(row, number) for number in range(OUTLINES)]
    await session.execute(insert(PredictionInstance), more)


def _moved(row: Any, number: int) -> dict[str, Any]:
    across, down = 20 * (number % 20) - 200, 20 * (number // 20) - 150
    x1, y1, x2, y2 = row["bbox"]
    return {
        "bbox": [x1 + across, y1 + down, x2 + across, y2 + down],
        "polygon": [[x + across, y + down] for x, y in row["polygon"]],
    }


def _photo() -> bytes:
    out = io.BytesIO()
    bunch(["Ripe", "Mature", "Over Ripe"]).image.save(out, "JPEG", quality=90)
    return out.getvalue()


if __name__ == "__main__":
    figures = measure()
    RESULTS.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=1))
