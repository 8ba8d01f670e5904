import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as some

from cultivar.vision.manifest import Manifest
from cultivar.vision.tasks.classify import Outputs, classify, softmax
from tests.vision.graphs import manifest

JOINT = manifest(joint=True)
PRODUCT = manifest(joint=False)


@st.composite
def outputs(draw: st.DrawFn, least: int = 1, most: int = 5, scale: float = 8.0) -> dict[str, np.ndarray]:
    """What the graph of `manifest()` might put out for a few photos."""
    photos = draw(st.integers(least, most))
    numbers = st.floats(-scale, scale, width=32)
    widths = {"plant": 3, "signs": 2, "joint": 6}
    found = {name: draw(some.arrays(np.float32, (photos, width), elements=numbers)) for name, width in widths.items()}
    return found | {"strangeness": draw(some.arrays(np.float32, (photos,), elements=numbers))}


def fine(found: Outputs) -> list[bool]:
    return [False] * len(found["plant"])


manifests = st.sampled_from([JOINT, PRODUCT])


@given(manifests, outputs())
def test_probabilities_are_probabilities(known: Manifest, found: Outputs) -> None:
    whole, alone = classify(known, found, fine(found))
    for opinion in (whole, *alone):
        assert sum(opinion.classes) == pytest.approx(1)
        assert sum(scored.confidence for scored in opinion.heads["plant"].top) == pytest.approx(1)
        assert all(0 <= scored.confidence <= 1 for head in opinion.heads.values() for scored in head.top)


@given(manifests, outputs())
def test_every_label_is_ranked_best_first(known: Manifest, found: Outputs) -> None:
    whole, _ = classify(known, found, fine(found))
    for head in known.heads:
        top = whole.heads[head.name].top
        assert {scored.label for scored in top} == set(head.labels)
        assert [s.confidence for s in top] == sorted((s.confidence for s in top), reverse=True)
        assert (top[0].label, top[0].confidence) == (whole.heads[head.name].label, whole.heads[head.name].confidence)


@given(manifests, outputs())
def test_the_class_is_the_best_of_those_that_exist(known: Manifest, found: Outputs) -> None:
    whole, _ = classify(known, found, fine(found))
    if whole.class_id is not None:
        assert whole.confidence == max(whole.classes) == whole.classes[whole.class_id]
        assert whole.class_name == known.classes[whole.class_id].name
        assert whole.labels == known.classes[whole.class_id].labels
    else:
        assert whole.refusal


@given(manifests, outputs(most=1))
def test_one_photo_pooled_is_itself(known: Manifest, found: Outputs) -> None:
    whole, (alone,) = classify(known, found, fine(found))
    assert (whole.refusal, whole.heads, whole.classes) == (alone.refusal, alone.heads, alone.classes)


@given(manifests, outputs(most=1), st.integers(2, 5))
def test_the_same_photo_again_changes_nothing(known: Manifest, found: Outputs, times: int) -> None:
    once, _ = classify(known, found, [False])
    again, _ = classify(known, {name: np.repeat(row, times, axis=0) for name, row in found.items()}, [False] * times)
    assert again.refusal == once.refusal
    assert again.classes == pytest.approx(once.classes)


@given(manifests, outputs(least=2), st.randoms())
def test_the_order_of_photos_does_not_matter(known: Manifest, found: Outputs, random: object) -> None:
    order = list(range(len(found["plant"])))
    random.shuffle(order)
    one, alone = classify(known, found, fine(found))
    other, apart = classify(known, {name: rows[order] for name, rows in found.items()}, fine(found))
    assert other.classes == pytest.approx(one.classes)
    assert [alone[place].refusal for place in order] == [opinion.refusal for opinion in apart]
    assert (one.refusal is None) == (other.refusal is None)


@given(manifests, outputs(least=2))
def test_pooling_is_the_renormalised_mean_of_log_probabilities(known: Manifest, found: Outputs) -> None:
    whole, alone = classify(known, found, fine(found))
    used = [opinion for opinion in alone if opinion.refusal is None] or alone
    logs = np.mean([[math.log(s.confidence) for s in _in_order(o, known)] for o in used], axis=0)
    assert [s.confidence for s in _in_order(whole, known)] == pytest.approx(softmax(logs).tolist(), abs=1e-6)


@given(manifests, outputs(least=2))
def test_refused_photos_are_left_out_of_the_pool(known: Manifest, found: Outputs) -> None:
    bad = [photo > 0 for photo in range(len(found["plant"]))]
    whole, alone = classify(known, found, bad)
    assert [opinion.refusal for opinion in alone[1:]] == ["unusable_photo"] * (len(bad) - 1)
    if alone[0].refusal is None:
        assert whole.refusal is None
        assert whole.classes == pytest.approx(alone[0].classes)


