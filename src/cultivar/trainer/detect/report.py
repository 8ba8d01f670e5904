"""The report of a detector's run, one HTML file that shows drawn pictures alone, and its card."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from cultivar.trainer import drawings
from cultivar.trainer.detect.drawn import draw_scene
from cultivar.trainer.detect.figures import shown_of
from cultivar.trainer.detect.measure import Looker, Seen
from cultivar.trainer.detect.order import DetectOrder
from cultivar.trainer.detect.settle import outcomes
from cultivar.trainer.metrics import reliability
from cultivar.trainer.report import environment
from cultivar.vision.tasks.detect import Looking

SHOWN, SIDE = 12, 320
COLOURS = ("#0072b2", "#009e73", "#e69f00", "#d55e00", "#cc79a7", "#56b4e9")
"""Okabe and Ito's, which people with colour blindness can tell apart."""


def write_report(
    file: Path, order: DetectOrder, looker: Looker, seen: Sequence[Seen], figures: dict[str, object], parity: float
) -> None:
    """Write `file`."""
    confidences, right = outcomes([one.judged for one in seen], len(order.classes))
    shown = outcomes([shown_of(one.judged, order.min_confidence) for one in seen], len(order.classes))
    page = environment().get_template("detect_report.html.j2")
    text = page.render(
        order=order,
        boxes=looker.boxes,
        f=figures,
        parity=parity,
        size=looker.file.stat().st_size,
        reliability=drawings.reliability_chart(reliability(confidences, right)),
        curve=drawings.precision_chart(confidences, right, sum(len(one.judged.boxes) for one in seen)),
        answers=len(shown[1]),
        pictures=[overlay(looker, number) for number in range(SHOWN if order.recipe.drawn else 0)],
    )
    file.write_text(text, encoding="utf-8")


def write_card(file: Path, title: str, order: DetectOrder, size: int, figures: object, data: object) -> None:
    """Write `file`, Markdown. Its words on sources and limits are the recipe's."""
    page = environment().get_template("detect_card.md.j2")
    file.write_text(page.render(title=title, order=order, size=size, f=figures, data=data), encoding="utf-8")


def overlay(looker: Looker, number: int) -> str:
    """A drawn scene with what was found on it, as a data URL."""
    scene = draw_scene(SIDE, np.random.default_rng((77, number)))
    found = looker.in_picture(scene.pixels, Looking())
    image = Image.fromarray(scene.pixels)
    draw = ImageDraw.Draw(image, "RGBA")
    for place in range(len(found)):
        colour = COLOURS[int(found.labels[place]) % len(COLOURS)]
        if found.rings is not None:
            draw.polygon([(float(x), float(y)) for x, y in found.rings[place]], fill=f"{colour}70", outline=colour)
        box = [float(v) for v in found.boxes[place]]
        draw.rectangle(box, outline=colour, width=2)
        draw.text((box[0] + 3, box[1] + 2), f"{found.confidences[place]:.2f}", fill="white")
    memory = BytesIO()
    image.save(memory, "PNG")
    return drawings.picture(memory.getvalue(), SIDE)
