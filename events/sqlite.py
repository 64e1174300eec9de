"""The embedded store: one SQLite file, one writing connection, commits shared by a group."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, Self

from events import key_table
from events.bell import Bells
from events.ceremony import Event
from events.commit import Committer
from events.connection import WAL, beside, size_of
from events.cursor_table import ROWS, save, whole
from events.cursors import Cursor, within
from events.keys import checked, checked_text
from events.notes import read_notes
from events.opening import OpenedLog, open_log
from events.reading import Reader
from events.recorded import Recorded
from events.status import Status
from events.store import (
    Bound,
    History,
    Key,
    Note,
    StoreUnavailable,
    UnknownStream,
    consecutive,
)
from events.unavailable import unavailable
from events.writer import DEADLINE_SECONDS, GroupWriter


class SqliteStore:
    """An `EventStore` in a file. Open with `SqliteStore.open`; one process at a time."""

    def __init__(self, log: OpenedLog, deadline: float) -> None:
        self._log: Final = log
        self._writer: Final = log.writer
        bulk, quick = log.readers
        # Whoever downloads a night reads by a connection of their own: no post waits behind them.
        self._reader: Final = Reader(bulk)
        self._quick: Final = Reader(quick)
        self._bells: Final = Bells()
        self._state: Final = Committer(log.writer, self._bells.ring, log.guard)
        self._group: Final = GroupWriter(self._state, deadline=deadline)
        self._closed = False

    @classmethod
    async def open(cls, path: Path, *, deadline: float = DEADLINE_SECONDS) -> Self:
        """
        Open the log in `path`, making it where there is none.

        A log that may not be written, or one on a full disk, is opened to be read: it refuses
        every write.

        Args:
            path: The file.
            deadline: Seconds that a writer waits for the disk before it is told that its write is
                in doubt.

        Raises:
            StoreInUse: Another process holds it, under this name or another.
            StoreUnavailable: It cannot be opened, or is not a log of this program.
        """
        log = await open_log(path)
        try:
            store = cls(log, deadline)
            await store._state.load(log.generation)
        except BaseException as problem:
            await log.close()
            if isinstance(problem, sqlite3.Error):
                raise unavailable("read", problem) from problem
            raise
        store._group.start()
        return store

    @property
    def remarks(self) -> Sequence[str]:
        """What somebody should know of the log since it was opened, as sentences."""
        return (*self._log.remarks, *self._state.damage)

    async def histories(self) -> Sequence[History]:
        self._open()
        return [self._state.current[ceremony] for ceremony in sorted(self._state.current)]

    async def current(self, ceremony: str) -> History:
        self._open()
        try:
            return self._state.current[ceremony]
        except KeyError:
            raise UnknownStream(ceremony) from None

    async def histories_of(self, ceremony: str, since: int) -> Sequence[History]:
        self._open()
        names = self._state.names
        known = [number for number in names if number >= since and names[number] == ceremony]
        if not known:
            raise UnknownStream(ceremony)
        return [History(ceremony, number, self._log.generation) for number in known]

    async def head(self, history: History) -> int:
        self._open()
        return self._state.heads[history.number]

    async def begin(
        self, events: Sequence[Recorded], *, key: Key | None = None, anew: bool = False
    ) -> History:
        self._open()
        ceremony = consecutive(events, 0)
        history = await self._group.write(
            lambda plan: plan.begin(ceremony, events, key, self._log.generation, anew=anew),
            ceremony,
            None,
            checked(key),
            events=len(events),
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
            checked(key),
            events=len(events),
        )

    async def bind(self, history: History, key: Key, version: int) -> None:
        self._open()
        await self._group.write(
            lambda plan: plan.bind(history, key, version), history.ceremony, history, checked(key)
        )

    async def bound(self, history: History, key: str) -> Bound | None:
        self._open()
        return await key_table.bound(self._quick, (history.number, checked_text(key)))

    async def bound_in_any(self, ceremony: str, key: str) -> Sequence[tuple[History, Bound]]:
        self._open()
        checked_text(key)
        return await key_table.bound_in_any(self._quick, ceremony, key, self._log.generation)

    async def read(
        self, history: History, after: int = 0, limit: int | None = None
    ) -> AsyncIterator[Recorded]:
        self._open()
        head = self._state.heads[history.number]
        last = head if limit is None else min(after + limit, head)
        async for batch in self._reader.batches(history, after, last):
            for recorded in batch:
                yield recorded

    async def facts(self, history: History, after: int = 0) -> AsyncIterator[Sequence[Event]]:
        self._open()
        async for batch in self._quick.batches(history, after, self._state.heads[history.number]):
            yield [recorded.event for recorded in batch]

    async def subscribe(self, history: History, after: int = 0) -> AsyncIterator[Recorded]:
        bell = self._bells.of(history.number)
        while True:
            ring = bell.listen()
            try:
                self._open()
                head = self._state.heads[history.number]
                async for batch in self._quick.batches(history, after, head):
                    for recorded in batch:
                        yield recorded
                        after = recorded.version
            except StoreUnavailable:
                if self._closed:
                    return
                raise
            if after < self._state.heads[history.number]:
                continue  # more came while the last ones were being looked at
            if self._state.current[history.ceremony] != history:
                return
            await ring.wait()

    async def follow(self) -> AsyncIterator[History]:
        seen = 0
        while not self._closed:
            ring = self._bells.begun.listen()
            for history in sorted(self._state.current.values(), key=lambda each: each.number):
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
        upto: int | None = after
        while upto is not None:
            self._open()
            page = partial(read_notes, found=self._state.notes, after=upto, kinds=kinds)
            notes, upto = await self._quick.visit(page)
            for note in notes:
                yield note

    async def save_cursors(self, cursors: Mapping[str, Cursor], gone: Collection[str] = ()) -> None:
        self._open()
        await save(self._writer, cursors, gone, guard=self._log.guard)

    async def cursors(self) -> Mapping[str, Cursor]:
        return within(whole(await self._quick.fetch_undamaged(ROWS)), self._state.heads)

    async def status(self) -> Status:
        self._open()
        return Status(
            self._group.trouble or self._log.trouble(),
            self._state.in_doubt or self._group.overdue,
            size_of(beside(self._log.path, WAL)),
            self._log.log.names(),
        )

    async def check(self) -> None:
        # What is damaged is told where it is read: it is no reason to call the rest out of reach.
        self._open()
        await self._quick.fetch_undamaged("SELECT 1 FROM events LIMIT 1")

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._bells.ring_all()
        await self._group.stop()
        await self._log.close()

    def _open(self) -> None:
        if self._closed:
            message = "The log is closed; start the server again."
            raise StoreUnavailable(message)
