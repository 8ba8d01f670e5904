"""Parameters of a request whose body FastAPI does not read for us: from fields of a form and of the query."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)
Fields = list[tuple[str, str, Any]]
"""`(place, name, value)`, the place `query` or `body`."""


def read_fields(fields: Iterable[tuple[str, str, Any]], kind: type[Model]) -> Model:
    """The parameters; each name at most once. Raises RequestValidationError."""
    found = list(fields)
    places = {name: place for place, name, _ in found}
    for name, times in Counter(name for _, name, _ in found).items():
        if times > 1:
            raise misfit(places[name], name, "duplicate", "This parameter is given more than once")
    try:
        return kind.model_validate({name: value for _, name, value in found})
    except ValidationError as error:
        raise RequestValidationError([_placed(one, places) for one in error.errors()]) from error


def misfit(place: str, name: str, kind: str, message: str) -> RequestValidationError:
    """What is wrong with one value."""
    return RequestValidationError([{"loc": (place, name), "type": kind, "msg": message}])


def _placed(error: Any, places: dict[str, str]) -> dict[str, Any]:
    name, *within = error["loc"] or ("body",)
    place = places.get(str(name), "query")
    return {**error, "loc": (place, name, *within) if error["loc"] else (name,)}
