"""A pack as it is in memory: frozen, complete, every text in every language."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from cultivar.packs.parts import Line, Part
from cultivar.packs.parts import Text as Text  # noqa: PLC0414  part of what others see of packs
from cultivar.packs.sections import Anomalies, ColourStages, Counting, Grading
from cultivar.packs.severity import SeverityRule
from cultivar.vision.manifest import RefusalCode

Language = Literal["en", "fr"]
Severity = Literal["info", "watch", "act", "urgent", "notify"]


class Head(Part):
    """One question the network answers; see `vision.manifest.Head`."""

    name: Line
    kind: Literal["softmax", "sigmoid"]
    title: Text


class Treatments(Part):
    """Advice, in the order it is given. `chemical_class` is never a product, a dose, a mix or an interval."""

    prevention: Text
    biological: Text
    chemical_class: Text


class PackClass(Part):
    """One answer a pack can give. Its place in `Pack.classes` is its `class_id`, which never changes."""

    name: Line
    labels: dict[str, Line] = Field(default_factory=dict)
    title: Text
    description: Text
    severity: Severity = "info"
    symptoms: Text | None = None
    handling: Text | None = None
    """How to store it, and what to do with it next."""
    pathogen: Line | None = None
    eppo: tuple[Annotated[str, StringConstraints(pattern="^[A-Z0-9]{6}$")], ...] = ()
    treatments: Treatments | None = None
    sources: tuple[Line, ...] = ()


class RefusalText(Part):
    """What a person reads when a photo is refused, and what to try next."""

    message: Text
    advice: Text


class Pack(Part):
    """A pack that has been checked.

    A classifier has heads; a detector has none, and may count, measure and grade what it finds.
    `training` is the trainer's own section, passed on as it stands. `model_folder` is where `model.json` and the
    weights lie, None for a pack without a trained model. `card` is the text of CARD.md, if there is one.
    """

    name: Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9-]{0,62}$")]
    title: Text
    description: Text
    task: Literal["classify", "detect", "segment"]
    subject: Literal["plant", "fruit", "animal"]
    heads: tuple[Head, ...] = ()
    healthy_label: Line | None = None
    min_confidence: float = Field(default=0.5, ge=0, le=1)
    iou_threshold: float = Field(default=0.45, ge=0.1, le=1)
    refusals: dict[RefusalCode, RefusalText]
    safety: Text | None = None
    counting: Counting | None = None
    colour_stages: ColourStages | None = None
    grading: Grading | None = None
    anomalies: Anomalies | None = None
    severity: SeverityRule | None = None
    training: dict[str, object] = Field(default_factory=dict)
    classes: tuple[PackClass, ...] = Field(min_length=2)
    names: dict[str, dict[str, Text]] = Field(default_factory=dict)
    folder: Path
    model_folder: Path | None = None
    card: str | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        heads = {head.name for head in self.heads}
        seen: set[str] = set()
        for known in self.classes:
            if known.name in seen:
                raise ValueError(f"two classes are named {known.name!r}")
            seen.add(known.name)
            if set(known.labels) != heads:
                raise ValueError(f"class {known.name!r} must have one label for each head: {', '.join(sorted(heads))}")
        for head in heads:
            if unnamed := set(self.head_labels(head)) ^ set(self.names.get(head, {})):
                raise ValueError(f"names.{head} and the classes differ in: {', '.join(sorted(unnamed))}")
        return self

    @model_validator(mode="after")
    def _sections_fit_the_task(self) -> Self:
        measured = {"colour_stages": self.colour_stages, "grading": self.grading, "anomalies": self.anomalies}
        if (self.task == "classify") != bool(self.heads):
            raise ValueError("a classifier needs heads, a detector has none")
        if self.counting and self.task == "classify":
            raise ValueError("counting goes with the task 'detect' or 'segment'")
        if self.severity and "condition" not in {head.name for head in self.heads}:
            raise ValueError("severity goes with a head called condition")
        if self.severity and self.severity.graded not in self.head_labels("condition"):
            raise ValueError("severity.graded must be a label of the head condition")
        for section, content in measured.items():
            if content and self.task != "segment":
                raise ValueError(f"{section} goes with the task 'segment', since it measures masks")
        return self

    @model_validator(mode="after")
    def _sections_name_known_classes(self) -> Self:
        known = {one.name for one in self.classes}
        if self.counting and set(self.counting.classes) != known:
            raise ValueError("counting.classes must name every class of the pack, and no other")
        if self.colour_stages and set(self.colour_stages.classes) != known:
            raise ValueError("colour_stages.classes must name every class of the pack, and no other")
        if self.grading:
            wanted = {name for one in self.grading.purposes.values() for name in one.classes}
            if unknown := (wanted | set(self.grading.over_ripe)) - known:
                raise ValueError(f"grading names {min(unknown)!r}, which is no class of the pack")
        return self

    @model_validator(mode="after")
    def _says_what_it_must(self) -> Self:
        """Any model may meet an unusable photo; what is said of a sick plant comes with advice and its sources."""
        if "unusable_photo" not in self.refusals:
            raise ValueError("refusals must have unusable_photo")
        if self.subject == "animal":
            return self
        if self.subject == "fruit":
            if self.safety is None:
                raise ValueError("a pack of fruit needs safety")
            return self
        if self.safety is None or self.healthy_label is None:
            raise ValueError("a pack of plants needs safety and healthy_label")
        for known in self.classes:
            sick = self.healthy_label not in known.labels.values()
            if sick and not (known.symptoms and known.pathogen and known.treatments and known.sources):
                raise ValueError(f"class {known.name!r} needs symptoms, pathogen, treatments and sources")
        return self

    def head_labels(self, head: str) -> tuple[str, ...]:
        """The labels of a head, in order of their first class: the order of the network's output."""
        return tuple(dict.fromkeys(known.labels[head] for known in self.classes))

    @cached_property
    def answers(self) -> tuple[PackClass, ...]:
        """What an answer may be called, in order of `class_id`: the network's classes, then what measuring adds.

        A `severity` section calls classes by its own names and adds `Stage1` to `Stage6` at the end.
        """
        rule = self.severity
        if rule is None:
            return self.classes
        named = [known.model_copy(update={"name": rule.named.get(known.name, known.name)}) for known in self.classes]
        graded = _class_graded(self.classes, rule)
        return *named, *(_graded(graded, rule.stage_name.format(grade=grade), grade) for grade in range(1, 7))

    @cached_property
    def class_of_answer(self) -> Mapping[str, str]:
        """The network's class behind each name that an answer may have."""
        behind = [known.name for known in self.classes]
        if self.severity is not None:
            behind += [_class_graded(self.classes, self.severity).name] * (len(self.answers) - len(behind))
        return {answer.name: name for answer, name in zip(self.answers, behind, strict=True)}

    def answer_named(self, name: str) -> tuple[int, PackClass] | None:
        """`(class_id, answer)`, or None for what this pack never answers."""
        return next(((i, known) for i, known in enumerate(self.answers) if known.name == name), None)

    def class_named(self, name: str) -> tuple[int, PackClass] | None:
        """`(class_id, class)` of a class of the network, or None."""
        return next(((i, known) for i, known in enumerate(self.classes) if known.name == name), None)


def _class_graded(classes: Iterable[PackClass], rule: SeverityRule) -> PackClass:
    return next(known for known in classes if known.labels["condition"] == rule.graded)


def _graded(known: PackClass, name: str, grade: int) -> PackClass:
    title = Text(en=f"{known.title.en}, grade {grade}", fr=f"{known.title.fr}, grade {grade}")
    return known.model_copy(update={"name": name, "title": title})
