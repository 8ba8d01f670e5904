"""A leaf that is measured names the answer; what was only found is told too."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cultivar.kernel.errors import Invalid
from cultivar.packs.schemas import Pack
from cultivar.packs.service import load_pack
from cultivar.packs.severity import SeverityRule
from cultivar.predictions.errors import PurposeUnknown
from cultivar.predictions.findings import found, measures
from cultivar.predictions.rules import looking, render, wanted
from cultivar.predictions.schemas import AskParams, Said, Wanted
from cultivar.vision.answer import Answer, HeadAnswer, Instance, PhotoAnswer, Scored, View
from cultivar.vision.decode import PhotoFacts, SeenPhoto
from cultivar.vision.manifest import RefusalCode
from cultivar.vision.quality import Quality
from cultivar.vision.tasks.detect import Looking
from tests.predictions.answers import PACKS
from tests.support.model import PACK

GOOD = Quality(1.0, 1.0, 1.0, 1.0, 300.0, 120.0)
SICK = "Willow___Rust"
LEAF = Instance(0, 0, 0, "leaf", 0.8, (200.0, 80.0, 440.0, 400.0), None, 76_800.0)


def graded() -> Pack:
    """The drawn pack, its rust graded as a leaf spot is, its photos kept small for measuring."""
    rule = SeverityRule(graded="Rust", healthy="healthy", named={"Rust": "Rusty", SICK: "Rusty"})
    return load_pack(PACK).model_copy(update={"severity": rule})


def view() -> View:
    """A green leaf, a tenth of it dead and brown, whole on a grey sheet, at half the photo's size."""
    pixels = np.full((240, 320, 3), (196, 196, 194), np.uint8)
    pixels[40:200, 100:220] = (70, 140, 50)
    pixels[90:106, 100:220] = (110, 70, 40)
    return View(pixels, 0.5)


def answer(pack: Pack, *, refusal: RefusalCode | None = None, instances: tuple[Instance, ...] = (LEAF,)) -> Answer:
    class_id, known = pack.class_named(SICK) or (0, pack.classes[0])
    heads = {name: HeadAnswer(label, 0.9, (Scored(label, 0.9),)) for name, label in known.labels.items()}
    seen = SeenPhoto(PhotoFacts("jpeg", "image/jpeg", 640, 480, "0" * 64, 1), GOOD, b"", "image/jpeg")
    photo = PhotoAnswer(0, seen, GOOD, heads, refusal, instances, view())
    return Answer(
        refusal=refusal,
        heads=heads,
        classes=tuple(1 / len(pack.classes) for _ in pack.classes),
        class_id=None if refusal else class_id,
        class_name=None if refusal else known.name,
        confidence=None if refusal else 0.9,
        labels={} if refusal else dict(known.labels),
        quality=GOOD,
        photos=(photo,),
        inference_ms=1.0,
        decode_ms=1.0,
        queue_ms=0.0,
        instances=instances,
    )


BANANA = PACKS["banana-sigatoka"]
PLACES = {"healthy": (40.0, 80.0, 280.0, 400.0), "sigatoka": (360.0, 80.0, 600.0, 400.0)}
"""Two leaves on one grey sheet: the left one green all over, a tenth of the right one dead."""


def alone(label: str, confidence: float = 0.9, other: str = "moko") -> dict[str, HeadAnswer]:
    """What the classifier says of one thing: this label, and with the rest of its confidence another one."""
    return {"condition": HeadAnswer(label, confidence, (Scored(label, confidence), Scored(other, 1 - confidence)))}


def lying(number: int, place: str, confidence: float, heads: dict[str, HeadAnswer]) -> Instance:
    """The leaf at this place."""
    return Instance(number, 0, 0, "leaf", confidence, PLACES[place], None, 76_800.0, heads)


def side_by_side(condition: str, *leaves: Instance, refusal: RefusalCode | None = None) -> Answer:
    """A photo of both leaves, which as a whole has this condition."""
    pixels = np.full((240, 320, 3), (196, 196, 194), np.uint8)
    pixels[40:200, 20:140] = pixels[40:200, 180:300] = (70, 140, 50)
    pixels[90:106, 180:300] = (110, 70, 40)
    class_id, known = BANANA.class_named(condition) or (0, BANANA.classes[0])
    seen = answer(BANANA, refusal=refusal, instances=leaves)
    photo = replace(seen.photos[0], view=View(pixels, 0.5), heads=alone(condition))
    if refusal:
        return replace(seen, heads=alone(condition), photos=(photo,))
    named = {"class_id": class_id, "class_name": known.name, "labels": dict(known.labels)}
    return replace(seen, heads=alone(condition), photos=(photo,), **named)


