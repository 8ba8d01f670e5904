"""Rows: SQLite on one machine, PostgreSQL beyond it, the same promises on both.

Transactions are READ COMMITTED. On SQLite one reads without a lock until its first write or `SELECT … FOR UPDATE`; then
it holds the one writer's place, given in order of arrival, until it ends. So a request may wait for a model in the
middle of its transaction and keeps nobody from writing.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, cast
from uuid import UUID

import asyncpg
from sqlalchemy import (
    JSON,
    URL,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    GenerativeSelect,
    Insert,
    MetaData,
    Table,
    event,
    insert,
    make_url,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from cultivar.kernel import sqlite
from cultivar.kernel.errors import Unavailable
from cultivar.kernel.ids import new_id

Dialects = Literal["sqlite", "postgresql"]


class DatabaseUnavailable(Unavailable):
    code = "database_unavailable"
    title = "The database does not answer, try again soon"


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, kept in UTC with microseconds. A datetime without zone is refused, never guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""JSON text on SQLite, `jsonb` on PostgreSQL; None is SQL's NULL."""

Id = Annotated[UUID, mapped_column(primary_key=True, default=new_id)]
"""A primary key that sorts by time of making (UUID version 7)."""


def choice(name: str, *values: str) -> Enum:
    """The type of a text column that takes only `values`, held by a CHECK constraint `ck_<table>_<name>`."""
    return Enum(*values, name=name, native_enum=False, create_constraint=True, validate_strings=True, length=32)


NAMES_OBJECTS = "names_objects"
"""In a table's `info`: templates of the keys that its rows name in storage, `{column}` each, `/` at the end for all
below. A backup holds what they name."""


class Base(DeclarativeBase):
    """Every table of every capability. `datetime`, `dict[str, Any]` and `list[str]` in `Mapped[…]` find their types."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        dict[str, Any]: Json,
        list[Any]: Json,
        list[str]: Json,
    }


class _RoutedSession(Session):
    """On SQLite: reads go to the readers until the transaction first writes, then everything goes to the writer."""

    def get_bind(self, mapper: Any = None, *, clause: Any = None, **_: Any) -> Engine:
        if self._flushing or not isinstance(clause, GenerativeSelect) or clause._for_update_arg is not None:
            self.info["writes"] = True
        return cast("Engine", self.info["writer" if "writes" in self.info else "readers"])


class Database:
    """One database of one process. Sessions come from `transaction()` and `reading()` alone."""

    def __init__(self, url: str) -> None:
        """Takes `sqlite:///file` or `postgresql://…`, with or without a driver's name; connects at first use."""
        self.url = driver_url(url)
        self.dialect = cast("Dialects", self.url.get_backend_name())
        self.on_work: Callable[[], None] = _nothing
        """Called after the commit of a transaction that left work behind (see `wake_after_commit`)."""
        if self.dialect == "sqlite":
            self._engines = {
                "writer": _sqlite_engine(self.url, 1, read_only=False),
                "readers": _sqlite_engine(self.url, 32, read_only=True),
            }
        else:
            self._engines = {"writer": _postgres_engine(self.url)}
        info = {name: engine.sync_engine for name, engine in self._engines.items()}
        self._sessions = async_sessionmaker(expire_on_commit=False, info=info, **self._binding("writer"))
        self._snapshots = async_sessionmaker(
            expire_on_commit=False, bind=_snapshot_view(self._engines.get("readers", self.engine))
        )

    @property
    def address(self) -> str:
        """The URL as text, with its password: never for a log."""
        return self.url.render_as_string(hide_password=False)

    @property
    def engine(self) -> AsyncEngine:
        """The engine that writes: for migrations and administration."""
        return self._engines["writer"]

    @property
    def engines(self) -> list[AsyncEngine]:
        """All engines: on SQLite one that writes and one that reads."""
        return list(self._engines.values())

    def _binding(self, name: str) -> dict[str, Any]:
        return {"sync_session_class": _RoutedSession} if self.dialect == "sqlite" else {"bind": self._engines[name]}

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Commits at the end, rolls back on an error.

        Never open one inside another that has written: on SQLite it would wait for itself.
        """
        with told_plainly():
            async with self._sessions() as session, session.begin():
                yield session
            if session.info.get("work"):
                self.on_work()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that cannot write and sees one moment of the database in all its statements."""
        with told_plainly():
            async with self._snapshots() as session:
                yield session

    async def ping(self) -> None:
        """Returns when the database answers; raises `DatabaseUnavailable` when it does not."""
        async with self.reading() as session:
            await session.execute(text("SELECT 1"))

    async def close(self) -> None:
        for engine in self._engines.values():
            await engine.dispose()


