"""What is said of an answer, and what may be kept of a request."""

import re
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from cultivar.packs.schemas import Pack
from cultivar.predictions.labels import SHOWN_IN_FULL
from cultivar.predictions.rules import Keep, coarse, fingerprint, keep_for, key_hash, render
from cultivar.predictions.schemas import Wanted
from cultivar.vision.answer import Answer
from tests.predictions.answers import cases

thresholds = st.none() | st.floats(0, 1)


def test_consent_decides_everything_that_is_kept() -> None:
    assert keep_for("none") == Keep(photo=False, place=False, owner=False, train=False)
    assert keep_for("store") == Keep(photo=True, place=True, owner=True, train=False)
    assert keep_for("train") == Keep(photo=True, place=True, owner=True, train=True)


@given(st.floats(-180, 180))
def test_a_place_is_known_to_a_tenth_of_a_degree(degrees: float) -> None:
    rounded = coarse(degrees)
    assert rounded is not None
    assert abs(rounded - degrees) <= 0.05 + 1e-9
    assert re.fullmatch(r"-?\d+\.\d", str(rounded))
    assert str(rounded) != "-0.0"


def test_no_place_stays_no_place() -> None:
    assert coarse(None) is None


@given(cases, thresholds, st.integers(1, 20))
def test_a_refusal_has_words_and_no_result(case: tuple[Pack, Answer], threshold: float | None, top_k: int) -> None:
    pack, answer = case
    said = render(answer, Wanted(pack, "fr", threshold, top_k))
    assert said.refused == (answer.refusal is not None) == (said.result is None) == (said.refusal is not None)
    if said.refusal:
        assert said.refusal.code == answer.refusal
        assert said.refusal.message == pack.refusals[said.refusal.code].message.fr
        assert said.refusal.advice == pack.refusals[said.refusal.code].advice.fr
        assert said.plant_type is None
        assert said.confidence is None
        assert not said.diseases
        assert "low_confidence" not in said.warnings
    assert set(said.heads) == {head.name for head in pack.heads}


@given(cases, thresholds, st.integers(1, 20))
def test_diseases_begin_with_the_results_own_and_are_never_healthy(
    case: tuple[Pack, Answer], threshold: float | None, top_k: int
) -> None:
    pack, answer = case
    said = render(answer, Wanted(pack, "en", threshold, top_k))
    if pack.healthy_label is None:
        assert said.diseases is None
        return
    assert said.diseases is not None
    names, own = [disease.name for disease in said.diseases], answer.labels.get("condition")
    if said.refused or own == pack.healthy_label:
        assert names == []
        return
    limit = pack.min_confidence if threshold is None else threshold
    likely = [scored.label for scored in answer.heads["condition"].top if scored.confidence >= limit]
    own_too = [own] if own in likely or threshold is None else []
    assert names == own_too + [label for label in likely if label not in {own, pack.healthy_label}]


@given(cases, st.integers(1, 20))
def test_nothing_in_an_answer_contradicts_its_result(case: tuple[Pack, Answer], top_k: int) -> None:
    pack, answer = case
    said = render(answer, Wanted(pack, "en", None, top_k))
    if said.result is None:
        return
    labels = pack.classes[said.result.class_id].labels
    assert {name: head.label for name, head in said.heads.items()} == labels
    if "plant" in answer.labels:
        assert (said.plant_type, said.confidence) == (said.heads["plant"].label, said.heads["plant"].confidence)
    if pack.healthy_label is not None and labels["condition"] != pack.healthy_label:
        assert said.diseases
        assert said.diseases[0].name == labels["condition"]


