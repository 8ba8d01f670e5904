"""A survey as a table for a spreadsheet."""

import csv
import io
from datetime import date
from typing import Final
from uuid import UUID

from cultivar.surveys.report import leaves
from cultivar.surveys.schemas import SurveyOut

COLUMNS: Final = (
    "plot", "visited_on", "cultivar", "plant", "leaves_total", "rank", "grade", "graded_by", "area_share",
    "lesion_stage", "spotted", "reason", "prediction_id",
)  # fmt: skip
_BEGIN_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

Cell = str | int | float | date | UUID | None


def to_csv(survey: SurveyOut) -> str:
    """One row a leaf; RFC 4180. Words that a spreadsheet would take for a formula begin with an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    head = (survey.plot, survey.visited_on, survey.cultivar)
    for plant, leaf in leaves(survey):
        seen = (leaf.rank, leaf.grade, leaf.graded_by, leaf.area_share, leaf.lesion_stage, leaf.spotted, leaf.reason)
        row: tuple[Cell, ...] = (*head, plant.label, plant.leaves_total, *seen, leaf.prediction_id)
        writer.writerow([_safe(cell) for cell in row])
    return out.getvalue()


def _safe(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_BEGIN_FORMULA) else cell
