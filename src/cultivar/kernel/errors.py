"""The errors a person or a program may meet.

    CultivarError
    ├── BadRequest         400   it fits its schema and cannot be done
    ├── NotSignedIn        401   no identity, or one that has ended
    ├── NotAllowed         403   an identity without this right
    ├── NotFound           404   unknown, or somebody else's
    ├── Conflict           409   it contradicts what is there
    ├── TooLarge           413   more bytes than the route takes
    ├── UnsupportedType    415   not a media type the route takes
    ├── Invalid            422   it does not fit its schema
    ├── TooManyRequests    429   ask again after `retry_after` seconds
    ├── Unavailable        503   ask again later
    └── Broken             500   our fault

A capability derives its own from these in its `errors.py` and gives each a stable `code`.
"""

from typing import ClassVar


class CultivarError(Exception):
    """An error with a status, a stable code and a sentence a gardener understands.

    `detail` says what happened and what to do next; `extra` becomes further members of the problem document.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(self, detail: str | None = None, **extra: object) -> None:
        self.detail = detail or self.title
        self.extra = extra
        super().__init__(self.detail)


class BadRequest(CultivarError):
    status = 400
    code = "bad_request"
    title = "This request cannot be done"


class NotSignedIn(CultivarError):
    status = 401
    code = "not_signed_in"
    title = "Sign in first"


class NotAllowed(CultivarError):
    status = 403
    code = "not_allowed"
    title = "You may not do this"


class NotFound(CultivarError):
    status = 404
    code = "not_found"
    title = "There is no such thing"


class Conflict(CultivarError):
    status = 409
    code = "conflict"
    title = "This contradicts what is there"


class TooLarge(CultivarError):
    status = 413
    code = "too_large"
    title = "That is too large"


class UnsupportedType(CultivarError):
    status = 415
    code = "unsupported_media_type"
    title = "This kind of content is not taken here"


class Invalid(CultivarError):
    status = 422
    code = "invalid"
    title = "A value does not fit"


class TooManyRequests(CultivarError):
    status = 429
    code = "rate_limited"
    title = "Too many requests"

    def __init__(self, detail: str | None = None, *, retry_after: int = 1, **extra: object) -> None:
        self.retry_after = retry_after
        super().__init__(detail, **extra)


class Unavailable(CultivarError):
    status = 503
    code = "unavailable"
    title = "Not ready yet, try again soon"

    def __init__(self, detail: str | None = None, *, retry_after: int = 1, **extra: object) -> None:
        self.retry_after = retry_after
        super().__init__(detail, **extra)


class Broken(CultivarError):
    """Raised on purpose when an invariant of ours does not hold."""
