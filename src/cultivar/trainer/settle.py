"""What is settled on val once the weights are known: the view that serves, temperatures, what is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from cultivar.packs.schemas import Pack
from cultivar.trainer.calibrate import even_weights, fit_sigmoid_temperature, fit_temperature
from cultivar.trainer.collect import Views, collect
from cultivar.trainer.network import Network, class_tables
from cultivar.trainer.recipe import Recipe
from cultivar.trainer.samples import Data
from cultivar.vision.manifest import RefusalCode

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a photo, and how well val went with it. Each source weighs alike."""

    size: int
    mirror: bool
    loss: float
    right: float


@dataclass(frozen=True, slots=True)
class Chosen:
    view: View
    tried: tuple[View, ...]
    val: Views


@dataclass(frozen=True, slots=True)
class Temperatures:
    joint: float
    heads: dict[str, float]


def choose_view(network: Network, data: Data, recipe: Recipe, classes: int) -> Chosen:
    """Try every size, mirrored and not; the smallest calibrated log loss over known val photos serves."""
    places = data.places("val")
    found = []
    for size, mirror in product(recipe.test_sizes, recipe.test_mirrored):
        val = collect(network, data, places, size, mirror=mirror)
        truth, logits, weights = known_part(val, data, classes)
        temperature = fit_temperature(logits, truth, weights)
        shares = softmax(logits / temperature)
        loss = -float((weights * np.log(shares[np.arange(len(truth)), truth])).sum())
        right = float((weights * (logits.argmax(1) == truth)).sum())
        found.append((View(size, mirror, loss, right), val))
    view, val = min(found, key=lambda one: one[0].loss)
    return Chosen(view, tuple(view for view, _ in found), val)


def known_part(val: Views, data: Data, classes: int) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Of val's known photos: true class, logits of the classes alone, weights that make sources alike."""
    truth = data.targets[val.places]
    known = truth < classes
    sources = np.array([data.records[i].slice for i in val.places[known]])
    return truth[known], val.logits["joint"][known, :classes].astype(np.float64), even_weights(sources)


def shifted(network: Network, data: Data, recipe: Recipe, chosen: Chosen) -> Views:
    """Val as it is, and once for every shift of the recipe as another camera would have taken it."""
    view, places = chosen.view, chosen.val.places
    again = [collect(network, data, places, view.size, mirror=view.mirror, shift=i) for i in range(recipe.shifts)]
    found = [chosen.val, *again]
    return Views(
        np.concatenate([one.places for one in found]),
        [np.concatenate(rows) for rows in zip(*(one.stages for one in found), strict=True)],
        {name: np.concatenate([one.logits[name] for one in found]) for name in chosen.val.logits},
    )


def temperatures(pack: Pack, data: Data, val: Views, caution: float = 1) -> Temperatures:
    """One for the joint over classes, one for each head, all times `caution`."""
    truth, logits, weights = known_part(val, data, len(pack.classes))
    known = data.targets[val.places] < len(pack.classes)
    heads = {}
    for head in pack.heads:
        said = val.logits[head.name][known].astype(np.float64)
        wanted = class_tables(pack)[head.name].numpy()[truth].astype(np.float64)
        if head.kind == "softmax":
            heads[head.name] = caution * fit_temperature(said, wanted.argmax(1), weights)
        else:
            heads[head.name] = caution * fit_sigmoid_temperature(said, wanted, weights)
    return Temperatures(caution * fit_temperature(logits, truth, weights), heads)


@dataclass(frozen=True, slots=True)
class Score:
    """One refusal rule's scores over the photos of val, before its threshold is known."""

    code: RefusalCode
    values: Floats
    least: float
    """The threshold is never below this."""
    share: float
    """Of what refusals may cost known photos, the share that is this rule's; the last rule takes what is left."""
    output: bool = False
    """Whether the graph gives it, as `novelty`, and not the reject slots."""


def reject_scores(pack: Pack, recipe: Recipe, logits: Floats, temperature: float) -> list[Score]:
    """The summed probability of each code's reject slots."""
    shares = softmax(logits / temperature)[:, len(pack.classes) :]
    found: list[Score] = []
    for code, slots in recipe.rejects.items():
        columns = [recipe.slots.index(slot) for slot in slots]
        found.append(Score(code, shares[:, columns].sum(1), least=recipe.least_reject, share=0.25))
    return found


def thresholds(scores: Sequence[Score], known: NDArray[np.bool_], weights: Floats, budget: float) -> list[float]:
    """The lowest thresholds that together refuse at most `budget` of the known photos, rule after rule.

    `weights`: of the known photos, in all 1.
    """
    refused = np.zeros(int(known.sum()), bool)
    found = []
    for place, score in enumerate(scores):
        last, cost = place == len(scores) - 1, float(weights[refused].sum())
        allowed = budget if last else cost + budget * score.share
        values, free = score.values[known][~refused], weights[~refused]
        order = np.argsort(-values)
        too_many = cost + np.cumsum(free[order]) > allowed + 1e-9
        first_kept = int(too_many.argmax()) if too_many.any() else len(order)
        lowest = np.nextafter(values[order[first_kept]], np.inf) if first_kept < len(order) else score.least
        found.append(max(score.least, float(lowest)))
        refused |= score.values[known] >= found[-1]
    return found


def softmax(logits: Floats) -> Floats:
    lifted = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(lifted / lifted.sum(1, keepdims=True))
