import re
from pathlib import Path

import httpx
import pytest

from cultivar.kernel.settings import Settings
from cultivar.web.app import create_app


def client(folder: Path, help_dir: Path | None = None) -> httpx.AsyncClient:
    settings = Settings(data_dir=folder, help_dir=help_dir or folder / "none", log_level="error", _env_file=None)
    return httpx.AsyncClient(transport=httpx.ASGITransport(create_app(settings)), base_url="http://test")


async def test_the_page_of_the_api_takes_every_script_and_style_from_the_package(tmp_path: Path) -> None:
    async with client(tmp_path) as http:
        page = await http.get("/docs")
        links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        answers = {link: await http.get(link) for link in links}
    assert len(links) == 4
    assert all(link.startswith("/docs/assets/") for link in links)
    assert {answer.status_code for answer in answers.values()} == {200}
    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert not re.search(r"<script(?! src)", page.text)


@pytest.mark.parametrize("path", ["/openapi.json", "/api/v1/openapi.json"])
async def test_the_document_is_served_in_both_places(tmp_path: Path, path: str) -> None:
    async with client(tmp_path) as http:
        answer = await http.get(path)
    assert answer.json()["openapi"].startswith("3.1")
    assert "/api/v1/predict" in answer.json()["paths"]


async def test_the_page_is_found_where_others_look_for_it(tmp_path: Path) -> None:
    async with client(tmp_path) as http:
        answer = await http.get("/api/docs")
    assert (answer.status_code, answer.headers["location"]) == (307, "/docs")


@pytest.mark.parametrize("path", ["/help", "/help/", "/help/errors/"])
async def test_without_a_manual_it_says_how_to_build_one(tmp_path: Path, path: str) -> None:
    async with client(tmp_path) as http:
        answer = await http.get(path)
    assert answer.status_code == 404
    assert answer.json()["code"] == "manual_missing"
    assert "make docs" in answer.json()["detail"]


async def test_the_manual_is_served_where_it_is_built(tmp_path: Path) -> None:
    (tmp_path / "site" / "errors").mkdir(parents=True)
    (tmp_path / "site" / "index.html").write_text("<h1>Manual</h1>")
    (tmp_path / "site" / "errors" / "index.html").write_text("<h1>Errors</h1>")
    async with client(tmp_path, tmp_path / "site") as http:
        first = await http.get("/help", follow_redirects=True)
        errors = await http.get("/help/errors/")
        missing = await http.get("/help/nowhere/")
        outside = await http.get("/help/..%2f..%2fsecret.key")
    assert "Manual" in first.text
    assert "Errors" in errors.text
    assert (missing.status_code, missing.json()["code"]) == (404, "no_such_route")
    assert outside.status_code == 404
