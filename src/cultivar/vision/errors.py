"""What can go wrong between bytes and answer."""

from cultivar.kernel.errors import BadRequest, Broken


class UnreadableImage(BadRequest):
    """Not a photo we read, damaged, beyond a limit, or its decoder had to be stopped."""

    code = "unreadable_image"
    title = "This photo cannot be read"


class BadManifest(Broken):
    """A model folder that does not hold together; it is refused before it is loaded."""

    code = "bad_manifest"
    title = "This model's manifest is not valid"
