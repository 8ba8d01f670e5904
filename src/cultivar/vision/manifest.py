"""The manifest: all that serving needs to know about a network, in one file beside its weights (`model.json`).

The trainer writes it, serving reads and checks it; nothing about a model stands in code.

Outputs of a classifier's ONNX graph, for a batch of n photos:
  one float32 (n, len(head.labels)) of logits per head, named by `head.output`;
  `joint.output`, float32 (n, len(classes) + len(joint.rejects)): logits over the classes, then over the reject slots;
  any float32 (n,) named by a refusal rule with `source: output`.
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
    and cuts the centre; `letterbox` keeps the aspect ratio and pads with 114.
    A `uint8` input takes NHWC 0..255 and normalises inside the graph; `float32` takes NCHW ((x / 255) - mean) / std.
    """

    name: str = "image"
    width: int = Field(ge=8, le=4096)
    height: int = Field(ge=8, le=4096)
    dtype: Literal["uint8", "float32"] = "uint8"
    resize: Literal["squash", "crop", "letterbox"] = "squash"
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
    """

    code: RefusalCode
    source: Literal["rejects", "output"]
    output: str | None = None
    slots: tuple[str, ...] = ()
    threshold: float


class Licence(Part):
    weights: str
    doubts: str = ""


class Manifest(Part):
    """`model.json`. `sha256` and `size_bytes` are of the weights file beside it."""

    format: Literal[1] = 1
    pack: str
    version: str
    task: Literal["classify"] = "classify"
    file: str = "model.onnx"
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size_bytes: int = Field(gt=0)
    input: Input
    heads: tuple[Head, ...] = Field(min_length=1)
    classes: tuple[ClassLabel, ...] = Field(min_length=1)
    joint: Joint | None = None
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