def told(pack: Pack, seen: Answer) -> Said:
    assert measures(pack)
    asked = Wanted(pack)
    return render(seen, asked, found(seen, asked))


def test_a_measured_leaf_names_the_answer_by_its_grade_or_else_by_its_condition() -> None:
    pack = graded()
    said = told(pack, answer(pack))
    assert said.severity is not None
    assert said.result is not None
    grade = said.severity.grade
    name = "Rusty" if grade is None else f"Stage{grade}"
    assert said.result.class_name == name
    known = pack.answer_named(name)
    assert known is not None
    assert said.result.class_id == known[0]
    assert said.heads["condition"].label == "Rust"
    assert said.severity.band is not None
    assert said.severity.area_share is not None
    assert said.severity.band[0] <= said.severity.area_share <= said.severity.band[1]


def test_a_leaf_is_told_in_pixels_of_the_photo() -> None:
    said = told(graded(), answer(graded(), instances=()))
    assert said.result is not None
    assert said.result.bbox == pytest.approx((200, 80, 440, 400), abs=6)
    assert said.instances == []


def test_without_a_measured_leaf_the_answer_is_where_one_was_found() -> None:
    pack = graded()
    bare = answer(pack)
    grey = View(np.full((240, 320, 3), 196, np.uint8), 0.5)
    said = told(pack, replace(bare, photos=(replace(bare.photos[0], view=grey),)))
    assert said.result is not None
    assert (said.result.class_name, said.result.bbox) == ("Rusty", LEAF.bbox)
    assert said.severity is not None
    assert (said.severity.grade, said.severity.reason) == (None, "no_leaf")


@pytest.mark.parametrize(("surer", "unsurer"), [("healthy", "sigatoka"), ("sigatoka", "healthy")])
@pytest.mark.parametrize(("condition", "names"), [("healthy", {"Healthy"}), ("sigatoka", {"Sigatoka", "Stage3"})])
def test_of_several_leaves_the_one_that_has_the_answers_condition_is_measured(
    surer: str, unsurer: str, condition: str, names: set[str]
) -> None:
    leaves = lying(0, surer, 0.9, alone(surer)), lying(1, unsurer, 0.6, alone(unsurer))
    said = told(BANANA, side_by_side(condition, *leaves))
    assert said.result is not None
    assert said.severity is not None
    assert said.result.class_name in names
    assert said.result.bbox == pytest.approx(PLACES[condition], abs=6)
    assert said.severity.area_share == pytest.approx({"healthy": 0.0, "sigatoka": 0.1}[condition], abs=0.02)
    assert (said.severity.grade == 0) == (condition == "healthy")


@pytest.mark.parametrize(("surer", "unsurer"), [(0.9, 0.6), (0.6, 0.9)])
def test_where_no_leaf_has_the_photos_condition_the_likeliest_is_measured_and_not_graded(
    surer: float, unsurer: float
) -> None:
    likeliest = alone("cordana", 0.6, other="sigatoka")
    leaves = lying(0, "healthy", surer, alone("healthy")), lying(1, "sigatoka", unsurer, likeliest)
    said = told(BANANA, side_by_side("sigatoka", *leaves))
    assert said.result is not None
    assert said.severity is not None
    assert (said.result.class_name, said.heads["condition"].label) == ("Sigatoka", "sigatoka")
    assert (said.severity.grade, said.severity.reason) == (None, "condition_unknown")
    assert said.severity.area_share == pytest.approx(0.1, abs=0.02)
    assert said.result.bbox == pytest.approx(PLACES["sigatoka"], abs=6)


def test_a_leaf_whose_own_condition_is_weak_is_not_graded() -> None:
    weak = alone("sigatoka", BANANA.min_confidence - 0.01)
    leaves = lying(0, "sigatoka", 0.9, weak), lying(1, "healthy", 0.6, alone("healthy"))
    said = told(BANANA, side_by_side("sigatoka", *leaves))
    assert said.severity is not None
    assert (said.severity.grade, said.severity.reason) == (None, "condition_unknown")


