"""Whether the photos of late differ from those before. Pure: no clock, no database.

Two histograms are compared by the population stability index, PSI = sum (p - q) ln(p / q): Jeffreys' divergence between
the last photos and the baseline, the first 1,000 in service. Of two samples of one distribution, n and m large over k
bins, PSI / (1/n + 1/m) follows a chi-square with k - 1 degrees of freedom (Yurdakul 2018): its mean is what PSI shows
without any drift and is taken off, and its far tail is the bar. Bins that would expect fewer than five photos are
joined, for the approximation's sake, by what both samples hold, so that a bin new to the baseline counts too.

Every ten photos the last 50, 100 and 200 are looked at: a great change is seen soon, a small one surely. Drift is said
after two looks in a row above the bar, and unsaid after five below half the least PSI that matters.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log, sqrt
from typing import Any, Final

from cultivar.monitoring.rollups import is_poor, on_axes
from cultivar.predictions.events import PredictionMade
from cultivar.vision.reference import AXES

STEP: Final = 10
WINDOWS: Final = (50, 100, 200)
CLEARING: Final = 100
BASELINE: Final = 1000
FEWEST: Final = 100
"""Photos that the baseline needs before anything is compared with it."""
TO_RAISE: Final = 2
TO_CLEAR: Final = 5
EXPECTED: Final = 5
"""Photos that each bin expects at least."""
FAR: Final = 5.1993
"""The normal quantile of 1 - 1e-7: one look in ten million by chance."""

CLASSES: Final = "class_mix"
REFUSALS: Final = "refusals"
FEATURES: Final = (*AXES, CLASSES, REFUSALS)

QUALITY: Final = "quality"
POOR: Final = "poor"
"""Counted with the features and compared with nothing: it has a threshold of its own."""

Histograms = dict[str, Counter[str]]
"""By feature, how many photos fall into each bin: its number on an axis, or a word."""
Seen = Mapping[str, str]
"""One photo: the bin of each feature that it has."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`psi` without what chance alone adds, never below 0; `bar`: what it must exceed; `n` and `m`: photos compared."""

    psi: float
    bar: float
    n: int
    m: int


@dataclass(slots=True)
class Signal:
    """What is thought of one feature. `above` and `calm` count looks in a row."""

    drifting: bool = False
    above: int = 0
    calm: int = 0
    last: Comparison | None = None


@dataclass(slots=True)
class State:
    """All that is kept of a model version's photos. `blocks` hold the last ones, ten each, the newest last."""

    photos: int = 0
    baseline: Histograms = field(default_factory=dict)
    baseline_photos: int = 0
    blocks: list[Histograms] = field(default_factory=list)
    begun: Histograms = field(default_factory=dict)
    signals: dict[str, Signal] = field(default_factory=lambda: {name: Signal() for name in FEATURES})

    @property
    def drifting(self) -> bool:
        return any(signal.drifting for signal in self.signals.values())

    @property
    def growing(self) -> bool:
        """Whether the baseline still learns."""
        return self.baseline_photos < BASELINE and not self.drifting


def seen_in(fact: PredictionMade) -> list[dict[str, str]]:
    """The photos of one answer, each by its bins; what the answer says as a whole goes with the first of them."""
    found = [{name: str(AXES[name].bin(value)) for name, value in on_axes(photo).items()} for photo in fact.photos]
    for bins, photo in zip(found, fact.photos, strict=True):
        bins[QUALITY] = POOR if is_poor(photo) else "good"
    found = found or [{}]
    found[0][REFUSALS] = fact.refusal or "answered"
    if fact.class_name is not None:
        found[0][CLASSES] = fact.class_name
    if fact.confidence is not None:
        found[0]["confidence"] = str(AXES["confidence"].bin(fact.confidence))
    return found


def chi_square_bar(degrees: int) -> float:
    """The far quantile of a chi-square (Wilson and Hilferty 1931); a little too high for few degrees."""
    spread = 2 / (9 * degrees)
    return float(degrees * (1 - spread + FAR * sqrt(spread)) ** 3)


def grouped(recent: Counter[str], before: Counter[str], *, ordered: bool) -> list[tuple[int, int]]:
    """Both histograms over the same bins, each large enough: neighbours joined on an axis, else the rarest."""
    n, m = recent.total(), before.total()
    both = recent + before
    places = sorted(both, key=int) if ordered else sorted(both, key=lambda word: (-both[word], word))
    need = EXPECTED * (n + m) / min(n, m)
    bins: list[tuple[int, int]] = []
    here = there = 0
    for place in places:
        here, there = here + recent[place], there + before[place]
        if here + there >= need:
            bins.append((here, there))
            here = there = 0
    if here + there:
        last = bins.pop() if bins else (0, 0)
        bins.append((last[0] + here, last[1] + there))
    return bins


def compare(recent: Counter[str], before: Counter[str], *, ordered: bool, least: float) -> Comparison | None:
    """How far two histograms lie apart; None where either is empty. `least`: the least PSI that matters."""
    n, m = recent.total(), before.total()
    if not n or not m:
        return None
    bins = grouped(recent, before, ordered=ordered)
    if len(bins) == 1:
        return Comparison(0.0, least, n, m)
    noise, degrees = 1 / n + 1 / m, len(bins) - 1
    psi = stability_index(bins) - degrees * noise
    return Comparison(max(0.0, psi), max(least, (chi_square_bar(degrees) - degrees) * noise), n, m)


