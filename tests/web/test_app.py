"""What stands around the routes: other origins, proxies, https."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from cultivar.kernel.settings import Settings
from cultivar.web.app import create_app
from tests.support.app import PATIENCE_S, Served, fine, problem

ELSEWHERE = "https://leaves.example.org"


def client(folder: Path, *, address: str = "192.0.2.1", **chosen: Any) -> httpx.AsyncClient:
    app = create_app(Settings(data_dir=folder, log_level="error", _env_file=None, **chosen))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 1)), base_url="http://test")


async def test_by_default_no_other_origin_may_read_an_answer(tmp_path: Path) -> None:
    async with client(tmp_path) as http:
        answer = await http.get("/health", headers={"Origin": ELSEWHERE})
    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_a_listed_origin_may_and_reads_errors_too(tmp_path: Path) -> None:
    async with client(tmp_path, cors_origins=[ELSEWHERE], rate_limit="1/minute") as http:
        asked = {"Origin": ELSEWHERE, "Access-Control-Request-Method": "POST"}
        before = await http.options("/api/v1/predict", headers=asked)
        answers = [await http.get("/api/v1/nowhere", headers={"Origin": ELSEWHERE}) for _ in range(2)]
        other = await http.get("/health", headers={"Origin": "https://evil.example"})
    assert before.headers["access-control-allow-origin"] == ELSEWHERE
    assert [answer.status_code for answer in answers] == [404, 429]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == ELSEWHERE
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert "RateLimit" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-origin" not in other.headers


async def test_every_origin_may_but_never_with_credentials(tmp_path: Path) -> None:
    async with client(tmp_path, cors_origins="*") as http:
        answer = await http.get("/health", headers={"Origin": ELSEWHERE})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


async def test_another_origin_may_send_every_header_that_the_api_takes(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path, cors_origins=[ELSEWHERE], log_level="error", _env_file=None))
    operations = [one for path in app.openapi()["paths"].values() for one in path.values()]
    taken = {sent["name"] for one in operations for sent in one.get("parameters", []) if sent["in"] == "header"}
    assert {"feedback-token", "idempotency-key", "last-event-id"} <= {name.lower() for name in taken}
    asked = {"Origin": ELSEWHERE, "Access-Control-Request-Method": "GET"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        for name in {*taken, "Authorization", "Content-Type", "Last-Event-ID", "X-Request-ID"}:
            answer = await http.options("/api/v1/models", headers=asked | {"Access-Control-Request-Headers": name})
            assert answer.status_code == 200, name


@pytest.mark.parametrize(("trusted", "statuses"), [([], [404, 429]), (["192.0.2.1"], [404, 404])])
async def test_an_address_that_a_stranger_claims_is_not_believed(
    tmp_path: Path, trusted: list[str], statuses: list[int]
) -> None:
    async with client(tmp_path, trusted_proxies=trusted, rate_limit="1/minute") as http:
        answers = [
            await http.get("/api/v1/nowhere", headers={"X-Forwarded-For": f"203.0.113.{number}"}) for number in (1, 2)
        ]
    assert [answer.status_code for answer in answers] == statuses


async def test_https_is_demanded_from_then_on_where_it_is_the_public_address(tmp_path: Path) -> None:
    async with client(tmp_path, public_url=ELSEWHERE) as secure, client(tmp_path) as plain:
        assert "max-age" in (await secure.get("/health")).headers["strict-transport-security"]
        assert "strict-transport-security" not in (await plain.get("/health")).headers


@pytest.mark.parametrize("path", ["/health", "/health/ready", "/metrics", "/docs", "/openapi.json"])
def test_head_is_answered(app: Served, path: str) -> None:
    with httpx.Client(base_url=app.url, timeout=PATIENCE_S) as http:
        answer, whole = http.head(path), http.get(path)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == whole.headers["content-type"]


LISTS = (
    *("predictions", "predictions?limit=3", "feedback/stats", "statistics?days=3", "datasets/items"),
    *("models", "models/drawn", "models/drawn/labels", "sessions", "keys"),
)


@pytest.mark.parametrize("path", LISTS)
def test_a_list_does_not_overlook_a_parameter_that_it_does_not_know(app: Served, path: str) -> None:
    expert = app.expert()
    fine(expert.http.get(f"/{path}"))
    found = problem(expert.http.get(f"/{path}{'&' if '?' in path else '?'}bogus=x"), 422, "invalid")
    assert [one["loc"] for one in found["errors"]] == [["query", "bogus"]]
    expert.http.close()
