"""A pack as it is in memory: frozen, complete, every text in every language."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from cultivar.vision.manifest import RefusalCode

Language = Literal["en", "fr"]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Severity = Literal["info", "watch", "act", "urgent", "notify"]


class Part(BaseModel):
    """Frozen, and nothing unknown is let through."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Part):
    """One text in every language we speak."""

    en: Line
    fr: Line


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
    labels: dict[str, Line]
    title: Text
    description: Text
    severity: Severity = "info"
    symptoms: Text | None = None
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

    `training` is the trainer's own section, passed on as it stands. `model_folder` is where `model.json` and the
    weights lie, None for a pack without a trained model. `card` is the text of CARD.md, if there is one.
    """

    name: Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9-]{0,62}$")]
    title: Text
    description: Text
    task: Literal["classify"]
    subject: Literal["plant", "animal"]
    heads: tuple[Head, ...] = Field(min_length=1)
    healthy_label: Line | None = None
    min_confidence: float = Field(default=0.5, ge=0, le=1)
    refusals: dict[RefusalCode, RefusalText]
    safety: Text | None = None
    training: dict[str, object] = {}
    classes: tuple[PackClass, ...] = Field(min_length=2)
    names: dict[str, dict[str, Text]]
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
    def _says_what_it_must(self) -> Self:
        """Any model may meet an unusable photo; what is said of a sick plant comes with advice and its sources."""
        if "unusable_photo" not in self.refusals:
            raise ValueError("refusals must have unusable_photo")
        if self.subject == "animal":
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

    def class_named(self, name: str) -> tuple[int, PackClass] | None:
        """`(class_id, class)`, or None for a name the pack does not know."""
        return next(((i, known) for i, known in enumerate(self.classes) if known.name == name), None)
