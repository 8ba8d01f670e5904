"""Put into the wheel what lies beside `src` in a checkout: packs, migrations and, where built, manual and web app."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = {"migrations": "migrations", "packs": "packs", "site": "site", "web/dist": "app"}
"""Folders, and what each is called in the wheel, behind an underscore."""


class CustomBuildHook(BuildHookInterface[Any]):
    """`packs` becomes `cultivar/_packs`, and so on; a checkout (editable) finds them where they are."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        for source, name in SHIPPED.items():
            folder = Path(self.root) / source
            if folder.is_dir():
                build_data["force_include"][str(folder)] = f"cultivar/_{name}"
