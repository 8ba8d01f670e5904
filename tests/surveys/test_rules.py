"""The indicators of a walk through a plot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivar.packs.severity import PAIRS
from cultivar.surveys import rules
from cultivar.surveys.rules import FunctionalRule, Leaf, Missing, Plant, Youngest

grades = st.lists(st.none() | st.integers(0, 6), max_size=40)
leaves = st.builds(
    Leaf,
    rank=st.integers(1, 12),
    grade=st.none() | st.integers(0, 6),
    area_share=st.none() | st.floats(0, 1),
    spotted=st.none() | st.booleans(),
)


@st.composite
def plants(draw: st.DrawFn) -> Plant:
    """A plant whose leaves are each there once."""
    found = draw(st.lists(leaves, max_size=10, unique_by=lambda leaf: leaf.rank))
    total = draw(st.none() | st.integers(max((leaf.rank for leaf in found), default=0), 14))
    return Plant("1", total, tuple(found))


def plant(*given: int | None, total: int | None = None) -> Plant:
    """Leaves of these grades, from the youngest on."""
    return Plant("1", total, tuple(Leaf(rank, grade) for rank, grade in enumerate(given, start=1)))


def test_the_index_of_the_handbook() -> None:
    assert rules.infection_index([0, 0, 0, 1, 1, 2, 3, 4]) == pytest.approx(22.92, abs=0.005)


def test_no_graded_leaf_has_no_index() -> None:
    assert rules.infection_index([]) is None
    assert rules.infection_index([None, None]) is None


@given(grades)
def test_an_index_is_a_share_of_the_worst_there_could_be(given: list[int | None]) -> None:
    index = rules.infection_index(given)
    known = [grade for grade in given if grade is not None]
    if index is None:
        assert not known
    else:
        assert 0 <= index <= 100
        assert (index == 100) == (set(known) == {6})
        assert (index == 0) == (set(known) == {0})


@given(grades, grades)
def test_leaves_are_pooled_not_averaged_over_plants(one: list[int | None], other: list[int | None]) -> None:
    counts = [sum(grade is not None for grade in given) for given in (one, other)]
    together = rules.infection_index([*one, *other])
    if together is not None:
        parts = [rules.infection_index(given) or 0.0 for given in (one, other)]
        weighed = sum(n * part for n, part in zip(counts, parts, strict=True)) / sum(counts)
        assert together == pytest.approx(weighed)


@pytest.mark.parametrize(
    ("leaf", "spotted"),
    [
        (Leaf(1, grade=None), None),
        (Leaf(1, grade=1), False),
        (Leaf(1, grade=2), True),
        (Leaf(1, grade=0, spotted=True), True),
        (Leaf(1, grade=5, spotted=False), False),
        (Leaf(1, spotted=True), True),
    ],
)
def test_what_was_counted_stands_above_the_grade(leaf: Leaf, spotted: bool | None) -> None:
    assert rules.is_spotted(leaf) is spotted


@pytest.mark.parametrize(
    ("seen", "youngest"),
    [
        (plant(0, 0, 1, 2, 5), Youngest(4, none=False, at_most=False)),
        (plant(0, None, 1, 2, 5), Youngest(4, none=False, at_most=True)),
        (Plant("1", 9, (Leaf(6, 3), Leaf(7, 0))), Youngest(6, none=False, at_most=True)),
        (plant(0, 0, 1, total=3), Youngest(4, none=True, at_most=False)),
        (plant(0, None, total=2), Youngest(3, none=True, at_most=True)),
        (plant(0, 0, total=9), Youngest(10, none=True, at_most=True)),
        (plant(0, 0, 1), None),
        (plant(total=8), None),
    ],
)
def test_the_youngest_leaf_spotted(seen: Plant, youngest: Youngest | None) -> None:
    assert rules.youngest_spotted(seen) == youngest


@given(plants())
def test_nothing_younger_than_the_youngest_is_spotted(seen: Plant) -> None:
    found = rules.youngest_spotted(seen)
    if found and not found.none:
        assert not any(rules.is_spotted(leaf) for leaf in seen.leaves if leaf.rank < found.rank)


@pytest.mark.parametrize(
    ("leaf", "rule", "functional"),
    [
        (Leaf(1, grade=4, area_share=0.15), "share_15", True),
        (Leaf(1, grade=0, area_share=0.16), "share_15", False),
        (Leaf(1, grade=3), "share_15", True),
        (Leaf(1, grade=4), "share_15", False),
        (Leaf(1, grade=4, area_share=0.9), "grade_4", True),
        (Leaf(1, grade=5), "grade_4", False),
        (Leaf(1, area_share=0.1), "grade_4", None),
        (Leaf(1), "share_15", None),
    ],
)
def test_a_functional_leaf(leaf: Leaf, rule: FunctionalRule, functional: bool | None) -> None:
    assert rules.is_functional(leaf, rule) is functional


@given(plants(), st.sampled_from(["share_15", "grade_4"]))
def test_functional_leaves_lie_between_what_is_known_and_what_could_be(seen: Plant, rule: FunctionalRule) -> None:
    least, most = rules.functional_leaves(seen, rule)
    assert 0 <= least <= len(seen.leaves)
    if seen.leaves_total is None:
        assert most is None
    else:
        assert most is not None
        assert least <= most <= seen.leaves_total


@pytest.mark.parametrize(
    ("seen", "functional"),
    [
        (Plant("1", None, ()), (0, None)),
        (plant(0, 1, 6), (2, None)),
        (plant(0, 1, 6, total=3), (2, 2)),
        (plant(0, None, total=4), (1, 4)),
        (Plant("1", 0, ()), (0, 0)),
    ],
)
def test_leaves_that_nobody_counted_have_no_upper_end(seen: Plant, functional: tuple[int, int | None]) -> None:
    assert rules.functional_leaves(seen, "share_15") == functional


@pytest.mark.parametrize(
    ("grade", "reason", "counts"),
    [
        (3, None, True),
        (0, None, True),
        (None, "grade_2_or_3", True),
        (None, "leaf_not_whole", False),
        (None, "condition_unknown", False),
        (None, "condition_not_on_scale", False),
        (None, "lesions_on_healthy_leaf", False),
        (None, "no_leaf", False),
        (None, None, False),
    ],
)
def test_a_photos_share_is_the_leafs_where_it_is_graded_or_nearly(
    grade: int | None, reason: str | None, counts: bool
) -> None:
    assert rules.is_of_whole_leaf(grade, reason) is counts


def test_the_two_grades_of_a_reason() -> None:
    assert {reason: rules.between(reason) for reason in PAIRS} == {
        f"grade_{low}_or_{low + 1}": (low, low + 1) for low in range(1, 6)
    }


@given(plants())
def test_every_rank_was_seen_or_is_missing(seen: Plant) -> None:
    ranks = [leaf.rank for leaf in seen.leaves]
    last = seen.leaves_total if seen.leaves_total is not None else max(ranks, default=0)
    assert sorted([*ranks, *rules.unseen(seen)]) == list(range(1, last + 1))


def youngest(*ranks: int, none: bool = False) -> list[Youngest]:
    return [Youngest(rank, none=none, at_most=False) for rank in ranks]


@pytest.mark.parametrize(
    ("found", "outlook"),
    [
        ([], None),
        (youngest(9, 10, 11), "unlikely"),
        (youngest(12, none=True), "unlikely"),
        (youngest(4, 5, 9), "in_4_to_5_months"),
        (youngest(8, 8, 8), "unclear"),
        (youngest(7, 12, 12), "unclear"),
        (youngest(9, 9, 9, 9, 7), "unclear"),
    ],
)
def test_the_outlook(found: list[Youngest], outlook: str | None) -> None:
    assert rules.outlook(found) == outlook


@pytest.mark.parametrize(
    ("index", "light"), [(0.0, "green"), (19.9, "green"), (20.0, "amber"), (29.9, "amber"), (30.0, "red")]
)
def test_the_light(index: float, light: str) -> None:
    assert rules.light(index) == light


def test_what_is_missing_is_named() -> None:
    seen = [
        Plant("a", 3, (Leaf(1, None, reason="leaf_not_whole"), Leaf(3, 2))),
        Plant("b", None, ()),
    ]
    assert rules.missing(seen) == [
        Missing("few_plants"),
        Missing("ranks_not_seen", "a", (2,)),
        Missing("leaf_not_graded", "a", (1,), "leaf_not_whole"),
        Missing("leaves_not_counted", "b"),
        Missing("spots_not_known", "b"),
    ]
    assert rules.missing([Plant("a", 1, (Leaf(1, None),))] * 10)[0] == Missing("no_graded_leaf")
    assert rules.missing([plant(0, 1, total=2)] * 10) == []


def test_a_figure_by_rank_pools_the_plants() -> None:
    assert rules.by_rank([plant(0, 6), plant(3, None)], rules.infection_index) == {1: 25.0, 2: 100.0}
    assert rules.by_rank([plant(None)], rules.infection_index) == {}
