"""The report of a run: one HTML file with everything in it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import jinja2
import numpy as np

from cultivar.trainer import drawings
from cultivar.trainer.figures import by_source, head_shares, known_figures
from cultivar.trainer.format import Source
from cultivar.trainer.measure import Seen
from cultivar.trainer.metrics import Floats, confusion, per_class, reliability, risk_coverage
from cultivar.vision.manifest import Manifest

WORST = 12


def write_report(
    file: Path, manifest: Manifest, seen: Sequence[Seen], sources: Mapping[str, Source], parity: float
) -> None:
    """Write `file`. It shows val photos: it is for those who may see these."""
    known = by_source([one for one in seen if one.target < len(manifest.classes)])
    page = environment().get_template("report.html.j2")
    text = page.render(
        m=manifest,
        parity=parity,
        slices=[_slice(manifest, name, group, sources[name.partition("/")[0]]) for name, group in known.items()],
        refused=manifest.metrics["refused"],
        risk=drawings.risk_chart({name: _risk(group) for name, group in known.items()}),
    )
    file.write_text(text, encoding="utf-8")


def environment() -> jinja2.Environment:
    """Templates of the trainer, with the filters that they use."""
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    found = jinja2.Environment(
        loader=loader, autoescape=jinja2.select_autoescape(["html.j2"]), undefined=jinja2.StrictUndefined
    )
    found.filters["rate"] = rate
    found.filters["number"] = lambda value: "–" if value is None else f"{value:.3f}"
    found.filters["megabytes"] = lambda size: f"{size / 1e6:.1f} MB"
    return found


def rate(figure: Mapping[str, object]) -> str:
    """`0.981 (0.968–0.989)` of a figure with its interval; a dash without a case."""
    interval = figure["interval"]
    if not isinstance(interval, list):
        return "–"
    return f"{figure['rate']:.3f} ({interval[0]:.3f}–{interval[1]:.3f})"


def _risk(group: Sequence[Seen]) -> tuple[Floats, Floats]:
    right = np.array([one.best == one.target for one in group])
    return risk_coverage(np.array([one.confidence for one in group]), right)


def _slice(manifest: Manifest, name: str, group: Sequence[Seen], source: Source) -> dict[str, object]:
    size = len(manifest.classes)
    truth, said = np.array([one.target for one in group]), np.array([one.said for one in group])
    answered = [one for one in group if one.said >= 0]
    present = sorted(set(truth.tolist()) | {one.said for one in answered})
    names = [manifest.classes[number].name for number in present]
    figures = per_class(truth, said, size)
    bins = reliability(np.array([one.confidence for one in answered]), np.array([one.right for one in answered]))
    return {
        "name": name,
        "n": len(group),
        "figures": known_figures(group, size),
        "heads": {head: found.as_dict() for head, found in head_shares(manifest, group).items()},
        "classes": [(manifest.classes[number].name, figures[number]) for number in present],
        "confusion": drawings.confusion_chart(confusion(truth, said, size)[np.ix_(present, present)], names),
        "reliability": drawings.reliability_chart(bins),
        "worst": [_mistake(manifest, one, source) for one in _worst(group)],
    }


def _worst(group: Sequence[Seen]) -> list[Seen]:
    """Wrong answers, the most confident first."""
    return sorted((one for one in group if one.best != one.target), key=lambda one: -one.confidence)[:WORST]


def _mistake(manifest: Manifest, one: Seen, source: Source) -> dict[str, object]:
    return {
        "picture": drawings.picture(source.read(one.record.path)),
        "said": manifest.classes[one.best].name,
        "truth": one.record.label,
        "confidence": one.confidence,
    }
