"""What can go wrong between bytes and answer."""

from cultivar.kernel.errors import BadRequest, Broken, Conflict, Unavailable


class UnreadableImage(BadRequest):
    """Not a photo we read, damaged, beyond a limit, or its decoder had to be stopped."""

    code = "unreadable_image"
    title = "This photo cannot be read"


class NotExplainable(Conflict):
    """A refusal, or the answer of a detector: neither is a class that could be asked after."""

    code = "not_explainable"
    title = "This answer has no picture that says why"


class Overloaded(Unavailable):
    """The queue of photos is full; `retry_after` is about the time it takes to empty."""

    code = "overloaded"
    title = "Too many photos at once, try again in a moment"


class ModelNotOpen(Unavailable):
    """A model that was never opened here, or has been shut."""

    code = "model_not_open"
    title = "This model is not loaded yet"


class BadManifest(Broken):
    """A model folder that does not hold together; it is refused before it is loaded."""

    code = "bad_manifest"
    title = "This model's manifest is not valid"
