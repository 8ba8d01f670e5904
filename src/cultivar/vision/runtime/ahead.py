"""Models that load in a thread before anybody asks for them: while a program begins, another core has nothing to do."""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from cultivar.vision.errors import BadManifest
from cultivar.vision.manifest import read_manifest
from cultivar.vision.runtime.machine import Plan
from cultivar.vision.runtime.models import LoadedModel, load_model


class Ahead:
    """What was begun, by folder; one after the other, so that the program itself keeps a core."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._begun: dict[Path, Future[LoadedModel]] = {}

    def begin(self, folders: Iterable[Path]) -> None:
        thread = ThreadPoolExecutor(1, "ahead")
        self._begun |= {folder: thread.submit(load_model, folder, self._plan) for folder in folders}
        thread.shutdown(wait=False)

    def take(self, folder: Path) -> LoadedModel:
        """The model of this folder as it is now: the one begun, where that still is it. Slow. Raises BadManifest."""
        begun = self._begun.pop(folder, None)
        if begun is not None:
            with suppress(BadManifest):  # said below, if it still is so
                model = begun.result()
                if read_manifest(folder / "model.json") == model.manifest:
                    return model
        return load_model(folder, self._plan)

    def forget(self) -> None:
        """Let go of what nobody took."""
        for begun in self._begun.values():
            begun.cancel()
        self._begun.clear()
