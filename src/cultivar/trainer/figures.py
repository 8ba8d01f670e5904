"""The figures of a model, from what was seen: by source, by class, with intervals. All of it goes into the manifest."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from cultivar.trainer.measure import Seen
from cultivar.trainer.metrics import Share, calibration_error, macro_f1, per_class, share
from cultivar.vision.manifest import Manifest
from cultivar.vision.reference import AXES, BINS, sharpness, size


def by_source(seen: Sequence[Seen]) -> dict[str, list[Seen]]:
    groups: dict[str, list[Seen]] = {}
    for one in seen:
        groups.setdefault(one.record.slice, []).append(one)
    return groups


def metrics(manifest: Manifest, seen: Sequence[Seen]) -> dict[str, object]:
    """`known`: photos of classes, by source, `all_known` all together. `refused`: photos of no class, by label."""
    classes = len(manifest.classes)
    known = [one for one in seen if one.target < classes]
    others = [one for one in seen if one.target >= classes]
    labels = sorted({one.record.label for one in others})
    return {
        "known": {name: known_figures(group, classes) for name, group in by_source(known).items()},
        "all_known": known_figures(known, classes),
        "refused": {
            label: share(np.array([one.refusal is not None for one in others if one.record.label == label])).as_dict()
            for label in labels
        },
    }


def known_figures(group: Sequence[Seen], classes: int) -> dict[str, object]:
    """Accuracy counts a refusal as wrong; calibration and risk are of the answers that were given."""
    right = np.array([one.right for one in group])
    answered = [one for one in group if one.said >= 0]
    confidence = np.array([one.confidence for one in answered])
    figures = per_class(np.array([one.target for one in group]), np.array([one.said for one in group]), classes)
    return {
        "accuracy": share(right).as_dict(),
        "macro_f1": macro_f1(figures),
        "ece": calibration_error(confidence, np.array([one.right for one in answered])),
        "mean_confidence": float(confidence.mean()),
        "refused": share(np.array([one.refusal is not None for one in group])).as_dict(),
        "refused_as": dict(Counter(one.refusal for one in group if one.refusal is not None)),
        "border_only": share(np.array([one.border_said == one.target for one in group])).as_dict(),
    }


def head_shares(manifest: Manifest, group: Sequence[Seen]) -> dict[str, Share]:
    """How often each head's best label is the true one."""
    pairs = [(one, manifest.classes[one.target].labels) for one in group]
    return {
        head.name: share(np.array([one.answer.heads[head.name].label == labels[head.name] for one, labels in pairs]))
        for head in manifest.heads
    }


def reference(manifest: Manifest, seen: Sequence[Seen]) -> dict[str, object]:
    """Histograms of known val photos, against which drift is measured: counts and the edges of their bins."""
    known = [one for one in seen if one.target < len(manifest.classes)]
    columns = {
        "confidence": [one.confidence for one in known],
        "brightness": [one.quality.brightness for one in known],
        "sharpness": [sharpness(one.quality.raw_sharpness) for one in known],
        "size": [size(one.short_side) for one in known],
    }
    found: dict[str, object] = {}
    for name, values in columns.items():
        counts = Counter(map(AXES[name].bin, values))
        found[name] = {"counts": [counts[place] for place in range(BINS)], "edges": AXES[name].edges()}
    said = Counter(manifest.classes[one.said].name for one in known if one.said >= 0)
    found["class_share"] = {name: count / max(1, said.total()) for name, count in sorted(said.items())}
    return found
