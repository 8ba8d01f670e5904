"""What roll-up rows come to. Pure: rows in, answers out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from cultivar.monitoring import rules
from cultivar.monitoring.confusion import Confused, confusion
from cultivar.monitoring.schemas import (
    ClassStatistics,
    Day,
    DayOfVersion,
    FeedbackStats,
    InferenceMs,
    ProblemClass,
    Satisfaction,
    Statistics,
)
from cultivar.monitoring.tables import DailyClass, DailyModel

PROBLEMS_AT_MOST = 10


def statistics(days: Sequence[date], rows: Iterable[DailyModel]) -> Statistics:
    """All rows together, and day by day."""
    by_day: dict[date, list[DailyModel]] = defaultdict(list)
    for row in rows:
        by_day[row.day].append(row)
    everything = [row for these in by_day.values() for row in these]
    total, refused = _sum(everything, "predictions"), _sum(everything, "refused")
    return Statistics(
        period_days=len(days),
        start_date=days[0],
        end_date=days[-1],
        total_predictions=total,
        refused=refused,
        success_rate=rules.rate(total - refused, total),
        inference_ms=_inference(everything),
        satisfaction=_satisfaction(everything),
        series=[_day(day, by_day[day]) for day in days],
    )


def feedback_stats(
    days: Sequence[date], models: Sequence[DailyModel], classes: Sequence[DailyClass], confused: Sequence[Confused]
) -> FeedbackStats:
    """What was said over all rows, by class, what was taken for what, and by day and version."""
    by_class = _by_class(classes)
    total, said = _sum(models, "predictions"), _sum(models, "feedback")
    correct, incorrect = _sum(models, "correct"), _sum(models, "incorrect")
    return FeedbackStats(
        period_days=len(days),
        start_date=days[0],
        end_date=days[-1],
        total_predictions=total,
        total_feedback=said,
        correct_predictions=correct,
        incorrect_predictions=incorrect,
        overall_accuracy=rules.rate(correct, correct + incorrect),
        feedback_rate=rules.rate(said, total),
        class_statistics=by_class,
        confusion=confusion(by_class, confused),
        problem_classes=_problems(classes),
        model_performance=_performance(models, classes),
    )


def times_of(row: DailyModel) -> Counter[int]:
    """The row's histogram of times, by bucket."""
    return Counter({int(index): count for index, count in row.times.items()})


def _sum(rows: Iterable[DailyModel] | Iterable[DailyClass], name: str) -> int:
    return sum(getattr(row, name) for row in rows)


def _inference(rows: Sequence[DailyModel]) -> InferenceMs:
    found = [(row, times) for row in rows if (times := times_of(row))]
    return rules.inference_ms(
        _sum(rows, "inference_us"),
        _sum(rows, "predictions"),
        min((rules.extreme(row.lowest_us, min(times)) for row, times in found), default=None),
        max((rules.extreme(row.highest_us, max(times)) for row, times in found), default=None),
        rules.merged(times for _, times in found),
    )


def _satisfaction(rows: Sequence[DailyModel]) -> Satisfaction:
    satisfied, unsatisfied = _sum(rows, "satisfied"), _sum(rows, "unsatisfied")
    share = rules.rate(satisfied, satisfied + unsatisfied)
    return Satisfaction(**dict(share), satisfied=satisfied, unsatisfied=unsatisfied)


def _day(day: date, rows: Sequence[DailyModel]) -> Day:
    total, refused = _sum(rows, "predictions"), _sum(rows, "refused")
    return Day(
        date=day,
        total_predictions=total,
        refused=refused,
        success_rate=rules.rate(total - refused, total),
        inference_ms=_inference(rows),
        satisfaction=_satisfaction(rows),
    )


def _class_statistics(rows: Sequence[DailyClass]) -> ClassStatistics:
    correct, incorrect = _sum(rows, "correct"), _sum(rows, "incorrect")
    return ClassStatistics(
        total_predictions=_sum(rows, "predictions"),
        total_feedback=_sum(rows, "feedback"),
        correct=correct,
        incorrect=incorrect,
        accuracy=rules.rate(correct, correct + incorrect),
    )


def _by_class(rows: Iterable[DailyClass]) -> dict[str, ClassStatistics]:
    grouped: dict[str, list[DailyClass]] = defaultdict(list)
    for row in rows:
        grouped[row.class_name].append(row)
    return {name: _class_statistics(these) for name, these in sorted(grouped.items())}


def _problems(rows: Iterable[DailyClass]) -> list[ProblemClass]:
    grouped: dict[tuple[str, str], list[DailyClass]] = defaultdict(list)
    for row in rows:
        grouped[row.model, row.class_name].append(row)
    found = [(model, name, _class_statistics(these)) for (model, name), these in grouped.items()]
    wrong = [
        ProblemClass(model=model, class_name=name, incorrect=known.incorrect, accuracy=known.accuracy)
        for model, name, known in found
        if known.incorrect > 0
    ]
    return sorted(wrong, key=_trouble)[:PROBLEMS_AT_MOST]


def _trouble(problem: ProblemClass) -> tuple[float, str, str]:
    upper = problem.accuracy.interval[1] if problem.accuracy.interval else 1.0
    return upper, problem.model, problem.class_name


def _performance(models: Iterable[DailyModel], classes: Iterable[DailyClass]) -> list[DayOfVersion]:
    of_version: Mapping[tuple[date, str, str], list[DailyClass]] = defaultdict(list)
    for row in classes:
        of_version[row.day, row.model, row.model_version].append(row)
    days = [_day_of_version(row, of_version[row.day, row.model, row.model_version]) for row in models]
    return sorted(days, key=lambda day: (-day.date.toordinal(), day.model, day.model_version))


def _day_of_version(row: DailyModel, classes: Sequence[DailyClass]) -> DayOfVersion:
    return DayOfVersion(
        date=row.day,
        model=row.model,
        model_version=row.model_version,
        total_predictions=row.predictions,
        total_feedback=row.feedback,
        correct_predictions=row.correct,
        incorrect_predictions=row.incorrect,
        accuracy=rules.rate(row.correct, row.correct + row.incorrect),
        avg_confidence=rules.mean(_sum(classes, "confidence"), _sum(classes, "predictions")),
        avg_confidence_correct=rules.mean(_sum(classes, "confidence_correct"), _sum(classes, "correct")),
        avg_confidence_incorrect=rules.mean(_sum(classes, "confidence_incorrect"), _sum(classes, "incorrect")),
        class_metrics=_by_class(classes),
    )
