"""From what serves to what the API shows. Pure."""

from collections.abc import Mapping
from typing import get_args

from cultivar.packs.schemas import Language, Pack, PackClass, RefusalText, Text, Treatments
from cultivar.registry.schemas import (
    HeadLabelOut,
    HeadOut,
    InputOut,
    LabelOut,
    LicenceOut,
    ModelDetail,
    ModelOut,
    RefusalOut,
    RefusalRuleOut,
    Texts,
    Thresholds,
    TreatmentsOut,
    VersionOut,
)
from cultivar.registry.service import Serving
from cultivar.registry.tables import ModelVersion
from cultivar.vision.manifest import Manifest


def model(serving: Serving, language: Language | None) -> ModelOut:
    pack, manifest = serving.pack, serving.manifest
    rules = [RefusalRuleOut(code=rule.code, threshold=rule.threshold) for rule in manifest.refusals]
    return ModelOut(
        name=pack.name,
        version=serving.version,
        title=_texts(pack.title, language),
        description=_texts(pack.description, language),
        subject=pack.subject,
        task=pack.task,
        classes=len(pack.answers),
        input=InputOut(width=manifest.input.width, height=manifest.input.height),
        thresholds=Thresholds(min_confidence=pack.min_confidence, refusals=rules),
        runtime=serving.runtime,
        size_bytes=manifest.size_bytes,
        sha256=manifest.sha256,
        metrics=manifest.metrics,
    )


def detail(serving: Serving, language: Language | None) -> ModelDetail:
    pack, manifest = serving.pack, serving.manifest
    return ModelDetail(
        **dict(model(serving, language)),
        heads=_heads(pack, language),
        refusals={code: _refusal(text, language) for code, text in pack.refusals.items()},
        safety=_texts(pack.safety, language) if pack.safety else None,
        licence=_licence(manifest),
        data=manifest.data,
        card=serving.card,
    )


def version(row: ModelVersion) -> VersionOut:
    manifest = Manifest.model_validate(row.manifest)
    return VersionOut(
        model=row.model_name,
        version=row.version,
        state="active" if row.is_active else "retired" if row.activated_at else "ready",
        active=row.is_active,
        origin=row.origin,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        task=manifest.task,
        input=InputOut(width=manifest.input.width, height=manifest.input.height),
        licence=_licence(manifest),
        metrics=_summary(manifest.metrics),
        created=row.created_at,
        activated=row.activated_at,
    )


def _summary(metrics: Mapping[str, object]) -> dict[str, object]:
    """Figures, and groups of nothing but figures with their intervals; groups of groups are single slices."""
    return {name: value for name, value in metrics.items() if not _deep(value)}


def _deep(value: object) -> bool:
    return isinstance(value, dict) and any(
        isinstance(one, dict) and any(isinstance(part, dict) for part in one.values()) for one in value.values()
    )


def _licence(manifest: Manifest) -> LicenceOut:
    return LicenceOut(weights=manifest.licence.weights, doubts=manifest.licence.doubts)


def labels(pack: Pack, language: Language | None) -> list[LabelOut]:
    """In the order of `class_id`."""
    return [_label(class_id, known, language) for class_id, known in enumerate(pack.answers)]


def _label(class_id: int, known: PackClass, language: Language | None) -> LabelOut:
    return LabelOut(
        class_id=class_id,
        class_name=known.name,
        labels=known.labels,
        title=_texts(known.title, language),
        description=_texts(known.description, language),
        symptoms=_texts(known.symptoms, language) if known.symptoms else None,
        handling=_texts(known.handling, language) if known.handling else None,
        severity=known.severity,
        pathogen=known.pathogen,
        eppo=list(known.eppo),
        treatments=_treatments(known.treatments, language) if known.treatments else None,
        sources=list(known.sources),
    )


def _heads(pack: Pack, language: Language | None) -> list[HeadOut]:
    return [
        HeadOut(
            name=head.name,
            kind=head.kind,
            title=_texts(head.title, language),
            labels=[
                HeadLabelOut(label=label, title=_texts(pack.names[head.name][label], language))
                for label in pack.head_labels(head.name)
            ],
        )
        for head in pack.heads
    ]


def _refusal(text: RefusalText, language: Language | None) -> RefusalOut:
    return RefusalOut(message=_texts(text.message, language), advice=_texts(text.advice, language))


def _treatments(advice: Treatments, language: Language | None) -> TreatmentsOut:
    return TreatmentsOut(
        prevention=_texts(advice.prevention, language),
        biological=_texts(advice.biological, language),
        chemical_class=_texts(advice.chemical_class, language),
    )


def _texts(text: Text, language: Language | None) -> Texts:
    return {one: getattr(text, one) for one in get_args(Language) if language in {None, one}}
