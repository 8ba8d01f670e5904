"""What is taken from a form or a query, and what is refused."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from cultivar.predictions.examples import CLASSIFIED, DETECTED
from cultivar.predictions.filters import Since, Until
from cultivar.predictions.schemas import Answer, AskParams

since, until = TypeAdapter[datetime](Since), TypeAdapter[datetime](Until)


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("none", "none"),
        ("store", "store"),
        ("TRAIN", "train"),
        ("true", "store"),
        ("False", "none"),
        (" store ", "store"),
    ],
)
def test_consent_is_read_in_any_case_and_as_yes_or_no(sent: str, meant: str) -> None:
    assert AskParams.model_validate({"consent": sent}).consent == meant


@pytest.mark.parametrize(
    "sent",
    [
        {"consent": "yes"},
        {"consent": ""},
        {"model": ""},
        {"model": "x" * 65},
        {"model": "a\x00b"},
        {"min_confidence": "1.01"},
        {"min_confidence": "nan"},
        {"min_confidence": "much"},
        {"top_k": "0"},
        {"top_k": "1.5"},
        {"latitude": "91", "longitude": "0"},
        {"latitude": "inf", "longitude": "0"},
        {"latitude": "1"},
        {"longitude": "1"},
        {"user_location": "x" * 256},
        {"user_location": "\ud800"},
        {"confidence": "0.5"},
        {"confidence_threshold": "0.5"},
        {"iou_threshold": "0.09"},
        {"iou_threshold": "nan"},
        {"purpose": ""},
        {"return_visualization": "perhaps"},
        {"save_results": "2"},
    ],
)
def test_what_does_not_fit_is_refused(sent: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AskParams.model_validate(sent)


@pytest.mark.parametrize("example", [CLASSIFIED, DETECTED])
def test_a_documented_example_is_an_answer(example: dict[str, Any]) -> None:
    assert Answer.model_validate(example).model_dump(mode="json") == example


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)),
        ("2026-03-01T12:00:00+02:00", datetime(2026, 3, 1, 10, tzinfo=UTC), datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01T12:00:00", datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("9999-12-31", datetime(9999, 12, 31, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)),
    ],
)
def test_a_day_lasts_from_its_first_moment_to_its_end(text: str, begins: datetime, ends: datetime) -> None:
    assert (since.validate_python(text), until.validate_python(text)) == (begins, ends)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00", "soon", ""])
def test_a_time_that_cannot_be_is_refused(text: str) -> None:
    for kind in (since, until):
        with pytest.raises(ValidationError):
            kind.validate_python(text)
