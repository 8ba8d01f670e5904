import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.kernel.edge_app import build, client


async def test_a_new_request_id_is_given_and_a_sane_one_kept(tmp_path: Path) -> None:
    async with client(build(tmp_path)) as http:
        made = (await http.get("/api/v1/open")).headers["x-request-id"]
        kept = await http.get("/api/v1/open", headers={"X-Request-ID": "from-the-proxy.1"})
        refused = await http.get("/api/v1/open", headers={"X-Request-ID": "<script>alert(1)</script>"})
    assert re.fullmatch(r"[0-9a-f]{32}", made)
    assert kept.headers["x-request-id"] == "from-the-proxy.1"
    assert re.fullmatch(r"[0-9a-f]{32}", refused.headers["x-request-id"])


async def test_every_answer_carries_the_security_headers(tmp_path: Path) -> None:
    async with client(build(tmp_path, public_url="https://leaves.example.org")) as http:
        for path in ("/api/v1/open", "/nowhere", "/api/v1/fails/oddly"):
            headers = (await http.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["strict-transport-security"] == "max-age=31536000"
        assert (await http.get("/api/v1/open")).headers["cache-control"] == "no-store"


async def test_without_https_there_is_no_hsts(tmp_path: Path) -> None:
    async with client(build(tmp_path)) as http:
        assert "strict-transport-security" not in (await http.get("/api/v1/open")).headers


async def test_an_unforeseen_error_tells_its_request_id_and_nothing_else(tmp_path: Path) -> None:
    async with client(build(tmp_path)) as http:
        answer = await http.get("/api/v1/fails/oddly", headers={"X-Request-ID": "request-1"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "internal_error"
    assert answer.json()["request_id"] == "request-1"
    assert "secret plan" not in answer.text


async def test_who_has_used_up_a_minute_waits(tmp_path: Path) -> None:
    async with client(build(tmp_path, rate_limit="3/minute")) as http:
        answers = [await http.get("/api/v1/open") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["ratelimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]
    assert answers[0].headers["ratelimit-policy"] == '"default";q=3;w=60'
    assert 1 <= int(answers[3].headers["retry-after"]) <= 60
    assert answers[3].json()["code"] == "rate_limited"


async def test_people_behind_one_address_have_each_their_own_requests(tmp_path: Path) -> None:
    app = build(tmp_path, rate_limit="2/minute")
    async with client(app) as http:
        for key in ("cvk_user", "cvk_expert"):
            answers = [await http.get("/api/v1/own", headers={"Authorization": f"Bearer {key}"}) for _ in range(3)]
            assert [answer.status_code for answer in answers] == [200, 200, 429]


async def test_made_up_keys_count_for_the_address_that_sends_them(tmp_path: Path) -> None:
    async with client(build(tmp_path, rate_limit="3/minute")) as http:
        statuses = [
            (await http.get("/api/v1/own", headers={"Authorization": f"Bearer cvk_{number}"})).status_code
            for number in range(5)
        ]
    assert statuses == [401, 401, 401, 429, 429]


async def test_health_and_metrics_are_never_limited_nor_is_anything_when_off(tmp_path: Path) -> None:
    async with client(build(tmp_path, rate_limit="1/minute")) as http:
        assert [(await http.get(path)).status_code for path in ("/health", "/metrics", "/health/ready") * 2] == [
            404
        ] * 6
    async with client(build(tmp_path, rate_limit="off")) as http:
        answers = [await http.get("/api/v1/open") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert "ratelimit" not in answers[0].headers


@pytest.mark.parametrize("path", ["/api/v1/json", "/api/v1/stream"])
async def test_an_announced_body_above_the_limit_is_refused_unread(tmp_path: Path, path: str) -> None:
    async with client(build(tmp_path, body_limit=2000)) as http:
        answer = await http.post(path, content=b"x" * 2001)
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"
    assert answer.json()["limit"] == 2000


@pytest.mark.parametrize("path", ["/api/v1/json", "/api/v1/stream", "/api/v1/predict"])
async def test_a_body_without_length_is_cut_at_the_limit(tmp_path: Path, path: str) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(70):
            yield b"x" * 1000

    async with client(build(tmp_path, body_limit=2000, predict_body_limit=2000)) as http:
        answer = await http.post(path, content=parts(), headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


async def test_a_body_at_the_limit_is_taken(tmp_path: Path) -> None:
    async with client(build(tmp_path, body_limit=2000)) as http:
        answer = await http.post("/api/v1/stream", content=b"x" * 2000)
    assert answer.json() == {"bytes": 2000}


async def test_predict_takes_more_than_other_routes(tmp_path: Path) -> None:
    async with client(build(tmp_path, body_limit=2000, predict_body_limit=9000)) as http:
        answer = await http.post("/api/v1/predict", files={"file": b"x" * 8000})
    assert answer.json() == {"bytes": 8000}


async def test_only_a_form_may_add_to_its_files(tmp_path: Path) -> None:
    form = {"Content-Type": "multipart/form-data; boundary=b"}
    async with client(build(tmp_path, predict_body_limit=2000)) as http:
        raw = await http.post("/api/v1/predict", content=b"x" * 2001, headers={"Content-Type": "image/jpeg"})
        whole = await http.post("/api/v1/predict", files={"file": b"x" * 2000})
        beyond = await http.post("/api/v1/predict", content=b"x" * (2001 + 64 * 1024), headers=form)
    assert [raw.status_code, whole.status_code, beyond.status_code] == [413, 200, 413]


async def test_head_is_answered_as_get_without_the_body(tmp_path: Path) -> None:
    async with client(build(tmp_path)) as http:
        got, head = await http.get("/api/v1/open"), await http.head("/api/v1/open")
        refused = await http.head("/api/v1/json")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    assert refused.status_code == 405


async def test_an_unknown_query_parameter_of_a_list_is_a_mistake(tmp_path: Path) -> None:
    async with client(build(tmp_path)) as http:
        answer = await http.get("/api/v1/open?limit=3&bogus=x")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [one["loc"] for one in answer.json()["errors"]] == [["query", "bogus"]]
    assert "cursor, limit" in answer.json()["errors"][0]["msg"]
