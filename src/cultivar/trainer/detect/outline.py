"""Outlines for boxes that came without: which pixels of a photo are fruit, found from its boxes alone.

GrabCut (Rother et al. 2004) learns the colours outside all boxes and inside them. A pixel in two boxes belongs to
nobody known. An outline that does not fill its box, by the box around it, is not trusted.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

UNSURE = 255
"""In a map of owners: fruit, but nobody knows whose."""
FILLED = 0.85
"""Intersection over union of the outline's box and the given one, from which on the outline is believed."""
WORK_SIDE, MARGIN, ROUNDS = 208, 0.03, 4

Map = NDArray[np.uint8]
Boxes = NDArray[np.float32]


def owners(pixels: NDArray[np.uint8], boxes: Boxes) -> tuple[Map, NDArray[np.bool_]]:
    """Owner of each pixel (0 nobody's, k + 1 that of box k, UNSURE), and which boxes' outlines can be trusted.

    `boxes`: (n, 4) of x1, y1, x2, y2 in pixels; at most 250.
    """
    height, width = pixels.shape[:2]
    if not len(boxes):
        return np.zeros((height, width), np.uint8), np.zeros(0, bool)
    fruit = _fruit(pixels, boxes)
    found = np.zeros((height, width), np.uint8)
    count = np.zeros((height, width), np.uint8)
    whole = np.zeros(len(boxes), bool)
    for number, box in enumerate(boxes):
        x1, y1, x2, y2 = _corners(box, width, height)
        inside = fruit[y1:y2, x1:x2]
        whole[number] = overlap(around(inside, x1, y1), box) >= FILLED
        found[y1:y2, x1:x2][inside] = number + 1
        count[y1:y2, x1:x2] += inside
    found[count > 1] = UNSURE
    return found, whole


def _fruit(pixels: NDArray[np.uint8], boxes: Boxes) -> NDArray[np.bool_]:
    """GrabCut at a small size; its largest pieces, holes filled."""
    height, width = pixels.shape[:2]
    scale = WORK_SIDE / max(height, width)
    size = max(8, round(width * scale)), max(8, round(height * scale))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    small = cv2.cvtColor(cv2.bilateralFilter(small, 5, 30, 5), cv2.COLOR_RGB2LAB)
    guess = np.full(small.shape[:2], cv2.GC_BGD, np.uint8)
    for box in boxes * scale:
        grow = MARGIN * (box[2:] - box[:2]).max()
        x1, y1, x2, y2 = _corners(np.concatenate([box[:2] - grow, box[2:] + grow]), *size)
        guess[y1:y2, x1:x2] = cv2.GC_PR_FGD
    if (guess == cv2.GC_BGD).mean() < 0.02:  # a fruit over the whole photo: only the corners can be ground
        for row in (slice(0, 6), slice(-6, None)):
            for column in (slice(0, 6), slice(-6, None)):
                guess[row, column] = cv2.GC_BGD
    cv2.setRNGSeed(0)
    ground, figure = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(small, guess, (0, 0, 1, 1), ground, figure, ROUNDS, cv2.GC_INIT_WITH_MASK)
    fruit = ((guess == cv2.GC_FGD) | (guess == cv2.GC_PR_FGD)).astype(np.uint8)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    smooth = cv2.morphologyEx(cv2.morphologyEx(fruit, cv2.MORPH_OPEN, disc), cv2.MORPH_CLOSE, disc)
    fruit = _pieces(np.asarray(smooth, np.uint8))
    return np.asarray(cv2.resize(fruit.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR) >= 0.5)


def _pieces(fruit: Map) -> Map:
    """Pieces of a fiftieth of the largest and more, without holes."""
    lines, _ = cv2.findContours(fruit, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    areas = [cv2.contourArea(line) for line in lines]
    kept = [line for line, area in zip(lines, areas, strict=True) if area >= max(areas) / 50]
    return np.asarray(cv2.drawContours(np.zeros_like(fruit), kept, -1, 1, cv2.FILLED), np.uint8)


def _corners(box: NDArray[np.float32], width: int, height: int) -> tuple[int, int, int, int]:
    x1, y1 = (max(0, int(np.floor(v))) for v in box[:2])
    x2, y2 = min(width, int(np.ceil(box[2]))), min(height, int(np.ceil(box[3])))
    return min(x1, width - 1), min(y1, height - 1), max(x2, x1 + 1), max(y2, y1 + 1)


def around(mask: NDArray[np.bool_], left: int = 0, top: int = 0) -> NDArray[np.float32]:
    """The box around a mask that lies at (left, top); all zeros without a pixel."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return np.zeros(4, np.float32)
    return np.array([columns[0] + left, rows[0] + top, columns[-1] + left + 1, rows[-1] + top + 1], np.float32)


def overlap(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Intersection over union of two boxes."""
    sides = np.clip(np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2]), 0, None)
    both = float(sides.prod())
    areas = float((one[2:] - one[:2]).prod() + (other[2:] - other[:2]).prod())
    return both / max(areas - both, 1e-9)
