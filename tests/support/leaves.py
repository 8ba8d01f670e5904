"""Photos of drawn leaves as files, made once a process."""

from functools import cache

from tests.support import drawing
from tests.support.photofile import jpeg


@cache
def leaf(label: str = drawing.MAPLE_SICK, seed: int = 0, size: int = 320) -> bytes:
    """A JPEG of `label`; another `seed`, another photo."""
    return jpeg(drawing.picture(label, seed=seed, size=size))


@cache
def black() -> bytes:
    """A photo that nobody can use."""
    return jpeg(drawing.black())
