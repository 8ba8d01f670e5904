"""The figures of a detector, from what was seen on val; all of it goes into the manifest."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from cultivar.trainer.detect.measure import MaskFit, Seen, outline_boxes
from cultivar.trainer.detect.precision import Judged, precision_figures, regrouped
from cultivar.trainer.detect.settle import outcomes
from cultivar.trainer.metrics import Share, calibration_error, share
from cultivar.vision import reference as scales


def metrics(
    seen: Sequence[Seen],
    names: Sequence[str],
    groups: Mapping[str, tuple[str, ...]],
    least: float,
    iou_threshold: float,
    drawn: Mapping[str, MaskFit],
) -> dict[str, object]:
    """`least`: the calibrated confidence from which on a thing is shown."""
    judged = [one.judged for one in seen]
    shown = [shown_of(one, least) for one in judged]
    there = [one for one in shown if len(one.boxes)]
    found: dict[str, object] = {
        "classes": precision_figures(judged, names),
        "groups": None,
        "shown": _shown(shown, len(names), least),
        "nothing_there": share(np.array([not len(one.found) for one in shown if not len(one.boxes)], bool)).as_dict(),
        "majority": _majorities(there, len(names)),
        "majority_of_groups": None,
        "outlines": outline_boxes(seen, least).as_dict() if any(one.rings is not None for one in seen) else None,
        "drawn_outlines": {name: fit.as_dict() for name, fit in drawn.items()},
    }
    if groups:
        numbers = group_numbers(names, groups)
        merged = [regrouped(one, numbers, iou_threshold) for one in judged]
        found["groups"] = precision_figures(merged, list(groups))
        of_shown = [regrouped(one, numbers, iou_threshold) for one in there]
        found["majority_of_groups"] = _majorities(of_shown, len(groups))
    return found


def _shown(shown: Sequence[Judged], classes: int, least: float) -> dict[str, object]:
    """Precision, recall and calibration of what is shown."""
    confidences, right = outcomes(shown, classes)
    there = sum(len(one.boxes) for one in shown)
    return {
        "from_confidence": least,
        "precision": share(right).as_dict(),
        "recall": Share(int(right.sum()), there).as_dict(),
        "ece": calibration_error(confidences, right) if len(right) else None,
    }


def _majorities(photos: Sequence[Judged], classes: int) -> dict[str, object]:
    return share(np.array([_majority(one, classes) for one in photos], bool)).as_dict()


def group_numbers(
    names: Sequence[str], groups: Mapping[str, tuple[str, ...]]
) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """The number of each class's group."""
    order = list(groups)
    return np.array([next(order.index(group) for group in order if name in groups[group]) for name in names], np.int64)


def shown_of(photo: Judged, least: float) -> Judged:
    """Only what is sure enough to be shown."""
    sure = photo.confidences > least
    return Judged(photo.boxes, photo.classes, photo.found[sure], photo.found_classes[sure], photo.confidences[sure])


def _majority(photo: Judged, classes: int) -> bool:
    """Most things found are of the class of which there are most; a tie of the truth takes either."""
    if not len(photo.found):
        return False
    there = np.bincount(photo.classes, minlength=classes)
    return bool(there[named(photo, classes)] == there.max())


def named(photo: Judged, classes: int) -> int:
    """The class of most things found; at a tie that of the higher sum of confidences."""
    counts = np.bincount(photo.found_classes, minlength=classes)
    sums = np.bincount(photo.found_classes, photo.confidences, minlength=classes)
    return max(range(classes), key=lambda number: (int(counts[number]), float(sums[number])))


def reference(seen: Sequence[Seen], names: Sequence[str], least: float) -> dict[str, object]:
    """Histograms of val photos with things on them, against which drift is measured."""
    there = [one for one in seen if len(one.judged.boxes)]
    shown = [one for one in (shown_of(seen_one.judged, least) for seen_one in there) if len(one.found)]
    classes = [named(one, len(names)) for one in shown]
    sure = [float(one.confidences[one.found_classes == c].mean()) for one, c in zip(shown, classes, strict=True)]
    columns = {
        "confidence": sure,
        "brightness": [one.quality.brightness for one in there],
        "sharpness": [scales.sharpness(one.quality.raw_sharpness) for one in there],
        "size": [scales.size(one.short_side) for one in there],
    }
    found: dict[str, object] = {}
    for name, values in columns.items():
        counts = Counter(map(scales.AXES[name].bin, values))
        found[name] = {"counts": [counts[at] for at in range(scales.BINS)], "edges": scales.AXES[name].edges()}
    said = Counter(names[number] for number in classes)
    found["class_share"] = {name: count / max(1, said.total()) for name, count in sorted(said.items())}
    return found
