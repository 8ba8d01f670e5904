"""What is said of single instances: whether it can be meant, and what it comes to. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from shapely import Polygon

from cultivar.feedback.errors import BadPlace, ClassUnknown, Contradiction, InstanceUnknown
from cultivar.feedback.events import InstanceSaid
from cultivar.predictions.schemas import Thing


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer found. `whole`: the answer is its instances, so that it is right when they are.

    `things` by `instance_id`; `sizes`: width and height of each photo, empty where they are not known.
    """

    whole: bool = False
    things: Mapping[int, Thing] = field(default_factory=dict)
    sizes: Sequence[tuple[int, int]] = ()


def checked_instance(said: InstanceSaid, answered: Answered, classes: Sequence[str]) -> InstanceSaid:
    """The same with its photo and its class named in full.

    Raises InstanceUnknown, ClassUnknown, Contradiction (a wrong class that is the answer's) or BadPlace.
    """
    thing = None
    if said.instance_id is not None:
        thing = answered.things.get(said.instance_id)
        if thing is None:
            raise InstanceUnknown(f"The answer has no instance {said.instance_id}.", instance_id=said.instance_id)
    if said.class_name is not None and said.class_name not in classes:
        raise ClassUnknown("Take a class from `GET models/{pack}/labels`.")
    if thing is not None and said.verdict == "wrong_class" and said.class_name == thing.class_name:
        raise Contradiction(f"Instance {thing.instance_id} was of the wrong class, yet its own is named.")
    file_index = thing.file_index if thing else said.file_index or 0
    _in_its_photo(said, file_index, answered.sizes)
    class_id = classes.index(said.class_name) if said.class_name is not None else None
    return replace(said, file_index=file_index, class_id=class_id)


def _in_its_photo(said: InstanceSaid, file_index: int, sizes: Sequence[tuple[int, int]]) -> None:
    """Raises BadPlace."""
    points = [*(said.polygon or ())]
    if said.bbox is not None:
        x1, y1, x2, y2 = said.bbox
        if not (x1 < x2 and y1 < y2):
            raise BadPlace("A box is x1, y1, x2, y2, from its upper left to its lower right corner.")
        points += [(x1, y1), (x2, y2)]
    if said.polygon is not None:
        outline = Polygon(said.polygon)
        if not outline.is_valid or outline.area == 0:
            raise BadPlace("An outline has an area and does not cross or touch itself.")
    if sizes and file_index >= len(sizes):
        raise BadPlace(f"There is no photo {file_index}; they are counted from 0.")
    if sizes and any(x > sizes[file_index][0] or y > sizes[file_index][1] for x, y in points):
        width, height = sizes[file_index]
        raise BadPlace(f"The photo is {width} x {height} pixels as seen upright.")


def is_right(instances: Sequence[InstanceSaid]) -> bool:
    """Whether nothing that is said of them is against the answer."""
    return all(one.verdict == "right" for one in instances)
