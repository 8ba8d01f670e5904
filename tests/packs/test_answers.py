"""What a pack's answers are called where a measure names some of them."""

from cultivar.packs.schemas import Pack
from cultivar.packs.service import load_pack
from cultivar.packs.severity import SeverityRule
from tests.support.model import PACK

DRAWN = load_pack(PACK)


def graded() -> Pack:
    """The drawn pack, its rust graded as a leaf spot is."""
    rule = SeverityRule(graded="Rust", healthy="healthy", named={"Willow___Rust": "Rusty", "Willow___healthy": "Green"})
    return load_pack(PACK).model_copy(update={"severity": rule})


def test_without_a_measure_answers_are_the_networks_classes() -> None:
    assert DRAWN.answers == DRAWN.classes
    assert DRAWN.answer_named(DRAWN.classes[2].name) == (2, DRAWN.classes[2])
    assert DRAWN.answer_named("Stage3") is None
    assert DRAWN.class_of_answer == {known.name: known.name for known in DRAWN.classes}


def test_stages_come_after_the_networks_classes_and_say_what_their_class_says() -> None:
    pack, count = graded(), len(DRAWN.classes)
    assert [one.name for one in pack.answers[count:]] == [f"Stage{grade}" for grade in range(1, 7)]
    place, rusty = pack.answer_named("Rusty") or (None, None)
    assert place is not None
    assert DRAWN.classes[place].name == "Willow___Rust"
    assert rusty is not None
    class_id, stage = pack.answer_named("Stage4") or (None, None)
    assert class_id == count + 3
    assert stage is not None
    assert (stage.labels["condition"], stage.treatments) == ("Rust", rusty.treatments)
    assert stage.title.en.endswith("grade 4")


def test_each_answer_is_of_a_class_of_the_network() -> None:
    found = graded().class_of_answer
    assert list(found) == [one.name for one in graded().answers]
    assert (found["Rusty"], found["Stage1"], found["Stage6"]) == ("Willow___Rust",) * 3
    assert found["Green"] == "Willow___healthy"
    assert set(found.values()) == {known.name for known in DRAWN.classes}
