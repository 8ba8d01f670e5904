"""Regions against definitions that are slow and plain."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from cultivar.vision.measure.regions import Mask, closed, grown, hull, largest, parts, without_holes

masks = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=14), elements=st.booleans())


def flooded(mask: Mask, start: tuple[int, int]) -> Mask:
    """All that can be reached from `start` by steps to the side, up and down."""
    seen, todo = np.zeros_like(mask), [start]
    while todo:
        y, x = todo.pop()
        if 0 <= y < mask.shape[0] and 0 <= x < mask.shape[1] and mask[y, x] and not seen[y, x]:
            seen[y, x] = True
            todo += [(y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)]
    return seen


@settings(max_examples=40)
@given(masks)
def test_a_part_is_what_can_be_reached(mask: Mask) -> None:
    labels = parts(mask)
    assert np.array_equal(labels > 0, mask)
    for y, x in np.argwhere(mask):
        assert np.array_equal(labels == labels[y, x], flooded(mask, (y, x)))
    assert sorted(set(labels[mask].tolist())) == list(range(1, labels.max(initial=0) + 1))


@given(masks)
def test_the_largest_part_is_a_part_and_none_is_larger(mask: Mask) -> None:
    labels = parts(mask)
    found = largest(mask)
    assert not (found & ~mask).any()
    assert found.sum() == max(np.bincount(labels.ravel())[1:].tolist(), default=0)
    assert len(set(labels[found].tolist())) <= 1


@given(masks)
def test_holes_are_what_cannot_be_left(mask: Mask) -> None:
    framed = np.pad(~mask, 1, constant_values=True)
    assert np.array_equal(without_holes(mask), ~flooded(framed, (0, 0))[1:-1, 1:-1])


@given(masks, st.integers(0, 4))
def test_growing_reaches_every_pixel_within_a_square(mask: Mask, radius: int) -> None:
    wanted = np.zeros_like(mask)
    for y, x in np.argwhere(mask):
        wanted[max(0, y - radius) : y + radius + 1, max(0, x - radius) : x + radius + 1] = True
    assert np.array_equal(grown(mask, radius), wanted)


@given(masks, st.integers(0, 3))
def test_closing_keeps_the_mask_and_changes_nothing_the_second_time(mask: Mask, radius: int) -> None:
    once = closed(mask, radius)
    assert not (mask & ~once).any()
    assert np.array_equal(closed(once, radius), once)


def test_a_narrow_gap_is_closed_and_a_wide_one_is_not() -> None:
    strip = np.ones((9, 30), np.bool_)
    strip[:, 8:11] = strip[:, 18:26] = False
    found = closed(strip, 2)
    assert found[:, 8:11].all()
    assert not found[:, 20:24].any()


@given(masks)
def test_a_hull_holds_the_mask_and_all_between_two_of_its_pixels(mask: Mask) -> None:
    found = hull(mask)
    assert not (mask & ~found).any()
    places = np.argwhere(mask)
    if len(places) > 1:
        middle = (places[0] + places[-1]) // 2
        near = found[max(0, middle[0] - 1) : middle[0] + 2, max(0, middle[1] - 1) : middle[1] + 2]
        assert near.any()


def test_the_hull_of_a_frame_is_its_inside_too() -> None:
    frame = np.zeros((20, 30), np.bool_)
    frame[3:17, 5:25] = True
    frame[4:16, 6:24] = False
    assert hull(frame).sum() == 14 * 20


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (5, 5)])
def test_nothing_stays_nothing(shape: tuple[int, int]) -> None:
    none = np.zeros(shape, np.bool_)
    assert not parts(none).any()
    for made in (largest(none), without_holes(none), grown(none, 2), closed(none, 2), hull(none)):
        assert made.shape == shape
        assert not made.any()
