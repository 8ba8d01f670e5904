"""A finder beside a classifier: `finder.json` in the pack says how it is read and where it comes from."""

import json
from pathlib import Path

from cultivar.trainer.errors import BadData
from cultivar.vision.manifest import Finder, Manifest

FILE = "finder.json"


def with_finder(manifest: Manifest, folder: Path) -> Manifest:
    """The classifier's manifest with the finder that lies in `folder`; unchanged if none does.

    What the finder was made from and measured at goes under `training.finder`; what it finds is cut from a view of the
    photo, which is kept as large as it needs. BadData if the file is not whole.
    """
    file = folder / FILE
    if not file.is_file():
        return manifest
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        finder, about, view_side = Finder.model_validate(content["finder"]), content["about"], content["view_side"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadData(f"{file} is no finder: {error}") from error
    more = {
        "finder": finder,
        "training": {**manifest.training, "finder": about},
        "view_side": max(manifest.view_side, int(view_side)),
    }
    return Manifest.model_validate(manifest.model_copy(update=more).model_dump())
