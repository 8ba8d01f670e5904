"""Libraries that come only with an extra of the package."""

import importlib
from typing import Any

from cultivar.kernel.errors import Unavailable


class ExtraMissing(Unavailable):
    """A setting asks for what is not installed."""

    code = "extra_missing"
    title = "An optional part of Cultivar is not installed"


def load(module: str, *, extra: str, setting: str) -> Any:
    """The module; raises ExtraMissing, which names the setting that asks for it and how to install it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ExtraMissing(f"CULTIVAR_{setting.upper()} needs an extra: pip install 'cultivar[{extra}]'") from error
