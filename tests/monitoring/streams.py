"""Streams of answers: photos drawn at random from a few kinds, as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from uuid import UUID

from cultivar.predictions.events import PhotoLooks, PredictionMade

AT = datetime(2026, 5, 1, 10, 2, tzinfo=UTC)
CLASSES = tuple(f"Maple___{number}" for number in range(12))


@dataclass(frozen=True)
class Place:
    """Where photos come from: mean luma, sharpness, short side; how sure the answers are, of what, how often none."""

    luma: float = 120.0
    raw: float = 900.0
    side: int = 1024
    sure: float = 0.9
    classes: Sequence[str] = CLASSES
    refused: float = 0.05
    poor: float = 0.1


HOME = Place()
DARK, BLURRED, ELSEWHERE = replace(HOME, luma=70.0), replace(HOME, raw=200.0), replace(HOME, classes=CLASSES[:4])


def looks(place: Place, rng: Random) -> PhotoLooks:
    poor = rng.random() < place.poor
    return PhotoLooks(
        sharpness=0.2 if poor else 0.8,
        exposure=0.9,
        score=0.5,
        raw_sharpness=place.raw * rng.lognormvariate(0, 0.8),
        brightness=min(255.0, max(0.0, rng.gauss(place.luma, 30))),
        short_side=round(place.side * rng.lognormvariate(0, 0.3)),
    )


def answer(place: Place, rng: Random, *, model: str = "drawn", at: datetime = AT, photos: int = 1) -> PredictionMade:
    refused = rng.random() < place.refused
    named = (
        (None, None) if refused else (rng.choice(place.classes), min(1.0, rng.betavariate(9, 10 * (1 - place.sure))))
    )
    return PredictionMade(
        UUID(int=rng.getrandbits(128)),
        None,
        model,
        "1.0.0",
        *named,
        "no_plant" if refused else None,
        rng.uniform(5, 50),
        at,
        decode_ms=rng.uniform(1, 10),
        queue_ms=rng.uniform(0, 20),
        photos=tuple(looks(place, rng) for _ in range(photos)),
    )


def stream(place: Place, n: int, seed: int = 0, *, model: str = "drawn", at: datetime = AT) -> list[PredictionMade]:
    rng = Random(f"{place} {seed}")
    return [answer(place, rng, model=model, at=at) for _ in range(n)]
