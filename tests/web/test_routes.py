"""What holds for every route, so that a new one cannot be forgotten."""

from collections import Counter
from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from cultivar.kernel.auth import Needs
from cultivar.kernel.settings import Settings
from cultivar.web.app import create_app
from cultivar.web.openapi import Api, guards

OPEN = {
    "GET /health",
    "GET /health/ready",
    "GET /metrics",
    "GET /files/{key}",
    "POST /api/v1/auth/guest",
    "POST /api/v1/auth/refresh",
    "POST /api/v1/auth/register",
    "POST /api/v1/auth/token",
}
"""Every documented route that may be called without a token: adding one is a decision."""


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), log_level="error", _env_file=None)
    return create_app(settings)


@pytest.fixture(scope="module")
def operations(api: Api) -> dict[str, dict[str, Any]]:
    """Every documented operation by method and path."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in api.openapi()["paths"].items()
        for method, operation in methods.items()
    }


def test_each_route_says_once_who_may_call_it(api: Api) -> None:
    for context in iter_route_contexts(api.routes):
        if isinstance(context.original_route, APIRoute):
            marks = list(guards(context.dependant))
            assert len(marks) == 1, f"{context.path}: {len(marks)} of needs() and public"


def test_only_these_routes_are_open(operations: dict[str, dict[str, Any]]) -> None:
    assert {name for name, operation in operations.items() if "security" not in operation} == OPEN


def test_every_operation_has_its_own_name_and_a_summary(operations: dict[str, dict[str, Any]]) -> None:
    names = Counter(operation["operationId"] for operation in operations.values())
    assert [name for name, count in names.items() if count > 1] == []
    assert [name for name, operation in operations.items() if not operation.get("summary")] == []
    assert [name for name, operation in operations.items() if not operation.get("tags")] == []


def test_every_error_is_documented_as_a_problem(operations: dict[str, dict[str, Any]]) -> None:
    for name, operation in operations.items():
        for status, response in operation["responses"].items():
            if int(status) >= 400 and name != "GET /health/ready":
                assert list(response["content"]) == ["application/problem+json"], f"{name} {status}"


def test_every_api_route_documents_what_stands_around_it(operations: dict[str, dict[str, Any]]) -> None:
    for name, operation in operations.items():
        if "/api/v1/" in name:
            wanted = {"429", "503"}
            wanted |= {"401", "403"} if "security" in operation else set()
            wanted |= {"400", "413"} if "requestBody" in operation else set()
            assert wanted <= set(operation["responses"]), name


def test_errors_are_named_by_their_codes(operations: dict[str, dict[str, Any]]) -> None:
    problem = operations["POST /api/v1/predict"]["responses"]["401"]["content"]["application/problem+json"]
    assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert {"not_signed_in", "token_invalid", "token_expired"} <= set(problem["examples"])


def test_the_document_refers_to_nothing_that_it_lacks(api: Api) -> None:
    document = api.openapi()
    known = set(document["components"]["schemas"])
    assert {name.rsplit("/", 1)[1] for name in _references(document)} <= known
    assert "HTTPValidationError" not in known


def _references(part: Any) -> set[str]:
    if isinstance(part, dict):
        own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return own.union(*map(_references, part.values()))
    return set().union(*map(_references, part)) if isinstance(part, list) else set()


def test_scopes_are_shown_by_the_authorize_button(api: Api) -> None:
    schemes = api.openapi()["components"]["securitySchemes"]
    flow = schemes["SignIn"]["flows"]["password"]
    assert flow["tokenUrl"] == "/api/v1/auth/token"
    assert "predict" in flow["scopes"]
    assert schemes["Bearer"]["scheme"] == "bearer"


def test_the_guard_of_a_route_is_what_its_security_says(api: Api, operations: dict[str, dict[str, Any]]) -> None:
    for context in iter_route_contexts(api.routes):
        if isinstance(context.original_route, APIRoute) and context.original_route.include_in_schema:
            guard = next(guards(context.dependant))
            for method in context.methods or ():
                operation = operations.get(f"{method} {context.path_format}")
                if operation is not None and isinstance(guard, Needs):
                    assert {"SignIn": [guard.scope]} in operation["security"], context.path
