"""What the OpenAPI document says of `POST predict`, whose body FastAPI does not read for us."""

from typing import Any

from cultivar.predictions.schemas import AskParams

_FIELDS: dict[str, dict[str, Any]] = AskParams.model_json_schema()["properties"]
_DESCRIPTIONS = {name: field.pop("description", "") for name, field in _FIELDS.items()}
_PHOTO = {"type": "string", "format": "binary"}

_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "additionalProperties": False,
    "properties": {
        "file": {
            "type": "array",
            "items": _PHOTO,
            "minItems": 1,
            "maxItems": 5,
            "description": "JPEG, PNG, WebP or HEIC; several of one plant get one answer.",
        },
        **{name: field | {"description": _DESCRIPTIONS[name]} for name, field in _FIELDS.items()},
    },
}

PREDICT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": _FORM},
            **{f"image/{kind}": {"schema": _PHOTO} for kind in ("jpeg", "png", "webp", "heic")},
        },
    },
    "parameters": [
        {
            "name": name,
            "in": "query",
            "required": False,
            "schema": field,
            "description": f"{_DESCRIPTIONS[name]} With a form: as a field.".strip(),
            **({"deprecated": True} if field.get("deprecated") else {}),
        }
        for name, field in _FIELDS.items()
    ],
}

REPLAYED: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {
            "Idempotency-Replayed": {
                "description": "`true` when this answer had been given before.",
                "schema": {"type": "string", "enum": ["true"]},
            }
        }
    }
}

TO_IMAGE: dict[int | str, dict[str, Any]] = {
    307: {
        "description": "The photo's address",
        "headers": {"Location": {"description": "Good for an hour.", "schema": {"type": "string"}}},
    }
}

TO_JOB: dict[int | str, dict[str, Any]] = {
    202: {"headers": {"Location": {"description": "The job's address.", "schema": {"type": "string"}}}}
}

PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The picture", "content": {f"image/{kind}": {"schema": _PHOTO} for kind in ("jpeg", "png")}}
}
