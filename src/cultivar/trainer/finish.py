"""From trained weights to a model that can serve: settle, export, check, measure, report."""

import logging
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cultivar.packs.schemas import Pack
from cultivar.trainer import manifest_file
from cultivar.trainer.calibrate import even_weights
from cultivar.trainer.card import write_card
from cultivar.trainer.collect import collect
from cultivar.trainer.export import Served, check_parity, export, round_weights
from cultivar.trainer.figures import metrics, reference
from cultivar.trainer.finder import with_finder
from cultivar.trainer.format import Source
from cultivar.trainer.measure import measure
from cultivar.trainer.network import Network
from cultivar.trainer.novelty import Novelty, fit_novelty, scores_of
from cultivar.trainer.recipe import Recipe
from cultivar.trainer.report import write_report
from cultivar.trainer.samples import Data, WholeViews
from cultivar.trainer.settle import (
    Chosen,
    Score,
    Temperatures,
    choose_view,
    reject_scores,
    shifted,
    temperatures,
    thresholds,
)
from cultivar.vision.manifest import Manifest, RefusalRule

log = logging.getLogger(__name__)
PARITY_PHOTOS = 32


def finish(
    pack: Pack,
    recipe: Recipe,
    network: Network,
    data: Data,
    sources: Mapping[str, Source],
    out: Path,
    seed: int,
    weights: Path | None,
) -> Manifest:
    """Leave `export`/ and report.html in `out`. Raises ExportRefused if ONNX and torch do not agree."""
    folder = out / "export"
    folder.mkdir(parents=True, exist_ok=True)
    round_weights(network)
    chosen = choose_view(network, data, recipe, len(pack.classes))
    for view in chosen.tried:
        how = f"{view.size} px{' mirrored' * view.mirror}"
        log.info("val at %s: log loss %.4f, right %.4f", how, view.loss, view.right)
    heat = temperatures(pack, data, shifted(network, data, recipe, chosen), recipe.caution)
    novelty = known_novelty(pack, recipe, network, data, chosen)
    rules = refusals(pack, recipe, data, chosen, heat, novelty)
    served = Served(network, novelty, mirror=chosen.view.mirror)
    export(served, chosen.view.size, folder / "model.onnx")
    parity = check_parity(served, folder / "model.onnx", _sample(data, chosen.view.size))
    log.info("torch and ONNX differ by at most %.1e", parity)
    about = {
        "data": manifest_file.describe_data(data, sources),
        "training": manifest_file.describe_training(recipe, seed, weights, chosen.view) | {"parity": parity},
    }
    bare = manifest_file.manifest(pack, recipe, chosen.view, heat, rules, folder / "model.onnx", **about)
    bare = with_finder(bare, pack.folder)
    return _measured(bare, data, sources, out, parity)


def _sample(data: Data, size: int) -> list[NDArray[np.uint8]]:
    """About thirty val photos, spread over all of them."""
    places = data.places("val")
    views = WholeViews(data, places[:: max(1, len(places) // PARITY_PHOTOS)], size)
    return [views[i][0].numpy() for i in range(len(views))]


def _measured(bare: Manifest, data: Data, sources: Mapping[str, Source], out: Path, parity: float) -> Manifest:
    """Measure what was exported; write report, card and, last of all, the manifest."""
    folder, places = out / "export", data.places("val")
    seen = measure(bare, folder / bare.file, [data.records[i] for i in places], data.targets[places], sources)
    full = bare.model_copy(update={"metrics": metrics(bare, seen), "reference": reference(bare, seen)})
    write_report(out / "report.html", full, seen, sources, parity)
    write_card(folder / "CARD.md", full)
    (folder / "model.json").write_text(full.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return full


def known_novelty(pack: Pack, recipe: Recipe, network: Network, data: Data, chosen: Chosen) -> Novelty | None:
    """Distance to the classes of the known training photos.

    None where the recipe wants none, or the pack has no words for an unknown crop.
    """
    if not recipe.novelty or "unknown_crop" not in pack.refusals:
        return None
    train = data.places("train")
    train = train[data.targets[train] < len(pack.classes)]
    views = collect(network, data, train, chosen.view.size, mirror=chosen.view.mirror)
    widths = tuple(stage.shape[1] for stage in views.stages)
    novelty = fit_novelty(np.hstack(views.stages), data.targets[train], widths, recipe.directions)
    round_weights(novelty)
    return novelty


def refusals(
    pack: Pack, recipe: Recipe, data: Data, chosen: Chosen, heat: Temperatures, novelty: Novelty | None
) -> tuple[RefusalRule, ...]:
    """Every rule with its threshold: reject slots first, novelty last."""
    scores = reject_scores(pack, recipe, chosen.val.logits["joint"].astype(np.float64), heat.joint)
    if novelty is not None:
        strange = scores_of(novelty, np.hstack(chosen.val.stages))
        scores.append(Score("unknown_crop", strange, least=0.0, share=1.0, output=True))
    known = data.targets[chosen.val.places] < len(pack.classes)
    sources = np.array([data.records[i].slice for i in chosen.val.places[known]])
    limits = thresholds(scores, known, even_weights(sources), recipe.refuse_known)
    return manifest_file.rules(recipe, scores, limits)