def core_insert(table: type[Base]) -> Insert:
    """An INSERT of Core, for what is written at every photo: there the ORM's unit of work costs more than the rows."""
    return insert(cast("Table", table.__table__))


def wake_after_commit(session: AsyncSession) -> None:
    """Ask that workers be woken when this transaction has been committed."""
    session.info["work"] = True


def driver_url(url: str) -> URL:
    """The URL with our asynchronous driver in it."""
    parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
    if parsed.get_backend_name() not in drivers:
        raise ValueError("the database URL must begin with sqlite:/// or postgresql://")
    if parsed.get_backend_name() == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise ValueError("SQLite needs a file: sqlite:///cultivar.db")
    return parsed.set(drivername=drivers[parsed.get_backend_name()])


def _nothing() -> None:
    """No one waits for work."""


def _sqlite_engine(url: URL, pool_size: int, *, read_only: bool) -> AsyncEngine:
    Path(cast("str", url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        json_serializer=_json,
        hide_parameters=True,  # rows hold what no log may
        connect_args={"async_creator_fn": partial(sqlite.connect, read_only=read_only)},
    )
    if not read_only:
        event.listen(engine.sync_engine, "begin", partial(_begin_with, "BEGIN IMMEDIATE"))
    return engine


def _begin_with(statement: str, connection: Connection) -> None:
    cast("sqlite.Connection", connection.connection.driver_connection).begin = statement


def _postgres_engine(url: URL) -> AsyncEngine:
    settings = {"application_name": "cultivar", "jit": "off", "timezone": "UTC"}
    return create_async_engine(
        url,
        pool_size=10,
        max_overflow=20,
        pool_recycle=1800,
        json_serializer=_json,
        hide_parameters=True,  # rows hold what no log may
        connect_args={"async_creator_fn": _connect_postgres, "server_settings": settings, "timeout": 10},
    )


async def _connect_postgres(*args: Any, **options: Any) -> Any:
    try:
        return await asyncpg.connect(*args, **options)
    except (
        OSError,
        TimeoutError,
        asyncpg.PostgresConnectionError,
        asyncpg.CannotConnectNowError,
        asyncpg.TooManyConnectionsError,
    ) as error:
        raise DatabaseUnavailable from error


def _snapshot_view(engine: AsyncEngine) -> AsyncEngine:
    """The same pool, in transactions that see one moment and write nothing."""
    if engine.dialect.name == "sqlite":
        view = engine.execution_options(snapshot=True)
        event.listen(view.sync_engine, "begin", partial(_begin_with, "BEGIN"))
        return view
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


@contextmanager
def told_plainly() -> Iterator[None]:
    """Failures that another try may mend become `DatabaseUnavailable`."""
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseUnavailable from error
    except DBAPIError as error:
        if (
            error.connection_invalidated
            or sqlite.is_busy(error.orig)
            or getattr(error.orig, "sqlstate", None) in _TRANSIENT
        ):
            raise DatabaseUnavailable from error
        raise


_TRANSIENT = {
    "40001",  # serialization_failure
    "40P01",  # deadlock_detected
    "53100",  # disk_full
    "53200",  # out_of_memory
    "53300",  # too_many_connections
    "55P03",  # lock_not_available
    "57P01",  # admin_shutdown
    "57P02",  # crash_shutdown
    "57P03",  # cannot_connect_now
}
