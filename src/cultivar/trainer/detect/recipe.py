"""How a detector is trained: the `training:` section of its pack.yaml, checked."""

from pydantic import Field, ValidationError

from cultivar.trainer.errors import BadRecipe
from cultivar.trainer.recipe import Notes, Part
from cultivar.vision.manifest import Licence


class Stage(Part):
    """So many epochs at this side length, a multiple of 32.

    `strength`: share of mosaics, pastes and drawings that the recipe asks for. `close`: boxes are also drawn in by
    their plain distance (L1), for the last few pixels. `rate`: a new cycle of the learning rate begins here, up to this
    share of the recipe's; without, the cycle goes on.
    """

    size: int = Field(ge=64, le=1280, multiple_of=32)
    epochs: int = Field(ge=1)
    strength: float = Field(default=1, ge=0, le=1)
    close: bool = False
    rate: float | None = Field(default=None, gt=0, le=1)


class DetectNotes(Notes):
    compared: tuple[str, ...] = ()
    """What other models reach on the same photos."""


class DetectRecipe(Part):
    """Everything that makes a detector, besides data and seed. A label is what a source calls a box."""

    version: str = "1.0.0"
    licence: Licence = Licence(weights="MIT")
    """Of the trained weights, with what is in doubt; it stands in the manifest and on the card."""
    notes: DetectNotes = DetectNotes()
    labels: dict[str, str] = Field(default_factory=dict)
    """Class of each label of a box; without an entry, the class of that name."""
    defects: tuple[str, ...] = ()
    """Labels that are a defect of another box if they lie mostly inside one; alone they are their class."""
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Classes that are also measured as one, by the name of that one."""
    backgrounds: tuple[str, ...] = ()
    """Labels of photos (patterns) that show none of the classes: they teach silence and stand behind pasted things."""
    drawn: int = Field(default=0, ge=0)
    """How many scenes of bananas are drawn to learn from, with exact outlines."""
    drawn_as: tuple[str, ...] = ()
    """The classes of drawn bananas that are dark green, light green, yellow and brown."""
    network: str = "yolox_nano"
    like: int = Field(default=46, ge=0, lt=80)
    """The class of COCO that every class begins as; 46 is banana, 58 a potted plant."""
    prototypes: int = Field(default=24, ge=0, le=64)
    """Prototypes that masks are mixed from; 0 makes boxes alone."""
    stages: tuple[Stage, ...] = (Stage(size=320, epochs=20), Stage(size=416, epochs=15, strength=0.6, close=True))
    serve_size: int = Field(default=416, ge=64, le=1280, multiple_of=32)
    frozen_stages: int = Field(default=1, ge=0, le=4)
    """Stem and first stages of the backbone that stay as they were pretrained; 0 frees the stem too."""
    batch_size: int = Field(default=16, ge=2)
    processes: int = Field(default=1, ge=1)
    """That share each batch. The operators are too small for threads: on a CPU without a GPU, two are twice as fast."""
    draws: int = Field(default=640, ge=2)
    """Pictures in an epoch."""
    learning_rate: float = 1e-3
    weight_decay: float = 0.02
    average: float = Field(default=0.998, ge=0, lt=1)
    """Decay of the moving average of the weights, which is what is exported."""
    balance: float = Field(default=0.5, ge=0, le=1)
    """0 draws all photos alike, 1 the classes of their boxes alike."""
    mosaic: float = Field(default=0.5, ge=0, le=1)
    """Share of pictures that are put together from four."""
    paste: float = Field(default=0.25, ge=0, le=1)
    """Share of pictures whose things are cut out and put before another background."""
    drawings: float = Field(default=0.15, ge=0, le=1)
    """Share of pictures that are drawn."""
    empty: float = Field(default=0.05, ge=0, le=1)
    """Share of pictures that are background alone."""
    zoom: tuple[float, float] = (0.4, 1.5)
    """How much larger or smaller a picture is shown than it fills the frame."""
    colour: float = Field(default=1.0, ge=0, le=1)
    """How far light, contrast, saturation and white balance are varied."""
    turns: bool = True
    """Quarter turns and both flips; without, only mirrored left to right."""
    min_confidence: float = Field(default=0.3, gt=0, lt=1)
    """From which calibrated confidence on a box is one, where the pack has no word on it."""
    iou_threshold: float = Field(default=0.45, gt=0, le=1)
    """Of two boxes of one class that overlap more than this, the less confident goes, where the pack has no word."""
    view_side: int = Field(default=640, ge=0, le=4096)
    """Long side of the picture that is kept beside the answer for measuring."""

    @property
    def epochs(self) -> int:
        return sum(stage.epochs for stage in self.stages)

    @property
    def cycles(self) -> list[tuple[int, float]]:
        """Steps of each cycle of the learning rate, and the share of it that the cycle reaches."""
        steps, found = self.draws // self.batch_size, list[tuple[int, float]]()
        for stage in self.stages:
            if stage.rate is not None or not found:
                found.append((stage.epochs * steps, stage.rate or 1.0))
            else:
                found[-1] = (found[-1][0] + stage.epochs * steps, found[-1][1])
        return found

    def stage_at(self, epoch: int) -> Stage:
        """The stage of that epoch, counted from 0; the last one beyond the end."""
        for stage in self.stages:
            if epoch < stage.epochs:
                return stage
            epoch -= stage.epochs
        return self.stages[-1]


AFTER = frozenset(
    {"version", "licence", "notes", "groups", "serve_size", "iou_threshold", "min_confidence", "view_side", "processes"}
)
"""Fields of a recipe that are used when the weights are known; all others shape them."""


def detect_recipe(section: object, place: str) -> DetectRecipe:
    """The recipe in a pack's `training` section; BadRecipe names `place` and the field of the first fault."""
    try:
        return DetectRecipe.model_validate(section)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(step) for step in first["loc"])
        raise BadRecipe(f"{place}.{field}: {first['msg']}") from error
