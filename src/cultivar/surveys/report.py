"""From a survey's plants to its figures; pure."""

from collections.abc import Sequence
from itertools import chain

from cultivar.packs.schemas import Language
from cultivar.surveys import rules, texts
from cultivar.surveys.rules import FunctionalRule, Leaf, Plant
from cultivar.surveys.schemas import (
    Indicators,
    LeafOut,
    MissingOut,
    PlantFigures,
    PlantOut,
    Report,
    SurveyHead,
    SurveyOut,
    Visit,
    YoungestOut,
)


def report(survey: SurveyOut, language: Language) -> Report:
    """Everything that a survey says, and what it lacks."""
    plants = [_plant(one) for one in survey.plants]
    lacks = [
        MissingOut(code=one.code, plant=one.plant, ranks=list(one.ranks), text=texts.missing(one, language))
        for one in rules.missing(plants)
    ]
    by_rank = rules.by_rank(plants, rules.infection_index)
    return Report(
        **dict(indicators(plants, survey.functional)),
        survey=SurveyHead(**survey.model_dump(include=set(SurveyHead.model_fields))),
        formula=texts.FORMULA,
        index_by_rank={rank: round(index, 2) for rank, index in by_rank.items()},
        by_plant=[_figures(plant, survey.functional) for plant in plants],
        missing=lacks,
    )


def visit(survey: SurveyOut) -> Visit:
    """A survey's figures for the table of visits."""
    return Visit(
        **dict(indicators([_plant(one) for one in survey.plants], survey.functional)),
        survey_id=survey.id,
        visited_on=survey.visited_on,
        last_treatment_on=survey.last_treatment_on,
        last_deleafing_on=survey.last_deleafing_on,
    )


def indicators(plants: Sequence[Plant], functional: FunctionalRule) -> Indicators:
    """The figures of all plants together."""
    grades = [leaf.grade for plant in plants for leaf in plant.leaves]
    index = rules.infection_index(grades)
    youngest = [found for plant in plants if (found := rules.youngest_spotted(plant))]
    counts = [rules.functional_leaves(plant, functional) for plant in plants]
    return Indicators(
        plants=len(plants),
        graded_leaves=sum(grade is not None for grade in grades),
        infection_index=_rounded(index),
        light=None if index is None else rules.light(index),
        mean_youngest_leaf_spotted=_mean([one.rank for one in youngest]),
        mean_functional_leaves=_both(counts),
        outlook=rules.outlook(youngest),
    )


def _figures(plant: Plant, functional: FunctionalRule) -> PlantFigures:
    grades = [leaf.grade for leaf in plant.leaves]
    youngest = rules.youngest_spotted(plant)
    return PlantFigures(
        label=plant.label,
        graded_leaves=sum(grade is not None for grade in grades),
        infection_index=_rounded(rules.infection_index(grades)),
        youngest_leaf_spotted=None if youngest is None else YoungestOut.model_validate(youngest),
        functional_leaves=rules.functional_leaves(plant, functional),
    )


def _plant(plant: PlantOut) -> Plant:
    return Plant(plant.label, plant.leaves_total, tuple(_leaf(leaf) for leaf in plant.leaves))


def _leaf(leaf: LeafOut) -> Leaf:
    return Leaf(leaf.rank, leaf.grade, leaf.area_share, leaf.spotted, leaf.reason)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _mean(values: Sequence[int]) -> float | None:
    return round(sum(values) / len(values), 2) if values else None


def _both(counts: Sequence[tuple[int, int | None]]) -> tuple[float, float | None] | None:
    """The means of both ends; one plant without an upper end leaves the mean without one."""
    low = _mean([least for least, _ in counts])
    known = [most for _, most in counts if most is not None]
    return None if low is None else (low, _mean(known) if len(known) == len(counts) else None)


def leaves(survey: SurveyOut) -> list[tuple[PlantOut, LeafOut]]:
    """Every leaf with its plant, in their order."""
    return list(chain.from_iterable(((plant, leaf) for leaf in plant.leaves) for plant in survey.plants))
