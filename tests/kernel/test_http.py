from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from cultivar.kernel import pages, problems
from cultivar.kernel.database import Database, Id
from cultivar.kernel.http import Session
from cultivar.kernel.pages import InvalidCursor, decode_cursor, encode_cursor, exact_total
from tests.kernel.edge_app import build, client


class Own(DeclarativeBase):
    """Apart from the tables of Cultivar."""


class Seed(Own):
    __tablename__ = "test_seeds"
    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)


moments = st.datetimes(timezones=st.just(UTC))


@given(moments, st.uuids(), st.floats(allow_nan=False, allow_infinity=False), st.text())
def test_a_cursor_gives_back_what_went_in(moment: datetime, key: UUID, score: float, text: str) -> None:
    cursor = encode_cursor(moment, key, score, text, None)
    assert decode_cursor(cursor, datetime, UUID, float, str, type(None)) == (moment, key, score, text, None)
    assert cursor.replace("-", "").replace("_", "").isalnum()


@given(st.text())
def test_no_text_that_is_not_a_cursor_passes(text: str) -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor(text, datetime, UUID)


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor(encode_cursor("name"), UUID)


@pytest.mark.parametrize(("query", "status"), [("limit=0", 422), ("limit=101", 422), ("limit=100", 200), ("", 200)])
async def test_a_page_has_one_to_a_hundred_items(tmp_path: Path, query: str, status: int) -> None:
    async with client(build(tmp_path)) as http:
        assert (await http.get(f"/api/v1/open?{query}")).status_code == status


@pytest.fixture
async def db(tmp_path: Path):  # type: ignore[no-untyped-def]
    db = Database(f"sqlite:///{tmp_path}/test.db")
    async with db.engine.begin() as connection:
        await connection.run_sync(Own.metadata.create_all)
    yield db
    await db.close()


async def test_a_commit_that_fails_is_not_answered_as_done(db: Database) -> None:
    """A yield dependency that fails after its yield answers 200 unless its scope is the function."""
    app = FastAPI()
    app.state.world = SimpleNamespace(db=db)
    problems.install(app)

    @app.post("/seeds", status_code=201)
    async def sow(session: Session) -> dict[str, bool]:
        session.add_all([Seed(name="basil"), Seed(name="basil")])
        return {"done": True}

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        answer = await http.post("/seeds")
    assert answer.status_code == 500
    async with db.reading() as session:
        assert (await session.scalars(select(Seed))).all() == []


async def test_a_total_is_exact_until_it_is_too_many(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "COUNTED_TO", 5)
    totals = []
    for number in range(7):
        async with db.transaction() as session:
            totals.append(await exact_total(session, select(Seed).order_by(Seed.id)))
            session.add(Seed(name=f"seed {number}"))
    assert totals == [0, 1, 2, 3, 4, 5, None]
