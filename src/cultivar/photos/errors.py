"""What can be missing about a photo."""

from cultivar.kernel.errors import NotFound


class PhotoUnknown(NotFound):
    code = "unknown_photo"
    title = "There is no such photo"
