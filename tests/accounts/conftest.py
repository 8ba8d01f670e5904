"""An application of accounts alone, over a real database."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI
from structlog.testing import capture_logs

from cultivar.accounts import service
from cultivar.accounts.api import own, people
from cultivar.accounts.events import AccountClosed, ConsentChanged
from cultivar.kernel import outbox, problems
from cultivar.kernel.database import Database
from cultivar.kernel.jobs.waker_memory import MemoryWaker
from cultivar.kernel.limits import Limits
from cultivar.kernel.settings import Settings
from cultivar.kernel.storage import Storage
from cultivar.kernel.tokens import use_secret
from cultivar.kernel.world import World

EMAIL, PASSWORD = "ada@example.org", "Leaf-rust-in-June"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data_dir=tmp_path, database_url=database_url, login_rate_limit="5/minute")


@pytest.fixture
async def app(settings: Settings, db: Database) -> FastAPI:
    use_secret(settings.secret)
    app = FastAPI()
    for router in (own.router, people.router):
        app.include_router(router, prefix="/api/v1")
    problems.install(app)
    app.state.world = World(settings, db, Storage.open(settings), MemoryWaker(), None, lambda: False)
    app.state.authenticate = service.authenticator(db)
    app.state.limits = Limits.of(settings)
    return app


@pytest.fixture
def facts() -> Iterator[None]:
    """Somebody listens, so that facts leave rows."""

    async def hear(*_: Any) -> None: ...

    heard = (outbox.Subscriber("listener", hear),)
    outbox.configure({AccountClosed: heard, ConsentChanged: heard})
    yield
    outbox.configure({})


@pytest.fixture
def audit() -> Iterator[list[Any]]:
    """What is logged, whatever level another test has set."""
    before = structlog.get_config()
    structlog.reset_defaults()
    with capture_logs() as lines:
        yield lines
    structlog.configure(**before)


@dataclass
class Person:
    """Somebody with a client of their own."""

    http: httpx.AsyncClient
    tokens: dict[str, Any] | None = None

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        if self.tokens:
            options["headers"] = {
                "Authorization": f"Bearer {self.tokens['access_token']}",
                **options.get("headers", {}),
            }
        return await self.http.request(method, f"/api/v1/{path}", **options)

    async def register(self, email: str = EMAIL, password: str = PASSWORD) -> httpx.Response:
        return await self.ask("POST", "auth/register", json={"email": email, "password": password})

    async def sign_in(self, email: str = EMAIL, password: str = PASSWORD, **options: Any) -> httpx.Response:
        answer = await self.ask("POST", "auth/token", data={"username": email, "password": password}, **options)
        if answer.is_success:
            self.tokens = answer.json()
        return answer

    async def be_guest(self) -> httpx.Response:
        answer = await self.ask("POST", "auth/guest")
        self.tokens = answer.json()
        return answer


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        yield http


@pytest.fixture
def stranger(http: httpx.AsyncClient) -> Person:
    """Not signed in."""
    return Person(http)


@pytest.fixture
async def ada(http: httpx.AsyncClient) -> Person:
    """Registered and signed in."""
    person = Person(http)
    await person.register()
    await person.sign_in()
    return person


@pytest.fixture
async def guest(http: httpx.AsyncClient) -> Person:
    person = Person(http)
    await person.be_guest()
    return person
