"""From the instances of an answer to counts, measures, a grade and what stands out, by the pack's own rules. Pure."""

from collections.abc import Mapping, Sequence

from cultivar.packs.assessment import Assessment
from cultivar.packs.schemas import Pack
from cultivar.vision.answer import Instance, View
from cultivar.vision.quality import Quality


def assess(
    pack: Pack, instances: Sequence[Instance], views: Mapping[int, View], quality: Quality, purpose: str | None = None
) -> Assessment:
    """What `pack` makes of `instances`, those of refused photos left out.

    `views` by `file_index`; without one an instance is not measured. `quality` is that of the best photo.
    `purpose` is a key of `pack.grading.purposes`, by default the pack's own; KeyError for another.
    """
    counts = {}
    if pack.counting:
        counts = {pack.counting.total: len(instances)} | dict.fromkeys(pack.counting.classes.values(), 0)
        for one in instances:
            counts[pack.counting.classes[one.class_name]] += 1
    return Assessment(counts=counts)
