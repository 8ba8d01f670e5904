"""Decisions about batches. Pure: no clock, no database, no network."""

import base64
import hashlib
import hmac
import ipaddress
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

FILES_AT_MOST: Final = 100
PHOTOS_AT_MOST: Final = 10_000
UNPACKED: Final = 2
"""How many times its own limit an archive may have when it is unpacked: photos hardly shrink."""
UNKEPT_FOR: Final = timedelta(days=1)
"""How long answers are kept that consent does not keep, after the end of their job."""
NAME_LENGTH: Final = 500
PREFIX: Final = "bulk"
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


def folder(job_id: UUID) -> str:
    """Where the things lie that a job was sent; no names are in it."""
    return f"{PREFIX}/{job_id}"


def object_key(job_id: UUID, place: int | None) -> str:
    """Of the photo at this place, or of the archive."""
    return f"{folder(job_id)}/{'archive.zip' if place is None else place}"


def job_of(key: str) -> UUID | None:
    """The job that an object belongs to, or None for a key that is not of our making."""
    parts = key.split("/")
    try:
        return UUID(parts[1]) if len(parts) == 3 and parts[0] == PREFIX else None
    except ValueError:
        return None


def shown_name(name: str) -> str:
    """A name as it was given, but for what no line of text holds."""
    kept = (letter if letter.isprintable() and not 0xD800 <= ord(letter) < 0xE000 else "\ufffd" for letter in name)
    return "".join(kept)[:NAME_LENGTH]


def key_hash(secret: bytes, person: UUID, key: str) -> str:
    """What stands for an Idempotency-Key: who does not hold both the key and the secret finds no row by it."""
    return hmac.new(secret, b"batch-key\0" + person.bytes + key.encode(), hashlib.sha256).hexdigest()


def fingerprint(secret: bytes, person: UUID, key: str, content: Iterable[bytes]) -> str:
    """What stands for a request's content; only its sender's key can compare it with photos."""
    digest = hmac.new(secret, b"batch-body\0" + person.bytes + key.encode(), hashlib.sha256)
    for part in content:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def webhook_secret(secret: bytes, person: UUID) -> str:
    """The key that signs a person's webhooks, as Standard Webhooks writes it: `whsec_` and 32 bytes in base64."""
    made = hmac.new(secret, b"webhook\0" + person.bytes, hashlib.sha256).digest()
    return "whsec_" + base64.b64encode(made).decode()


def webhook_headers(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The signature of Standard Webhooks 1.0: HMAC-SHA256 of `id.timestamp.body`, in base64, after `v1,`."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }


def fault_of_address(url: str) -> str | None:
    """Why a webhook cannot go to this URL, whatever its host's addresses; None if it may."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "it is not a URL"
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        return "it does not begin with http:// or https:// and a host"
    return "it holds a name or a password" if parts.username or parts.password else None


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet at large, not of this machine or its neighbours."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast


def flat(item: dict[str, Any]) -> dict[str, Any]:
    """An item of the results as one row of a table; what it does not have is None."""
    result, error = item.get("result") or {}, item.get("error") or {}
    severity, refusal = item.get("severity") or {}, item.get("refusal") or {}
    told = {name: item.get(name) for name in COLUMNS}
    return told | {
        "error_code": error.get("code"),
        "error_detail": error.get("detail"),
        "refusal": refusal.get("code"),
        "class_name": result.get("class_name"),
        "confidence": result.get("confidence"),
        "instances": len(item.get("instances") or ()),
        "severity_grade": severity.get("grade"),
        "severity_area_share": severity.get("area_share"),
        "warnings": " ".join(item.get("warnings") or ()),
    }


COLUMNS: Final = (
    "file",
    "success",
    "error_code",
    "error_detail",
    "prediction_id",
    "image_id",
    "model",
    "model_version",
    "refused",
    "refusal",
    "class_name",
    "confidence",
    "plant_type",
    "instances",
    "banana_count",
    "not_mature_count",
    "mature_count",
    "ripe_count",
    "over_ripe_count",
    "overall_quality_score",
    "grade",
    "severity_grade",
    "severity_area_share",
    "warnings",
    "inference_time_ms",
)
"""Of a table of results, in their order."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def cell(value: object) -> object:
    """A value for a CSV: text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
