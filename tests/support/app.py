"""The real application on a real database, behind real HTTP, and people who speak to it."""

import asyncio
import secrets
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakSet

import httpx
import uvicorn
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy.ext.asyncio import AsyncSession

from cultivar.accounts.tables import User
from cultivar.kernel import migrate
from cultivar.kernel.actor import Role
from cultivar.kernel.database import Database
from cultivar.kernel.settings import Settings
from cultivar.kernel.world import World
from cultivar.web.app import create_app
from tests.support.trust import TRUST

T = TypeVar("T")
API = "/api/v1"
PATIENCE_S = 60.0
PASSWORD = "correct horse battery 9"
"""Of everybody; its hash, which is checked at each sign-in, costs as little as argon2id can."""
PASSWORD_HASH = Argon2Hasher(memory_cost=8, time_cost=1, parallelism=1).hash(PASSWORD)
RUNNING: "WeakSet[Served]" = WeakSet()
"""Every application at work in this process."""
SECRET = "one secret for all applications of a test process"
"""The process signs with one keyring."""


@dataclass
class Person:
    """Somebody who is signed in, and their client: paths below `/api/v1`, their token in every request."""

    id: UUID
    role: Role
    token: str
    email: str | None
    http: httpx.Client

    def predict(self, *photos: bytes, headers: dict[str, str] | None = None, **fields: Any) -> httpx.Response:
        """`POST predict` as a form."""
        files = [("file", (f"leaf{i}.jpg", photo, "image/jpeg")) for i, photo in enumerate(photos)]
        return self.http.post("/predict", files=files, data=fields, headers=headers)

    def ask(self, *photos: bytes, **fields: Any) -> dict[str, Any]:
        """The answer to a request that is fine."""
        return fine(self.predict(*photos, **fields))

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """What a path answers when all is fine."""
        return fine(self.http.get(path, params=params))

    def feedback(self, prediction_id: str, **said: Any) -> httpx.Response:
        return self.http.post("/feedback/submit", json={"prediction_id": prediction_id, **said})


def fine(response: httpx.Response) -> dict[str, Any]:
    """The body of an answer that is no error."""
    assert response.is_success, response.text
    body: dict[str, Any] = response.json()
    return body


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of an answer that must be this error."""
    assert response.headers["content-type"].startswith("application/problem+json"), response.text
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["code"]) == (status, code), body
    return body


class Served:
    """The application at work in a thread of its own, on a free port of 127.0.0.1."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.app = create_app(settings)
        config = uvicorn.Config(self.app, host="127.0.0.1", port=0, log_config=None, lifespan="on")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.loop: asyncio.AbstractEventLoop | None = None
        self._clients: list[httpx.Client] = []

    def _run(self) -> None:
        async def serve() -> None:
            self.loop = asyncio.get_running_loop()
            await self._server.serve()

        asyncio.run(serve())

    def start(self) -> None:
        """Returns when the models answer."""
        self._thread.start()
        RUNNING.add(self)
        wait_until(lambda: self._server.started or not self._thread.is_alive())
        with httpx.Client(base_url=self.url, timeout=PATIENCE_S, verify=TRUST) as client:
            wait_until(lambda: client.get("/health/ready").status_code == 200)

    def stop(self) -> None:
        for client in self._clients:
            client.close()
        self._server.should_exit = True
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        RUNNING.discard(self)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    @property
    def world(self) -> World:
        world: World = self.app.state.world
        return world

    def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do something on the application's own loop, to look behind the API."""

        async def call() -> T:
            return await work()

        assert self.loop is not None
        future: Future[T] = asyncio.run_coroutine_threadsafe(call(), self.loop)
        return future.result(PATIENCE_S)

    def rows(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """As `run`, in a transaction."""

        async def call() -> T:
            async with self.world.db.transaction() as session:
                return await work(session)

        return self.run(call)

    def anybody(self, **headers: str) -> httpx.Client:
        """A client with no identity; closed with the application at the latest."""
        client = httpx.Client(base_url=self.url + API, headers=headers, timeout=PATIENCE_S, verify=TRUST)
        self._clients.append(client)
        return client

    def guest(self) -> Person:
        with self.anybody() as client:
            return self._signed_in(fine(client.post("/auth/guest")), None)

    def user(self) -> Person:
        return self._with_role("user")

    def expert(self) -> Person:
        return self._with_role("expert")

    def admin(self) -> Person:
        return self._with_role("admin")

    def _with_role(self, role: Role) -> Person:
        email = f"{secrets.token_hex(8)}@example.org"
        self.rows(lambda session: _add(session, User(role=role, email=email, password_hash=PASSWORD_HASH)))
        with self.anybody() as client:
            given = client.post("/auth/token", data={"username": email, "password": PASSWORD})
        return self._signed_in(fine(given), email)

    def _signed_in(self, body: dict[str, Any], email: str | None) -> Person:
        token = body["access_token"]
        http = self.anybody(Authorization=f"Bearer {token}")
        me = fine(http.get("/users/me"))
        return Person(UUID(me["id"]), me["role"], token, email, http)


async def _add(session: AsyncSession, user: User) -> None:
    session.add(user)


def wait_until(true: Callable[[], Any], patience_s: float = PATIENCE_S) -> None:
    """Returns once it is true; fails when that takes too long."""
    deadline = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


@contextmanager
def served(data_dir: Path, packs_dir: Path, **settings: Any) -> Iterator[Served]:
    """An application with its own data, no limits of rate, and the pack `drawn` for whoever names none."""
    chosen = {
        "rate_limit": "off",
        "login_rate_limit": "off",
        "default_model": "drawn",
        "log_level": "error",
        "secret_key": SECRET,
    }
    found = Settings(_env_file=None, data_dir=data_dir, packs_dir=packs_dir, **chosen | settings)
    if migrate.head() is None:
        asyncio.run(make_tables(found.database_url))
    app = Served(found)
    app.start()
    try:
        yield app
    finally:
        app.stop()


async def make_tables(url: str) -> None:
    """Every table, in a database that is empty."""
    db = Database(url)
    try:
        async with db.engine.begin() as connection:
            await connection.run_sync(migrate.load_tables().create_all)
    finally:
        await db.close()
