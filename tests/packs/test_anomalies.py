"""What a packing house wants to be told is told, with the bananas that it is about, and nothing else."""

from dataclasses import replace
from typing import Any

import numpy as np

from cultivar.packs.assess import assess
from cultivar.packs.assessment import Anomaly
from cultivar.packs.schemas import Pack
from cultivar.vision.answer import Instance, View
from cultivar.vision.quality import Quality
from tests.packs.bananas import GOOD, PACK, codes, instance, section, seen
from tests.support.fruit import Bunch, Finger, bunch


def found(
    drawn: Bunch | list[Instance], *, pack: Pack = PACK, quality: Quality = GOOD, views: dict[int, View] | None = None
) -> dict[str, Anomaly]:
    if isinstance(drawn, Bunch):
        there, given = seen(drawn)
        drawn, views = there, views or given
    return {one.code: one for one in assess(pack, drawn, views or {}, quality).anomalies}


def ids(finding: Anomaly) -> list[int]:
    return list(finding.instance_ids)


def test_a_rotten_finger_is_pointed_out() -> None:
    said = found(bunch(["Ripe", Finger("Ripe", 6, "rot")]))
    assert ids(said["reject_finger"]) == ids(said["heavy_defects"]) == [1]
    assert PACK.anomalies
    assert said["reject_finger"].text == PACK.anomalies.texts["reject_finger"]


def test_a_bruise_beyond_the_limit_is_pointed_out() -> None:
    said = found(bunch([Finger("Ripe", 6, "bruise"), "Ripe"]))
    assert {code: ids(one) for code, one in said.items()} == {"heavy_defects": [0]}


def test_a_mixed_lot_is_all_of_its_fruits() -> None:
    assert ids(found(bunch(["Not Mature", "Over Ripe"]))["mixed_ripeness"]) == [0, 1]
    assert "mixed_ripeness" not in found(bunch(["Mature", "Ripe"]))


def test_over_ripe_fruits_among_others_are_pointed_out() -> None:
    assert ids(found(bunch(["Ripe", "Over Ripe", "Ripe"]))["over_ripe"]) == [1]
    assert "over_ripe" not in found(bunch(["Over Ripe", "Over Ripe"]))


def test_a_class_that_the_colour_speaks_against_is_pointed_out() -> None:
    said = found(bunch([Finger("Ripe", 1), Finger("Not Mature", 6), Finger("Ripe", 4), Finger("Mature", 5)]))
    assert ids(said["colour_disagrees"]) == [0, 1]


def test_fruits_at_the_edge_of_the_photo_are_cut_off() -> None:
    views = {0: View(np.full((240, 320, 3), 190, np.uint8), 0.5)}
    there = [
        instance(instance_id=0, bbox=(0.0, 100.0, 160.0, 140.0)),
        instance(instance_id=1, bbox=(100.0, 100.0, 260.0, 140.0)),
        instance(instance_id=2, bbox=(100.0, 100.0, 260.0, 478.0)),
        instance(instance_id=3, bbox=(0.0, 0.0, 640.0, 480.0), file_index=1),
    ]
    assert ids(found(there, views=views)["truncated_at_edge"]) == [0, 2]


def test_unsure_fruits_are_pointed_out() -> None:
    there = [instance(instance_id=0, confidence=0.49), instance(instance_id=1, confidence=0.5)]
    assert ids(found(there)["low_confidence"]) == [0]


def test_invalid_masks_are_told_once_they_are_many() -> None:
    there = [instance(instance_id=place) for place in range(4)]
    there[2] = replace(there[2], polygon=None)
    assert "invalid_masks" not in found(there)
    assert ids(found(there[1:])["invalid_masks"]) == [2]


def test_a_blurred_or_ill_lit_photo_is_about_no_fruit() -> None:
    bad = replace(GOOD, sharpness=0.3, exposure=0.4)
    said = found([instance()], quality=bad)
    assert {code: ids(one) for code, one in said.items()} == {"blurred": [], "poor_light": []}


def test_a_coloured_light_is_told_when_a_grey_sheet_shows_it() -> None:
    assert set(found(bunch(["Ripe"], sheet=(196, 187, 176)))) == {"colour_cast"}
    assert set(found(bunch(["Ripe"]))) == set()


def test_a_pack_says_only_what_it_has_words_for() -> None:
    words: Any = section(PACK.anomalies, texts={"over_ripe": {"en": "Old.", "fr": "Vieux."}})
    quiet = PACK.model_copy(update={"anomalies": words})
    assert set(found(bunch(["Not Mature", "Over Ripe"]), pack=quiet)) == {"over_ripe"}
    assert found(bunch(["Over Ripe"]), pack=PACK.model_copy(update={"anomalies": None})) == {}


def test_without_stages_and_grade_colour_and_ripeness_are_not_judged() -> None:
    bare = PACK.model_copy(update={"colour_stages": None, "grading": None})
    assert set(found(bunch(["Not Mature", "Over Ripe"]), pack=bare)) == set()


def test_an_empty_photo_has_nothing_that_stands_out() -> None:
    assert codes(tuple(found([]).values())) == set()
