"""What a detector's training run was asked for."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cultivar.packs.schemas import Pack
from cultivar.trainer.detect.recipe import DetectRecipe, detect_recipe
from cultivar.trainer.errors import BadData, BadRecipe
from cultivar.trainer.format import Source, open_source

FINDER = "finder"


@dataclass(frozen=True)
class DetectOrder:
    """A detector of `classes`. `finder`: it is to run before the pack's classifier, and not the pack's own model."""

    pack: Pack
    finder: bool
    classes: tuple[str, ...]
    recipe: DetectRecipe
    data: tuple[Path, ...]
    out: Path
    weights: Path | None
    seed: int
    progress: bool

    @property
    def file(self) -> str:
        """Name of the weights in the pack."""
        return "finder.onnx" if self.finder else "model.onnx"

    @property
    def min_confidence(self) -> float:
        return self.recipe.min_confidence if self.finder else self.pack.min_confidence

    @property
    def iou_threshold(self) -> float:
        return self.recipe.iou_threshold if self.finder else self.pack.iou_threshold

    @cached_property
    def sources(self) -> dict[str, Source]:
        """By name; BadData if two share one."""
        found = {source.name: source for source in map(open_source, self.data)}
        if len(found) != len(self.data):
            raise BadData("two sources have the same name; photos are reported under it, so each needs its own")
        return found


def part_of(pack: Pack, part: str | None) -> tuple[bool, tuple[str, ...], DetectRecipe]:
    """Whether the part is the pack's finder, its classes, and its recipe.

    Without a part it is the pack's own detector. BadRecipe if the pack has no such part.
    """
    place = f"{pack.folder / 'pack.yaml'}: training"
    if part is None:
        return False, tuple(known.name for known in pack.classes), detect_recipe(pack.training, place)
    section = pack.training.get(FINDER)
    if part != FINDER or not isinstance(section, dict):
        raise BadRecipe(f"{place} has no part {part!r}")
    recipe = detect_recipe({key: value for key, value in section.items() if key != "classes"}, f"{place}.{part}")
    return True, tuple(str(name) for name in section.get("classes", ())), recipe
