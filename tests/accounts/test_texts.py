"""People agree to words: other words are another version."""

import hashlib
import json

from cultivar.accounts.texts import consent_texts

VERSIONS = {"1": "55a3cb20f0faefd4d16e7f89f29452f2fd8c0ffc9ff9862cd6cffebc2364eb7c"}


def test_no_word_changes_without_a_new_version() -> None:
    texts = consent_texts().model_dump(mode="json")
    words = json.dumps(texts["choices"], sort_keys=True, ensure_ascii=False)
    assert hashlib.sha256(words.encode()).hexdigest() == VERSIONS[texts["version"]]
