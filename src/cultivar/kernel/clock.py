"""The one place that asks what time it is."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, in UTC and aware of it."""
    return datetime.now(UTC)


def this_hour() -> datetime:
    """The present hour's first moment: for what must not be linked with a log by its time."""
    return now().replace(minute=0, second=0, microsecond=0)
