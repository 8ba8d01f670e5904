"""What a person may meet when asking about a photo or looking back.

CultivarError
├── BadRequest
│   └── EmptyFile            400 empty_file             a part or a body without a byte
├── NotFound
│   ├── PredictionUnknown    404 unknown_prediction     unknown, somebody else's, or not kept
│   ├── ImageGone            404 image_gone             the answer is kept, its photo is not (any more)
│   └── ExplanationMissing   404 explanation_missing    nobody has asked why yet
├── Conflict
│   ├── PhotoNotKept         409 photo_not_kept         without the photo nothing can be explained
│   └── KeyInUse             409 idempotency_in_use     the first request with this key is still at work
├── UnsupportedType
│   └── NotAPhoto            415 unsupported_media_type neither a form nor an image
└── Invalid
    ├── KeyMismatch          422 idempotency_mismatch   this key came with another request before
    └── PurposeUnknown       422 unknown_purpose        the pack grades for other purposes, or not at all
"""

from cultivar.kernel.errors import BadRequest, Conflict, Invalid, NotFound, UnsupportedType


class EmptyFile(BadRequest):
    code = "empty_file"
    title = "There is nothing in this file"


class PredictionUnknown(NotFound):
    code = "unknown_prediction"
    title = "There is no such prediction"


class ImageGone(NotFound):
    code = "image_gone"
    title = "This photo is not kept"


class ExplanationMissing(NotFound):
    code = "explanation_missing"
    title = "Nobody has asked why yet"


class PhotoNotKept(Conflict):
    """It was sent without consent, or its time is over."""

    code = "photo_not_kept"
    title = "The photo of this answer is not kept, so there is nothing to look at again"


class KeyInUse(Conflict):
    code = "idempotency_in_use"
    title = "The first request with this Idempotency-Key is still at work"


class NotAPhoto(UnsupportedType):
    title = "Send a form with photos, or one photo as the body"


class KeyMismatch(Invalid):
    code = "idempotency_mismatch"
    title = "This Idempotency-Key came with another request before"


class PurposeUnknown(Invalid):
    code = "unknown_purpose"
    title = "This pack does not grade for this purpose"
