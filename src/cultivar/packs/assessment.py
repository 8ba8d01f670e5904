"""What a pack's rules say of the instances of one answer. Plain values: `dataclasses.asdict` gives their JSON form."""

from dataclasses import dataclass, field
from typing import Literal

from cultivar.packs.parts import Text
from cultivar.packs.sections import AnomalyCode, Defect, GradeName, Ungradable

ShapeFault = Literal["no_mask", "several_parts", "self_crossing", "not_solid", "length_to_width"]


@dataclass(frozen=True, slots=True)
class DefectArea:
    """`area_share`: of the instance's visible area, 0..1. `spots`: how many separate spots."""

    kind: Defect
    area_share: float
    spots: int


@dataclass(frozen=True, slots=True)
class PeelColour:
    """The ground's CIELAB colour (D65), and its hue angle in degrees."""

    lightness: float
    a: float
    b: float
    hue_deg: float


@dataclass(frozen=True, slots=True)
class InstanceMeasures:
    """What is measured of one instance; None where it has no mask, or too few pixels.

    `defect_share` leaves sugar spots out, `brown_share` does not.
    """

    instance_id: int
    colour_stage: int | None
    colour: PeelColour | None
    brown_share: float | None
    defect_share: float | None
    defects: tuple[DefectArea, ...]
    reject: bool
    shape_faults: tuple[ShapeFault, ...]

    @property
    def valid(self) -> bool:
        """Its outline is that of one whole fruit."""
        return not self.shape_faults


@dataclass(frozen=True, slots=True)
class Columns:
    """The grade that each column of the table allows by itself; the lowest is the grade."""

    score: GradeName
    defects: GradeName
    over_ripe: GradeName


@dataclass(frozen=True, slots=True)
class Components:
    """What the grade is made of, each 0..1 and 1 best but for the last three.

    `uniformity` U, `soundness` D, `window` R and `validity` S of the rule; `mean_defect_share` and `over_ripe_share`
    are shares, `rejected` a number of instances.
    """

    uniformity: float
    soundness: float
    window: float
    validity: float
    mean_defect_share: float
    over_ripe_share: float
    rejected: int


@dataclass(frozen=True, slots=True)
class GradeSaid:
    """The grade with its reasons. Ungradable, `score`, `components` and `columns` are None and `reason` says why."""

    grade: GradeName | Literal["ungradable"]
    score: float | None
    purpose: str
    rule_version: str
    instances: int
    components: Components | None = None
    columns: Columns | None = None
    reason: Ungradable | None = None


@dataclass(frozen=True, slots=True)
class QualityMetrics:
    """0..1. `geometric_validity`: share of valid outlines. `confidence_spread`: standard deviation of confidences.

    The last two are None without instances.
    """

    sharpness: float
    exposure: float
    geometric_validity: float | None
    confidence_spread: float | None


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something to look at; `instance_ids` is empty where it is about the photo."""

    code: AnomalyCode
    instance_ids: tuple[int, ...]
    text: Text


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that a pack's sections make of an answer. What the pack has no section for is None or empty.

    `counts` are by wire name and hold every count of the pack. `instances` are in the order given.
    `grey_confidence`: by file index, how sure it is that a grey background set the photo's white; 0 when none did.
    """

    counts: dict[str, int] = field(default_factory=dict)
    instances: tuple[InstanceMeasures, ...] = ()
    grade: GradeSaid | None = None
    quality_metrics: QualityMetrics | None = None
    anomalies: tuple[Anomaly, ...] = ()
    grey_confidence: dict[int, float] = field(default_factory=dict)