@given(cases, thresholds, st.integers(1, 20))
def test_top_shows_short_heads_in_full_and_long_ones_to_k(
    case: tuple[Pack, Answer], threshold: float | None, top_k: int
) -> None:
    pack, answer = case
    said = render(answer, Wanted(pack, "en", threshold, top_k))
    for name, head in said.heads.items():
        every = answer.heads[name].top
        label = answer.labels.get(name, every[0].label)
        assert head.label == label
        assert head.confidence == next(round(one.confidence, 6) for one in every if one.label == label)
        shown = every if len(every) <= SHOWN_IN_FULL else every[:top_k]
        assert [one.label for one in head.top] == [one.label for one in shown if one.confidence >= (threshold or 0)]
        assert [one.confidence for one in head.top] == sorted((one.confidence for one in head.top), reverse=True)


@given(cases, thresholds)
def test_a_weak_answer_is_given_with_a_warning(case: tuple[Pack, Answer], threshold: float | None) -> None:
    pack, answer = case
    said = render(answer, Wanted(pack, "en", threshold, 5))
    limit = pack.min_confidence if threshold is None else threshold
    assert ("low_confidence" in said.warnings) == (said.result is not None and said.result.confidence < limit)


@given(cases)
def test_a_poor_photo_is_answered_with_a_warning(case: tuple[Pack, Answer]) -> None:
    pack, answer = case
    warnings = render(answer, Wanted(pack, "en", None, 5)).warnings
    assert ("blurred" in warnings) == (answer.quality.sharpness < 0.4)
    assert ("poor_light" in warnings) == (answer.quality.exposure < 0.5)
    short_sides = [min(photo.seen.facts.width, photo.seen.facts.height) for photo in answer.photos]
    assert ("small_photo" in warnings) == all(side < 512 for side in short_sides)


@given(cases)
def test_the_confidence_beside_the_plant_is_the_plants(case: tuple[Pack, Answer]) -> None:
    pack, answer = case
    said = render(answer, Wanted(pack, "en", None, 5))
    if said.result is None:
        return
    if "plant" in answer.labels:
        assert said.plant_type == answer.labels["plant"]
        of_plant = {scored.label: scored.confidence for scored in answer.heads["plant"].top}
        assert said.confidence == round(of_plant[answer.labels["plant"]], 6)
    else:
        assert said.plant_type is None
        assert said.confidence == said.result.confidence


@given(cases)
def test_several_photos_stand_beside_the_answer_and_one_does_not(case: tuple[Pack, Answer]) -> None:
    pack, answer = case
    photos = render(answer, Wanted(pack, "en", None, 5)).photos
    if len(answer.photos) == 1:
        assert photos == []
        return
    assert [photo.file_index for photo in photos] == [photo.index for photo in answer.photos]
    assert [photo.refused for photo in photos] == [photo.refusal is not None for photo in answer.photos]


@given(st.uuids(), st.uuids(), st.text(min_size=1), st.text(min_size=1), st.binary(min_size=16))
def test_a_key_means_one_thing_for_one_person(mine: UUID, theirs: UUID, key: str, other: str, secret: bytes) -> None:
    same_person, same_key = mine == theirs, key == other
    assert (key_hash(secret, mine, key) == key_hash(secret, theirs, key)) == same_person
    assert (key_hash(secret, mine, key) == key_hash(secret, mine, other)) == same_key


@given(
    st.lists(st.binary(max_size=40), min_size=1, max_size=3), st.lists(st.binary(max_size=40), min_size=1, max_size=3)
)
def test_only_the_same_photos_in_the_same_order_are_the_same(photos: list[bytes], others: list[bytes]) -> None:
    person = uuid4()
    prints = [fingerprint(b"secret", person, "key", "{}", these) for these in (photos, others)]
    assert (prints[0] == prints[1]) == (photos == others)


def test_what_stands_for_a_photo_cannot_be_compared_without_its_senders_key() -> None:
    person = uuid4()
    assert fingerprint(b"secret", person, "key", "{}", [b"leaf"]) != fingerprint(
        b"secret", person, "k", "{}", [b"leaf"]
    )
    assert fingerprint(b"secret", person, "key", "{}", [b"leaf"]) != fingerprint(
        b"secret", person, "key", "[]", [b"leaf"]
    )
