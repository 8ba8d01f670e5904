"""Which class is taken for which. Pure: counts in, a table of bounded size out."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

from cultivar.monitoring.schemas import ClassStatistics, Confusion, ConfusionRow

CLASSES_AT_MOST: Final = 10


class Confused(NamedTuple):
    """`n` answers of the class `answered`, wrong ones, which people said are `said`."""

    answered: str
    said: str
    n: int


def confusion(by_class: Mapping[str, ClassStatistics], confused: Iterable[Confused]) -> Confusion:
    """The table of the classes that are confused most; what is not among them is added up.

    Right answers and the sums of the rows are those of `by_class`: of its wrong answers, those that `confused` lacks
    are the ones of which nobody said what they were.
    """
    pairs: Counter[tuple[str, str]] = Counter()
    for answered, said, n in confused:
        pairs[answered, said] += n
    for name, known in by_class.items():
        pairs[name, name] += known.correct
    counted = {name: known for name, known in by_class.items() if known.correct + known.incorrect}
    listed = _most_confused(counted, pairs)
    rows = [_row(name, [name], counted, pairs, listed) for name in listed]
    others = counted.keys() - set(listed)
    if others:
        rows.append(_row(None, others, counted, pairs, listed))
    return Confusion(classes=listed, rows=rows)


def _most_confused(counted: Mapping[str, ClassStatistics], pairs: Mapping[tuple[str, str], int]) -> list[str]:
    """By wrong answers of it and of others that were it, then by how much was said, then by name."""
    trouble = Counter({name: known.incorrect for name, known in counted.items()})
    for (answered, said), n in pairs.items():
        if answered != said:
            trouble[said] += n
    spoken = Counter({name: known.correct + known.incorrect for name, known in counted.items()})
    return sorted(trouble, key=lambda name: (-trouble[name], -spoken[name], name))[:CLASSES_AT_MOST]


def _row(
    name: str | None,
    answered: Collection[str],
    counted: Mapping[str, ClassStatistics],
    pairs: Mapping[tuple[str, str], int],
    listed: list[str],
) -> ConfusionRow:
    these = Counter[str]()
    for (here, said), n in pairs.items():
        if here in answered:
            these[said] += n
    known = [counted[one] for one in answered if one in counted]
    n, named = sum(one.correct + one.incorrect for one in known), sum(these.values())
    under = [these[one] for one in listed]
    return ConfusionRow(
        class_name=name,
        n=n,
        correct=sum(one.correct for one in known),
        said=under,
        said_other=named - sum(under),
        unnamed=n - named,
    )
