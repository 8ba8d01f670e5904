"""What holds for every route, so that a new one cannot be forgotten."""

import re
from collections import Counter
from typing import Any

import httpx
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


def test_whatever_takes_input_documents_that_it_may_not_fit(operations: dict[str, dict[str, Any]]) -> None:
    for name, operation in operations.items():
        if "requestBody" in operation or operation.get("parameters"):
            assert "invalid" in codes(operation, "422"), name


@pytest.mark.parametrize(
    "name", ["POST /api/v1/predict", "POST /api/v1/feedback/submit", "PATCH /api/v1/feedback/{feedback_id}"]
)
def test_what_needs_a_model_documents_that_none_may_be_ready(name: str, operations: dict[str, dict[str, Any]]) -> None:
    assert "models_not_ready" in codes(operations[name], "503")


def codes(operation: dict[str, Any], status: str) -> set[str]:
    return set(operation["responses"][status]["content"]["application/problem+json"]["examples"])


def test_every_answer_of_the_api_documents_its_headers(operations: dict[str, dict[str, Any]]) -> None:
    seen = 0
    for name, operation in operations.items():
        for status, response in operation["responses"].items():
            wanted = {"RateLimit", "RateLimit-Policy"} if "/api/" in name else set()
            wanted |= {"Retry-After"} if "/api/" in name and status in {"429", "503"} else set()
            headers = response.get("headers", {})
            assert wanted == set(headers) & {"RateLimit", "RateLimit-Policy", "Retry-After"}, f"{name} {status}"
            seen += len(wanted)
    assert seen > 0
    replayed = operations["POST /api/v1/predict"]["responses"]["200"]["headers"]
    assert "Idempotency-Replayed" in replayed


async def test_the_documented_headers_are_sent_and_no_other_of_their_kind(api: Api) -> None:
    documented = api.openapi()["components"]["headers"]
    transport = httpx.ASGITransport(api)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        answers = [await http.get("/api/v1/nowhere") for _ in range(101)]
    assert (answers[0].status_code, answers[-1].status_code) == (404, 429)
    for name in documented:
        shape = re.sub(r"\d+", r"\\d+", documented[name]["example"])
        assert re.fullmatch(shape, answers[-1].headers[name]), name
    assert "Retry-After" not in answers[0].headers


def test_errors_are_named_by_their_codes(operations: dict[str, dict[str, Any]]) -> None:
    problem = operations["POST /api/v1/predict"]["responses"]["401"]["content"]["application/problem+json"]
    assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert {"not_signed_in", "token_invalid", "token_expired"} <= set(problem["examples"])


def test_the_document_refers_to_nothing_that_it_lacks(api: Api) -> None:
    document = api.openapi()
    components = document["components"]
    known = {f"#/components/{kind}/{name}" for kind in ("schemas", "headers") for name in components[kind]}
    assert _references(document) <= known
    assert "HTTPValidationError" not in components["schemas"]


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
