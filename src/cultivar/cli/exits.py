"""What the program's exit codes mean; scripts may rely on them."""

from enum import IntEnum

from cultivar.kernel import errors


class Exit(IntEnum):
    """Each code with its meaning; the words stand in `docs/cli.md`."""

    DONE = 0, "Done."
    BROKEN = 1, "Something failed inside Cultivar; `CULTIVAR_LOG_LEVEL=debug` shows where."
    USAGE = 2, "The command line or a setting is wrong."
    INPUT = 3, "A file or value that was given cannot be used."
    MISSING = 4, "There is no such thing."
    CONFLICT = 5, "It contradicts what is there: it exists already, or a check found a difference."
    DENIED = 6, "Not allowed."
    UNAVAILABLE = 7, "The database, the storage, a model or an optional part cannot be reached now."
    INTERRUPTED = 130, "Interrupted by the keyboard."

    meaning: str

    def __new__(cls, code: int, meaning: str) -> "Exit":
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member


_OF_KIND: tuple[tuple[type[errors.CultivarError], Exit], ...] = (
    (errors.BadRequest, Exit.INPUT),
    (errors.Invalid, Exit.INPUT),
    (errors.TooLarge, Exit.INPUT),
    (errors.UnsupportedType, Exit.INPUT),
    (errors.NotFound, Exit.MISSING),
    (errors.Conflict, Exit.CONFLICT),
    (errors.NotSignedIn, Exit.DENIED),
    (errors.NotAllowed, Exit.DENIED),
    (errors.Unavailable, Exit.UNAVAILABLE),
    (errors.TooManyRequests, Exit.UNAVAILABLE),
)


def exit_of(error: errors.CultivarError) -> Exit:
    """The exit code of an error of ours, by its place in the error tree."""
    return next((code for kind, code in _OF_KIND if isinstance(error, kind)), Exit.BROKEN)
