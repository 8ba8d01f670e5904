"""The manifest: all that serving needs to know about a network, in one file beside its weights (`model.json`).

The trainer writes it, serving reads and checks it; nothing about a model stands in code.

Outputs of a classifier's ONNX graph, for a batch of n photos:
  one float32 (n, len(head.labels)) of logits per head, named by `head.output`;
  `joint.output`, float32 (n, len(classes) + len(joint.rejects)): logits over the classes, then over the reject slots;
  any float32 (n,) named by a refusal rule with `source: output`.

A detector's are described by `Boxes`.
"""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cultivar.vision.errors import BadManifest

FORMAT = 1
RefusalCode = Literal["no_plant", "unknown_crop", "not_in_pack", "unusable_photo"]


class Part(BaseModel):
    """Frozen, and nothing unknown is let through."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Input(Part):
    """How an upright RGB photo becomes the network's input.

    `squash` resizes to (width, height) ignoring the aspect ratio; `crop` resizes the short side to size / crop_share
    and cuts the centre; `letterbox` keeps the aspect ratio and pads with 114 all round, `letterbox_corner` pads right
    and below.
    A `uint8` input takes NHWC 0..255 and normalises inside the graph; `float32` takes NCHW ((x / 255) - mean) / std.
    """

    name: str = "image"
    width: int = Field(ge=8, le=4096)
    height: int = Field(ge=8, le=4096)
    dtype: Literal["uint8", "float32"] = "uint8"
    channels: Literal["rgb", "bgr"] = "rgb"
    resize: Literal["squash", "crop", "letterbox", "letterbox_corner"] = "squash"
    crop_share: float = Field(default=1.0, gt=0, le=1)
    interpolation: Literal["bilinear", "bicubic"] = "bicubic"
    mean: tuple[float, float, float] = (0.5, 0.5, 0.5)
    std: tuple[float, float, float] = (0.5, 0.5, 0.5)


class Head(Part):
    """One question the network answers: `softmax` has one true label, `sigmoid` any number of them."""

    name: str
    kind: Literal["softmax", "sigmoid"]
    output: str
    labels: tuple[str, ...] = Field(min_length=1)
    temperature: float = Field(default=1.0, gt=0)


class ClassLabel(Part):
    """A class that exists, and what each head says when it is true. Its place in the list is its `class_id`."""

    name: str
    labels: dict[str, str]


class Joint(Part):
    """A softmax over whole classes and reject slots; without it the classes' scores are products of the heads'."""

    output: str
    temperature: float = Field(default=1.0, gt=0)
    rejects: tuple[str, ...] = ()


class RefusalRule(Part):
    """Refuse with `code` when the score is at or above the threshold.

    `rejects`: the summed joint probability of the reject slots named by `slots`, of all of them if it is empty.
    `output`: the named (n,) output of the graph.
    `doubt`: one minus the probability of the likeliest class.
    """

    code: RefusalCode
    source: Literal["rejects", "output", "doubt"]
    output: str | None = None
    slots: tuple[str, ...] = ()
    threshold: float


class Boxes(Part):
    """How instances are read from a detector's outputs, for a batch of n photos; coordinates in input pixels.

    `yolov5`: (n, anchors, 5 + labels + coefficients): centre x, y, width, height, objectness, scores.
    `yolov8`, and YOLO11 and YOLO12: (n, 4 + labels + coefficients, anchors): centre x, y, width, height, scores.
    `yolox`: (n, anchors, 5 + labels + coefficients): as yolov5, but not yet decoded: centres are offsets in cells of
    the grids of `strides`, sizes are logarithms of cells. Scores are probabilities in all three.
    `end2end`: (n, k, 6 + coefficients): x1, y1, x2, y2, score, label, suppressed in the graph already.
    `prototypes` names the output (n, coefficients, height, width) that masks are mixed from; none, there are no masks.
    """

    layout: Literal["yolov5", "yolov8", "yolox", "end2end"]
    output: str
    prototypes: str | None = None
    labels: tuple[str, ...] = Field(min_length=1)
    strides: tuple[int, ...] = (8, 16, 32)
    min_confidence: float = Field(default=0.25, gt=0, lt=1)
    """Of the calibrated confidence; used where the request names none."""
    iou_threshold: float = Field(default=0.45, gt=0, le=1)
    most: int = Field(default=300, ge=1)
    temperature: float = Field(default=1.0, gt=0)
    """Calibration: sigmoid(logit(score) / temperature + bias)."""
    bias: float = 0.0


class Finder(Part):
    """A detector that runs before a classifier and finds what it is to judge; its labels are no classes."""

    file: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size_bytes: int = Field(gt=0)
    input: Input
    boxes: Boxes


class Tiling(Part):
    """A photo whose long side is over `over_px` is looked at in tiles of that side too.

    `overlap`: share of a tile that the next one sees again.
    """

    over_px: int = Field(ge=64)
    overlap: float = Field(default=0.2, ge=0, lt=0.9)


class Licence(Part):
    weights: str
    doubts: str = ""


class Manifest(Part):
    """`model.json`. `sha256` and `size_bytes` are of the weights file beside it."""

    format: Literal[1] = 1
    pack: str
    version: str
    task: Literal["classify", "detect", "segment"] = "classify"
    file: str = "model.onnx"
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size_bytes: int = Field(gt=0)
    input: Input
    heads: tuple[Head, ...] = ()
    classes: tuple[ClassLabel, ...] = Field(min_length=1)
    joint: Joint | None = None
    boxes: Boxes | None = None
    """Of a detector; its labels are the classes' names, in their order."""
    finder: Finder | None = None
    tiling: Tiling | None = None
    view_side: int = Field(default=0, ge=0, le=4096)
    """Long side of the upright picture that is kept beside the answer for measuring, at most; 0 keeps none."""
    refusals: tuple[RefusalRule, ...] = ()
    licence: Licence
    data: dict[str, object]
    """What it was trained on: sources with file hashes and counts."""
    training: dict[str, object]
    """Backbone, seed, settings, library versions."""
    metrics: dict[str, object]
    """Measured on val, by slice, with 95 % intervals; see the trainer's report."""
    reference: dict[str, object]
    """Histograms of val (confidence, brightness, sharpness, size, class share) for drift."""

    @model_validator(mode="after")
    def _task_has_its_parts(self) -> Self:
        if self.task == "classify":
            if not self.heads or self.boxes or self.tiling:
                raise ValueError("a classifier has heads, and neither boxes nor tiling")
            if self.finder and not self.view_side:
                raise ValueError("a finder needs a view_side: what it finds is cut from the view")
            return self
        if self.heads or self.joint or self.finder or self.boxes is None:
            raise ValueError("a detector has boxes, and neither heads nor joint nor finder")
        if (self.boxes.prototypes is not None) != (self.task == "segment"):
            raise ValueError("boxes.prototypes goes with the task 'segment', and only with it")
        if self.boxes.labels != tuple(known.name for known in self.classes):
            raise ValueError("boxes.labels and the classes' names differ")
        return self

    @model_validator(mode="after")
    def _classes_use_known_labels(self) -> Self:
        labels = {head.name: set(head.labels) for head in self.heads}
        for known in self.classes:
            for head, label in known.labels.items():
                if label not in labels.get(head, set()):
                    raise ValueError(f"class {known.name!r}: head {head!r} has no label {label!r}")
        if len({known.name for known in self.classes}) != len(self.classes):
            raise ValueError("two classes share a name")
        for rule in self.refusals:
            if (rule.source == "output") != (rule.output is not None):
                raise ValueError(f"refusal {rule.code!r}: `output` goes with source 'output', and only with it")
            if rule.source == "rejects" and not (self.joint and self.joint.rejects):
                raise ValueError(f"refusal {rule.code!r} needs reject slots")
            if unknown := set(rule.slots) - set(self.joint.rejects if self.joint else ()):
                raise ValueError(f"refusal {rule.code!r}: the joint has no reject slot {min(unknown)!r}")
        return self


def read_manifest(path: Path) -> Manifest:
    """Read and check `model.json`.

    Raises BadManifest with the place of the first fault.
    """
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BadManifest(f"{path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "the whole file"
        raise BadManifest(f"{path}: {where}: {first['msg']}") from error
