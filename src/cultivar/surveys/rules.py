"""Indicators of a walk through a plot. Pure: no clock, no database.

Grades are of the Stover scale as modified by Gauhl, 0 to 6; leaf rank 1 is the youngest fully open leaf (Carlier et al.
2003).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

HIGHEST_GRADE: Final = 6
PLANTS_WANTED: Final = 10
"""Plants of a plot that a survey is to look at."""
FUNCTIONAL_SHARE: Final = 0.15
FUNCTIONAL_GRADE: Final = 4
SPOTTED_FROM_GRADE: Final = 2
"""Grade 1 allows ten spots, and ten mature spots make a leaf a spotted one; taken only where nobody counted."""
SAFE_RANK: Final = 9
EARLY_RANK: Final = 8
FEW_EARLY, MANY_EARLY = 0.20, 0.50
_BETWEEN: Final = re.compile(r"grade_(\d)_or_(\d)")

FunctionalRule = Literal["share_15", "grade_4"]
Outlook = Literal["unlikely", "in_4_to_5_months", "unclear"]
Light = Literal["green", "amber", "red"]
Lack = Literal[
    "few_plants", "no_graded_leaf", "leaf_not_graded", "ranks_not_seen", "leaves_not_counted", "spots_not_known"
]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf as it was seen; None is not known. `reason` says why there is no grade."""

    rank: int
    grade: int | None = None
    area_share: float | None = None
    spotted: bool | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Plant:
    """`leaves_total`: open leaves that the plant has, seen or not."""

    label: str
    leaves_total: int | None
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class Youngest:
    """The youngest leaf spotted. Without a spotted leaf the rank is one above the plant's leaves, and `none` is set.

    `at_most`: a younger leaf was not seen, so the true rank may be lower.
    """

    rank: int
    none: bool
    at_most: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """What would make the survey whole; `plant` and `ranks` where it is about one."""

    code: Lack
    plant: str | None = None
    ranks: tuple[int, ...] = ()
    reason: str | None = None


def infection_index(grades: Iterable[int | None]) -> float | None:
    """100 sum(n_b b) / ((N - 1) T) in percent, N = 7 grades, T graded leaves; None without one.

    Pooled over all leaves of all plants; the mean of plants' indexes is another number.
    """
    known = [grade for grade in grades if grade is not None]
    return 100 * sum(known) / (HIGHEST_GRADE * len(known)) if known else None


def is_spotted(leaf: Leaf) -> bool | None:
    """Ten mature spots or more: as counted, else as the grade lets expect."""
    if leaf.spotted is not None or leaf.grade is None:
        return leaf.spotted
    return leaf.grade >= SPOTTED_FROM_GRADE


def youngest_spotted(plant: Plant) -> Youngest | None:
    """The lowest rank that is spotted (Vakili 1968); None when that cannot be told."""
    known = {leaf.rank: is_spotted(leaf) for leaf in plant.leaves}
    spotted = [rank for rank, yes in known.items() if yes]
    if spotted:
        return Youngest(min(spotted), none=False, at_most=any(known.get(r) is None for r in range(1, min(spotted))))
    if plant.leaves_total is None or not known:
        return None
    return Youngest(plant.leaves_total + 1, none=True, at_most=bool(unseen(plant)) or None in known.values())


def is_functional(leaf: Leaf, rule: FunctionalRule) -> bool | None:
    """Whether the leaf still feeds the bunch: at most 15 % sick, or at most grade 4 (33 %); None when not known."""
    if rule == "share_15" and leaf.area_share is not None:
        return leaf.area_share <= FUNCTIONAL_SHARE
    if leaf.grade is None:
        return None
    return leaf.grade <= (FUNCTIONAL_GRADE if rule == "grade_4" else FUNCTIONAL_GRADE - 1)


def between(reason: str | None) -> tuple[int, int] | None:
    """The two grades that a photo could not choose between, by its reason for giving none; None for other reasons."""
    found = _BETWEEN.fullmatch(reason or "")
    return (int(found[1]), int(found[2])) if found else None


def is_of_whole_leaf(grade: int | None, reason: str | None) -> bool:
    """Whether the share that a photo measured is the leaf's: a close-up measures the patch that it shows."""
    return grade is not None or between(reason) is not None


def functional_leaves(plant: Plant, rule: FunctionalRule) -> tuple[int, int | None]:
    """How many leaves are functional, at least and at most: those not seen or not graded make the difference.

    Where nobody counted the plant's leaves there may always be more.
    """
    found = [is_functional(leaf, rule) for leaf in plant.leaves]
    least = sum(1 for one in found if one)
    return least, None if plant.leaves_total is None else least + found.count(None) + len(unseen(plant))


def unseen(plant: Plant) -> tuple[int, ...]:
    """Ranks of the plant that nobody looked at; where leaves were not counted, up to the oldest that was seen."""
    seen = {leaf.rank for leaf in plant.leaves}
    last = max(plant.leaves_total or 0, *seen, 0) if seen else plant.leaves_total or 0
    return tuple(rank for rank in range(1, last + 1) if rank not in seen)


def outlook(youngest: Sequence[Youngest]) -> Outlook | None:
    """What growers of Cavendish expect of premature ripening (yellow Sigatoka, 1974); None without a plant.

    `unlikely`: the mean rank is 9 or more, and fewer than 20 % of spotted plants have spots on ranks below 8.
    `in_4_to_5_months`: it is below 9, and more than 50 % have.
    """
    if not youngest:
        return None
    spotted = [one for one in youngest if not one.none]
    early = sum(one.rank < EARLY_RANK for one in spotted) / len(spotted) if spotted else 0.0
    mean = sum(one.rank for one in youngest) / len(youngest)
    if mean >= SAFE_RANK and early < FEW_EARLY:
        return "unlikely"
    return "in_4_to_5_months" if mean < SAFE_RANK and early > MANY_EARLY else "unclear"


def light(index: float) -> Light:
    """Below 20 green, below 30 amber, else red: the default of a field app, not of the literature."""
    if index < 20:
        return "green"
    return "amber" if index < 30 else "red"


def missing(plants: Sequence[Plant]) -> list[Missing]:
    """What the survey lacks, the whole first, then plant by plant."""
    found = [Missing("few_plants")] if len(plants) < PLANTS_WANTED else []
    if infection_index(leaf.grade for plant in plants for leaf in plant.leaves) is None:
        found.append(Missing("no_graded_leaf"))
    for plant in plants:
        found += _of_plant(plant)
    return found


def _of_plant(plant: Plant) -> Iterable[Missing]:
    if plant.leaves_total is None:
        yield Missing("leaves_not_counted", plant.label)
    if ranks := unseen(plant):
        yield Missing("ranks_not_seen", plant.label, ranks)
    for leaf in plant.leaves:
        if leaf.grade is None:
            yield Missing("leaf_not_graded", plant.label, (leaf.rank,), leaf.reason)
    if youngest_spotted(plant) is None:
        yield Missing("spots_not_known", plant.label)


def by_rank(plants: Sequence[Plant], of: Callable[[list[int | None]], float | None]) -> Mapping[int, float]:
    """A figure of the grades of each rank, over all plants; ranks without a grade are left out."""
    grades: dict[int, list[int | None]] = {}
    for plant in plants:
        for leaf in plant.leaves:
            grades.setdefault(leaf.rank, []).append(leaf.grade)
    figures = {rank: of(grades[rank]) for rank in sorted(grades)}
    return {rank: figure for rank, figure in figures.items() if figure is not None}
