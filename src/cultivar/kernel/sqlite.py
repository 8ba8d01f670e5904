"""SQLite under SQLAlchemy with one hop to the connection's thread for a whole statement.

aiosqlite alone hops for the cursor, the execution, the rows and the closing; at some hundred statements a second the
hops cost more than the statements do.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import aiosqlite

BUSY_MS = 10_000

_PRAGMAS = ("foreign_keys=ON", "synchronous=FULL", "temp_store=MEMORY")


class Cursor:
    """Executes and fetches at once, so rows lie in memory when `execute` returns."""

    arraysize = 1

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> "Cursor":
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> "Cursor":
        await self._connection.on_thread(partial(self._run, sql, parameters))
        return self

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> "Cursor":
        await self._connection.on_thread(partial(self._run_many, sql, parameters))
        return self

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def fetchmany(self, size: int = 1) -> list[Any]:
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    async def fetchone(self) -> Any:
        return self._rows.pop(0) if self._rows else None

    async def close(self) -> None:
        """Nothing is open: the thread closed the real cursor after its last row."""

    def _run(self, sql: str, parameters: Sequence[Any]) -> None:
        cursor = self._connection.begun().execute(sql, parameters)
        self._rows = cursor.fetchall() if cursor.description else []
        self._keep(cursor)

    def _run_many(self, sql: str, parameters: Sequence[Sequence[Any]]) -> None:
        self._keep(self._connection.begun().executemany(sql, parameters))

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid
        cursor.close()


class Connection(aiosqlite.Connection):
    """A connection whose BEGIN travels with the first statement and whose empty transactions cost nothing."""

    begin: str | None = None
    """The statement that opens the transaction, until it has run."""
    _abandoned = False
    """Whether somebody stopped waiting for a statement, which then may still run."""

    def begun(self) -> sqlite3.Connection:
        """The connection with its transaction open; on its thread."""
        begin, self.begin = self.begin, None
        if begin is not None:
            try:
                self._conn.execute(begin)
            except sqlite3.Error:
                self.begin = begin
                raise
        return self._conn

    def cursor(self) -> Cursor:  # type: ignore[override]  # SQLAlchemy enters it; aiosqlite's own hops to make one
        return Cursor(self)

    async def commit(self) -> None:
        await self._end(self._conn.commit)

    async def rollback(self) -> None:
        await self._end(self._conn.rollback)

    async def _end(self, how: Callable[[], None]) -> None:
        self.begin = None
        if self._conn.in_transaction or self._abandoned:
            await self.on_thread(how)
            self._abandoned = False

    async def on_thread(self, function: Callable[[], None]) -> None:
        """Run `function` on the connection's thread, after all that was asked before it."""
        if not self._running or self._connection is None:
            raise ValueError("Connection closed")
        future = asyncio.get_running_loop().create_future()
        self._tx.put_nowait((future, function))
        try:
            await future
        except asyncio.CancelledError:
            self._abandoned = True
            raise


def connect(path: str, *, read_only: bool, **_: Any) -> Connection:
    """A connection in autocommit mode: transactions begin where we say so. Readers cannot write."""

    def open_it() -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        for pragma in ("query_only=ON", "cache_size=-512") if read_only else ("journal_mode=WAL",):
            connection.execute(f"PRAGMA {pragma}")
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    made = Connection(open_it, iter_chunk_size=64)
    made._thread.daemon = True
    return made


def is_busy(error: BaseException | None) -> bool:
    """True where waiting may help: locked by another process, or the disk does not take more."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
    }
