"""Whether a network fits the pack that it is to serve. Pure."""

import re

from cultivar.packs.schemas import Pack
from cultivar.vision.manifest import Manifest

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,49}")


def unsayable(version: str) -> str | None:
    """Why a version cannot stand in an address, None if it can."""
    if _VERSION.fullmatch(version):
        return None
    return "A version has 1 to 50 letters, digits and `.`, `_`, `+`, `-`, and begins with a letter or digit."


def misfit(pack: Pack, manifest: Manifest) -> str | None:
    """The first reason why `manifest` cannot serve `pack`, None if it can.

    Classes must be the pack's, in its order, since the place in that list is the `class_id` that answers carry.
    """
    if (manifest.pack, manifest.task) != (pack.name, pack.task):
        return f"it was made for {manifest.pack} ({manifest.task}), not {pack.name} ({pack.task})"
    return _heads_misfit(pack, manifest) or _classes_misfit(pack, manifest) or _refusals_misfit(pack, manifest)


def _heads_misfit(pack: Pack, manifest: Manifest) -> str | None:
    if [(head.name, head.kind) for head in manifest.heads] != [(head.name, head.kind) for head in pack.heads]:
        return "its heads are not those of the pack"
    for head in manifest.heads:
        if other := set(head.labels) ^ set(pack.head_labels(head.name)):
            return f"head {head.name} and the pack differ in the labels {', '.join(sorted(other))}"
    return None


def _classes_misfit(pack: Pack, manifest: Manifest) -> str | None:
    if len(manifest.classes) != len(pack.classes):
        return f"it has {len(manifest.classes)} classes, the pack {len(pack.classes)}"
    for class_id, (theirs, ours) in enumerate(zip(manifest.classes, pack.classes, strict=True)):
        if (theirs.name, theirs.labels) != (ours.name, ours.labels):
            return f"class {class_id} is {theirs.name} in the model and {ours.name} in the pack"
    return None


def _refusals_misfit(pack: Pack, manifest: Manifest) -> str | None:
    unsaid = {rule.code for rule in manifest.refusals} - set(pack.refusals)
    return f"the pack has no words for its refusals {', '.join(sorted(unsaid))}" if unsaid else None
