"""A connection to the file, with a thread of its own, to which several things go in one visit."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final, Self, TypeVar

import aiosqlite

Result = TypeVar("Result")

WAL: Final = "-wal"
BESIDE: Final = (WAL, "-shm")
"""What SQLite keeps beside its file: the write-ahead log, and the index to it."""
WAL_LIMIT: Final = 4 << 20
"""Bytes to which the write-ahead log is cut once it begins anew: what SQLite lets it come to before
it writes it back, when no long reader keeps it from that."""


class Connection(aiosqlite.Connection):
    """aiosqlite's, which pays two changes of thread for every statement unless it is visited."""

    _over = False

    @classmethod
    async def to(cls, path: Path, options: str = "") -> Self:
        """
        Connect without transactions of sqlite3's own.

        Args:
            path: The file, absolute.
            options: The query of a URI by which SQLite opens it, such as `mode=ro`.
        """
        name = f"{path.as_uri()}?{options}"
        connect = partial(sqlite3.connect, name, isolation_level=None, uri=True)
        connection = cls(connect, iter_chunk_size=64)
        try:
            await connection
            connection.text_factory = lenient
        except BaseException:
            # Its thread has a last word for the loop, which may be closed by then.
            await asyncio.to_thread(connection._thread.join)
            raise
        return connection

    async def close(self) -> None:
        """Close once what was asked of it before is done."""
        self._over = True
        await super().close()

    async def visit(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """
        Return what `work` returns, done in the thread as a whole.

        Raises:
            sqlite3.ProgrammingError: The connection is closed.
        """
        if self._over:  # aiosqlite raises a ValueError then, as `work` may by itself
            message = "the connection is closed"
            raise sqlite3.ProgrammingError(message)
        # Not promised by aiosqlite, whose every method is made of it.
        result: Result = await self._execute(work, self._conn)  # type: ignore[no-untyped-call]  # pyright: ignore[reportUnknownMemberType]
        return result


def lenient(text: bytes) -> str:
    """Decode a text of the file: one that is no UTF-8 any more is found out by its checksum."""
    return text.decode("utf-8", "replace")


def reading_options(path: Path) -> str:
    """
    Return the options by which SQLite reads a log that is never written through this connection.

    Beside a log that was closed in order there is no index to a write-ahead log; where SQLite may
    not make one, for want of the right or of room, it can read the file as one that never changes.
    """
    plain = "mode=ro"
    if size_of(beside(path, WAL)):
        return plain
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?{plain}", uri=True)) as connection:
            connection.execute("PRAGMA writable_schema = ON")  # else a file that was cut is refused
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError:
        return f"{plain}&immutable=1"
    return plain


def beside(path: Path, suffix: str) -> Path:
    """Return the file that SQLite keeps beside a log."""
    return path.with_name(path.name + suffix)


def size_of(path: Path) -> int:
    """Return a file's bytes; 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
