"""A photo with its answer drawn on it."""

import base64
from uuid import UUID

from cultivar.kernel.errors import Unavailable
from cultivar.kernel.world import Engine
from cultivar.packs.schemas import Language, Pack
from cultivar.predictions.found import Instance
from cultivar.predictions.schemas import Said
from cultivar.vision.overlay import Kind, Shape


def path(prediction_id: UUID) -> str:
    """Where the picture of a stored answer is to be had."""
    return f"/api/v1/predictions/{prediction_id}/visualization"


def data_url(picture: bytes, kind: Kind = "jpeg") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"


def first(said: Said) -> int:
    """The photo to show of several: the first that is not refused."""
    return next((photo.file_index for photo in said.photos if not photo.refused), 0)


async def draw(
    engine: Engine | None,
    photo: bytes,
    said: Said,
    pack: Pack | None,
    index: int,
    *,
    kind: Kind = "jpeg",
    language: Language = "en",
) -> bytes:
    """The photo at `index` of the request with its part of the answer. Raises UnreadableImage, Unavailable."""
    if engine is None:
        raise Unavailable("This process does not look at photos.")
    shapes = [_shape(one, pack, language) for one in said.instances if one.file_index == index]
    return await engine.overlay(photo, shapes, headline(said, pack, language), kind=kind)


def headline(said: Said, pack: Pack | None, language: Language) -> str:
    """The answer in one line: a refusal's message, or the class with its confidence and the grade."""
    if said.refusal is not None or said.result is None:
        return said.refusal.message if said.refusal else ""
    words = [f"{_title(pack, said.result.class_name, language)} {said.result.confidence:.0%}"]
    if said.grade is not None:
        words.append(said.grade)
    if said.severity is not None and said.severity.area_share is not None:
        words.append(f"{said.severity.area_share:.0%}")
    return " · ".join(words)


def _shape(one: Instance, pack: Pack | None, language: Language) -> Shape:
    text = f"{_title(pack, one.class_name, language)} {one.confidence:.0%}"
    polygon = tuple(one.polygon) if one.polygon else None
    return Shape(bbox=one.bbox, polygon=polygon, text=text, colour=one.class_id)


def _title(pack: Pack | None, class_name: str, language: Language) -> str:
    known = pack.answer_named(class_name) if pack else None
    return str(getattr(known[1].title, language)) if known else class_name
