"""Logits of a classifier to calibrated heads, a class, a refusal; several photos of one plant pooled into one opinion.

Calibration: temperature scaling, logits / T (Guo et al. 2017). Pooling: the mean of the photos' log-probabilities,
renormalised (a logarithmic opinion pool, Genest & Zidek 1986); of softmax heads that is the softmax of the mean of
logits / T, of sigmoid heads the sigmoid of their mean log-odds.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from cultivar.vision.answer import Classified, HeadAnswer, Opinion, Scored
from cultivar.vision.manifest import Head, Joint, Manifest, RefusalCode, RefusalRule

Floats = NDArray[np.float64]
Outputs = Mapping[str, NDArray[np.float32]]
"""The graph's outputs by name, the first axis runs over photos."""
Logits = Mapping[str, Floats]
"""Calibrated logits by output name; the last axis runs over labels."""


def classify(manifest: Manifest, outputs: Outputs, unusable: Sequence[bool]) -> tuple[Classified, tuple[Opinion, ...]]:
    """The pooled answer, and each photo's own opinion.

    `unusable` says of each photo whether its quality refuses it. Refused photos are left out of the pool; when all
    are, the pool is of all and the commonest code (the earliest, at a tie) refuses the whole.
    """
    logits = calibrated(manifest, outputs)
    codes = refusals(manifest, outputs, unusable)
    alone = tuple(_opinion(manifest, _only(logits, photo), code) for photo, code in enumerate(codes))
    if len(alone) == 1:
        return _named(manifest, alone[0]), alone
    used = [photo for photo, code in enumerate(codes) if code is None]
    refusal = None if used else Counter(codes).most_common(1)[0][0]
    pooled = {name: of_all[used or slice(None)].mean(axis=0) for name, of_all in logits.items()}
    return _named(manifest, _opinion(manifest, pooled, refusal)), alone


def calibrated(manifest: Manifest, outputs: Outputs) -> dict[str, Floats]:
    """Logits / T of every head and of the joint, (photos, labels)."""
    parts: tuple[Head | Joint, ...] = (*manifest.heads, *((manifest.joint,) if manifest.joint else ()))
    return {part.output: outputs[part.output].astype(np.float64) / part.temperature for part in parts}


def refusals(manifest: Manifest, outputs: Outputs, unusable: Sequence[bool]) -> list[RefusalCode | None]:
    """Each photo's refusal: its quality first, then the manifest's rules in their order."""
    hits = [(rule.code, rule_scores(manifest, outputs, rule) >= rule.threshold) for rule in manifest.refusals]
    return [
        "unusable_photo" if bad else next((code for code, hit in hits if hit[photo]), None)
        for photo, bad in enumerate(unusable)
    ]


def rule_scores(manifest: Manifest, outputs: Outputs, rule: RefusalRule) -> Floats:
    """What a refusal rule compares with its threshold, (photos,)."""
    if rule.output is not None:
        return outputs[rule.output].astype(np.float64)
    if rule.source == "doubt":
        doubt: Floats = 1 - class_scores(manifest, calibrated(manifest, outputs)).max(axis=-1)
        return doubt
    if manifest.joint is None:
        return np.zeros(0)
    shares = softmax(calibrated(manifest, outputs)[manifest.joint.output])
    slots = rule.slots or manifest.joint.rejects
    columns = [len(manifest.classes) + manifest.joint.rejects.index(slot) for slot in slots]
    rejected: Floats = shares[:, columns].sum(axis=1)
    return rejected


def class_scores(manifest: Manifest, logits: Logits) -> Floats:
    """Probability of each class, given that it is one of them, (..., classes); sums to 1.

    From the joint where there is one, without its reject slots. Otherwise the product of what the heads say of the
    class's labels, over the classes that exist, renormalised.
    """
    if manifest.joint:
        return softmax(logits[manifest.joint.output][..., : len(manifest.classes)])
    total: Floats = np.zeros(len(manifest.classes))
    for head in manifest.heads:
        column = {label: place for place, label in enumerate(head.labels)}
        spoken = [known for known, label in enumerate(manifest.classes) if head.name in label.labels]
        columns = [column[manifest.classes[known].labels[head.name]] for known in spoken]
        total = np.broadcast_to(total, (*logits[head.output].shape[:-1], total.shape[-1])).copy()
        total[..., spoken] += log_probabilities(head, logits[head.output])[..., columns]
    return softmax(total)


def softmax(logits: Floats) -> Floats:
    """Over the last axis."""
    lifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: Floats = lifted / lifted.sum(axis=-1, keepdims=True)
    return shares


def log_probabilities(head: Head, logits: Floats) -> Floats:
    """Log-softmax over the last axis, or each label's own log-sigmoid."""
    if head.kind == "sigmoid":
        alone: Floats = -np.logaddexp(0.0, -logits)
        return alone
    shifted = logits - logits.max(axis=-1, keepdims=True)
    together: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return together


def _only(logits: Logits, photo: int) -> dict[str, Floats]:
    return {name: of_all[photo] for name, of_all in logits.items()}


def _opinion(manifest: Manifest, logits: Logits, refusal: RefusalCode | None) -> Opinion:
    heads = {head.name: _ranked(head, logits[head.output]) for head in manifest.heads}
    return Opinion(refusal, heads, tuple(class_scores(manifest, logits).tolist()))


def _ranked(head: Head, logits: Floats) -> HeadAnswer:
    shares = np.exp(log_probabilities(head, logits)).tolist()
    ranked = sorted(zip(shares, head.labels, strict=True), key=itemgetter(0), reverse=True)
    top = tuple(Scored(label, share) for share, label in ranked)
    return HeadAnswer(top[0].label, top[0].confidence, top)


def _named(manifest: Manifest, opinion: Opinion) -> Classified:
    common = (opinion.refusal, opinion.heads, opinion.classes)
    if opinion.refusal:
        return Classified(*common, class_id=None, class_name=None, confidence=None, labels={})
    best = max(range(len(opinion.classes)), key=opinion.classes.__getitem__)
    known = manifest.classes[best]
    return Classified(
        *common, class_id=best, class_name=known.name, confidence=opinion.classes[best], labels=dict(known.labels)
    )
