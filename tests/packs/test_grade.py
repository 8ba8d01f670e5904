"""The grade is that of the rule as it is written, with every component to show for it."""

from math import sqrt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivar.packs.grade import Fruit, grade, uniformity
from cultivar.packs.sections import Grading
from tests.packs.bananas import PACK, section
from tests.support.fruit import CLASSES

assert PACK.grading
RULE: Grading = PACK.grading
BEST_FIRST = ["A+", "A", "B", "C", "D"]

fruit_of = st.builds(
    lambda rank, confidence, share, valid, reject: Fruit(rank, CLASSES[rank], confidence, share, valid, reject),
    st.integers(0, 3),
    st.floats(0.5, 1),
    st.floats(0, 1),
    st.booleans(),
    st.booleans(),
)
lots = st.lists(fruit_of, min_size=1, max_size=25)


def ripe(**changes: Any) -> Fruit:
    return one("Ripe", **changes)


def one(name: str, **changes: Any) -> Fruit:
    said = {"confidence": 0.9, "defect_share": 0.0, "valid": True, "reject": False}
    return Fruit(CLASSES.index(name), name, **said | changes)


def test_a_perfect_lot_is_graded_best() -> None:
    said = grade(RULE, [ripe()] * 3, 0.9)
    assert (said.grade, said.score, said.reason) == ("A+", 1.0, None)
    assert (said.purpose, said.rule_version, said.instances) == ("retail", "1", 3)


def test_the_worked_examples_of_uniformity() -> None:
    assert uniformity([1] + [2] * 9, 1.5) == pytest.approx(0.80)
    assert uniformity([0, 3], 1.5) == pytest.approx(0)
    assert uniformity([2, 2], 1.5) == 1


def test_every_component_is_that_of_the_formula() -> None:
    lot = [one("Mature", defect_share=0.03), ripe(valid=False), ripe(defect_share=0.06), one("Over Ripe")]
    said = grade(RULE, lot, 0.9)
    assert said.components
    assert said.components.uniformity == pytest.approx(1 - sqrt(0.5) / 1.5)
    assert said.components.soundness == pytest.approx(1 - 0.0225 / 0.15)
    assert (said.components.window, said.components.validity) == (0.75, 0.75)
    assert said.components.mean_defect_share == pytest.approx(0.0225)
    assert (said.components.over_ripe_share, said.components.rejected) == (0.25, 0)
    expected = 0.35 * (1 - sqrt(0.5) / 1.5) + 0.35 * 0.85 + 0.20 * 0.75 + 0.10 * 0.75
    assert said.score == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("purpose", "window"), [("export_green", 0.25), ("ripening", 0.25), ("retail", 0.5), ("eat_now", 0.25)]
)
def test_the_purpose_says_which_classes_count(purpose: str, window: float) -> None:
    said = grade(RULE, [one(name) for name in CLASSES], 0.9, purpose)
    assert said.components
    assert said.components.window == window
    assert said.purpose == purpose


def test_an_unknown_purpose_is_an_error() -> None:
    with pytest.raises(KeyError):
        grade(RULE, [ripe()], 0.9, "jam")


def test_one_rejected_fruit_puts_the_lot_out() -> None:
    said = grade(RULE, [ripe()] * 19 + [ripe(reject=True)], 0.9)
    assert (said.grade, said.score) == ("D", 0.0)
    assert said.components
    assert said.components.rejected == 1


def test_with_fewer_than_twenty_fruits_five_in_a_hundred_are_none() -> None:
    bad = ripe(defect_share=0.02)
    few, many = grade(RULE, [*[ripe()] * 18, bad], 0.9), grade(RULE, [*[ripe()] * 19, bad], 0.9)
    assert few.columns
    assert many.columns
    assert (few.columns.defects, few.grade) == ("A", "A")
    assert (many.columns.defects, many.grade) == ("A+", "A+")


