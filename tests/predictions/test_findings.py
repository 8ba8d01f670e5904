"""A leaf that is measured names the answer; what was only found is told too."""

from dataclasses import replace

import numpy as np
import pytest

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
