"""What an answer says of single things in a photo, and what the pack's rules make of them, over the wire."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Box = tuple[float, float, float, float]
Point = tuple[float, float]
COUNTS = ("banana_count", "not_mature_count", "mature_count", "ripe_count", "over_ripe_count")
"""What a pack's `counting` may count: each is a member of the answer, a column, and filters of the list."""


class LabelScore(BaseModel):
    """A label of one head."""

    label: str
    confidence: Share


class HeadScores(LabelScore):
    """What the answer says of one head, with that head's probability of it, and the head's own ranking.

    Where two classes are close, `top` may begin with another label than the answer's.
    """

    top: list[LabelScore]


class Defect(BaseModel):
    """Damage of one kind, or `sugar_spots`, which are ripeness."""

    kind: str
    area_share: Share = Field(description="Of the instance's visible area.")
    spots: int = Field(ge=0, description="How many separate spots.")


class Colour(BaseModel):
    """CIELAB (D65) of the skin between its spots, and its hue angle in degrees."""

    lightness: float
    a: float
    b: float
    hue_deg: float


class Measures(BaseModel):
    """What the pack measures of one instance; null where it measures nothing or could not."""

    colour_stage: int | None = Field(default=None, ge=1, description="Stage of the pack's colour scale.")
    colour: Colour | None = None
    brown_share: Share | None = None
    defect_share: Share | None = Field(default=None, description="As `brown_share`, without `sugar_spots`.")
    defects: list[Defect] = []
    reject: bool = Field(default=False, description="Rot, by the pack's rule: this one spoils the grade.")
    shape_faults: list[str] = Field(default=[], description="Why its outline is not that of one whole thing.")


class Instance(Measures):
    """One thing in a photo. Coordinates are pixels of the upright photo, from its upper left corner."""

    instance_id: int = Field(ge=0, description="Its place among all instances of the answer; feedback names it so.")
    file_index: int = Field(ge=0, description="Its photo's place in the request.")
    class_id: int
    class_name: str = Field(description="Of a classifier's pack: what was looked for, as `leaf`; `heads` says more.")
    confidence: Share
    bbox: Box = Field(description="x1, y1, x2, y2.")
    polygon: list[Point] | None = Field(description="Its outline, not closed; null where the model draws none.")
    area_px: float = Field(ge=0, description="Of the polygon, or of the box.")
    heads: dict[str, HeadScores] = Field(default={}, description="What a classifier says of this one alone.")


class Counts(BaseModel):
    """How many there are in all photos together; null for packs that do not count."""

    banana_count: int | None = Field(default=None, ge=0)
    not_mature_count: int | None = Field(default=None, ge=0)
    mature_count: int | None = Field(default=None, ge=0)
    ripe_count: int | None = Field(default=None, ge=0)
    over_ripe_count: int | None = Field(default=None, ge=0)


class Components(BaseModel):
    """What a grade is made of; the first four are 1 at best and are weighed into the score."""

    uniformity: Share
    soundness: Share
    window: Share = Field(description="Share of instances that suit the purpose.")
    validity: Share = Field(description="Share of instances with a possible outline.")
    mean_defect_share: Share
    over_ripe_share: Share
    rejected: int = Field(ge=0)


class Columns(BaseModel):
    """The grade that each column of the rule allows; the lowest is the grade."""

    score: str
    defects: str
    over_ripe: str


class Grading(BaseModel):
    """How the grade came about, and by which version of the pack's rule."""

    purpose: str
    rule_version: str
    instances: int = Field(ge=0)
    score: Share | None
    components: Components | None
    columns: Columns | None
    reason: str | None = Field(description="Why there is no grade, as a code; null when there is one.")
    message: str | None = Field(description="The same in the language asked for.")


class QualityMetrics(BaseModel):
    """How far photo and outlines can be trusted: 1 is best, but for the spread."""

    sharpness: Share
    exposure: Share
    geometric_validity: Share | None = Field(description="Share of instances with a possible outline.")
    confidence_spread: float | None = Field(description="Standard deviation of the instances' confidences.")


class Anomaly(BaseModel):
    """Something to look at; without `instance_ids` it is about the photo."""

    code: str
    instance_ids: list[int]
    message: str


class Severity(BaseModel):
    """How sick a leaf is: the share of its area, with the band that holds the true share, and the grade."""

    grade: int | None = Field(ge=0, le=6, description="Null where the picture cannot tell; `reason` says why.")
    scale: Literal["stover-gauhl"]
    area_share: Share | None
    band: tuple[Share, Share] | None
    lesion_stage: int | None = Field(ge=0, le=6, description="Of Fouré's scale, another one; null where not seen.")
    reason: str | None


class Findings(Counts):
    """What there is beside the class: single things, how many, how good, how sick. Null or empty where not asked."""

    instances: list[Instance] = []
    overall_quality_score: Share | None = None
    grade: str | None = Field(default=None, description="`A+` to `D`, or `ungradable`.", examples=["A"])
    grading: Grading | None = None
    quality_metrics: QualityMetrics | None = None
    anomalies: list[Anomaly] = []
    severity: Severity | None = None
