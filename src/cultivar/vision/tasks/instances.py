"""What was found in several photos of one plant: each instance, and what they say together."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from cultivar.vision.answer import Classified, HeadAnswer, Instance, Opinion
from cultivar.vision.geometry import Floats
from cultivar.vision.manifest import Manifest
from cultivar.vision.tasks.classify import refusals
from cultivar.vision.tasks.detect import Found, Outputs

Heads = dict[str, HeadAnswer]


def pooled(
    manifest: Manifest, found: Sequence[Found], outputs: Outputs, unusable: Sequence[bool]
) -> tuple[Classified, tuple[Opinion, ...]]:
    """The class that most instances have, and each photo's own opinion.

    `outputs` are those that refusal rules read. A photo without an instance is refused as `no_plant`, after its quality
    and the manifest's rules. Refused photos are left out of the whole; when all are, the commonest code (the earliest,
    at a tie) refuses it.
    """
    codes = refusals(manifest, outputs, unusable)
    codes = [code or (None if len(one) else "no_plant") for code, one in zip(codes, found, strict=True)]
    alone = tuple(Opinion(code, {}, _shares(manifest, [one])) for code, one in zip(codes, found, strict=True))
    used = [one for one, code in zip(found, codes, strict=True) if code is None]
    if used:
        return _named(manifest, used), alone
    refusal = Counter(codes).most_common(1)[0][0]
    shares = _shares(manifest, found)
    return Classified(refusal, {}, shares, class_id=None, class_name=None, confidence=None, labels={}), alone


def instances(
    found: Found, names: Sequence[str], file_index: int, first: int, heads: Sequence[Heads] = ()
) -> tuple[Instance, ...]:
    """As they stand in an answer, numbered from `first`; with what a classifier says of each, or of none."""
    corners = found.boxes.tolist()
    areas = [(x2 - x1) * (y2 - y1) for x1, y1, x2, y2 in corners]
    rings: Sequence[tuple[tuple[float, float], ...] | None] = [None] * len(corners)
    if found.rings is not None:
        areas = [ring_area(ring) for ring in found.rings]
        rings = [tuple((x, y) for x, y in ring.tolist()) for ring in found.rings]
    rows = zip(corners, found.labels.tolist(), found.confidences.tolist(), rings, areas, strict=True)
    return tuple(
        Instance(
            instance_id=first + place,
            file_index=file_index,
            class_id=label,
            class_name=names[label],
            confidence=sure,
            bbox=(x1, y1, x2, y2),
            polygon=ring,
            area_px=area,
            heads=heads[place] if place < len(heads) else {},
        )
        for place, ((x1, y1, x2, y2), label, sure, ring, area) in enumerate(rows)
    )


def ring_area(ring: Floats) -> float:
    """Of a ring that is not closed (shoelace formula)."""
    x, y = ring.T
    return abs(float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())) / 2


def _named(manifest: Manifest, found: Sequence[Found]) -> Classified:
    """By most instances; at a tie by the higher sum of confidences."""
    labels = np.concatenate([one.labels for one in found])
    counts = np.bincount(labels, minlength=len(manifest.classes))
    sums = _sums(manifest, found)
    best = max(range(len(counts)), key=lambda label: (counts[label], sums[label]))
    known = manifest.classes[best]
    return Classified(
        None,
        {},
        _shares(manifest, found),
        class_id=best,
        class_name=known.name,
        confidence=float(sums[best] / counts[best]),
        labels=dict(known.labels),
    )


def _shares(manifest: Manifest, found: Sequence[Found]) -> tuple[float, ...]:
    sums = _sums(manifest, found)
    return tuple((sums / max(sums.sum(), np.finfo(float).tiny)).tolist())


def _sums(manifest: Manifest, found: Sequence[Found]) -> Floats:
    """Each class's sum of confidences."""
    sums: Floats = np.zeros(len(manifest.classes))
    for one in found:
        sums += np.bincount(one.labels, weights=one.confidences, minlength=len(sums))
    return sums
