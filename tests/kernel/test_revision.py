from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from cultivar.kernel import migrate, revision, schema
from cultivar.kernel.database import Database
from cultivar.kernel.revision import SchemaBehind, stored
from cultivar.kernel.schema import prepare
from cultivar.kernel.settings import Settings


def settings(folder: Path, **chosen: Any) -> Settings:
    return Settings(data_dir=folder, _env_file=None, **chosen)


def write(folder: Path, *chain: tuple[str, str | None]) -> None:
    (folder / "versions").mkdir()
    for name, before in chain:
        (folder / "versions" / f"{name}.py").write_text(f'"""x"""\n\nrevision = {name!r}\ndown_revision = {before!r}\n')


@pytest.mark.parametrize(
    ("chain", "newest"), [([], None), ([("a1", None)], "a1"), ([("z1", None), ("a2", "z1"), ("m3", "a2")], "m3")]
)
def test_the_head_is_what_no_other_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chain: list[tuple[str, str | None]], newest: str | None
) -> None:
    write(tmp_path, *chain)
    monkeypatch.setattr(revision, "scripts", lambda: tmp_path)
    assert revision.head() == newest


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    db = Database(f"sqlite:///{tmp_path}/cultivar.db")
    yield db
    await db.close()


async def test_an_embedded_database_is_brought_up_once(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await stored(db) is None
    await prepare(db, settings(tmp_path))
    assert await stored(db) == revision.head()
    monkeypatch.delattr(migrate, "upgrade")
    await prepare(db, settings(tmp_path))
    assert await stored(db) == revision.head()


async def test_a_shared_database_is_never_changed_at_start(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "head", lambda: "a1")
    with pytest.raises(SchemaBehind, match="cultivar db upgrade"):
        await prepare(db, settings(tmp_path, database_url="postgresql://nowhere/leaves"))
    assert await stored(db) is None
