"""Pictures as the files that cameras write, with the metadata that must not be kept."""

import io

from PIL import Image

HAMBURG = (53.5511, 9.9937)
TURNED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}  # what undoes what a viewer does for the tag


def exif(*, orientation: int | None = None, gps: tuple[float, float] | None = None, camera: bool = False) -> Image.Exif:
    """EXIF with the tags asked for; `gps` is (latitude, longitude) in degrees."""
    tags = Image.Exif()
    if orientation is not None:
        tags[0x0112] = orientation
    if camera:
        tags[0x010F], tags[0x0110], tags[0x0132] = "Cultivar", "Drawn 1", "2024:05:01 10:00:00"
    if gps is not None:
        (latitude, longitude) = gps
        tags[0x8825] = {
            1: "N" if latitude >= 0 else "S", 2: _degrees(latitude),
            3: "E" if longitude >= 0 else "W", 4: _degrees(longitude),
        }  # fmt: skip
    return tags


def jpeg(
    image: Image.Image,
    *,
    quality: int = 88,
    orientation: int | None = None,
    gps: tuple[float, float] | None = None,
    camera: bool = False,
    comment: str | None = None,
    **options: object,
) -> bytes:
    """A JPEG. With `orientation` 2..8 the stored pixels are turned so that a viewer that obeys the tag sees `image`."""
    stored = image.transpose(TURNED[orientation]) if orientation in TURNED else image
    if orientation or gps or camera:
        options["exif"] = exif(orientation=orientation, gps=gps, camera=camera)
    if comment is not None:
        options["comment"] = comment
    return encoded(stored, "JPEG", quality=quality, **options)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """Any format that Pillow writes: "PNG", "WEBP", "GIF", …"""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _degrees(value: float) -> tuple[float, float, float]:
    whole, minutes = divmod(abs(value) * 60, 60)
    return whole, float(int(minutes)), round((minutes - int(minutes)) * 60, 2)
