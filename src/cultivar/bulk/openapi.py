"""What the OpenAPI document says of batches, whose bodies FastAPI does not read for us."""

from typing import Any

from cultivar.bulk.rules import FILES_AT_MOST, PHOTOS_AT_MOST
from cultivar.bulk.schemas import BatchParams

_FIELDS: dict[str, dict[str, Any]] = BatchParams.model_json_schema()["properties"]
_DESCRIPTIONS = {name: field.pop("description", "") for name, field in _FIELDS.items()}
_FILE = {"type": "string", "contentMediaType": "application/octet-stream"}
_ZIP = {"type": "string", "contentMediaType": "application/zip"}
_DESCRIBED = {name: field | {"description": _DESCRIPTIONS[name]} for name, field in _FIELDS.items()}
_IDS = {
    "type": "array",
    "items": {"type": "string", "format": "uuid"},
    "minItems": 1,
    "maxItems": PHOTOS_AT_MOST,
    "description": "Stored photos of your own.",
}

_FORM: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "files": {"type": "array", "items": _FILE, "minItems": 1, "maxItems": FILES_AT_MOST, "description": "Photos."},
        "archive": _ZIP | {"description": f"A ZIP of up to {PHOTOS_AT_MOST:,} photos."},
        **_DESCRIBED,
    },
}

BATCH: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": _FORM},
            "application/zip": {"schema": _ZIP},
            "application/json": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["image_ids"],
                    "properties": _DESCRIBED | {"image_ids": _IDS},
                }
            },
        },
    },
    "parameters": [
        {
            "name": name,
            "in": "query",
            "required": False,
            "schema": field,
            "description": f"{_DESCRIPTIONS[name]} With a form or JSON: as a field.".strip(),
            **({"deprecated": True} if field.get("deprecated") else {}),
        }
        for name, field in _FIELDS.items()
        if name != "image_ids"
    ],
}

ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {
        "headers": {
            "Location": {"description": "The job.", "schema": {"type": "string"}},
            "Idempotency-Replayed": {
                "description": "`true` when this job had been asked for before.",
                "schema": {"type": "string", "enum": ["true"]},
            },
        }
    }
}

_TEXT = {"schema": {"type": "string"}}
_ITEM = {
    "type": "object",
    "required": ["index", "file", "success"],
    "properties": {
        "index": {"type": "integer", "minimum": 0, "description": "The photo's place in the request."},
        "file": {"type": "string", "description": "Its name, as it was sent."},
        "success": {"type": "boolean"},
        "error": {
            "type": "object",
            "required": ["code", "detail"],
            "properties": {"code": {"type": "string"}, "detail": {"type": "string"}},
            "description": "Where `success` is false.",
        },
        "thumb_url": {
            "type": ["string", "null"],
            "description": "A link to the kept photo, as `GET predictions` has it. Not in `ndjson` and `csv`.",
        },
    },
    "additionalProperties": True,
    "description": "Where `success` is true, with all members of the answer to `POST predict`; of one that is kept, "
    "with those of `GET predictions/{prediction_id}`.",
}
_PAGE = {
    "type": "object",
    "required": ["items", "total", "next_cursor"],
    "properties": {
        "items": {"type": "array", "items": _ITEM},
        "total": {"type": ["integer", "null"]},
        "next_cursor": {"type": ["string", "null"]},
    },
}

RESULTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The results",
        "content": {"application/json": {"schema": _PAGE}, "application/x-ndjson": _TEXT, "text/csv": _TEXT},
    }
}
