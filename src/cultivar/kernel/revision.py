"""Whether the tables are those that this program expects; without Alembic, whose import takes a tenth of a start."""

import re
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from cultivar.kernel.database import Database
from cultivar.kernel.errors import Conflict

_PACKAGE = Path(__file__).resolve().parents[1]
_STATED = re.compile(r"^(revision|down_revision)(?::[^=]+)? = [\"'](\w+)[\"']", re.MULTILINE)


class SchemaBehind(Conflict):
    code = "schema_behind"
    title = "The database's tables are of another version"


def scripts() -> Path:
    """Where the migrations are: in the wheel, or beside `src` in a checkout."""
    packaged = _PACKAGE / "_migrations"
    return packaged if packaged.is_dir() else _PACKAGE.parents[1] / "migrations"


def head() -> str | None:
    """The newest revision that this program knows: the one that no other follows. None when there is none."""
    stated = [_STATED.findall(file.read_text("utf-8")) for file in (scripts() / "versions").glob("*.py")]
    revisions = {name for found in stated for key, name in found if key == "revision"}
    followed = {name for found in stated for key, name in found if key == "down_revision"}
    return next(iter(sorted(revisions - followed)), None)


async def stored(db: Database) -> str | None:
    """The revision that the database is at; None before the first."""
    async with db.reading() as session:
        try:
            found: str | None = await session.scalar(text("SELECT version_num FROM alembic_version"))
        except (OperationalError, ProgrammingError):  # no such table
            return None
    return found
