"""What a pack of a detector may measure and judge beyond its classes: counts, colour stages, defects, a grade.

Every constant is the pack's; the code that reads them knows no fruit. Lengths are shares of an instance's own width or
length, since a photo has no scale.
"""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from cultivar.packs.parts import Line, Part, Share, Text

Slug = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]*$")]
CountName = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]*_count$")]
Defect = Literal["sugar_spots", "bruise", "scar", "rot"]
GradeName = Literal["A+", "A", "B", "C", "D"]
Ungradable = Literal["no_instances", "poor_photo", "low_confidence", "not_measured"]
AnomalyCode = Literal[
    "reject_finger",
    "mixed_ripeness",
    "over_ripe",
    "heavy_defects",
    "colour_disagrees",
    "invalid_masks",
    "truncated_at_edge",
    "low_confidence",
    "blurred",
    "poor_light",
    "colour_cast",
]


class Counting(Part):
    """Under which names the instances are counted: all of them, and those of each class by its name."""

    total: CountName
    classes: dict[Line, CountName] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [self.total, *self.classes.values()]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"counting gives two counts the name {min(twice)}")
        return self


class ColourStage(Part):
    """One stage of the scale, by the CIELAB colour (D65) of the ground, the skin between its spots."""

    stage: int = Field(ge=1)
    title: Text
    lab: tuple[float, float, float]


class Flecks(Part):
    """When skin counts as brown, and what brown is ripeness and what is damage.

    A pixel is lifted to the ground's lightness, hue kept, so that shade drops out: brown is what then differs from the
    ground by `differs_from` in (a*, b*) and was darker by `darker_by` in L*. Brown whatever the ground is what has L*
    below `dark_lightness` and either a hue below `dark_hue` degrees or a chroma below `dark_chroma`.
    """

    differs_from: float = Field(gt=0)
    darker_by: float = Field(ge=0)
    dark_lightness: float = Field(ge=0, le=100)
    dark_hue: float = Field(ge=0, le=180)
    dark_chroma: float = Field(ge=0)
    ends: float = Field(ge=0, lt=0.5)
    """Share of the length left out at either end: stalk and tip are dark by nature."""
    noise_below: Share
    """Share of the instance's area; smaller spots are not counted."""
    width_to: Share
    """A spot at most this share of the width across is a fleck, a larger one a patch."""
    even_from: Share
    """Flecks spread at least this evenly (Pielou) along the fruit are sugar spots; otherwise they are bruises."""
    stage_from: int = Field(ge=1)
    """And only from this stage of the ground on."""
    last_stage_share: Share
    """With this share of sugar spots the fruit has reached the last stage."""
    over_share: Share
    """Or with this share of brown of any kind but rot."""
    scar_to_stage: int = Field(ge=1)
    """Brown skin at or before this stage of the ground is a scar."""
    scar_ratio_from: float = Field(ge=1)
    """So is a patch this many times longer than wide, at any stage."""
    rot_from_stage: int = Field(ge=1)
    rot_lightness: float = Field(ge=0, le=100)
    """From that stage of the ground on, a patch with a mean L* below this is rot. Before it, it is a gap's shade."""
    rot_share: Share
    """And the instance is rejected when its rot covers at least this share of it."""


class Light(Part):
    """When a photo's own grey background may set its white. Otherwise colours are taken as they come."""

    chroma_to: float = Field(gt=0)
    """Background pixels with at most this CIELAB chroma are taken for grey."""
    lightness: tuple[float, float]
    background_from: Share
    """Share of the photo that must lie outside all instances."""
    share_from: Share
    """Of that background, that must be such grey."""
    spread_to: float = Field(gt=0)
    """Most median distance of the grey in (a*, b*) from its own middle."""
    cast_from: float = Field(gt=0)
    """Chroma of that grey from which the light is called coloured (`colour_cast`)."""


