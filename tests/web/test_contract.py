"""The OpenAPI document is the contract: whatever is sent, the answer is one that it documents, and never a 500."""

from collections.abc import Iterator
from pathlib import Path

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

from cultivar.kernel import migrate
from tests.conftest import apart, new_database
from tests.support.app import Person, Served, served

CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


EXAMPLES = 10


@pytest.fixture(scope="module")
def apps(drawn: Path, postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Served]]:
    """The application on SQLite and on PostgreSQL: what is made up, which takes longest, is asked of both."""
    url = apart(new_database(postgres))
    apart(migrate.upgrade(url))
    with (
        served(tmp_path_factory.mktemp("data"), drawn.parent) as one,
        served(tmp_path_factory.mktemp("data"), drawn.parent, database_url=url) as other,
    ):
        yield one, other


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_answer_is_documented(apps: tuple[Served, Served], mode: GenerationMode) -> None:
    document = schemathesis.openapi.from_url(f"{apps[0].url}/openapi.json")
    experts = [app.expert() for app in apps]
    wrong = []
    for found in document.get_all_operations():
        operation = found.ok()
        experts = [who if _signed_in(who) else app.expert() for who, app in zip(experts, apps, strict=True)]
        try:
            _try(operation, mode, {app.url: who.token for who, app in zip(experts, apps, strict=True)})
        except (FailureGroup, Failure) as error:
            wrong.append(f"{operation.label}: {error}")
        except Unsatisfiable:
            continue  # nothing to get wrong: it takes no input
    assert not wrong, "\n\n".join(wrong)


def _signed_in(person: Person) -> bool:
    """Some operations end a session, or the account."""
    return person.http.get("/users/me").is_success


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


def _try(operation: schemathesis.APIOperation, mode: GenerationMode, tokens: dict[str, str]) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, database=None, suppress_health_check=list(HealthCheck))
    def answer(case: schemathesis.Case) -> None:
        for url, token in tokens.items():
            case.call_and_validate(base_url=url, headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

    answer()
