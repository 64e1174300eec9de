"""The embedded store: one SQLite file, one writing connection, commits shared by a group."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import sqlite3
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

from events import key_table
from events.bell import Bell
from events.ceremony import Event
from events.connection import Connection
from events.cursor_table import ROWS, save, whole
from events.cursors import Cursor, within
from events.lock import FileLock
from events.reading import Reader
from events.recorded import Recorded
from events.schema import APPLICATION_ID, SCHEMA_VERSION, steps_from
from events.store import (
    Bound,
    History,
    Key,
    Note,
    StoreUnavailable,
    UnknownStream,
    consecutive,
)
from events.writer import GroupWriter

_NOTES: Final = 1024  # fetched at a time


class SqliteStore:
    """An `EventStore` in a file. Open with `SqliteStore.open`; one process at a time."""

    def __init__(self, lock: FileLock, writer: Connection, reader: Connection) -> None:
        self._lock: Final = lock
        self._writer: Final = writer
        self._reader: Final = Reader(reader)
        self._generation = ""
        self._file = ""
        self._bell: Final = Bell()
        self._group: Final = GroupWriter(writer, self._bell.ring)
        self._closed = False

    @classmethod
    async def open(cls, path: Path) -> Self:
        """
        Open the log in `path`, making it where there is none.

        Raises:
            StoreInUse: Another process holds it.
            StoreUnavailable: It cannot be opened, or is not a log of this program.
        """
        path = await asyncio.to_thread(path.resolve)
        lock = FileLock(path)
        connections: list[Connection] = []
        try:
            writer = await Connection.to(path)
            connections.append(writer)
            await _prepare(writer, path)
            reader = await Connection.to(path)
            connections.append(reader)
            # Only the writer may checkpoint: two that do can corrupt the file in SQLite < 3.51.3.
            await reader.executescript("PRAGMA wal_autocheckpoint = 0; PRAGMA query_only = ON;")
            store = cls(lock, writer, reader)
            await store._load(path)
        except BaseException as problem:
            for connection in connections:
                await connection.close()
            lock.release()
            if isinstance(problem, sqlite3.Error):
                message = f"{path} cannot be opened as a log: {problem}. Check TRACKER_DATABASE."
                raise StoreUnavailable(message) from problem
            raise
        store._group.start()
        return store

    async def histories(self) -> Sequence[History]:
        self._open()
        return [self._group.current[ceremony] for ceremony in sorted(self._group.current)]

    async def current(self, ceremony: str) -> History:
        self._open()
        try:
            return self._group.current[ceremony]
        except KeyError:
            raise UnknownStream(ceremony) from None

    async def histories_of(self, ceremony: str, since: int) -> Sequence[History]:
        rows = await self._fetch(
            "SELECT number FROM histories WHERE ceremony = ? AND number >= ? ORDER BY number",
            (ceremony, since),
        )
        # The file may be ahead of the writer for a moment; what nobody was told of can wait.
        known = [number for (number,) in rows if number in self._group.heads]
        if not known:
            raise UnknownStream(ceremony)
        return [History(ceremony, number, self._generation) for number in known]

    async def head(self, history: History) -> int:
        self._open()
        return self._group.heads[history.number]

    async def begin(
        self, events: Sequence[Recorded], *, key: Key | None = None, anew: bool = False
    ) -> History:
        self._open()
        ceremony = consecutive(events, 0)
        history = await self._group.write(
            lambda plan: plan.begin(ceremony, events, key, self._generation, anew=anew),
            ceremony,
            None,
            key,
        )
        assert history is not None  # noqa: S101 - `Plan.begin` returns one
        return history

    async def append(
        self,
        history: History,
        events: Sequence[Recorded],
        *,
        expected_version: int,
        key: Key | None = None,
    ) -> None:
        self._open()
        consecutive(events, expected_version, history.ceremony)
        await self._group.write(
            lambda plan: plan.append(history, events, key, expected_version),
            history.ceremony,
            history,
            key,
        )

    async def bind(self, history: History, key: Key, version: int) -> None:
        self._open()
        await self._group.write(
            lambda plan: plan.bind(history, key, version), history.ceremony, history, key
        )

    async def bound(self, history: History, key: str) -> Bound | None:
        self._open()
        return await key_table.bound(self._reader, (history.number, key))

    async def bound_in_any(self, ceremony: str, key: str) -> Sequence[tuple[History, Bound]]:
        self._open()
        return await key_table.bound_in_any(self._reader, ceremony, key, self._generation)

    async def read(
        self, history: History, after: int = 0, limit: int | None = None
    ) -> AsyncIterator[Recorded]:
        self._open()
        head = self._group.heads[history.number]
        last = head if limit is None else min(after + limit, head)
        async for batch in self._reader.batches(history, after, last):
            for recorded in batch:
                yield recorded

    async def facts(self, history: History, after: int = 0) -> AsyncIterator[Sequence[Event]]:
        self._open()
        async for batch in self._reader.batches(history, after, self._group.heads[history.number]):
            yield [recorded.event for recorded in batch]

    async def subscribe(self, history: History, after: int = 0) -> AsyncIterator[Recorded]:
        while True:
            ring = self._bell.listen()
            try:
                async for recorded in self.read(history, after):
                    yield recorded
                    after = recorded.version
            except StoreUnavailable:
                if self._closed:
                    return
                raise
            if after < self._group.heads[history.number]:
                continue  # more came while the last ones were being looked at
            if self._group.current[history.ceremony] != history:
                return
            await ring.wait()

    async def follow(self) -> AsyncIterator[History]:
        seen = 0
        while not self._closed:
            ring = self._bell.listen()
            for history in sorted(self._group.current.values(), key=lambda each: each.number):
                if history.number > seen:
                    seen = history.number
                    yield history
            if not self._closed:
                await ring.wait()

    async def note(self, kind: str, body: bytes) -> None:
        self._open()
        await self._group.write(lambda plan: plan.note(kind, body))

    async def notes(
        self, after: int = 0, *, kinds: Collection[str] | None = None
    ) -> AsyncIterator[Note]:
        marks = "" if kinds is None else f"kind IN ({', '.join('?' * len(kinds))}) AND"
        sql = (
            f"SELECT number, kind, body FROM notes WHERE {marks} number > ?"  # noqa: S608 - only marks are joined
            " ORDER BY number LIMIT ?"
        )
        while True:
            rows = await self._fetch(sql, (*(kinds or ()), after, _NOTES))
            for row in rows:
                yield Note(*row)
            if len(rows) < _NOTES:
                return
            after = rows[-1][0]

    async def save_cursors(self, cursors: Mapping[str, Cursor], gone: Collection[str] = ()) -> None:
        self._open()
        await save(self._writer, cursors, gone)

    async def cursors(self) -> Mapping[str, Cursor]:
        return within(whole(await self._fetch(ROWS)), self._group.heads)

    async def check(self) -> None:
        await self._fetch("SELECT 1 FROM events LIMIT 1")

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._bell.ring()
        await self._group.stop()
        with contextlib.suppress(sqlite3.Error):  # without it, the next opening is a new generation
            await self._leave_mark()
        # The reader first: who closes last checkpoints, and that is the writer's alone.
        await self._reader.close()
        await self._writer.close()
        self._lock.release()

    def _open(self) -> None:
        if self._closed:
            message = "The log is closed; start the server again."
            raise StoreUnavailable(message)

    async def _fetch(self, sql: str, values: tuple[object, ...] = ()) -> list[Any]:
        self._open()
        return await self._reader.fetch(sql, values)

    async def _load(self, path: Path) -> None:
        status = await asyncio.to_thread(path.stat)
        self._file = f"{status.st_dev}:{status.st_ino}"
        rows = list(
            await self._writer.execute_fetchall(
                "SELECT generation, file, mark FROM generations ORDER BY number DESC LIMIT 1"
            )
        )
        # A copied file may grow apart from its original under the same versions, and a restored
        # one may have lost some: either gets an identity of its own.
        if rows and rows[0][1:] == (self._file, self._lock.mark):
            self._generation = str(rows[0][0])
        else:
            self._generation = secrets.token_hex(6)
        await self._leave_mark()
        await self._group.load(self._generation)

    async def _leave_mark(self) -> None:
        """Leave the same mark in the log and beside it, so that a swapped file is noticed."""
        mark = secrets.token_hex(8)
        await self._writer.execute(
            "INSERT INTO generations (generation, file, mark) VALUES (?, ?, ?)",
            (self._generation, self._file, mark),
        )
        self._lock.sign(mark)


async def _prepare(writer: Connection, path: Path) -> None:
    # Look before anything is changed: the file may be another program's.
    application = await _number(writer, "PRAGMA application_id")
    version = await _number(writer, "PRAGMA user_version")
    blank = application == 0 and not await _number(writer, "SELECT count(*) FROM sqlite_schema")
    if not blank and application != APPLICATION_ID:
        message = f"{path} belongs to another program; give TRACKER_DATABASE another file."
        raise StoreUnavailable(message)
    if not blank and not 0 < version <= SCHEMA_VERSION:
        message = (
            f"{path} has the tables of version {version}, this program those of {SCHEMA_VERSION};"
            " run the program that wrote it."
        )
        raise StoreUnavailable(message)
    await writer.execute("PRAGMA journal_mode = WAL")
    await writer.executescript(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
        " PRAGMA recursive_triggers = ON; PRAGMA busy_timeout = 5000;"
    )
    if version < SCHEMA_VERSION:
        await writer.executescript(steps_from(version))


async def _number(connection: Connection, sql: str) -> int:
    return int(next(iter(await connection.execute_fetchall(sql)))[0])
