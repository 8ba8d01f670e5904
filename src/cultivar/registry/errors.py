"""What a person may meet when asking for a model.

CultivarError
├── NotFound
│   └── UnknownModel    404 unknown_model     no pack of this name has a model that serves
├── Conflict
│   └── ModelFaulty     409 model_faulty      a model's files do not hold together
└── Unavailable
    └── ModelsNotReady  503 models_not_ready  models are being opened, or this one cannot be
"""

from cultivar.kernel.errors import Conflict, NotFound, Unavailable


class UnknownModel(NotFound):
    code = "unknown_model"
    title = "There is no such model"


class ModelFaulty(Conflict):
    code = "model_faulty"
    title = "This model's files do not hold together"


class ModelsNotReady(Unavailable):
    code = "models_not_ready"
    title = "This model is not ready to answer"
