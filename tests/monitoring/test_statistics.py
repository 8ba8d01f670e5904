"""Counts are what a look at every answer and every word about it would find."""

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from secrets import token_hex
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.feedback.events import About, FeedbackChanged, FeedbackGiven, FeedbackWithdrawn, Verdict
from cultivar.kernel import outbox
from cultivar.kernel.clock import now
from cultivar.monitoring import rules, service
from cultivar.monitoring.schemas import FeedbackStats, Scope, Statistics
from cultivar.predictions.events import PredictionDeleted, PredictionMade
from tests.monitoring.confusions import CLASSES, check_confusion
from tests.support import drawing
from tests.support.app import Person, Served, fine, problem
from tests.support.leaves import black, leaf


@dataclass(frozen=True)
class Told:
    """One answer and what was said of it, as a brute-force count sees them."""

    id: UUID
    mine: bool
    days_ago: int
    version: str
    class_name: str | None
    confidence: float | None
    inference_ms: float
    said: Verdict | None = None
    deleted: bool = False


verdicts = st.sampled_from(
    [Verdict(right, pleased, None, None) for right in (True, False, None) for pleased in (True, False, None)][:-1]
    + [Verdict(right, True, place, name) for right in (False, None) for place, name in enumerate(CLASSES)]
)
beginnings = st.builds(
    lambda mine, days_ago, version, named, ms: Told(uuid4(), mine, days_ago, version, *(named or (None, None)), ms),
    st.booleans(),
    st.integers(0, 4),
    st.sampled_from(["1.0.0", "1.1.0"]),
    st.none() | st.tuples(st.sampled_from(CLASSES), st.floats(0, 1).map(lambda share: round(share, 6))),
    st.floats(0.1, 5000).map(lambda ms: round(ms, 3)),
)
histories = st.lists(st.tuples(beginnings, st.lists(st.none() | verdicts, max_size=3), st.booleans()), max_size=12)


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories, order=st.randoms(use_true_random=False), batch=st.integers(1, 7))
def test_statistics_are_a_brute_force_count(
    app: Served, user: Person, history: list[Any], order: Any, batch: int
) -> None:
    model, told, facts = f"m-{token_hex(8)}", [], []
    for begun, words, deleted in history:
        final, made = _live_through(begun, words, deleted, user, model)
        told.append(final)
        facts.append(made)
    sequence = _interleave(facts, order)

    async def count(session: AsyncSession) -> list[tuple[Statistics, FeedbackStats]]:
        for start in range(0, len(sequence), batch):
            await service.hear(session, sequence[start : start + batch], app.world)
        scopes = [Scope(3, model), Scope(3, model, "1.0.0"), Scope(3, model, None, user.id)]
        return [
            (
                await service.statistics(session, scope, world=app.world),
                await service.feedback_stats(session, scope, world=app.world),
            )
            for scope in scopes
        ]

    everything, version, mine = app.rows(count)
    recent = [one for one in told if one.days_ago < 3]
    _check(everything, recent)
    _check(version, [one for one in recent if one.version == "1.0.0"])
    _check(mine, [one for one in recent if one.mine and not one.deleted], exact_times=not any(t.deleted for t in told))


def _live_through(
    begun: Told, words: list[Verdict | None], deleted: bool, user: Person, model: str
) -> tuple[Told, list[Any]]:
    """The facts of one answer's life, and what is true at its end."""
    owner, at = (user.id if begun.mine else None), now() - timedelta(days=begun.days_ago)
    known = (model, begun.version, begun.class_name, begun.confidence)
    refusal = None if begun.class_name else "no_plant"
    about = About(uuid4(), begun.id, owner, *known, at)
    facts: list[Any] = [PredictionMade(begun.id, owner, *known, refusal, begun.inference_ms, at)]
    said = None
    for word in words:
        if word is None and said is not None:
            facts.append(FeedbackWithdrawn(about, said, at))
        elif word is not None and said is None:
            facts.append(FeedbackGiven(about, word, at))
        elif word is not None and said is not None:
            facts.append(FeedbackChanged(about, said, word, at))
        said = word
    if deleted and owner:
        word = said or Verdict(None, None, None, None)
        end = (said is not None, word.is_correct, word.satisfied, word.correct_class_name)
        facts.append(PredictionDeleted(begun.id, owner, *known, refusal, begun.inference_ms, at, *end))
    return replace(begun, said=said, deleted=bool(deleted and owner)), facts


def _interleave(lives: list[list[Any]], order: Any) -> list[Any]:
    """One sequence in which each life keeps its own order."""
    queues, sequence = [list(life) for life in lives], []
    while queues := [queue for queue in queues if queue]:
        sequence.append(order.choice(queues).pop(0))
    return sequence


