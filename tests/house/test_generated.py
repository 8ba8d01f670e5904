"""The web app's client is made from the application's own document."""

import json

from tools import openapi


def test_the_committed_document_is_the_applications() -> None:
    committed = openapi.FILE.read_text(encoding="utf-8")
    assert committed == openapi.document(), "run `make client`"


def test_the_document_is_sorted_so_that_a_change_is_all_that_shows() -> None:
    def keys_in_order(part: object) -> bool:
        if isinstance(part, dict):
            return list(part) == sorted(part) and all(map(keys_in_order, part.values()))
        return all(map(keys_in_order, part)) if isinstance(part, list) else True

    written = json.loads(openapi.document())
    assert keys_in_order(written)
    assert "/api/v1/predict" in written["paths"]
