"""One call gives counts, measures, the grade, what the picture was worth and what stands out."""

from dataclasses import asdict, replace
from json import dumps
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cultivar.packs.assess import assess
from cultivar.packs.assessment import Assessment
from cultivar.packs.schemas import Pack
from cultivar.vision.answer import Instance, View
from tests.packs.bananas import GOOD, PACK, codes, instance, seen
from tests.support.fruit import CLASSES, Finger, bunch


def assessed(*fingers: Finger | str, pack: Pack = PACK, purpose: str | None = None, **changes: Any) -> Assessment:
    found, views = seen(bunch(list(fingers), **changes))
    return assess(pack, found, views, GOOD, purpose)


def without(*sections: str) -> Pack:
    return PACK.model_copy(update=dict.fromkeys(sections))


def test_a_lot_of_sound_ripe_bananas_is_graded_best_and_nothing_stands_out() -> None:
    said = assessed("Ripe", "Ripe", "Ripe", purpose="eat_now")
    assert said.grade
    assert (said.grade.grade, said.grade.purpose) == ("A+", "eat_now")
    assert said.grade.score == pytest.approx(1, abs=0.005)
    assert said.anomalies == ()
    assert [one.colour_stage for one in said.instances] == [6, 6, 6]


def test_every_class_is_counted_under_its_own_name() -> None:
    said = assessed("Not Mature", "Ripe", "Ripe", "Over Ripe")
    assert said.counts == {
        "banana_count": 4, "not_mature_count": 1, "mature_count": 0, "ripe_count": 2, "over_ripe_count": 1,
    }  # fmt: skip


@settings(max_examples=30)
@given(st.lists(st.sampled_from(CLASSES), max_size=12))
def test_counts_sum_up(names: list[str]) -> None:
    found = [instance(name, place) for place, name in enumerate(names)]
    counts = assess(PACK, found, {}, GOOD).counts
    assert counts.pop("banana_count") == len(names) == sum(counts.values())


def test_without_instances_there_is_no_grade_and_nothing_to_measure() -> None:
    said = assess(PACK, [], {}, GOOD)
    assert said.counts["banana_count"] == 0
    assert said.grade
    assert (said.grade.grade, said.grade.reason) == ("ungradable", "no_instances")
    assert said.quality_metrics
    assert (said.quality_metrics.geometric_validity, said.quality_metrics.confidence_spread) == (None, None)


def test_quality_metrics_are_those_of_picture_outlines_and_confidences() -> None:
    found = [instance(instance_id=0, confidence=0.6), instance(instance_id=1, confidence=0.8, polygon=None)]
    metrics = assess(PACK, found, {}, GOOD).quality_metrics
    assert metrics
    assert (metrics.sharpness, metrics.exposure) == (GOOD.sharpness, GOOD.exposure)
    assert metrics.geometric_validity == 0.5
    assert metrics.confidence_spread == pytest.approx(0.1)


def test_instances_are_measured_each_on_its_own_photo() -> None:
    drawn = bunch(["Not Mature"]), bunch(["Ripe"])
    views = {index: View(np.asarray(one.image), 1.0) for index, one in enumerate(drawn)}
    found: list[Instance] = []
    for index, one in enumerate(drawn):
        (there,), _ = seen(one)
        found.append(replace(there, instance_id=index, file_index=index))
    said = assess(PACK, found, views, GOOD)
    assert [one.colour_stage for one in said.instances] == [1, 6]
    assert set(said.grey_confidence) == {0, 1}
    assert min(said.grey_confidence.values()) > 0.5


def test_a_pack_without_sections_says_nothing_of_them() -> None:
    bare = without("counting", "colour_stages", "grading", "anomalies")
    said = assessed("Ripe", pack=bare)
    assert (said.counts, said.grade, said.anomalies) == ({}, None, ())
    assert said.instances[0].colour_stage is None
    assert said.instances[0].valid
    assert said.grey_confidence == {0: 0.0}


def test_without_stages_there_is_a_grade_only_where_skin_was_measured() -> None:
    said = assessed("Ripe", pack=without("colour_stages"))
    assert said.grade
    assert said.grade.reason == "not_measured"


def test_an_instance_without_a_mask_hides_its_box_from_the_background() -> None:
    drawn = bunch(["Ripe"])
    (found,), views = seen(drawn)
    boxed = replace(found, polygon=None)
    assert assess(PACK, [boxed], views, GOOD).grey_confidence[0] > 0
    whole = replace(boxed, bbox=(0.0, 0.0, 640.0, 480.0))
    assert assess(PACK, [whole], views, GOOD).grey_confidence[0] == 0


def test_an_assessment_becomes_json() -> None:
    said = assessed("Ripe", Finger("Ripe", 6, "rot"))
    plain = asdict(replace(said, anomalies=()))
    assert "NaN" not in dumps(plain)
    assert "rot" in {defect["kind"] for defect in plain["instances"][1]["defects"]}


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.sampled_from(CLASSES), st.floats(0.01, 1), st.integers(-50, 700), st.integers(-50, 500)),
        max_size=6,
    )
)
def test_wherever_instances_lie_the_answer_holds_together(given_ones: list[tuple[str, float, int, int]]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    found = [
        instance(
            name,
            place,
            confidence=sure,
            bbox=(x, y, x + 160, y + 40),
            polygon=((x, y), (x + 160, y), (x + 160, y + 40), (x, y + 40)),
        )
        for place, (name, sure, x, y) in enumerate(given_ones)
    ]
    said = assess(PACK, found, {0: View(picture, 1.0)}, GOOD)
    assert [one.instance_id for one in said.instances] == list(range(len(found)))
    for one in said.instances:
        assert one.colour_stage is None or 1 <= one.colour_stage <= 7
        assert one.brown_share is None or 0 <= one.brown_share <= 1 + 1e-9
    assert {place for finding in said.anomalies for place in finding.instance_ids} <= set(range(len(found)))
    assert codes(said.anomalies) <= set(PACK.anomalies.texts if PACK.anomalies else ())
