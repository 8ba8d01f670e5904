"""An answer drawn onto its photo."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["png", "jpeg"]


@dataclass(frozen=True, slots=True)
class Shape:
    """One thing to draw; coordinates in pixels of the upright photo.

    `text` stands at it, as "Ripe 87 %"; `colour` is a place in the palette, counted round: the class's id.
    """

    bbox: tuple[float, float, float, float]
    polygon: tuple[tuple[float, float], ...] | None
    text: str
    colour: int
