"""What a survey's report says in words, in every language we speak."""

from collections.abc import Mapping
from typing import Final

from cultivar.packs.schemas import Language
from cultivar.surveys.rules import PLANTS_WANTED, Missing, between

FORMULA: Final = "100 × Σ(n_b × b) / ((7 − 1) × T)"

Words = Mapping[str, str]

_MISSING: Final[Mapping[Language, Words]] = {
    "en": {
        "few_plants": f"Fewer than {PLANTS_WANTED} plants: a plot is judged by ten random ones.",
        "no_graded_leaf": "No leaf has a grade yet.",
        "leaf_not_graded": "Plant {plant}, leaf {ranks}: no grade ({reason}).",
        "ranks_not_seen": "Plant {plant}: not looked at: leaf {ranks}.",
        "leaves_not_counted": "Plant {plant}: its open leaves were not counted.",
        "spots_not_known": "Plant {plant}: the youngest leaf spotted cannot be told.",
    },
    "fr": {
        "few_plants": f"Moins de {PLANTS_WANTED} plants : une parcelle se juge sur dix plants au hasard.",
        "no_graded_leaf": "Aucune feuille n'est encore notée.",
        "leaf_not_graded": "Plant {plant}, feuille {ranks} : pas de note ({reason}).",
        "ranks_not_seen": "Plant {plant} : non observée : feuille {ranks}.",
        "leaves_not_counted": "Plant {plant} : ses feuilles ouvertes n'ont pas été comptées.",
        "spots_not_known": "Plant {plant} : la plus jeune feuille tachée ne peut être déterminée.",
    },
}
_REASONS: Final[Mapping[Language, Words]] = {
    "en": {
        "": "not rated",
        "no_leaf": "no leaf to measure",
        "leaf_not_whole": "the leaf is not whole in the photo",
        "condition_unknown": "not known what it has",
        "condition_not_on_scale": "another disease",
        "lesions_on_healthy_leaf": "called healthy, yet spotted",
        "grade_or": "grade {low} or {high}",
    },
    "fr": {
        "": "non évaluée",
        "no_leaf": "pas de feuille à mesurer",
        "leaf_not_whole": "la feuille n'est pas entière sur la photo",
        "condition_unknown": "on ne sait pas ce qu'elle a",
        "condition_not_on_scale": "une autre maladie",
        "lesions_on_healthy_leaf": "dite saine, mais tachée",
        "grade_or": "note {low} ou {high}",
    },
}

_PAGE: Final[Mapping[Language, Words]] = {
    "en": {
        "title": "Survey of {plot}",
        "visited": "Visited on {day}",
        "index": "Infection index",
        "youngest": "Youngest leaf spotted",
        "functional": "Functional leaves",
        "mean_rank": "mean rank, 1 is the youngest leaf",
        "mean_count": "a plant, mean",
        "graded": "{leaves} graded leaves of {plants} plants",
        "formula": "Infection index = {formula}; n_b: leaves of grade b (0 to 6, Stover scale modified by Gauhl), T: "
        "all graded leaves, pooled over all plants.",
        "by_rank": "Infection index by leaf rank (1 is the youngest)",
        "by_plant": "Plants",
        "plant": "Plant",
        "leaves": "Leaves",
        "missing": "What is missing",
        "nothing": "Nothing is missing.",
        "visits": "Visits to this plot",
        "visit": "Visit",
        "treated": "Last treatment",
        "deleafed": "Last deleafing",
        "green": "low",
        "amber": "middling",
        "red": "high",
        "unlikely": "Premature ripening is unlikely.",
        "in_4_to_5_months": "Premature ripening within 4 to 5 months is to be feared.",
        "unclear": "Premature ripening: these figures do not tell.",
        "sources": "Thresholds of premature ripening were set for yellow Sigatoka in 1974. Low, middling and high "
        "(below 20, below 30, above) are the default of a field app, not of the literature. Cutting leaves lowers "
        "the index without curing. Photos measure what is seen: confirm with your extension service before you treat.",
    },
    "fr": {
        "title": "Relevé de {plot}",
        "visited": "Visite du {day}",
        "index": "Indice d'infection",
        "youngest": "Plus jeune feuille tachée",
        "functional": "Feuilles fonctionnelles",
        "mean_rank": "rang moyen, 1 est la plus jeune feuille",
        "mean_count": "par plant, moyenne",
        "graded": "{leaves} feuilles notées sur {plants} plants",
        "formula": "Indice d'infection = {formula} ; n_b : feuilles de note b (0 à 6, échelle de Stover modifiée par "
        "Gauhl), T : toutes les feuilles notées, tous plants réunis.",
        "by_rank": "Indice d'infection par rang de feuille (1 est la plus jeune)",
        "by_plant": "Plants",
        "plant": "Plant",
        "leaves": "Feuilles",
        "missing": "Ce qui manque",
        "nothing": "Il ne manque rien.",
        "visits": "Visites de cette parcelle",
        "visit": "Visite",
        "treated": "Dernier traitement",
        "deleafed": "Dernier effeuillage",
        "green": "faible",
        "amber": "moyen",
        "red": "élevé",
        "unlikely": "Un mûrissement prématuré est improbable.",
        "in_4_to_5_months": "Un mûrissement prématuré d'ici 4 à 5 mois est à craindre.",
        "unclear": "Mûrissement prématuré : ces chiffres ne permettent pas de le dire.",
        "sources": "Les seuils du mûrissement prématuré ont été fixés pour la cercosporiose jaune en 1974. Faible, "
        "moyen et élevé (moins de 20, moins de 30, au-delà) sont le réglage d'une application de terrain, non de la "
        "littérature. Couper des feuilles abaisse l'indice sans guérir. La photo mesure ce qui se voit : faites "
        "confirmer par votre service local de conseil agricole avant de traiter.",
    },
}


def page(language: Language) -> Words:
    """The words of the printable report."""
    return _PAGE[language]


def missing(found: Missing, language: Language) -> str:
    """One sentence."""
    ranks = ", ".join(str(rank) for rank in found.ranks)
    return _MISSING[language][found.code].format(
        plant=found.plant, ranks=ranks, reason=reason(found.reason or "", language)
    )


def reason(code: str, language: Language) -> str:
    """Why a leaf has no grade, in words; a code that has none stands for itself."""
    words = _REASONS[language]
    if grades := between(code):
        low, high = grades
        return words["grade_or"].format(low=low, high=high)
    return words.get(code, code.replace("_", " "))
