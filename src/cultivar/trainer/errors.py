"""What can stop a training run; the command prints the sentence."""

from cultivar.kernel.errors import Broken, Invalid


class BadData(Invalid):
    code = "bad_training_data"
    title = "The photos or their index cannot be used"


class BadRecipe(Invalid):
    code = "bad_recipe"
    title = "The pack's training section is not valid"


class BadWeights(Invalid):
    code = "bad_weights"
    title = "These pretrained weights do not fit the backbone"


class ExportRefused(Broken):
    code = "export_refused"
    title = "The exported network does not answer as the trained one"
