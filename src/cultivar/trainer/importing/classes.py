"""The network's labels and the pack's classes brought together. Pure."""

import re
from collections.abc import Mapping, Sequence

from cultivar.trainer.errors import ImportRefused


def places(
    theirs: Sequence[str], ours: Sequence[str], renamed: Mapping[str, str], *, drop_others: bool = False
) -> tuple[int, ...]:
    """For each of the pack's classes, in its order, the place of the network's label that stands for it.

    Case, blanks, `-` and `_` make no difference. Every class takes exactly one label and every label goes to a class or
    is left out on purpose, all at once by `drop_others`; ImportRefused says what is missing and how `--map` mends it.
    """
    meant = _meant(theirs, ours, renamed)
    found: list[int] = []
    for name in ours:
        who = [place for place, target in enumerate(meant) if target == name]
        if not who:
            left = [label for label, target in zip(theirs, meant, strict=True) if target is None]
            raise ImportRefused(
                f"No label of the network stands for the class {name!r}; those left over are {_some(left)}. "
                f"Say which one does: --map 'label={name}'."
            )
        if len(who) > 1:
            raise ImportRefused(f"The labels {_some([theirs[place] for place in who])} all stand for {name!r}.")
        found.append(who[0])
    extra = [label for label, target in zip(theirs, meant, strict=True) if target is None]
    if extra and not drop_others:
        raise ImportRefused(
            f"The pack has no class for {_some(extra)}. Name one with --map 'label=class', or leave the label out: "
            f"--map '{extra[0]}=', or all such: --drop-others."
        )
    return tuple(found)


def _meant(theirs: Sequence[str], ours: Sequence[str], renamed: Mapping[str, str]) -> list[str | None]:
    """Each label's class, "" for one that is left out, None for one without."""
    if repeated := {label for label in theirs if theirs.count(label) > 1}:
        raise ImportRefused(f"The network has two labels {min(repeated)!r}.")
    if unknown := set(renamed) - set(theirs):
        raise ImportRefused(f"--map names {min(unknown)!r}, which is no label of the network. It has {_some(theirs)}.")
    if wrong := {name for name in renamed.values() if name and name not in ours}:
        raise ImportRefused(f"--map names {min(wrong)!r}, which is no class of the pack. It has {_some(ours)}.")
    known = {plain(name): name for name in ours}
    return [renamed[label] if label in renamed else known.get(plain(label)) for label in theirs]


def plain(name: str) -> str:
    """A name without what writers differ in."""
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:6]) or "none"
    return f"{shown} and {len(names) - 6} more" if len(names) > 6 else shown
