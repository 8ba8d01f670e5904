"""A small application behind the real edge, over a real database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import httpx
from fastapi import APIRouter, FastAPI, File, Request, UploadFile
from pydantic import BaseModel, SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.kernel import actor, problems, tokens
from cultivar.kernel.actor import Actor
from cultivar.kernel.auth import needs, public
from cultivar.kernel.edge import Edge
from cultivar.kernel.errors import Conflict, Unavailable
from cultivar.kernel.http import CursorParams
from cultivar.kernel.limits import Limits, SignInThrottle
from cultivar.kernel.settings import Settings
from cultivar.kernel.tokens import TokenInvalid
from cultivar.kernel.traffic import Traffic

PERSON = UUID("01930000-0000-7000-8000-000000000001")


class Named(BaseModel):
    name: str
    password: SecretStr = SecretStr("")


class Clash(Conflict):
    code = "clash"
    title = "Two at once"


class World:
    """What the edge's dependencies need of a world."""

    class Db:
        @asynccontextmanager
        async def reading(self) -> AsyncIterator[None]:
            yield None

    db = Db()


router = APIRouter(prefix="/api/v1")


@router.get("/open", dependencies=[public])
async def read_open(page: CursorParams) -> dict[str, Any]:
    return {"limit": page.limit, "cursor": page.cursor}


@router.get("/things/{thing_id}", dependencies=[public])
async def read_thing(thing_id: UUID) -> dict[str, str]:
    return {"id": str(thing_id)}


@router.get("/own")
async def read_own(actor: Annotated[Actor, needs("predict")]) -> dict[str, str]:
    return {"user": str(actor.user_id)}


@router.get("/experts")
async def read_experts(actor: Annotated[Actor, needs("datasets:read", role="expert")]) -> dict[str, str]:
    return {"user": str(actor.user_id)}


@router.post("/json", dependencies=[public])
async def post_json(body: Named) -> dict[str, str]:
    return {"name": body.name}


@router.post("/predict", dependencies=[public])
async def post_file(file: Annotated[UploadFile, File()]) -> dict[str, int]:
    return {"bytes": len(await file.read())}


@router.post("/stream", dependencies=[public])
async def post_stream(request: Request) -> dict[str, int]:
    return {"bytes": sum([len(part) async for part in request.stream()])}


@router.post("/sign-in", dependencies=[public])
async def sign_in(body: Named, throttle: SignInThrottle) -> dict[str, int]:
    return {"wait": await throttle.attempt(body.name)}


@router.get("/fails/{how}", dependencies=[public])
async def fail(how: str) -> None:
    if how == "conflict":
        raise Clash("This name is taken.", name="x")
    if how == "later":
        raise Unavailable(retry_after=7)
    raise RuntimeError("token cvk_abc of secret plan")


async def authenticate(_: AsyncSession, bearer: str) -> Actor:
    """A key that names a role is a person of that role; `cvk_small` holds one scope."""
    if bearer == "cvk_small":
        return Actor(PERSON, "user", frozenset({"feedback:read"}))
    if bearer.removeprefix("cvk_") not in actor.ROLES:
        raise TokenInvalid
    role = actor.ROLES[actor.ROLES.index(bearer.removeprefix("cvk_"))]  # type: ignore[arg-type]
    return Actor(PERSON, role, actor.scopes_of(role))


def build(folder: Path, **chosen: Any) -> FastAPI:
    """The application, with settings as chosen."""
    settings = Settings(data_dir=folder, _env_file=None, **chosen)
    tokens.use_secret(b"s" * 32)
    app = FastAPI(openapi_url=None)
    app.state.world, app.state.authenticate, app.state.limits = World(), authenticate, Limits.of(settings)
    app.state.traffic = Traffic(frozenset({"/api/v1/predict"}))
    problems.install(app)
    app.include_router(router)
    app.add_middleware(
        Edge,
        limits=app.state.limits,
        body_limit=settings.body_limit,
        body_limits={"/api/v1/predict": settings.predict_body_limit},
        https=bool(settings.public_url and settings.public_url.startswith("https:")),
        traffic=app.state.traffic,
    )
    return app


def client(app: FastAPI, address: str = "192.0.2.7") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 5000))
    return httpx.AsyncClient(transport=transport, base_url="http://test")
