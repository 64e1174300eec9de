"""A connection to the file, with a thread of its own, to which several things go in one visit."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

import aiosqlite

Result = TypeVar("Result")


class Connection(aiosqlite.Connection):
    """aiosqlite's, which pays two changes of thread for every statement unless it is visited."""

    @classmethod
    async def to(cls, path: Path) -> Self:
        """Connect without transactions of sqlite3's own."""
        connect = partial(sqlite3.connect, path, isolation_level=None)
        connection = cls(connect, iter_chunk_size=64)
        try:
            await connection
        except BaseException:
            # Its thread has a last word for the loop, which may be closed by then.
            await asyncio.to_thread(connection._thread.join)
            raise
        return connection

    async def visit(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Return what `work` returns, done in the thread as a whole."""
        # Not promised by aiosqlite, whose every method is made of it.
        result: Result = await self._execute(work, self._conn)  # type: ignore[no-untyped-call]  # pyright: ignore[reportUnknownMemberType]
        return result
