"""How a pack is trained: the `training:` section of its pack.yaml, checked, with defaults that suit leaves."""

from fnmatch import fnmatchcase
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cultivar.packs.schemas import Pack
from cultivar.trainer.errors import BadRecipe
from cultivar.vision.manifest import Licence, RefusalCode


class Part(BaseModel):
    """Frozen, and nothing unknown is let through."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Stage(Part):
    """So many epochs at this side length, in pixels.

    `rate`: a new cycle of the learning rate begins here, up to this share of the recipe's; without, the cycle goes on.
    `strength`: share of the recipe's mixing and pasting, and of how far crops go below the whole frame.
    """

    size: int = Field(ge=16, le=1024)
    epochs: int = Field(ge=1)
    rate: float | None = Field(default=None, gt=0, le=1)
    strength: float = Field(default=1, ge=0, le=1)


class Slice(Part):
    """How the photos of one source are drawn.

    `draws`: times a photo is seen in an epoch, on average. `balance`: 0 draws all photos alike, 1 all labels alike.
    `paste`: share of leaves cut from their plain background and put before another; `paste_shared`: the same for
    labels that another source has too.
    """

    draws: float = Field(default=1, ge=0)
    balance: float = Field(default=0, ge=0, le=1)
    paste: float = Field(default=0, ge=0, le=1)
    paste_shared: float = Field(default=0, ge=0, le=1)

    @property
    def pastes(self) -> bool:
        return self.paste + self.paste_shared > 0


class Notes(Part):
    """What the card says in words, a sentence each."""

    data: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()


AFTER = frozenset(
    {
        "version",
        "licence",
        "notes",
        "test_sizes",
        "test_mirrored",
        "refuse_known",
        "least_reject",
        "novelty",
        "novelty_stages",
        "directions",
        "shifts",
        "caution",
        "least_confidence",
        "view_side",
    }
)
"""Fields of a recipe that are used when the weights are known; all others shape them."""


class Recipe(Part):
    """Everything that makes a model, besides data and seed."""

    version: str = "1.0.0"
    rejects: dict[RefusalCode, tuple[str, ...]] = {}
    """Labels (patterns as in file names) that are no class; each is a reject slot of the joint."""
    licence: Licence = Licence(weights="MIT")
    """Of the trained weights, with what is in doubt; it stands in the manifest and on the card."""
    notes: Notes = Notes()
    backbone: str = "tf_efficientnet_lite0"
    """A timm name, or `tiny`, our own small network; `one+other` are two side by side."""
    stages: tuple[Stage, ...] = (Stage(size=160, epochs=8), Stage(size=224, epochs=4))
    probe_views: int = Field(default=0, ge=0, le=50)
    """Nothing but the heads is fitted, at once, on every photo of train as it is and in so many random views; the
    backbone stays as it was. 0 trains epoch by epoch."""
    probe_decay: float = Field(default=0.01, gt=0)
    """Weight of the squared weights of such heads, features standardised."""
    head_epochs: int = 1
    """First epochs that train the heads alone."""
    frozen_blocks: int = 2
    """Stem and first blocks of a timm backbone whose weights stay as they were pretrained."""
    test_sizes: tuple[int, ...] = (224,)
    """Side lengths tried on val; the best serves."""
    test_mirrored: tuple[bool, ...] = (False,)
    """Whether the mirror image is looked at too (twice the work); tried on val like the sizes."""
    batch_size: int = Field(default=48, ge=2)
    learning_rate: float = 7e-4
    head_rate: float = 3.0
    """The heads' learning rate over the backbone's."""
    weight_decay: float = 0.02
    drop_rate: float = 0.2
    drop_path: float = 0.1
    label_smoothing: float = Field(default=0.1, ge=0, lt=1)
    head_loss: float = 0.3
    """Weight of each head's own loss beside the joint's."""
    mix: float = Field(default=0.4, ge=0, le=1)
    """Share of batches that are mixed (mixup or cutmix, half and half)."""
    mix_style: float = Field(default=0, ge=0, le=1)
    """Share of batches whose photos exchange the statistics of early features (MixStyle, Zhou et al. 2021).

    The camera's colours and contrast are in them, and what is learnt depends on them less.
    """
    average: float = Field(default=0.995, ge=0, lt=1)
    """Decay of the moving average of the weights, which is what is exported."""
    mean_of: tuple[int, ...] = ()
    """Epochs, the first is 1, whose moving averages are averaged once more (Izmailov et al. 2018): those reached at
    different learning rates err differently. Training ends with the latest. Without, the last epoch's serves."""
    turns: bool = True
    """Quarter turns and both flips; without, only mirrored left to right."""
    light: float = Field(default=1, ge=0, le=3)
    """How far exposure, white balance, contrast, saturation and gamma vary; 1 is as the photos of one camera do."""
    smallest_crop: float = Field(default=0.35, gt=0, le=1)
    """Smallest share of a photo's area that a crop keeps."""
    patience: int = 8
    """Epochs without a better val loss until it stops."""
    slices: dict[str, Slice] = {}
    backgrounds: tuple[str, ...] = ()
    """Labels (patterns) whose photos may stand behind a cut leaf."""
    refuse_known: float = Field(default=0.02, ge=0, le=0.5)
    """Share of known val photos, every source alike, that the refusals may cost, all rules together."""
    shifts: int = Field(default=0, ge=0, le=20)
    """How often each val photo is looked at once more as another camera would have taken it, for the temperatures."""
    caution: float = Field(default=1, ge=0.5, le=3)
    """Factor on the temperatures: what photos of an unknown source are found to need beyond those of val."""
    least_confidence: float = Field(default=0, ge=0, lt=1)
    """A photo whose likeliest class is less probable is refused as `not_in_pack`; 0 refuses none."""
    view_side: int = Field(default=0, ge=0, le=4096)
    """Long side of the picture that serving keeps for measuring; 0 keeps none."""
    least_reject: float = Field(default=0.3, gt=0, lt=1)
    """The slots of a code refuse only where they are at least so probable in all."""
    novelty: bool = True
    """Whether what lies far from all known training photos is refused as `unknown_crop`."""
    novelty_stages: tuple[int, ...] = Field(default=(-3, -1), min_length=1)
    """The stages of the backbone whose outputs the novelty looks at; -1 is the last."""
    directions: int = Field(default=256, ge=2)
    """How many main directions of those outputs it looks at."""

    @property
    def epochs(self) -> int:
        return sum(stage.epochs for stage in self.stages)

    @property
    def last_epoch(self) -> int:
        return max(self.mean_of, default=self.epochs)

    @model_validator(mode="after")
    def _means_of_epochs_that_come(self) -> Self:
        if not all(1 <= epoch <= self.epochs for epoch in self.mean_of):
            raise ValueError(f"mean_of names an epoch beyond 1..{self.epochs}")
        return self

    def stage_at(self, epoch: int) -> Stage:
        """The stage of that epoch, counted from 0; the last one beyond the end."""
        for stage in self.stages:
            if epoch < stage.epochs:
                return stage
            epoch -= stage.epochs
        return self.stages[-1]

    @property
    def cycles(self) -> tuple[tuple[int, float], ...]:
        """Epochs of each cycle of the learning rate, and the share of it that the cycle reaches."""
        found: list[tuple[int, float]] = []
        for stage in self.stages:
            if stage.rate is not None or not found:
                found.append((stage.epochs, stage.rate or 1.0))
            else:
                found[-1] = (found[-1][0] + stage.epochs, found[-1][1])
        return tuple(found)

    def slice(self, name: str) -> Slice:
        """The rule of `source/subset`, else that of the source."""
        return self.slices.get(name, self.slices.get(name.partition("/")[0], Slice()))

    @property
    def slots(self) -> tuple[str, ...]:
        """The reject slots, in the order of the joint's last outputs."""
        return tuple(label for labels in self.rejects.values() for label in labels)


def recipe_of(pack: Pack) -> Recipe:
    """The pack's recipe; BadRecipe names the field of the first fault. A finder has its own, see `detect.order`."""
    try:
        return Recipe.model_validate({name: value for name, value in pack.training.items() if name != "finder"})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise BadRecipe(f"{pack.folder / 'pack.yaml'}: training.{place}: {first['msg']}") from error


def target_index(label: str, pack: Pack, recipe: Recipe) -> int | None:
    """Where `label` stands in the joint: its class_id, or behind the classes its reject slot; None if nowhere."""
    if found := pack.class_named(label):
        return found[0]
    for place, pattern in enumerate(recipe.slots):
        if fnmatchcase(label, pattern):
            return len(pack.classes) + place
    return None


def any_match(label: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(label, pattern) for pattern in patterns)
