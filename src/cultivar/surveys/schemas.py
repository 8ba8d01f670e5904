"""What surveys takes and gives over the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt, model_validator

from cultivar.kernel.text import Line
from cultivar.surveys.rules import FunctionalRule, Lack, Light, Outlook

PLANTS_AT_MOST = 500
RANKS_AT_MOST = 40


def _label(text: str) -> str:
    if text != text.strip() or "/" in text:
        raise ValueError("begins or ends with a space, or holds a slash")
    return text


Label = Annotated[Line, Field(min_length=1, max_length=40), AfterValidator(_label)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Words = Annotated[Line, Field(min_length=1, max_length=100)]
Notes = Annotated[str, Field(max_length=2000)]
Rank = Annotated[
    StrictInt, Field(ge=1, le=RANKS_AT_MOST, description="1 is the youngest fully open leaf, counted downwards.")
]
Total = Annotated[StrictInt, Field(ge=0, le=RANKS_AT_MOST, description="Open leaves that the plant has, seen or not.")]
Grade = Annotated[StrictInt, Field(ge=0, le=6, description="Stover scale modified by Gauhl.")]
Stage = Annotated[StrictInt, Field(ge=0, le=6, description="Lesion stage by Fouré.")]
Format = Literal["json", "csv", "html"]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class SurveyPatch(_Body):
    """The fields that are sent are set; null clears one that may be empty."""

    plot: Words | None = None
    visited_on: date | None = None
    cultivar: Words | None = None
    growth_phase: Words | None = None
    last_treatment_on: date | None = None
    last_deleafing_on: date | None = Field(
        default=None, description="Cutting leaves lowers the infection index without curing."
    )
    notes: Notes | None = None
    functional: FunctionalRule | None = Field(
        default=None,
        description="A functional leaf is at most 15 % sick (`share_15`, the default), or of grade 4 (`grade_4`).",
    )

    @model_validator(mode="after")
    def _keeps_what_it_needs(self) -> "SurveyPatch":
        for name in self.model_fields_set & {"plot", "visited_on", "functional"}:
            if getattr(self, name) is None:
                raise ValueError(f"`{name}` cannot be empty")
        return self


class SurveyIn(SurveyPatch):
    """A walk through a plot on one day."""

    plot: Words = Field(description="Visits of a plot are found by this name.", examples=["North field"])
    visited_on: date
    functional: FunctionalRule = "share_15"


class LeafIn(_Body):
    """One leaf: a photo of it, what somebody saw, or both; what somebody saw stands above the photo."""

    rank: Rank
    prediction_id: UUID | None = Field(default=None, description="One of your stored answers that measures severity.")
    grade: Grade | None = None
    area_share: Share | None = None
    lesion_stage: Stage | None = None
    spotted: StrictBool | None = Field(
        default=None, description="Whether it has ten mature, dry-centred spots or more; else told from the grade."
    )


class PlantIn(_Body):
    """A plant with all its leaves: what was there before is replaced."""

    leaves_total: Total | None = None
    leaves: Annotated[list[LeafIn], Field(max_length=RANKS_AT_MOST)] = []

    @model_validator(mode="after")
    def _each_leaf_once(self) -> "PlantIn":
        ranks = [leaf.rank for leaf in self.leaves]
        photos = [leaf.prediction_id for leaf in self.leaves if leaf.prediction_id]
        if len(set(ranks)) < len(ranks) or len(set(photos)) < len(photos):
            raise ValueError("a rank or a photo is named twice")
        if self.leaves_total is not None and max(ranks, default=0) > self.leaves_total:
            raise ValueError("a rank is above `leaves_total`")
        return self


class LeafOut(BaseModel):
    """A leaf as it counts. `reason` says why there is no grade."""

    model_config = ConfigDict(from_attributes=True)

    rank: int
    prediction_id: UUID | None
    grade: int | None
    graded_by: Literal["photo", "person"] | None
    area_share: float | None
    lesion_stage: int | None
    spotted: bool | None
    reason: str | None


class PlantOut(BaseModel):
    label: str
    leaves_total: int | None
    leaves: list[LeafOut]


class SurveyHead(BaseModel):
    """A survey without its plants."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    plot: str
    visited_on: date
    cultivar: str | None
    growth_phase: str | None
    last_treatment_on: date | None
    last_deleafing_on: date | None
    notes: str | None
    functional: FunctionalRule
    created_at: datetime
    updated_at: datetime


class SurveyOut(SurveyHead):
    plants: list[PlantOut]


class YoungestOut(BaseModel):
    """`none`: no leaf is spotted, and `rank` is one above the plant's leaves. `at_most`: a younger one was not seen."""

    model_config = ConfigDict(from_attributes=True)

    rank: int
    none: bool
    at_most: bool


class PlantFigures(BaseModel):
    label: str
    graded_leaves: int
    infection_index: float | None = Field(description="Of this plant alone, in percent.")
    youngest_leaf_spotted: YoungestOut | None
    functional_leaves: tuple[int, int | None] = Field(
        description="At least, at most; null where the plant's leaves were not counted."
    )


class MissingOut(BaseModel):
    """What would make the survey whole, in the language asked for."""

    code: Lack
    plant: str | None
    ranks: list[int]
    text: str


class Indicators(BaseModel):
    """The figures of one walk. Null where there is nothing to count."""

    plants: int
    graded_leaves: int
    infection_index: float | None = Field(description="Percent, pooled over all graded leaves of all plants.")
    light: Light | None = Field(description="A field app's default for the index: green below 20, red from 30.")
    mean_youngest_leaf_spotted: float | None
    mean_functional_leaves: tuple[float, float | None] | None = Field(
        description="A plant's, at least and at most; null where the leaves of one were not counted."
    )
    outlook: Outlook | None = Field(description="Of premature ripening; thresholds of 1974, for yellow Sigatoka.")


class Visit(Indicators):
    """One of several visits to a plot."""

    survey_id: UUID
    visited_on: date
    last_treatment_on: date | None
    last_deleafing_on: date | None


class Visits(BaseModel):
    """Visits to one plot side by side, oldest first."""

    plot: str
    visits: list[Visit]


class Report(Indicators):
    """What a survey says, how it was reckoned, and what it lacks."""

    survey: SurveyHead
    formula: str
    index_by_rank: dict[int, float]
    by_plant: list[PlantFigures]
    missing: list[MissingOut]