@given(outputs(), st.floats(0.2, 5))
def test_temperature_divides_logits(found: Outputs, temperature: float) -> None:
    warm = manifest(joint=True, temperature=temperature)
    divided = {name: rows / np.float32(temperature) for name, rows in found.items()}
    heads_only = {**divided, "strangeness": found["strangeness"]}
    one, _ = classify(warm, found, fine(found))
    other, _ = classify(JOINT, heads_only, fine(found))
    assert one.classes == pytest.approx(other.classes, abs=1e-4)
    assert one.heads["plant"].confidence == pytest.approx(other.heads["plant"].confidence, abs=1e-4)


def logits(photos: int = 1) -> dict[str, np.ndarray]:
    """Apple with scab, beyond doubt."""
    rows = {
        "plant": [9.0, 0.0, 0.0],
        "signs": [4.0, -4.0],
        "joint": [9.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    }
    found = {name: np.tile(np.array(row, np.float32), (photos, 1)) for name, row in rows.items()}
    return found | {"strangeness": np.zeros(photos, np.float32)}


@pytest.mark.parametrize("known", [JOINT, PRODUCT])
def test_a_clear_photo_gets_its_class(known: Manifest) -> None:
    whole, _ = classify(known, logits(), [False])
    assert (whole.class_id, whole.class_name) == (0, "Apple___scab")
    assert whole.labels == {"plant": "Apple", "signs": "scab"}
    assert whole.confidence is not None
    assert whole.confidence > 0.95


def test_a_combination_that_does_not_exist_is_never_named() -> None:
    found = logits() | {"plant": np.array([[0.0, 0.0, 9.0]], np.float32), "signs": np.array([[4.0, -4.0]], np.float32)}
    whole, _ = classify(PRODUCT, found, [False])
    assert whole.heads["plant"].label == "Banana"
    assert whole.class_name == "Banana___rot"


def test_reject_slots_refuse_and_take_nothing_from_the_classes() -> None:
    found = logits() | {"joint": np.array([[3.0, 0.0, 0.0, 0.0, 5.0, 0.0]], np.float32)}
    whole, _ = classify(JOINT, found, [False])
    assert whole.refusal == "no_plant"
    assert (whole.class_id, whole.class_name, whole.confidence, whole.labels) == (None, None, None, {})
    assert whole.heads["plant"].label == "Apple"
    assert sum(whole.classes) == pytest.approx(1)


@pytest.mark.parametrize(("slots", "refusal"), [(["nothing"], "no_plant"), (["pet"], None), ([], "no_plant")])
def test_a_rule_may_listen_to_some_of_the_reject_slots(slots: list[str], refusal: str | None) -> None:
    rule = {"code": "no_plant", "source": "rejects", "slots": slots, "threshold": 0.5}
    found = logits() | {"joint": np.array([[3.0, 0.0, 0.0, 0.0, 5.0, 0.0]], np.float32)}
    assert classify(manifest(refusals=[rule]), found, [False])[0].refusal == refusal


def test_a_score_of_the_graph_refuses_at_its_threshold() -> None:
    for strangeness, refusal in ((0.87, None), (0.875, "unknown_crop")):
        whole, _ = classify(JOINT, logits() | {"strangeness": np.array([strangeness], np.float32)}, [False])
        assert whole.refusal == refusal


@pytest.mark.parametrize(("best", "refusal"), [(9.0, None), (0.2, "not_in_pack")])
def test_doubt_about_the_likeliest_class_refuses(best: float, refusal: str | None) -> None:
    rule = {"code": "not_in_pack", "source": "doubt", "threshold": 0.5}
    found = logits() | {"joint": np.array([[best, 0.0, 0.0, 0.0, 0.0, 0.0]], np.float32)}
    assert classify(manifest(refusals=[rule]), found, [False])[0].refusal == refusal


def test_the_quality_of_a_photo_refuses_before_the_network_does() -> None:
    whole, _ = classify(JOINT, logits() | {"strangeness": np.array([9], np.float32)}, [True])
    assert whole.refusal == "unusable_photo"
    assert whole.heads["plant"].label == "Apple"


def test_when_all_are_refused_the_commonest_reason_refuses_the_whole() -> None:
    found = logits(3) | {"strangeness": np.array([9, 9, 0], np.float32)}
    whole, alone = classify(JOINT, found, [False, False, True])
    assert [opinion.refusal for opinion in alone] == ["unknown_crop", "unknown_crop", "unusable_photo"]
    assert whole.refusal == "unknown_crop"


def _in_order(opinion: object, known: Manifest) -> list[object]:
    by_label = {scored.label: scored for scored in opinion.heads["plant"].top}
    return [by_label[label] for label in known.heads[0].labels]
