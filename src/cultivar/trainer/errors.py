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


class ImportRefused(Invalid):
    """The file is no model that we read, does not fit the pack, or does not say the same once it is converted."""

    code = "import_refused"
    title = "This model cannot be imported"


class TrustNeeded(Invalid):
    """A pickle can run code when it is read: `--trust` says that you know where it comes from."""

    code = "trust_needed"
    title = "This file is read only when you trust it"