def stability_index(bins: Sequence[tuple[int, int]]) -> float:
    """PSI of two histograms; half a photo is added to each bin, so that an empty one has a logarithm."""
    n, m = sum(here for here, _ in bins) + len(bins) / 2, sum(there for _, there in bins) + len(bins) / 2
    shares = [((here + 0.5) / n, (there + 0.5) / m) for here, there in bins]
    return sum((p - q) * log(p / q) for p, q in shares)


def add(state: State, seen: Iterable[Seen], *, least: float) -> None:
    """Take photos in, in their order, and look whenever ten are complete."""
    for photo in seen:
        for name, place in photo.items():
            state.begun.setdefault(name, Counter())[place] += 1
        state.photos += 1
        if state.photos % STEP == 0:
            state.blocks.append(state.begun)
            state.begun = {}
            _move_on(state)
            _look(state, least)


def _move_on(state: State) -> None:
    """What has left the longest window joins the baseline, as long as that learns."""
    while len(state.blocks) > WINDOWS[-1] // STEP:
        oldest = state.blocks.pop(0)
        if state.growing:
            state.baseline = total([state.baseline, oldest])
            state.baseline_photos += STEP


def _look(state: State, least: float) -> None:
    """Compare every window with what came before it; the first feature that begins to drift holds the baseline."""
    pairs = {window: pair for window in WINDOWS if (pair := _before(state, window)) is not None}
    began: list[int] = []
    had_drifted = state.drifting
    for name, signal in state.signals.items():
        found = {window: seen for window, pair in pairs.items() if (seen := _compared(name, *pair, least)) is not None}
        if found:
            began += _judge(signal, found, least)
    if began and not had_drifted:
        _hold(state, min(began))
    elif had_drifted and not state.drifting:
        state.blocks = state.blocks[-CLEARING // STEP :]


def _before(state: State, window: int) -> tuple[Histograms, Histograms] | None:
    """The last `window` photos and the baseline, with which go those between while it learns."""
    blocks = window // STEP
    between = state.blocks[:-blocks] if state.growing else []
    if len(state.blocks) < blocks or state.baseline_photos + len(between) * STEP < FEWEST:
        return None
    return total(state.blocks[-blocks:]), total([state.baseline, *between]) if between else state.baseline


def _compared(name: str, recent: Histograms, before: Histograms, least: float) -> Comparison | None:
    return compare(recent.get(name, Counter()), before.get(name, Counter()), ordered=name in AXES, least=least)


def _judge(signal: Signal, found: Mapping[int, Comparison], least: float) -> list[int]:
    """Raise or clear; gives the window in which drift begins, if it does."""
    above = [window for window, seen in found.items() if seen.psi > seen.bar]
    signal.last = found[above[0] if above else max(found)]
    signal.above = signal.above + 1 if above else 0
    near = found.get(CLEARING)
    signal.calm = signal.calm + 1 if near is not None and near.psi < least / 2 and not above else 0
    if not signal.drifting and signal.above >= TO_RAISE:
        signal.drifting = True
        return above[:1]
    if signal.drifting and signal.calm >= TO_CLEAR:
        signal.drifting = False
    return []


def _hold(state: State, window: int) -> None:
    """From here on the baseline is what came before the window that drifts."""
    blocks = window // STEP
    if state.baseline_photos < BASELINE:
        earlier = state.blocks[:-blocks]
        state.baseline = total([state.baseline, *earlier])
        state.baseline_photos += len(earlier) * STEP
    state.blocks = state.blocks[-blocks:]


def total(many: Iterable[Histograms]) -> Histograms:
    """Histograms added up."""
    found: Histograms = {}
    for one in many:
        for name, counts in one.items():
            found.setdefault(name, Counter()).update(counts)
    return found


def dump(state: State) -> dict[str, Any]:
    """The state as JSON."""
    signals = {
        name: [signal.drifting, signal.above, signal.calm, _numbers(signal.last)]
        for name, signal in state.signals.items()
    }
    return {
        "photos": state.photos,
        "baseline": state.baseline,
        "baseline_photos": state.baseline_photos,
        "blocks": state.blocks,
        "begun": state.begun,
        "signals": signals,
    }


def _numbers(seen: Comparison | None) -> list[float] | None:
    return None if seen is None else [seen.psi, seen.bar, seen.n, seen.m]


def parse(found: Mapping[str, Any]) -> State:
    """What `dump` wrote; an empty mapping is a beginning."""
    state = State()
    if found:
        state.photos, state.baseline_photos = found["photos"], found["baseline_photos"]
        state.baseline, state.begun = total([found["baseline"]]), total([found["begun"]])
        state.blocks = [total([block]) for block in found["blocks"]]
        for name, (drifting, above, calm, last) in found["signals"].items():
            state.signals[name] = Signal(drifting, above, calm, Comparison(*last) if last else None)
    return state
