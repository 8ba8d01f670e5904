"""Stage, defects and shape of drawn bananas are those that were drawn."""

from collections.abc import Mapping

import numpy as np
import pytest

from cultivar.packs.assessment import InstanceMeasures
from cultivar.packs.measures import measure
from cultivar.packs.sections import ColourStages, Shape
from cultivar.vision.answer import View
from cultivar.vision.measure.colour import NO_GREY, grey_of
from tests.packs.bananas import PACK, instance, seen
from tests.support.fruit import CLASSES, Finger, bunch

assert PACK.colour_stages
assert PACK.grading
STAGES: ColourStages = PACK.colour_stages
SHAPE: Shape = PACK.grading.shape


def measured(*fingers: Finger | str, seed: int = 0, **drawing: tuple[int, ...]) -> list[InstanceMeasures]:
    found, views = seen(bunch(list(fingers), seed=seed, **drawing))
    return [measure(one, views[0], NO_GREY, STAGES, SHAPE) for one in found]


def shares(one: InstanceMeasures) -> Mapping[str, float]:
    return {defect.kind: defect.area_share for defect in one.defects}


@pytest.mark.parametrize("size", [(640, 480), (1600, 1200)])
def test_the_stage_is_the_one_that_was_drawn(size: tuple[int, int]) -> None:
    sound = measured(*(Finger("Ripe", stage) for stage in range(1, 7)), Finger("Ripe", 7, "flecks"), size=size)
    assert [one.colour_stage for one in sound] == [1, 2, 3, 4, 5, 6, 7]
    hues = [one.colour.hue_deg for one in sound if one.colour]
    assert hues == sorted(hues, reverse=True)
    assert len(hues) == 7


def test_a_whole_sound_finger_has_no_defect_and_no_fault() -> None:
    (one,) = measured("Ripe")
    assert (one.defects, one.defect_share, one.brown_share) == ((), 0, 0)
    assert one.valid
    assert not one.reject


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("finger", "kind"),
    [
        (Finger("Ripe", 7, "flecks"), "sugar_spots"),
        (Finger("Ripe", 6, "bruise"), "bruise"),
        (Finger("Not Mature", 2, "scar"), "scar"),
        (Finger("Ripe", 6, "scar"), "scar"),
        (Finger("Not Mature", 1, "bruise"), "scar"),
        (Finger("Ripe", 6, "rot"), "rot"),
    ],
)
def test_what_is_drawn_on_the_skin_is_named(finger: Finger, kind: str, seed: int) -> None:
    drawn = bunch([finger], seed=seed)
    (one,), views = seen(drawn)
    said = measure(one, views[0], NO_GREY, STAGES, SHAPE)
    truth = float(drawn.fruits[0].spots.sum() / drawn.fruits[0].mask.sum())
    # The rim and the ends, which have no spots, are not part of what is measured.
    assert shares(said)[kind] == pytest.approx(truth, rel=0.4)
    assert max(shares(said), key=shares(said).__getitem__) == kind
    assert said.reject == (kind == "rot")


@pytest.mark.parametrize("size", [(320, 240), (640, 480), (1120, 520), (1600, 1200)])
def test_sugar_spots_are_no_defect_in_a_photo_of_any_size(size: tuple[int, int]) -> None:
    one = measured("Ripe", Finger("Ripe", 7, "flecks"), size=size)[1]
    assert one.colour_stage == 7
    assert one.brown_share
    assert one.brown_share > 0.02
    assert one.defect_share == pytest.approx(0, abs=0.005)


def test_flecks_on_green_skin_are_scars() -> None:
    (one,) = measured(Finger("Not Mature", 1, "flecks"))
    assert (one.colour_stage, set(shares(one))) == (1, {"scar"})


def test_much_brown_is_the_last_stage_whatever_its_kind() -> None:
    (one,) = measured("Over Ripe")
    assert one.colour_stage == 7
    assert one.brown_share
    assert one.brown_share > 0.25


def test_a_fruit_that_is_brown_all_over_is_at_the_last_stage() -> None:
    pixels = np.full((200, 300, 3), (100, 65, 42), np.uint8)
    said = measure(instance(), View(pixels, 1.0), NO_GREY, STAGES, SHAPE)
    assert said.colour_stage == 7
    assert said.brown_share == 1
    assert not said.reject


