"""Put into the wheel what lies beside `src` in a checkout: packs, migrations and, where built, the documentation."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface[Any]):
    """`packs` becomes `cultivar/_packs`, and so on; a checkout (editable) finds them where they are."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        for name in ("migrations", "packs", "site"):
            folder = Path(self.root) / name
            if folder.is_dir():
                build_data["force_include"][str(folder)] = f"cultivar/_{name}"
