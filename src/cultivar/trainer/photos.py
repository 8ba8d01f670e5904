"""All photos decoded once into one memory map, so that an epoch costs no JPEG decoding."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from cultivar.trainer.errors import BadData
from cultivar.trainer.format import Record, Source
from cultivar.trainer.leafcut import SIDE, cut_leaf

LONG_SIDE = 256


@dataclass(frozen=True, slots=True)
class Photos:
    """Pixels and leaf masks by the place of a record in the list they were made from."""

    flat: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    shapes: NDArray[np.int64]
    masks: NDArray[np.uint8]
    has_mask: NDArray[np.bool_]

    def pixels(self, index: int) -> NDArray[np.uint8]:
        """(height, width, 3), upright RGB, long side at most 256."""
        height, width = self.shapes[index]
        start = self.offsets[index]
        return self.flat[start : start + height * width * 3].reshape(height, width, 3)

    def mask(self, index: int) -> NDArray[np.uint8] | None:
        return self.masks[index] if self.has_mask[index] else None


def decode(data: bytes, long_side: int = LONG_SIDE) -> NDArray[np.uint8]:
    """Upright RGB, its long side shrunk to at most `long_side`."""
    with Image.open(BytesIO(data)) as opened:
        image = ImageOps.exif_transpose(opened).convert("RGB")
    image.thumbnail((long_side, long_side), Image.Resampling.BICUBIC)
    return np.asarray(image)


def load_photos(
    folder: Path, records: Sequence[Record], sources: Mapping[str, Source], to_cut: Sequence[bool]
) -> Photos:
    """Read the memory map in `folder`, made first if it is not that of these records.

    `to_cut` says for which records a leaf mask is looked for.
    """
    listing = "\n".join(f"{r.source}/{r.path}/{cut}" for r, cut in zip(records, to_cut, strict=True))
    key = hashlib.sha256(listing.encode()).hexdigest()
    facts = folder / "photos.json"
    if not facts.is_file() or json.loads(facts.read_text())["key"] != key:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder, records, sources, to_cut)
        facts.write_text(json.dumps({"key": key, "count": len(records)}))  # last: only a whole cache has it
    arrays = np.load(folder / "photos.npz")
    flat = np.memmap(folder / "photos.u8", np.uint8, mode="r")
    return Photos(flat, arrays["offsets"], arrays["shapes"], arrays["masks"], arrays["has_mask"])


def _write(folder: Path, records: Sequence[Record], sources: Mapping[str, Source], to_cut: Sequence[bool]) -> None:
    (folder / "photos.json").unlink(missing_ok=True)
    offsets, shapes, total = [], [], 0
    masks = np.zeros((len(records), SIDE, SIDE), np.uint8)
    has_mask = np.zeros(len(records), bool)
    with (folder / "photos.u8").open("wb") as out:
        for place, (record, cut) in enumerate(zip(records, to_cut, strict=True)):
            try:
                pixels = decode(sources[record.source].read(record.path))
            except (OSError, ValueError, Image.DecompressionBombError) as error:
                raise BadData(f"{record.source}/{record.path} cannot be read as a photo: {error}") from error
            out.write(pixels.tobytes())
            offsets.append(total)
            shapes.append(pixels.shape[:2])
            total += pixels.size
            mask = cut_leaf(pixels) if cut else None
            if mask is not None:
                masks[place], has_mask[place] = mask, True
    starts, sizes = np.array(offsets, np.int64), np.array(shapes, np.int64)
    np.savez(folder / "photos.npz", offsets=starts, shapes=sizes, masks=masks, has_mask=has_mask)
