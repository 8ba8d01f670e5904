"""Which models there are, and what each can say, over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel import problems
from cultivar.kernel.actor import SCOPES, Actor
from cultivar.kernel.ids import new_id
from cultivar.kernel.world import World
from cultivar.packs.service import load
from cultivar.registry import service
from cultivar.registry.api import router


@pytest.fixture
def app(world: World) -> FastAPI:
    app = FastAPI()
    app.include_router(router, prefix="/api/v1")
    problems.install(app)
    app.state.world = world

    async def authenticate(_: AsyncSession, bearer: str) -> Actor:
        scopes = frozenset(SCOPES) if bearer == "all" else frozenset({"predict"})
        return Actor(user_id=new_id(), role="guest", scopes=scopes, session_id=None, key_id=None)

    app.state.authenticate = authenticate
    return app


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": "Bearer all"}
    async with httpx.AsyncClient(transport=transport, base_url="http://test/api/v1/", headers=headers) as client:
        yield client


@pytest.fixture
async def opened(world: World) -> None:
    await service.open_all(world)


async def get(http: httpx.AsyncClient, path: str, **query: str) -> Any:
    response = await http.get(path, params=query)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.usefixtures("opened")
async def test_the_list_holds_each_model_that_serves(http: httpx.AsyncClient) -> None:
    page = await get(http, "models")
    assert page["total"] == 2
    assert page["next_cursor"] is None
    cats, drawn = page["items"]
    assert (cats["name"], cats["classes"]) == ("cats-dogs", 2)
    assert drawn["version"] == "1.0.0"
    assert drawn["input"] == {"width": 32, "height": 32}
    assert drawn["thresholds"]["min_confidence"] == 0.5
    assert [rule["code"] for rule in drawn["thresholds"]["refusals"]] == ["no_plant"]
    assert drawn["runtime"] == "onnxruntime"
    assert len(drawn["sha256"]) == 64


@pytest.mark.usefixtures("opened")
async def test_one_model_tells_its_heads_refusals_safety_and_licence(http: httpx.AsyncClient) -> None:
    drawn = await get(http, "models/drawn")
    assert [head["name"] for head in drawn["heads"]] == ["plant", "condition"]
    assert drawn["heads"][0]["labels"][0] == {"label": "Banana", "title": {"en": "Banana", "fr": "Bananier"}}
    assert drawn["refusals"]["no_plant"]["message"]["fr"].startswith("Nous ne voyons pas")
    assert drawn["safety"]["en"].startswith("Likely, not certain.")
    assert drawn["licence"] == {"weights": "MIT", "doubts": ""}
    assert drawn["card"] is None


@pytest.mark.usefixtures("opened")
async def test_a_pack_of_animals_has_no_safety_wording(http: httpx.AsyncClient) -> None:
    assert (await get(http, "models/cats-dogs"))["safety"] is None


@pytest.mark.usefixtures("opened")
async def test_the_card_is_told(http: httpx.AsyncClient, world: World) -> None:
    (world.settings.packs_dir / "drawn" / "CARD.md").write_text("# A card", encoding="utf-8")
    await service.open_all(world)
    assert (await get(http, "models/drawn"))["card"] == "# A card"


@pytest.mark.usefixtures("opened")
async def test_labels_are_the_packs_classes_by_class_id(http: httpx.AsyncClient, world: World) -> None:
    page = await get(http, "models/drawn/labels")
    pack = load(world.settings.packs_dir)["drawn"]
    assert [label["class_id"] for label in page["items"]] == list(range(6))
    assert [label["class_name"] for label in page["items"]] == [known.name for known in pack.classes]
    assert page["total"] == 6
    sick, healthy = page["items"][0], page["items"][1]
    assert sick["labels"] == {"plant": "Banana", "condition": "Anthracnose"}
    assert sick["treatments"]["prevention"]["fr"].endswith(".")
    assert sick["sources"]
    assert (healthy["severity"], healthy["treatments"], healthy["symptoms"]) == ("info", None, None)


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("path", ["models", "models/drawn", "models/drawn/labels"])
async def test_lang_leaves_one_language(http: httpx.AsyncClient, path: str) -> None:
    english, french, both = [(await http.get(path, params=q)).text for q in ({"lang": "en"}, {"lang": "fr"}, {})]
    assert '"fr"' not in english
    assert '"en"' not in french
    assert '"fr"' in both
    assert '"en"' in both


@pytest.mark.usefixtures("opened")
async def test_a_language_that_we_do_not_speak_is_422(http: httpx.AsyncClient) -> None:
    assert (await http.get("models", params={"lang": "de"})).status_code == 422


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("path", ["models/oak", "models/plant-health", "models/oak/labels", "models/%2e%2e"])
async def test_a_model_that_does_not_serve_is_404(http: httpx.AsyncClient, path: str) -> None:
    response = await http.get(path)
    assert response.status_code == 404
    assert response.json()["code"] in {"unknown_model", "no_such_route"}


async def test_before_the_models_are_open_it_is_503(http: httpx.AsyncClient) -> None:
    for path in ("models", "models/drawn", "models/drawn/labels"):
        response = await http.get(path)
        assert response.status_code == 503
        assert response.json()["code"] == "models_not_ready"
        assert response.headers["Retry-After"]


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("path", ["models", "models/drawn", "models/drawn/labels"])
async def test_it_takes_an_identity_with_the_scope(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(path, headers={"Authorization": ""})).status_code == 401
    assert (await http.get(path, headers={"Authorization": "Bearer some"})).status_code == 403
