"""What a person may meet when asking for a model, or bringing one.

CultivarError
├── BadRequest
│   └── ModelRefused     400 model_refused     files that are no sound model
├── NotFound
│   ├── UnknownModel     404 unknown_model     no pack of this name has a model that serves
│   └── UnknownVersion   404 unknown_version   the model has no such version
├── Conflict
│   ├── ModelFaulty      409 model_faulty      a model's files do not hold together
│   ├── ModelMisfit      409 model_misfit      a sound model that answers other questions than its pack asks
│   ├── VersionGone      409 version_gone      a version that answered once and cannot be opened any more
│   ├── VersionTaken     409 version_taken     other files have this version
│   └── NothingBefore    409 nothing_before    a rollback without a version to return to
├── UnsupportedType
│   └── NotAModel        415 not_a_model       neither a form with the files nor a ZIP of them
└── Unavailable
    └── ModelsNotReady   503 models_not_ready  models are being opened, or this one cannot be
"""

from cultivar.kernel.errors import BadRequest, Conflict, NotFound, Unavailable, UnsupportedType


class ModelRefused(BadRequest):
    """A file is missing or damaged, the manifest is not valid, or the graph does not do what the manifest says."""

    code = "model_refused"
    title = "These files are no sound model"


class UnknownModel(NotFound):
    code = "unknown_model"
    title = "There is no such model"


class UnknownVersion(NotFound):
    code = "unknown_version"
    title = "This model has no such version"


class ModelFaulty(Conflict):
    code = "model_faulty"
    title = "This model's files do not hold together"


class ModelMisfit(Conflict):
    """Its task, heads or classes are not the pack's, or stand in another order."""

    code = "model_misfit"
    title = "This model does not fit the pack"


class VersionGone(Conflict):
    """Its files are gone, or its pack has changed since."""

    code = "version_gone"
    title = "The version that gave this answer cannot be opened any more"


class VersionTaken(Conflict):
    """A version never changes: give the new model a new one."""

    code = "version_taken"
    title = "This version is taken by another model"


class NothingBefore(Conflict):
    """The first version that ever served serves now."""

    code = "nothing_before"
    title = "No other version served before this one"


class NotAModel(UnsupportedType):
    """Send a form with the files, or a ZIP of them."""

    code = "not_a_model"
    title = "This is no upload of a model"


class ModelsNotReady(Unavailable):
    code = "models_not_ready"
    title = "This model is not ready to answer"
