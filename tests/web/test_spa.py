"""The built web app over HTTP. A build of a few bytes stands for the real one."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from cultivar.kernel import storage
from cultivar.kernel.settings import Settings
from cultivar.web import spa
from cultivar.web.app import create_app
from tests.support.app import SECRET

PAGE = '<!doctype html><script type="module" src="/assets/index-B3xk9_Qa.js"></script>'
SCRIPT = "/assets/index-B3xk9_Qa.js"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
BUILD = {
    "index.html": PAGE.encode(),
    "index.html.gz": gzip.compress(PAGE.encode()),
    "sw.js": b"self.skipWaiting()",
    "workbox-5a5d9309.js": b"define()",
    "manifest.webmanifest": b"{}",
    "icons/icon.svg": b"<svg/>",
    "icons/icon-192.png": b"\x89PNG",
    "assets/index-B3xk9_Qa.js": b"console.log(1)" * 100,
    "assets/index-B3xk9_Qa.js.br": b"as brotli",
    "assets/index-B3xk9_Qa.js.gz": gzip.compress(b"console.log(1)" * 100),
    "assets/leaf-D_f-3aZ0.woff2": b"wOF2",
    "assets/plotly-dist-min.js": b"not hashed",
    "data.bin": b"\x00",
}


def build(folder: Path) -> Path:
    for name, content in BUILD.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


def client(folder: Path, **chosen: Any) -> httpx.AsyncClient:
    ours = {
        "data_dir": folder / "data",
        "app_dir": build(folder / "dist"),
        "help_dir": folder / "none",
        "secret_key": SECRET,
    }
    transport = httpx.ASGITransport(create_app(Settings(_env_file=None, log_level="error", **ours | chosen)))
    return httpx.AsyncClient(transport=transport, base_url="http://test", headers={"Accept-Encoding": "identity"})


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with client(tmp_path) as http:
        yield http


async def test_the_root_is_the_app_whoever_asks(http: httpx.AsyncClient) -> None:
    for headers in ({}, BROWSER, {"Accept": "application/json"}):
        answer = await http.get("/", headers=headers)
        assert (answer.status_code, answer.text) == (200, PAGE)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", "/index.html"])
async def test_a_kept_copy_of_the_page_is_good_for_whoever_asks(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(path, headers=BROWSER)).headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", ["/scan", "/history", "/answers/0193b0a4-c1e2", "/documents", "/a/b/c/", "/healthy"])
async def test_a_page_of_the_app_is_one_that_a_browser_goes_to(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(path, headers=BROWSER)).text == PAGE
    for headers in ({"Accept": "*/*"}, {"Accept": "application/json"}, {"Accept": "image/png,*/*"}):
        answer = await http.get(path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_route")


@pytest.mark.parametrize(
    "path",
    [
        *("/api", "/api/", "/api/v1/nowhere", "/api/v2/predict", "//api/v1/x", "/files"),
        *("/docs/nowhere", "/docs/assets/nowhere.js", "/metrics/more", "/health/nowhere", "/openapi.json/more"),
        *("/assets/", "/assets/index-OLD00000.js"),
    ],
)
async def test_what_is_not_the_apps_stays_a_problem_for_a_browser_too(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(httpx.URL("http://test", raw_path=path.encode()), headers=BROWSER)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == 404
    assert answer.headers["content-security-policy"] != (await http.get("/")).headers["content-security-policy"]


async def test_routes_come_before_the_app(http: httpx.AsyncClient) -> None:
    assert (await http.get("/health", headers=BROWSER)).json()["status"] == "healthy"
    assert "swagger" in (await http.get("/docs", headers=BROWSER)).text
    assert (await http.get("/help", headers=BROWSER)).json()["code"] == "manual_missing"
    assert (await http.delete("/health")).json()["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    ("path", "media_type", "cache"),
    [
        (SCRIPT, "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        ("/assets/leaf-D_f-3aZ0.woff2", "font/woff2", "public, max-age=31536000, immutable"),
        ("/workbox-5a5d9309.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        ("/assets/plotly-dist-min.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/sw.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/index.html", "text/html; charset=utf-8", "no-cache"),
        ("/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("/icons/icon.svg", "image/svg+xml", "no-cache"),
        ("/icons/icon-192.png", "image/png", "no-cache"),
        ("/data.bin", "application/octet-stream", "no-cache"),
    ],
)
async def test_a_file_says_what_it_is_and_how_long_it_keeps(
    http: httpx.AsyncClient, path: str, media_type: str, cache: str
) -> None:
    answer = await http.get(path)
    assert answer.content == BUILD[path[1:]]
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (media_type, cache)
    assert answer.headers["x-content-type-options"] == "nosniff"
    head = await http.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers, "x-request-id": ""} == {**answer.headers, "x-request-id": ""}


@pytest.mark.parametrize(
    ("accepted", "coding", "suffix"),
    [
        ("gzip, deflate, br, zstd", "br", ".br"),
        ("gzip, deflate", "gzip", ".gz"),
        ("br;q=0, gzip;q=0.5", "gzip", ".gz"),
        ("*", "br", ".br"),
        ("identity", None, ""),
        ("", None, ""),
        ("gzip;q=0", None, ""),
        ("gzip;q=high", None, ""),
    ],
)
async def test_the_smallest_form_that_is_taken_is_sent(
    http: httpx.AsyncClient, accepted: str, coding: str | None, suffix: str
) -> None:
    async with http.stream("GET", SCRIPT, headers={"Accept-Encoding": accepted}) as answer:
        raw = b"".join([piece async for piece in answer.aiter_raw()])
    assert raw == BUILD[SCRIPT[1:] + suffix]
    assert answer.headers.get("content-encoding") == coding
    assert int(answer.headers["content-length"]) == len(raw)
    assert "accept-encoding" in answer.headers["vary"].lower()


async def test_what_was_not_compressed_is_sent_as_it_is(http: httpx.AsyncClient) -> None:
    page = await http.get("/history", headers={**BROWSER, "Accept-Encoding": "br"})
    assert (page.text, page.headers.get("content-encoding")) == (PAGE, None)
    assert page.headers["vary"] == "Accept, Accept-Encoding"
    squeezed = await http.get("/history", headers={**BROWSER, "Accept-Encoding": "br, gzip"})
    assert (squeezed.text, squeezed.headers["content-encoding"]) == (PAGE, "gzip")


async def test_a_compressed_form_has_no_address_of_its_own(http: httpx.AsyncClient) -> None:
    for path in (f"{SCRIPT}.br", f"{SCRIPT}.gz"):
        assert (await http.get(path, headers=BROWSER)).status_code == 404
    assert (await http.get("/index.html.gz")).status_code == 404


@given(st.text(alphabet="brgzip*;q=01., -\t", max_size=40))
def test_a_coding_is_chosen_only_if_it_is_named_or_anything_goes(accepted: str) -> None:
    chosen = spa.best_coding(accepted, spa.CODINGS)
    assert not chosen or chosen in accepted or "*" in accepted
    assert spa.best_coding(accepted, {"gzip"}) != "br"
    assert spa.best_coding(accepted, set()) == ""


async def test_what_has_not_changed_is_not_sent_again(http: httpx.AsyncClient) -> None:
    first = await http.get("/", headers=BROWSER)
    for known in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
        again = await http.get("/scan", headers={**BROWSER, "If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["cache-control"] == "no-cache"
    assert (await http.get("/", headers={"If-None-Match": '"other"'})).status_code == 200
    squeezed = await http.get("/", headers={"If-None-Match": first.headers["etag"], "Accept-Encoding": "gzip"})
    assert squeezed.status_code == 200
    assert squeezed.headers["etag"] != first.headers["etag"]


async def test_a_new_build_has_a_new_tag_even_with_an_old_date(tmp_path: Path) -> None:
    tags = []
    for word in ("one", "two"):
        folder = build(tmp_path / word)
        (folder / "index.html").write_text(f"<p>{word}")
        tags.append(spa.read(folder)["/index.html"].etag(""))
    assert tags[0] != tags[1]


async def test_a_build_under_way_changes_nothing_until_the_next_start(tmp_path: Path) -> None:
    async with client(tmp_path) as http:
        (tmp_path / "dist" / "index.html").write_text("<p>half")
        (tmp_path / "dist" / SCRIPT[1:]).unlink()
        assert (await http.get("/")).text == PAGE
        assert (await http.get(SCRIPT)).content == BUILD[SCRIPT[1:]]


@pytest.mark.parametrize(
    "path",
    [
        *("/../secret.key", "/%2e%2e/secret.key", "/..%5csecret.key", "//secret.key", "/.%2fsecret.key"),
        *("/assets/..%2f..%2fsecret.key", "/assets/%2e%2e/%2e%2e/secret.key", "/assets/index%00.js"),
        *("/%00", "/" + "a" * 5000),
    ],
)
async def test_no_path_leads_out_of_the_build(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.key").write_text("secret")
    async with client(tmp_path) as http:
        for headers in ({}, BROWSER):
            answer = await http.get(httpx.URL("http://test", raw_path=path.encode()), headers=headers)
            assert answer.text == PAGE if answer.is_success else answer.json()["code"] == "no_such_route"


@pytest.mark.parametrize("verb", ["POST", "PUT", "PATCH", "DELETE"])
async def test_files_are_only_read(http: httpx.AsyncClient, verb: str) -> None:
    for path in ("/", SCRIPT):
        answer = await http.request(verb, path, headers=BROWSER)
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
        assert answer.headers["allow"] == "GET, HEAD"
    assert (await http.request(verb, "/history", headers=BROWSER)).status_code == 404


async def test_the_app_runs_no_script_but_its_own(http: httpx.AsyncClient) -> None:
    for path in ("/", "/sw.js", SCRIPT):
        headers = (await http.get(path)).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == "'self'"
        assert policy["connect-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert headers["permissions-policy"] == "camera=(self), geolocation=(self), microphone=()"


@pytest.mark.parametrize(
    ("chosen", "origin"),
    [
        ({}, None),
        ({"storage_url": "/srv/objects"}, None),
        ({"storage_url": "s3://leaves", "s3_region": "eu-west-3"}, "https://s3.eu-west-3.amazonaws.com"),
        ({"storage_url": "s3://leaves/some", "s3_endpoint": "http://127.0.0.1:9000"}, "http://127.0.0.1:9000"),
        ({"storage_url": "s3://leaves", "s3_endpoint": "https://me:key@s3.example.org/x"}, "https://s3.example.org"),
    ],
)
async def test_photos_that_lie_elsewhere_may_be_shown(tmp_path: Path, chosen: dict[str, Any], origin: str) -> None:
    keys = {"s3_access_key": "AKIATEST", "s3_secret_key": "secret"}
    settings = Settings(_env_file=None, data_dir=tmp_path, **keys, **chosen)
    assert storage.origin(settings) == origin
    if origin and "@" not in (settings.s3_endpoint or ""):
        assert storage.Storage.open(settings).sign("photos/leaf.jpg").startswith(f"{origin}/")
    async with client(tmp_path, **keys, **chosen) as http:
        policy = (await http.get("/")).headers["content-security-policy"]
    more = f" {origin}" if origin else ""
    assert f"img-src 'self' blob: data:{more};" in policy
    assert f"connect-src 'self'{more};" in policy
    assert "script-src 'self';" in policy


async def test_files_of_the_app_cost_no_request_of_the_apis(tmp_path: Path) -> None:
    async with client(tmp_path, rate_limit="2/minute") as http:
        files = [await http.get(path, headers=BROWSER) for path in ("/", SCRIPT, "/scan", "/sw.js") * 5]
        asked = [(await http.get("/api/v1/nowhere")).status_code for _ in range(3)]
    assert {answer.status_code for answer in files} == {200}
    assert not [answer for answer in files if "ratelimit" in answer.headers]
    assert asked == [404, 404, 429]


async def test_files_of_the_app_are_counted_by_kind_and_not_as_requests_of_people(tmp_path: Path) -> None:
    def count(route: str) -> float:
        labels = {"endpoint": route, "method": "GET", "status": "200"}
        return REGISTRY.get_sample_value("plant_api_requests_total", labels) or 0.0

    before = count("/{page}"), count("/{file}")
    async with client(tmp_path) as http:
        for path in ("/", "/history", SCRIPT):
            await http.get(path, headers=BROWSER)
        await http.get("/api/v1/nowhere")
        app = http._transport.app  # type: ignore[attr-defined]
    assert (count("/{page}"), count("/{file}")) == (before[0] + 2, before[1] + 1)
    assert [one.status for one in app.state.traffic.take()] == [404]


async def test_where_it_is_not_built_the_root_leads_to_the_apis_page(tmp_path: Path) -> None:
    async with client(tmp_path, app_dir=tmp_path / "none") as http:
        answer = await http.get("/")
        nowhere = await http.get("/history", headers=BROWSER)
    assert (answer.status_code, answer.headers["location"]) == (307, "/docs")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "no_such_route")
