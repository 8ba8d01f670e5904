"""When work is due."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cultivar.kernel.jobs.rules import FIRST_WAIT, LONGEST_WAIT, last_due, wait_before_retry

moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
spans = st.timedeltas(timedelta(seconds=1), timedelta(days=30))


@given(moment=moments, every=spans, at=st.timedeltas(timedelta(0), timedelta(days=30)))
def test_the_last_due_moment_is_the_latest_that_is_not_ahead(moment: datetime, every: timedelta, at: timedelta) -> None:
    due = last_due(moment, every, at)
    assert due <= moment < due + every


@given(moment=moments, every=spans)
def test_all_moments_until_the_next_have_the_same_due_moment(moment: datetime, every: timedelta) -> None:
    due = last_due(moment, every)
    assert last_due(due, every) == last_due(due + every - timedelta(microseconds=1), every) == due


def test_daily_work_is_due_at_its_hour_and_weekly_work_on_monday() -> None:
    friday = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
    assert last_due(friday, timedelta(days=1), timedelta(hours=3)) == datetime(2026, 5, 1, 3, tzinfo=UTC)
    assert last_due(friday, timedelta(hours=1)) == datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert last_due(friday, timedelta(days=7)) == datetime(2026, 4, 27, tzinfo=UTC)


@given(attempts=st.integers(1, 1000), jitter=st.floats(0, 1))
def test_a_wait_is_positive_and_bounded(attempts: int, jitter: float) -> None:
    assert FIRST_WAIT / 2 <= wait_before_retry(attempts, jitter) <= LONGEST_WAIT * 1.5


@given(attempts=st.integers(1, 1000), jitter=st.floats(0, 1))
def test_a_later_attempt_never_waits_less(attempts: int, jitter: float) -> None:
    assert wait_before_retry(attempts, jitter) <= wait_before_retry(attempts + 1, jitter)
