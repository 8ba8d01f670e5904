"""Which predictions a list is to show."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from pydantic import BeforeValidator, TypeAdapter, WithJsonSchema

_MOMENT, _DAY = TypeAdapter(datetime), TypeAdapter(date)
_IS_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _begin(value: object) -> datetime:
    """A moment in UTC; one without zone is taken as UTC, a day as its first moment."""
    if isinstance(value, str) and _IS_DAY.fullmatch(value):
        return datetime.combine(_DAY.validate_python(value), time(), UTC)
    moment = _MOMENT.validate_python(value)
    try:
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("lies before the year 1 or after 9999") from error


def _end(value: object) -> datetime:
    """As `_begin`; a day lasts until its end."""
    begin = _begin(value)
    whole_day = isinstance(value, str) and _IS_DAY.fullmatch(value) and begin.date() < date.max
    return begin + timedelta(days=1) if whole_day else begin


_TIME_SCHEMA = WithJsonSchema(
    {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}
)
Since = Annotated[datetime, BeforeValidator(_begin), _TIME_SCHEMA]
Until = Annotated[datetime, BeforeValidator(_end), _TIME_SCHEMA]


@dataclass(frozen=True, slots=True)
class Range:
    """What a count is to be: this, at least this, at most this."""

    exactly: int | None = None
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which predictions are meant; None is any. `since` counts, `until` does not."""

    model: str | None = None
    model_version: str | None = None
    class_name: str | None = None
    refused: bool | None = None
    has_feedback: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    min_confidence: float | None = None
    q: str | None = None
    counts: Mapping[str, Range] = field(default_factory=dict)
    """By name of a count, see `found.COUNTS`."""
