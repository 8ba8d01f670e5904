"""The manifest of a trained model: what it takes, what it gives, where it comes from."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from cultivar.packs.schemas import Pack
from cultivar.trainer.format import Source, index_hash
from cultivar.trainer.recipe import Recipe
from cultivar.trainer.samples import Data
from cultivar.trainer.settle import Score, Temperatures, View
from cultivar.vision.manifest import ClassLabel, Head, Input, Joint, Manifest, RefusalRule

LIBRARIES = ("cultivar", "torch", "timm", "lightning", "onnx", "onnxruntime", "numpy", "pillow")


def file_hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def describe_data(data: Data, sources: Mapping[str, Source]) -> dict[str, object]:
    """Each source: the hash of its index, and its photos by split."""
    counts = Counter((record.source, record.split) for record in data.records)
    return {
        name: {"index_sha256": index_hash(source), "train": counts[name, "train"], "val": counts[name, "val"]}
        for name, source in sources.items()
    }


def describe_training(recipe: Recipe, seed: int, weights: Path | None, view: View) -> dict[str, object]:
    return {
        "recipe": recipe.model_dump(mode="json"),
        "seed": seed,
        "weights": {"file": weights.name, "sha256": file_hash(weights)} if weights else None,
        "mirrored": view.mirror,
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def rules(recipe: Recipe, scores: Sequence[Score], limits: Sequence[float]) -> tuple[RefusalRule, ...]:
    """In the order in which they were given their thresholds, doubt last; a code with reject slots listens to these."""
    found = [
        RefusalRule(code=score.code, source="output", output="novelty", threshold=limit)
        if score.output
        else RefusalRule(code=score.code, source="rejects", slots=recipe.rejects[score.code], threshold=limit)
        for score, limit in zip(scores, limits, strict=True)
    ]
    if recipe.least_confidence:
        found.append(RefusalRule(code="not_in_pack", source="doubt", threshold=1 - recipe.least_confidence))
    return tuple(found)


def manifest(
    pack: Pack,
    recipe: Recipe,
    view: View,
    heat: Temperatures,
    refusals: tuple[RefusalRule, ...],
    file: Path,
    *,
    data: dict[str, object],
    training: dict[str, object],
) -> Manifest:
    """Without figures; they are measured with it."""
    heads = tuple(
        Head(name=h.name, kind=h.kind, output=h.name, labels=pack.head_labels(h.name), temperature=heat.heads[h.name])
        for h in pack.heads
    )
    return Manifest(
        pack=pack.name,
        version=recipe.version,
        file=file.name,
        sha256=file_hash(file),
        size_bytes=file.stat().st_size,
        input=Input(width=view.size, height=view.size),
        heads=heads,
        classes=tuple(ClassLabel(name=known.name, labels=dict(known.labels)) for known in pack.classes),
        joint=Joint(output="joint", temperature=heat.joint, rejects=recipe.slots),
        refusals=refusals,
        view_side=recipe.view_side,
        licence=recipe.licence,
        data=data,
        training=training,
        metrics={},
        reference={},
    )
