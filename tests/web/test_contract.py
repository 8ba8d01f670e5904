"""The OpenAPI document is the contract: whatever is sent, the answer is one that it documents, and never a 500."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CheckFunction, Failure, FailureGroup, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.app import Served

CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


EXAMPLES = 10


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_answer_is_documented(app: Served, mode: GenerationMode) -> None:
    document = schemathesis.openapi.from_url(f"{app.url}/openapi.json")
    wrong = []
    for found in document.get_all_operations():
        operation = found.ok()
        try:
            _try(operation, mode, app.expert().token)
        except (FailureGroup, Failure) as error:
            wrong.append(f"{operation.label}: {error}")
        except Unsatisfiable:
            continue  # nothing to get wrong: it takes no input
    assert not wrong, "\n\n".join(wrong)


def test_a_character_that_no_database_keeps_is_refused_by_every_filter(app: Served) -> None:
    admin = app.admin()
    document = admin.http.get(f"{app.url}/openapi.json").json()
    asked = [
        (path.removeprefix("/api/v1"), query["name"])
        for path, operations in document["paths"].items()
        for query in operations.get("get", {}).get("parameters", [])
        if query["in"] == "query" and "{" not in path
    ]
    assert ("/jobs", "kind") in asked
    answers = {one: admin.http.get(one[0], params={one[1]: "a\0b"}) for one in asked}
    assert {one: answer.status_code for one, answer in answers.items() if answer.status_code not in {400, 422}} == {}


def _try(operation: schemathesis.APIOperation, mode: GenerationMode, token: str) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, database=None, suppress_health_check=list(HealthCheck))
    def answer(case: schemathesis.Case) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

    answer()
