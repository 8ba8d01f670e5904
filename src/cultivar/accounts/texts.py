"""The texts of the consent choices, as they ship."""

from functools import cache
from importlib.resources import files

import yaml

from cultivar.accounts.schemas import ConsentTexts


@cache
def consent_texts() -> ConsentTexts:
    """The present texts and their version."""
    return ConsentTexts.model_validate(
        yaml.safe_load(files("cultivar.accounts").joinpath("data/consents.yaml").read_text())
    )
