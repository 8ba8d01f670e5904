"""What can stop a training run; the command prints the sentence and ends with exit code 1."""

from cultivar.kernel.errors import CultivarError


class TrainingError(CultivarError):
    code = "training_failed"
    title = "The training run cannot go on"


class BadData(TrainingError):
    code = "bad_training_data"
    title = "The photos or their index cannot be used"


class BadRecipe(TrainingError):
    code = "bad_recipe"
    title = "The pack's training section is not valid"


class BadWeights(TrainingError):
    code = "bad_weights"
    title = "These pretrained weights do not fit the backbone"


class ExportRefused(TrainingError):
    code = "export_refused"
    title = "The exported network does not answer as the trained one"