class ColourStages(Part):
    """The scale of colour stages: the nearest hue carries all but the last stage, brown share the last one."""

    version: Line
    erode: Share
    """Share of an instance's width that is left out along its edge: background, shade and blur."""
    least_pixels: int = Field(ge=1)
    """An instance with fewer measured pixels has no stage."""
    light: Light
    flecks: Flecks
    stages: tuple[ColourStage, ...] = Field(min_length=2)
    classes: dict[Line, tuple[int, int]]
    """By class name the first and last stage that agree with it."""
    defects: dict[Defect, Text]
    sources: tuple[Line, ...] = ()

    @model_validator(mode="after")
    def _stages_follow_one_another(self) -> Self:
        if [one.stage for one in self.stages] != list(range(1, len(self.stages) + 1)):
            raise ValueError("stages must be numbered 1, 2, 3 and so on")
        last = len(self.stages)
        for name, (first, final) in self.classes.items():
            if not 1 <= first <= final <= last:
                raise ValueError(f"stages of class {name!r} must lie between 1 and {last}, the first before the last")
        if missing := {"sugar_spots", "bruise", "scar", "rot"} - set(self.defects):
            raise ValueError(f"defects has no words for {', '.join(sorted(missing))}")
        return self


class Purpose(Part):
    """What the fruit is meant for, and which classes suit that."""

    title: Text
    classes: tuple[Line, ...] = Field(min_length=1)


class Weights(Part):
    """What the four components weigh in the score; they sum to 1."""

    uniformity: Share
    soundness: Share
    window: Share
    validity: Share

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        if abs(self.uniformity + self.soundness + self.window + self.validity - 1) > 1e-9:
            raise ValueError("weights must sum to 1")
        return self


class Shape(Part):
    """When an outline is that of one whole fruit: one part that does not cross itself, and these."""

    solidity_from: Share
    ratio: tuple[float, float]
    """Least and most length / width, along its bend."""


class GradeRow(Part):
    """What a grade asks for, column by column. None asks for nothing."""

    grade: GradeName
    score_from: Share
    defect_limit: Share | None = None
    tolerance: Share = 0.0
    """Share of fruits that may be above `defect_limit`, rounded down to whole fruits."""
    over_ripe_to: Share


class Grading(Part):
    """The rule of the grade; `grade.grade` applies it."""

    version: Line
    purposes: dict[Slug, Purpose] = Field(min_length=1)
    default_purpose: Slug
    weights: Weights
    spread_at_zero: float = Field(gt=0)
    """Standard deviation of the class number at which uniformity is 0."""
    defects_at_zero: float = Field(gt=0, le=1)
    """Mean defect share at which soundness is 0."""
    over_ripe: tuple[Line, ...]
    shape: Shape
    quality_from: Share
    """Photos judged worse than this are not graded."""
    confidence_from: Share
    """Nor are instances whose median confidence is lower."""
    table: tuple[GradeRow, ...] = Field(min_length=1)
    """Best first; what meets no row, or has a rejected fruit, is `worst`."""
    worst: GradeName
    ungradable: dict[Ungradable, Text]
    sources: tuple[Line, ...] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.default_purpose not in self.purposes:
            raise ValueError(f"default_purpose {self.default_purpose!r} is not one of purposes")
        names = [row.grade for row in self.table] + [self.worst]
        if len(set(names)) != len(names):
            raise ValueError("a grade stands in the table twice")
        for better, next_one in pairwise(self.table):
            if better.score_from <= next_one.score_from or better.over_ripe_to > next_one.over_ripe_to:
                raise ValueError(f"grade {next_one.grade} asks for more than the better grade {better.grade}")
        if missing := {"no_instances", "poor_photo", "low_confidence", "not_measured"} - set(self.ungradable):
            raise ValueError(f"ungradable has no words for {', '.join(sorted(missing))}")
        return self


class Anomalies(Part):
    """What is pointed out beside the answer, and from when on; a code without words here is never given."""

    mixed_below: Share
    """Uniformity."""
    defects_from: Share
    """Of one instance."""
    invalid_from: Share
    """Share of instances with an invalid outline."""
    confidence_below: Share
    """Of one instance."""
    sharpness_below: Share
    exposure_below: Share
    texts: dict[AnomalyCode, Text] = Field(min_length=1)
