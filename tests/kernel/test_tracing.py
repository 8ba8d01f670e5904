from pathlib import Path

import httpx
import pytest

from cultivar.kernel import extras
from cultivar.kernel.extras import ExtraMissing
from cultivar.kernel.settings import Settings
from cultivar.web.app import create_app
from tests.support.collector import Collector


async def test_requests_and_queries_are_traced_to_the_endpoint(collector: Collector, tmp_path: Path) -> None:
    pytest.importorskip("opentelemetry.sdk", reason="pip install 'cultivar[otel]'")
    chosen = {"packs_dir": Path(__file__).parents[2] / "packs", "worker": "off", "log_level": "error"}
    app = create_app(Settings(data_dir=tmp_path, otel_endpoint=collector.endpoint, _env_file=None, **chosen))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://x") as http:
        await app.state.opening
        assert (await http.post("/api/v1/auth/guest?cookie=false")).status_code == 201
        assert (await http.get("/health")).status_code == 200
    sent = b"".join(collector.bodies)
    assert b"POST /api/v1/auth/guest" in sent
    assert b"INSERT" in sent
    assert b"service.name" in sent
    assert b"GET /health" not in sent
    assert b"cookie=false" not in sent


def test_an_extra_that_is_missing_is_named_with_its_setting() -> None:
    with pytest.raises(ExtraMissing, match=r"CULTIVAR_OTEL_ENDPOINT .* 'cultivar\[otel\]'"):
        extras.load("opentelemetry_that_is_not", extra="otel", setting="otel_endpoint")
