"""Small pictures and the files that hold them, for tests that need thousands."""

import io
from typing import Final

import numpy as np
from PIL import Image, ImageCms

from tests.support.photofile import encoded, exif

SECRET: Final = b"52.5200N 13.4050E Ada Lovelace"
PROFILE: Final = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP: Final = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>' + SECRET + b"</rdf:RDF></x:xmpmeta>"
KINDS: Final = ("JPEG", "PNG", "WEBP")


def texture(width: int, height: int, *, seed: int = 0, mode: str = "RGB") -> Image.Image:
    """Blotches and grain, different in all four corners."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (4, 4, 3), dtype=np.uint8)).resize((width, height))
    grain = rng.normal(0, 12, (height, width, 3))
    return Image.fromarray((np.asarray(coarse) + grain).clip(0, 255).astype(np.uint8)).convert(mode)


def telling(kind: str, image: Image.Image, orientation: int = 1, **options: object) -> bytes:
    """The picture in a file that says where, when and by whom it was taken, in every way this format has."""
    tags = exif(orientation=orientation, gps=(52.52, 13.405), camera=True)
    tags[0x010E] = SECRET.decode()
    options |= {"exif": tags, "icc_profile": PROFILE}
    if kind in {"JPEG", "WEBP"}:
        options["xmp"] = XMP
    if kind == "JPEG":
        options["comment"] = SECRET
    return encoded(image, kind, **options) + SECRET


def decoded(data: bytes) -> np.ndarray:
    """Stored pixels as Pillow reads them."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


def profile_of(data: bytes) -> bytes | None:
    with Image.open(io.BytesIO(data)) as image:
        return image.info.get("icc_profile")


def heic(image: Image.Image, **options: object) -> bytes:
    import pillow_heif

    buffer = io.BytesIO()
    pillow_heif.from_pillow(image).save(buffer, **options)
    return buffer.getvalue()
