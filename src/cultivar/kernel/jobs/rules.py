"""When work is due, and how long to wait after a failure."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(2001, 1, 1, tzinfo=UTC)  # a Monday, so that weekly work falls on Mondays
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)


def wait_before_retry(attempts: int, jitter: float) -> timedelta:
    """Twice as long after each failed attempt, up to an hour; `jitter` in 0..1 makes it 0.5 to 1.5 times that.

    Exponential backoff with jitter: jobs that failed together do not come back together.
    """
    doubled = FIRST_WAIT * 2.0 ** min(attempts - 1, 20)
    return min(LONGEST_WAIT, doubled) * (0.5 + jitter)


def last_due(moment: datetime, every: timedelta, at: timedelta = timedelta(0)) -> datetime:
    """The latest moment not after `moment` at which work that recurs `every`, shifted by `at`, was due."""
    return EPOCH + at + every * ((moment - EPOCH - at) // every)