def test_black_on_green_skin_is_no_rot() -> None:
    (one,) = measured(Finger("Not Mature", 1, "rot"))
    assert not one.reject
    assert set(shares(one)) == {"scar"}


def test_a_coloured_light_is_taken_out_by_a_grey_sheet() -> None:
    drawn = bunch([Finger("Ripe", 6)], size=(640, 480))
    (one,), _ = seen(drawn)
    blue = (np.asarray(drawn.image) * [0.93, 0.98, 1.0]).astype(np.uint8)
    sheet = blue[~drawn.fruits[0].mask]
    grey = grey_of(sheet, chroma_to=8.0, lightness=(60.0, 98.0), share_from=0.25, spread_to=3.0)
    wrong = measure(one, View(blue, 1.0), NO_GREY, STAGES, SHAPE)
    right = measure(one, View(blue, 1.0), grey, STAGES, SHAPE)
    assert wrong.colour_stage
    assert (wrong.colour_stage < 6, right.colour_stage) == (True, 6)


def test_measures_do_not_depend_on_the_size_of_the_photo() -> None:
    drawn = bunch(["Ripe", Finger("Ripe", 6, "bruise")])
    (small, views), (large, large_views) = seen(drawn), seen(drawn, scale=0.25)
    for one, same in zip(small, large, strict=True):
        assert measure(one, views[0], NO_GREY, STAGES, SHAPE) == measure(same, large_views[0], NO_GREY, STAGES, SHAPE)


def test_without_a_mask_nothing_is_measured() -> None:
    said = measure(instance(polygon=None), View(np.zeros((480, 640, 3), np.uint8), 1.0), NO_GREY, STAGES, SHAPE)
    assert (said.colour_stage, said.colour, said.defect_share) == (None, None, None)
    assert said.shape_faults == ("no_mask",)
    assert measure(instance(polygon=None), None, NO_GREY, STAGES, None).valid


def test_without_a_view_only_the_shape_is_judged() -> None:
    said = measure(instance(), None, NO_GREY, STAGES, SHAPE)
    assert (said.colour_stage, said.brown_share, said.shape_faults) == (None, None, ())


@pytest.mark.parametrize("corner", [(100.0, 100.0), (900.0, 900.0)], ids=["too small", "outside"])
def test_too_few_pixels_are_no_measure(corner: tuple[float, float]) -> None:
    x, y = corner
    tiny = instance(polygon=((x, y), (x + 8, y), (x + 8, y + 2), (x, y + 2)))
    said = measure(tiny, View(np.zeros((480, 640, 3), np.uint8), 1.0), NO_GREY, STAGES, SHAPE)
    assert said.colour_stage is None


def test_a_ring_without_area_is_not_measured() -> None:
    line = instance(polygon=((10.0, 10.0), (60.0, 60.0), (90.0, 90.0)))
    said = measure(line, View(np.zeros((480, 640, 3), np.uint8), 1.0), NO_GREY, STAGES, SHAPE)
    assert said.colour_stage is None
    assert not said.valid


@pytest.mark.parametrize(
    ("ring", "fault"),
    [
        (((0.0, 0.0), (50.0, 0.0), (50.0, 40.0), (0.0, 40.0)), "length_to_width"),
        (((0.0, 0.0), (200.0, 0.0), (200.0, 10.0), (0.0, 10.0)), "length_to_width"),
        (((0.0, 0.0), (90.0, 0.0), (90.0, 30.0), (80.0, 30.0), (80.0, 4.0), (0.0, 4.0)), "not_solid"),
        (((0.0, 0.0), (90.0, 30.0), (90.0, 0.0), (0.0, 30.0)), "self_crossing"),
        (((0.0, 0.0), (90.0, 30.0), (90.0, 0.0), (0.0, 30.0)), "several_parts"),
    ],
)
def test_each_fault_of_an_outline_is_named(ring: tuple[tuple[float, float], ...], fault: str) -> None:
    said = measure(instance(polygon=ring), None, NO_GREY, STAGES, SHAPE)
    assert fault in said.shape_faults
    assert not said.valid


def test_classes_and_stages_of_the_pack_go_together() -> None:
    for name in CLASSES:
        first, last = STAGES.classes[name]
        assert 1 <= first <= last <= len(STAGES.stages)