def _check(found: tuple[Statistics, FeedbackStats], told: list[Told], *, exact_times: bool = True) -> None:
    _check_statistics(found[0], told, exact_times=exact_times)
    _check_feedback(found[1], told)


def _rate(found: Any, successes: int, n: int) -> None:
    assert found.n == n
    assert found.rate == (successes / n if n else None)
    assert (found.interval is None) == (n == 0)


def _check_statistics(found: Statistics, told: list[Told], *, exact_times: bool) -> None:
    answered = sum(one.class_name is not None for one in told)
    assert found.total_predictions == len(told)
    assert found.refused == len(told) - answered
    _rate(found.success_rate, answered, len(told))
    pleased = [one.said.satisfied for one in told if one.said and one.said.satisfied is not None]
    _rate(found.satisfaction, sum(pleased), len(pleased))
    assert (found.satisfaction.satisfied, found.satisfaction.unsatisfied) == (sum(pleased), len(pleased) - sum(pleased))
    assert [day.total_predictions for day in found.series] == [
        sum(one.days_ago == ago for one in told) for ago in (2, 1, 0)
    ]
    _check_times(found.inference_ms.model_dump(), sorted(one.inference_ms for one in told), exact=exact_times)


def _check_times(found: dict[str, float | None], times: list[float], *, exact: bool) -> None:
    if not times:
        assert set(found.values()) == {None}
        return
    assert found["mean"] == pytest.approx(sum(times) / len(times))
    near = 1e-6 if exact else 0.0203  # something was taken back
    assert (found["min"], found["max"]) == (pytest.approx(times[0], rel=near), pytest.approx(times[-1], rel=near))
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        assert found[name] == pytest.approx(times[max(1, math.ceil(share * len(times))) - 1], rel=0.0101)


def _check_feedback(found: FeedbackStats, told: list[Told]) -> None:
    said = [one.said for one in told if one.said]
    right, wrong = sum(word.is_correct is True for word in said), sum(word.is_correct is False for word in said)
    assert (found.total_predictions, found.total_feedback) == (len(told), len(said))
    assert (found.correct_predictions, found.incorrect_predictions) == (right, wrong)
    _rate(found.overall_accuracy, right, right + wrong)
    _rate(found.feedback_rate, len(said), len(told))
    for name in CLASSES:
        these = [one for one in told if one.class_name == name]
        _check_class(found, name, these)
    problems = {problem.class_name for problem in found.problem_classes}
    assert problems == {one.class_name for one in told if one.class_name and one.said and one.said.is_correct is False}
    check_confusion(found.confusion, [(one.class_name, one.said) for one in told if one.said])
    _check_days(found, told)


def _check_class(found: FeedbackStats, name: str, these: list[Told]) -> None:
    if not these:
        assert name not in found.class_statistics or found.class_statistics[name].total_predictions == 0
        return
    counted = found.class_statistics[name]
    words = [one.said for one in these if one.said]
    right, wrong = sum(word.is_correct is True for word in words), sum(word.is_correct is False for word in words)
    assert (counted.total_predictions, counted.total_feedback) == (len(these), len(words))
    assert (counted.correct, counted.incorrect) == (right, wrong)
    _rate(counted.accuracy, right, right + wrong)


def _check_days(found: FeedbackStats, told: list[Told]) -> None:
    """`model_performance`: a row a day and version, with the mean confidence of right and of wrong answers."""
    today = now().date()
    for row in found.model_performance:
        these = [one for one in told if (today - row.date).days == one.days_ago and one.version == row.model_version]
        assert row.total_predictions == len(these)
        sure = {
            "avg_confidence": [one.confidence for one in these],
            "avg_confidence_correct": [one.confidence for one in these if one.said and one.said.is_correct is True],
            "avg_confidence_incorrect": [one.confidence for one in these if one.said and one.said.is_correct is False],
        }
        for name, found_here in sure.items():
            numbers = [number for number in found_here if number is not None]
            mean = sum(numbers) / len(numbers) if numbers else None
            assert getattr(row, name) == (None if mean is None else pytest.approx(mean, abs=2e-6))
    counted = {(row.date, row.model_version) for row in found.model_performance if row.total_predictions}
    assert counted == {(today - timedelta(days=one.days_ago), one.version) for one in told}


