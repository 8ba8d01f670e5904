"""What the program does with models that lie in folders: no database, no server."""

from collections.abc import Iterator
from dataclasses import dataclass

from cultivar.kernel.errors import CultivarError
from cultivar.packs.schemas import Pack
from cultivar.registry import files, rules, views
from cultivar.registry.errors import UnknownModel
from cultivar.registry.schemas import LabelOut, ModelDetail, ModelOut
from cultivar.registry.service import Serving
from cultivar.vision.manifest import read_manifest
from cultivar.vision.runtime.machine import Wish, plan, usable_cores
from cultivar.vision.runtime.models import load_model
from cultivar.vision.runtime.sessions import available_providers


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of one model's files came to; `fault` is None when all holds."""

    model: str
    version: str | None
    fault: str | None


def summary(pack: Pack) -> ModelOut:
    """As `GET models` has it. Raises BadManifest, and UnknownModel for a pack without a model."""
    return views.model(_as_serving(pack), None)


def full(pack: Pack) -> tuple[ModelDetail, list[LabelOut]]:
    """As `GET models/{pack}` and its labels have it."""
    return views.detail(_as_serving(pack), None), views.labels(pack, None)


def verify(packs: list[Pack]) -> Iterator[Verdict]:
    """Check manifest, SHA-256, graph and fit to the pack of each model, and run it once, one model after the other."""
    settings = plan(Wish(), usable_cores(), available_providers())
    for pack in packs:
        version = None
        try:
            version = _as_serving(pack).version
            manifest = load_model(pack.model_folder or pack.folder, settings).manifest
            yield Verdict(pack.name, version, rules.misfit(pack, manifest))
        except CultivarError as error:
            yield Verdict(pack.name, version, error.detail)


def _as_serving(pack: Pack) -> Serving:
    if pack.model_folder is None:
        raise UnknownModel(
            f"The pack {pack.name} has no model yet; train one with `cultivar train --pack {pack.name}`."
        )
    manifest = read_manifest(pack.model_folder / files.MANIFEST)
    return Serving(pack, manifest.version, pack.name, manifest, None)