def test_a_sick_leaf_without_green_is_shown_where_it_was_found() -> None:
    leaves = lying(0, "healthy", 0.9, alone("healthy")), lying(1, "sigatoka", 0.6, alone("sigatoka"))
    seen = side_by_side("sigatoka", *leaves)
    pixels = np.full((240, 320, 3), 196, np.uint8)
    pixels[40:200, 20:140] = (70, 140, 50)
    said = told(BANANA, replace(seen, photos=(replace(seen.photos[0], view=View(pixels, 0.5)),)))
    assert said.result is not None
    assert said.severity is not None
    assert (said.result.class_name, said.result.bbox) == ("Sigatoka", PLACES["sigatoka"])
    assert (said.severity.grade, said.severity.reason) == (None, "no_leaf")


labels = st.sampled_from(BANANA.head_labels("condition"))
sure = st.floats(0.41, 1)


@settings(max_examples=25, deadline=None)
@given(labels, st.permutations(list(PLACES)), sure, sure, labels, labels, st.floats(0.1, 1))
def test_result_box_and_severity_speak_of_one_leaf(
    condition: str, places: list[str], first: float, second: float, one: str, other: str, own: float
) -> None:
    leaves = lying(0, places[0], first, alone(one, own)), lying(1, places[1], second, alone(other, own))
    seen = side_by_side(condition, *leaves)
    said = told(BANANA, seen)
    assert said.result is not None
    assert said.result.bbox is not None
    assert said.severity is not None
    assert said.severity.area_share is not None
    left = said.result.bbox[2] < PLACES["sigatoka"][0]
    assert (said.severity.area_share < 0.02) == left
    if said.severity.reason != "condition_unknown":
        (spoken_of,) = [leaf for leaf in leaves if (leaf.bbox == PLACES["healthy"]) == left]
        assert spoken_of.heads["condition"].label == seen.labels["condition"]
        assert own >= BANANA.min_confidence
    else:
        assert condition not in (one, other) or own < BANANA.min_confidence


def test_a_leaf_beyond_those_that_were_judged_alone_is_not_taken_for_the_answers() -> None:
    leaves = lying(0, "healthy", 0.9, alone("healthy")), lying(1, "sigatoka", 0.6, {})
    said = told(BANANA, side_by_side("sigatoka", *leaves))
    assert said.severity is not None
    assert said.severity.reason == "condition_unknown"


def test_a_refusal_tells_the_leaves_and_their_area_and_grades_none() -> None:
    pack = graded()
    said = told(pack, answer(pack, refusal="no_plant"))
    assert [one.class_name for one in said.instances] == ["leaf"]
    assert said.result is None
    assert said.severity is not None
    assert (said.severity.grade, said.severity.reason) == (None, "condition_unknown")
    assert told(pack, answer(pack, refusal="no_plant", instances=())).severity == said.severity, "its outline is whole"
    assert told(pack, answer(pack, refusal="unusable_photo", instances=())).severity is None


def test_a_patch_of_green_is_no_leaf_where_no_plant_was_seen() -> None:
    pack = graded()
    seen = answer(pack, refusal="no_plant", instances=())
    lawn = View(np.full((240, 320, 3), (70, 140, 50), np.uint8), 0.5)
    assert told(pack, replace(seen, photos=(replace(seen.photos[0], view=lawn),))).severity is None


def test_a_purpose_is_for_packs_that_grade_and_confidence_of_nothing_for_none() -> None:
    classifier = load_pack(PACK)
    with pytest.raises(PurposeUnknown):
        wanted(AskParams(purpose="retail"), classifier, "en")
    detector = classifier.model_copy(update={"task": "detect", "min_confidence": 0.4, "iou_threshold": 0.6})
    with pytest.raises(Invalid):
        wanted(AskParams(min_confidence=0), detector, "en")
    assert looking(wanted(AskParams(min_confidence=0), classifier, "en")) == Looking()
    assert looking(wanted(AskParams(), detector, "en")) == Looking(0.4, 0.6)
    assert looking(wanted(AskParams(min_confidence=0.001, iou_threshold=1), detector, "en")) == Looking(0.001, 1)