def test_an_answer_and_a_word_about_it_are_counted_at_once(user: Person) -> None:
    before = user.get("/statistics")["total_predictions"]
    answer = user.ask(leaf(drawing.WILLOW_SICK), consent="store", min_confidence=0)
    fine(user.feedback(answer["prediction_id"], is_correct=True, satisfied=True))
    mine, everybody = user.get("/statistics", mine=True), user.get("/statistics")
    assert everybody["total_predictions"] == before + 1
    assert mine["total_predictions"] == 1
    assert mine["inference_ms"]["min"] == mine["inference_ms"]["max"] == answer["inference_time_ms"]
    assert (mine["satisfaction"]["satisfied"], mine["satisfaction"]["rate"]) == (1, 1.0)
    stats = user.get("/feedback/stats", mine=True, model="drawn", model_version=answer["model_version"])
    assert stats["overall_accuracy"] == {"rate": 1.0, "n": 1, "interval": list(rules.rate(1, 1).interval or ())}
    assert stats["class_statistics"][answer["result"]["class_name"]]["correct"] == 1
    (day,) = stats["model_performance"]
    assert day["avg_confidence_correct"] == answer["result"]["confidence"]
    assert day["avg_confidence_incorrect"] is None


def test_what_is_not_stored_is_counted_for_all_and_for_nobody(user: Person) -> None:
    before = user.get("/feedback/stats")
    answer = user.ask(leaf(), consent="none")
    fine(user.feedback(answer["prediction_id"], is_correct=False, feedback_token=answer["feedback_token"]))
    after, mine = user.get("/feedback/stats"), user.get("/feedback/stats", mine=True)
    assert after["total_predictions"] == before["total_predictions"] + 1
    assert after["incorrect_predictions"] == before["incorrect_predictions"] + 1
    assert (mine["total_predictions"], mine["total_feedback"]) == (0, 0)
    assert mine["overall_accuracy"] == {"rate": None, "n": 0, "interval": None}


def test_a_deleted_prediction_stays_counted_without_a_name(user: Person) -> None:
    answer = user.ask(leaf(), consent="store")
    fine(user.feedback(answer["prediction_id"], satisfied=False))
    before = user.get("/statistics")
    assert user.http.delete(f"/predictions/{answer['prediction_id']}").status_code == 204
    after, mine = user.get("/statistics"), user.get("/statistics", mine=True)
    assert after["total_predictions"] == before["total_predictions"]
    assert after["satisfaction"] == before["satisfaction"]
    assert (mine["total_predictions"], mine["satisfaction"]["n"]) == (0, 0)
    assert mine["inference_ms"]["max"] is None


def test_a_refusal_is_no_success(user: Person) -> None:
    user.ask(black(), consent="store")
    user.ask(leaf(), consent="store")
    mine = user.get("/statistics", mine=True)
    refused = user.get("/predictions", refused=True)["total"]
    assert mine["success_rate"]["n"] == 2
    assert mine["success_rate"]["rate"] == (2 - refused) / 2
    assert mine["refused"] == refused >= 1


def test_the_days_are_all_there(user: Person) -> None:
    found = user.get("/statistics", days=30, model="nobody-asks-this")
    assert (found["period_days"], len(found["series"])) == (30, 30)
    assert (found["start_date"], found["end_date"]) == (found["series"][0]["date"], found["series"][-1]["date"])
    assert found["total_predictions"] == 0
    assert found["success_rate"] == {"rate": None, "n": 0, "interval": None}
    assert user.get("/feedback/stats")["period_days"] == 7


@pytest.mark.parametrize("path", ["/statistics", "/feedback/stats"])
@pytest.mark.parametrize("params", [{"days": 0}, {"days": 367}, {"days": "week"}, {"mine": "perhaps"}])
def test_a_window_that_does_not_fit_is_refused(user: Person, path: str, params: dict[str, Any]) -> None:
    problem(user.http.get(path, params=params), 422, "invalid")


def test_numbers_are_for_any_signed_in_identity_and_for_nobody_else(app: Served) -> None:
    guest = app.guest()
    for path in ("/statistics", "/feedback/stats"):
        assert guest.http.get(path).status_code == 200
        with app.anybody() as client:
            problem(client.get(path), 401, "not_signed_in")


def test_an_erased_person_leaves_counts_that_name_nobody(app: Served) -> None:
    person = app.guest()
    answer = person.ask(leaf(), consent="store")
    fine(person.feedback(answer["prediction_id"], is_correct=True))
    before = app.user().get("/feedback/stats")

    async def erase(session: AsyncSession) -> None:
        await service.erase(session, person.id, world=app.world)

    app.run(lambda: outbox.deliver(app.world))
    app.rows(erase)
    after, mine = app.user().get("/feedback/stats"), person.get("/feedback/stats", mine=True)
    assert after["total_predictions"] == before["total_predictions"]
    assert after["correct_predictions"] == before["correct_predictions"]
    assert mine["total_predictions"] == 0
