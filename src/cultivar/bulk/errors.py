"""What a person may meet with many photos at once.

CultivarError
├── BadRequest
│   ├── ArchiveUnreadable  400 archive_unreadable   not a ZIP, or its table of contents is damaged
│   ├── WebhookRefused     400 webhook_refused      an address that no webhook may go to
│   ├── UnsafeName         400 unsafe_name          in results: a member's name leads out of the archive
│   ├── DuplicateName      400 duplicate_name       in results: a member's name came before
│   ├── MemberEncrypted    400 member_encrypted     in results: a member that needs a password
│   ├── MemberNested       400 member_nested        in results: an archive within the archive
│   ├── MemberBomb         400 member_bomb          in results: a member that unpacks to far more than it is
│   ├── MemberCorrupt      400 member_corrupt       in results: a member that cannot be unpacked
│   └── NoPhotosSent       400 no_photos_sent       nothing to look at
├── NotFound
│   └── ResultsGone        404 results_gone         their time is over
├── TooLarge
│   ├── ArchiveTooLarge    413 archive_too_large    more bytes unpacked than are taken
│   └── TooManyPhotos      413 too_many_photos      more photos than one job takes
├── UnsupportedType
│   └── NotABatch          415 unsupported_media_type
└── Unavailable
    └── WebhookUnheard     503 webhook_unheard      in a job's `error`: the other side did not answer 2xx
"""

from cultivar.kernel.errors import BadRequest, NotFound, TooLarge, Unavailable, UnsupportedType


class ArchiveUnreadable(BadRequest):
    code = "archive_unreadable"
    title = "This is no ZIP that can be read"


class WebhookRefused(BadRequest):
    code = "webhook_refused"
    title = "No webhook may go to this address"


class NoPhotosSent(BadRequest):
    code = "no_photos_sent"
    title = "There is no photo in this request"


class UnsafeName(BadRequest):
    code = "unsafe_name"
    title = "This name leads out of the archive"


class DuplicateName(BadRequest):
    code = "duplicate_name"
    title = "Another photo of the archive has this name; the first one counts"


class MemberEncrypted(BadRequest):
    code = "member_encrypted"
    title = "This photo is locked with a password"


class MemberNested(BadRequest):
    code = "member_nested"
    title = "This is an archive within the archive; unpack it first"


class MemberBomb(BadRequest):
    code = "member_bomb"
    title = "This unpacks to far more than any photo"


class MemberCorrupt(BadRequest):
    code = "member_corrupt"
    title = "This cannot be unpacked; the archive is damaged here"


class ResultsGone(NotFound):
    code = "results_gone"
    title = "These results are not kept any more"


class ArchiveTooLarge(TooLarge):
    code = "archive_too_large"
    title = "This archive unpacks to more than one job takes"


class TooManyPhotos(TooLarge):
    code = "too_many_photos"
    title = "These are more photos than one job takes"


class NotABatch(UnsupportedType):
    title = "Send a form with photos or a ZIP, a ZIP as the body, or JSON with `image_ids`"


class WebhookUnheard(Unavailable):
    code = "webhook_unheard"
    title = "The webhook's address did not take the message"