@pytest.mark.parametrize(("over", "best"), [(0, "A+"), (1, "A"), (3, "B"), (8, "C"), (9, "D")])
def test_over_ripe_fruits_lower_the_grade(over: int, best: str) -> None:
    said = grade(RULE, [one("Over Ripe")] * over + [ripe()] * (20 - over), 0.9)
    assert said.columns
    assert said.columns.over_ripe == best


def test_the_lowest_column_wins() -> None:
    said = grade(RULE, [ripe(defect_share=0.05)] * 5, 0.9)
    assert said.columns
    assert (said.columns.score, said.columns.defects, said.columns.over_ripe) == ("A", "B", "A+")
    assert said.grade == "B"


def test_a_score_that_meets_a_limit_exactly_has_the_grade() -> None:
    said = grade(RULE, [one("Not Mature")] * 3, 0.9)
    assert said.score == 0.8
    assert said.columns
    assert said.columns.score == "A"


@pytest.mark.parametrize(
    ("lot", "quality", "reason"),
    [
        ([], 0.9, "no_instances"),
        ([ripe()], 0.399, "poor_photo"),
        ([ripe(confidence=0.9), ripe(confidence=0.4), ripe(confidence=0.49)], 0.4, "low_confidence"),
        ([ripe(defect_share=None)], 0.9, "not_measured"),
    ],
)
def test_without_a_ground_to_judge_on_there_is_no_grade_but_a_reason(
    lot: list[Fruit], quality: float, reason: str
) -> None:
    said = grade(RULE, lot, quality)
    assert (said.grade, said.reason) == ("ungradable", reason)
    assert (said.score, said.components, said.columns) == (None, None, None)
    assert (said.purpose, said.rule_version, said.instances) == ("retail", "1", len(lot))
    assert said.reason
    assert RULE.ungradable[said.reason].fr


def test_fruits_that_could_not_be_measured_count_in_all_but_the_defects() -> None:
    said = grade(RULE, [ripe(defect_share=None, valid=False), ripe(defect_share=0.03)], 0.9)
    assert said.components
    assert said.components.mean_defect_share == pytest.approx(0.03)
    assert said.components.validity == 0.5


def test_soundness_ends_at_nought() -> None:
    said = grade(RULE, [ripe(defect_share=0.9)], 0.9)
    assert said.components
    assert (said.components.soundness, said.grade) == (0, "C")


@given(lots, st.sampled_from(sorted(RULE.purposes)))
def test_every_lot_has_a_score_and_a_grade_within_their_scales(lot: list[Fruit], purpose: str) -> None:
    said = grade(RULE, lot, 0.9, purpose)
    assert said.grade in BEST_FIRST
    assert said.score is not None
    assert 0 <= said.score <= 1
    assert said.components
    shares = said.components
    assert all(0 <= part <= 1 for part in (shares.uniformity, shares.soundness, shares.window, shares.validity))


@given(lots, st.randoms())
def test_the_order_of_fruits_says_nothing(lot: list[Fruit], rng: Any) -> None:
    mixed = list(lot)
    rng.shuffle(mixed)
    one_way, other = grade(RULE, lot, 0.9), grade(RULE, mixed, 0.9)
    assert (one_way.grade, one_way.score) == (other.grade, pytest.approx(other.score, abs=2e-6))


@given(lots, st.integers(0, 24), st.floats(0, 1))
def test_more_damage_never_betters_the_grade(lot: list[Fruit], place: int, more: float) -> None:
    hurt = lot[place % len(lot)]
    share = min(1.0, (hurt.defect_share or 0.0) + more)
    worse = [*lot]
    worse[place % len(lot)] = Fruit(hurt.rank, hurt.class_name, hurt.confidence, share, hurt.valid, hurt.reject)
    before, after = grade(RULE, lot, 0.9).grade, grade(RULE, worse, 0.9).grade
    assert BEST_FIRST.index(after) >= BEST_FIRST.index(before)


def test_the_rule_is_the_packs_own() -> None:
    strict = section(RULE, table=[RULE.table[0].model_dump()], worst="C", version="strict")
    said = grade(strict, [ripe(defect_share=0.02)], 0.9)
    assert (said.grade, said.rule_version) == ("C", "strict")
