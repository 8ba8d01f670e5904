"""People agree to words: other words are another version."""

import hashlib
import json

import pytest

from cultivar.accounts.schemas import ConsentChoice
from cultivar.accounts.texts import consent_texts
from cultivar.kernel.settings import Settings

VERSIONS = {
    "1": "55a3cb20f0faefd4d16e7f89f29452f2fd8c0ffc9ff9862cd6cffebc2364eb7c",
    "2": "1e2a019f462d33b24449cd86b8c41f092da400d04a38e225fa54337be9736e04",
}


def test_no_word_changes_without_a_new_version() -> None:
    texts = consent_texts().model_dump(mode="json")
    words = json.dumps(texts["choices"], sort_keys=True, ensure_ascii=False)
    assert hashlib.sha256(words.encode()).hexdigest() == VERSIONS[texts["version"]]


@pytest.mark.parametrize("choice", ["store", "train"])
def test_who_agrees_that_photos_are_kept_reads_for_how_long(choice: ConsentChoice) -> None:
    text = consent_texts().choices[choice]
    days = Settings.model_fields["photo_retention_days"].default
    assert f"after {days} days" in text.en
    assert f"après {days} jours" in text.fr
