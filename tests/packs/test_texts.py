"""What the packs that ship say: every class in both languages, plain, and nothing that could do harm."""

import re
from collections.abc import Iterator

import pytest

from cultivar.kernel.settings import Settings
from cultivar.packs.parts import Text
from cultivar.packs.schemas import Pack, PackClass
from cultivar.packs.service import load
from tests.support.drawing import LABELS
from tests.support.fruit import CLASSES

PACKS = load(Settings().packs_dir)
PLANTS = PACKS["plant-health"]
SICK = [known for known in PLANTS.classes if known.labels["condition"] != "healthy"]
HEALTHY = [known for known in PLANTS.classes if known.labels["condition"] == "healthy"]


def sentences(known: PackClass) -> Iterator[Text]:
    yield known.description
    if known.handling:
        yield known.handling
    if known.symptoms:
        yield known.symptoms
    if known.treatments:
        yield from (known.treatments.prevention, known.treatments.biological, known.treatments.chemical_class)


def all_sentences(pack: Pack) -> Iterator[Text]:
    yield from (pack.description, *([pack.safety] if pack.safety else []))
    for refusal in pack.refusals.values():
        yield from (refusal.message, refusal.advice)
    if pack.grading:
        yield from pack.grading.ungradable.values()
    if pack.anomalies:
        yield from pack.anomalies.texts.values()
    for known in pack.classes:
        yield from sentences(known)


def by_name(known: PackClass) -> str:
    return known.name


def test_plant_health_has_the_37_leaf_labels_in_the_order_of_their_names() -> None:
    names = [known.name for known in PLANTS.classes]
    assert names == sorted(names)
    assert len(names) == 37
    assert names[29] == "Tomato___Late_blight"
    assert "Background_without_leaves" not in names


def test_the_order_of_classes_is_the_one_that_answers_have_carried() -> None:
    assert [known.name for known in PACKS["cats-dogs"].classes] == ["cat", "dog"]
    assert tuple(known.name for known in PACKS["drawn"].classes) == LABELS
    assert tuple(known.name for known in PACKS["banana-ripeness"].classes) == CLASSES


@pytest.mark.parametrize("pack", [PLANTS, PACKS["drawn"]], ids=["plant-health", "drawn"])
def test_a_class_name_is_its_plant_and_condition(pack: Pack) -> None:
    for known in pack.classes:
        assert known.name == f"{known.labels['plant']}___{known.labels['condition']}"


@pytest.mark.parametrize("known", SICK, ids=by_name)
def test_a_sick_class_says_what_to_see_and_what_to_do(known: PackClass) -> None:
    assert known.symptoms
    assert known.treatments
    assert known.pathogen
    assert known.sources
    assert known.severity != "info"


@pytest.mark.parametrize("known", HEALTHY, ids=by_name)
def test_a_healthy_class_needs_nothing(known: PackClass) -> None:
    assert known.severity == "info"
    assert known.treatments is None
    assert known.pathogen is None


def test_late_blights_are_urgent_and_quarantine_diseases_are_to_be_notified() -> None:
    severity = {known.name: known.severity for known in PLANTS.classes}
    urgent = {name for name, level in severity.items() if level == "urgent"}
    assert urgent == {"Potato___Late_blight", "Tomato___Late_blight"}
    assert {name for name, level in severity.items() if level == "notify"} == {
        "Orange___Haunglongbing_(Citrus_greening)"
    }


def test_what_must_be_notified_is_only_suspected_and_says_whom_to_tell() -> None:
    for known in PLANTS.classes:
        if known.severity == "notify":
            assert "suspected" in known.title.en.lower()
            assert "plant health service" in known.description.en
            assert "suspicion" in known.title.fr.lower()
            assert "service de protection des végétaux" in known.description.fr


@pytest.mark.parametrize("name", PACKS)
def test_french_is_not_english(name: str) -> None:
    for text in all_sentences(PACKS[name]):
        assert text.en != text.fr


@pytest.mark.parametrize("name", PACKS)
def test_sentences_are_whole(name: str) -> None:
    for text in all_sentences(PACKS[name]):
        for words in (text.en, text.fr):
            assert words[0].isupper(), words
            assert words.endswith("."), words
            assert "  " not in words, words


DOSE = re.compile(
    r"\d\s*(k?g|mg|[mc]?l|ppm|oz|lb|gal|days?|jours?|weeks?|semaines?|hours?|heures?)\b|\d ?[%‰]|every \d|tous les \d",
    re.IGNORECASE,
)
PRODUCT = re.compile(
    r"[®™©]|roundup|bordeaux|bouillie bordelaise|captan|mancozeb|chlorothalonil|azoxystrobin", re.IGNORECASE
)


@pytest.mark.parametrize("known", SICK, ids=by_name)
def test_advice_never_names_a_dose_an_interval_or_a_product(known: PackClass) -> None:
    assert known.treatments
    for text in (known.treatments.prevention, known.treatments.biological, known.treatments.chemical_class):
        for words in (text.en, text.fr):
            assert not DOSE.search(words), words
            assert not re.search(r"\d", words), words
            assert not PRODUCT.search(words), words


def test_the_dose_check_would_see_one() -> None:
    assert DOSE.search("Spray 20 g per litre")
    assert DOSE.search("traiter tous les 7 jours")
    assert PRODUCT.search("Use Mancozeb")


@pytest.mark.parametrize("known", SICK, ids=by_name)
def test_chemical_advice_sends_people_to_ask_what_is_allowed(known: PackClass) -> None:
    assert known.treatments
    english, french = known.treatments.chemical_class.en, known.treatments.chemical_class.fr
    assert re.search(r"where you live|plant health service|^None acts on the virus\.$", english)
    assert re.search(r"chez vous|protection des végétaux|^Aucune n'agit sur le virus\.$", french)


@pytest.mark.parametrize("name", ["plant-health", "drawn"])
def test_the_safety_wording_is_shown_word_for_word(name: str) -> None:
    assert PACKS[name].safety == Text(
        en="Likely, not certain. Confirm with your local extension or plant health service before you treat.",
        fr="Probable, pas certain. Faites confirmer par votre service local de conseil agricole "
        "ou de protection des végétaux avant de traiter.",
    )


def test_each_pack_has_words_for_its_refusals() -> None:
    assert set(PLANTS.refusals) == {"no_plant", "unknown_crop", "unusable_photo"}
    assert set(PACKS["drawn"].refusals) == {"no_plant", "unknown_crop", "unusable_photo"}
    assert set(PACKS["banana-ripeness"].refusals) == {"no_plant", "unusable_photo"}
    assert set(PACKS["cats-dogs"].refusals) == {"not_in_pack", "unusable_photo"}


def test_nobody_is_told_to_eat_anything() -> None:
    eating = re.compile(r"\b(eat|edible|mange[rz]?|comestible)\b", re.IGNORECASE)
    assert not [text for pack in PACKS.values() for text in all_sentences(pack) if eating.search(text.en + text.fr)]


def test_bananas_are_spoken_of_by_colour_and_come_with_storage_and_sources() -> None:
    pack = PACKS["banana-ripeness"]
    assert pack.safety
    assert "colour of the peel" in pack.safety.en
    assert "couleur de la peau" in pack.safety.fr
    for known in pack.classes:
        assert known.handling
        assert known.sources
    assert not [
        text for text in all_sentences(pack) if re.search(r"\b(sweet|tasty|safe|sucrée?s?)\b", text.en + text.fr)
    ]
