"""The one writer of a SQLite log: what waits is planned together and committed at once."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec

from events.connection import Connection
from events.key_table import begun_among, bound_among
from events.plan import Place, Plan
from events.store import History, Key, unavailable

_QUEUE: Final = 1024  # writers wait beyond this many, so that memory is bounded
_GROUP: Final = 256  # writes that share one commit, and so one wait for the disk
_DOUBT_SECONDS: Final = 1.0  # between two looks at a file that cannot be read for the moment

Apply = Callable[[Plan], History | None]


class _Write(msgspec.Struct):
    """One caller's write: `apply` adds it to the plan, or raises why not."""

    apply: Apply
    ceremony: str
    history: History | None
    key: Key | None
    done: asyncio.Future[History | None]


class GroupWriter:
    """
    Writes for many callers, in the order they came.

    Attributes:
        heads: The log's head by history number; what is here is on the disk.
        current: The current history by ceremony.
        last: The highest history number.
        last_note: The highest number of a note.
    """

    def __init__(self, connection: Connection, ring: Callable[[], None]) -> None:
        """
        Args:
            connection: The only one that writes to the file.
            ring: Called whenever the log has grown.
        """
        self.heads: dict[int, int] = {}
        self.current: dict[str, History] = {}
        self.last = 0
        self.last_note = 0
        self._connection: Final = connection
        self._ring: Final = ring
        self._queue: Final[asyncio.Queue[_Write | None]] = asyncio.Queue(_QUEUE)
        self._task: asyncio.Task[None] | None = None
        self._generation = ""
        self._in_doubt = False

    async def load(self, generation: str) -> None:
        """Read from the file where the log stands; what stood before is there until all is read."""
        rows = await self._connection.execute_fetchall(
            "SELECT number, ceremony, coalesce((SELECT max(version) FROM events"
            " WHERE history = number), 0) FROM histories ORDER BY number"
        )
        ((last_note,),) = await self._connection.execute_fetchall(
            "SELECT coalesce(max(number), 0) FROM notes"
        )
        self.heads = {number: head for number, _, head in rows}
        self.current = {name: History(name, number, generation) for number, name, _ in rows}
        self.last = max(self.heads, default=0)
        self.last_note = last_note
        self._generation = generation
        self._in_doubt = False

    def start(self) -> None:
        """Begin to take writes."""
        self._task = asyncio.create_task(self._work(), name="log-writer")

    async def stop(self) -> None:
        """Finish what was accepted."""
        if self._task is not None:
            await self._queue.put(None)
            await self._task

    async def write(
        self,
        apply: Apply,
        ceremony: str = "",
        history: History | None = None,
        key: Key | None = None,
    ) -> History | None:
        """
        Do one write whole or not at all, and return once it is on the disk.

        Args:
            apply: Adds it to the plan of its group, or raises why not.
            ceremony: The stream, if it is about one.
            history: Where `key` may be bound already; None for any of the ceremony's.
            key: The write's idempotency key.

        Raises:
            StoreUnavailable: The group was not written; or its commit failed so late that it may
                have been, and then the log soon has it.
        """
        done: asyncio.Future[History | None] = asyncio.get_running_loop().create_future()
        await self._queue.put(_Write(apply, ceremony, history, key, done))
        # A caller that is cancelled leaves; what it asked for is still done whole or not at all.
        return await asyncio.shield(done)

    async def _work(self) -> None:
        ended = False
        # Writers that came before the end but had to wait for room are served as well.
        while not (ended and self._queue.empty()):
            group = [await self._next()]
            while len(group) < _GROUP and not self._queue.empty():
                group.append(self._queue.get_nowait())
            writes = [write for write in group if write is not None]
            ended = ended or len(writes) < len(group)
            await self._write_group(writes)
            if ended:
                await asyncio.sleep(0)  # let those who wait for room come in

    async def _next(self) -> _Write | None:
        """Return what waits next; until it comes, settle what is in doubt."""
        while True:
            if self._in_doubt:
                # Who asks again by the same key finds it in the file, and does not write.
                with contextlib.suppress(Exception):
                    await self._look_again()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_DOUBT_SECONDS if self._in_doubt else None):
                    return await self._queue.get()

    async def _write_group(self, writes: list[_Write]) -> None:
        planned: list[tuple[_Write, History | None]] = []
        refused: list[tuple[_Write, Exception]] = []
        try:
            if self._in_doubt:
                await self._look_again()
            plan = Plan(
                self.heads.copy(),
                self.current.copy(),
                self.last,
                await bound_among(self._connection, _places(writes)),
                await begun_among(self._connection, _beginnings(writes)),
                self.last_note,
            )
            planned, refused = _planned(plan, writes)
            await self._commit(plan)
        except Exception as problem:  # noqa: BLE001 - whatever failed, the callers must hear of it
            self._in_doubt = True
            reason_for_all = unavailable("written", problem)
            refused = [(write, reason_for_all) for write in writes]
        else:
            self.heads, self.current, self.last = plan.heads, plan.current, plan.last
            self.last_note = plan.last_note
            for write, history in planned:
                if not write.done.done():
                    write.done.set_result(history)
            if plan.events:
                self._ring()
        for write, reason in refused:
            if not write.done.done():
                write.done.set_exception(reason)
                write.done.exception()  # a caller that left never looks; that is no accident

    async def _look_again(self) -> None:
        """After a failure, trust the file alone: a commit that failed may still have landed."""
        before = self.heads
        if self._connection.in_transaction:
            await self._connection.execute("ROLLBACK")
        await self.load(self._generation)
        if self.heads != before:
            self._ring()

    async def _commit(self, plan: Plan) -> None:
        if plan.events or plan.keys or plan.notes:
            await self._connection.visit(partial(_committed, plan))


def _committed(plan: Plan, connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.executemany(
            "INSERT INTO histories (number, ceremony) VALUES (?, ?)", plan.histories
        )
        connection.executemany("INSERT INTO events VALUES (?, ?, ?)", plan.events)
        connection.executemany(
            "INSERT INTO keys VALUES (?, ?, ?, ?)",
            [(*key, bound.digest, bound.version) for key, bound in plan.keys.items()],
        )
        connection.executemany("INSERT INTO notes VALUES (?, ?, ?)", plan.notes)
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _places(writes: list[_Write]) -> list[Place]:
    """Return where the keys of those that write to a history may be bound already."""
    return [
        (write.history.number, write.key.text)
        for write in writes
        if write.key is not None and write.history is not None
    ]


def _beginnings(writes: list[_Write]) -> list[tuple[str, str]]:
    """Return the ceremony and the key of those that begin a history with one."""
    return [
        (write.ceremony, write.key.text)
        for write in writes
        if write.key is not None and write.history is None
    ]


def _planned(
    plan: Plan, writes: list[_Write]
) -> tuple[list[tuple[_Write, History | None]], list[tuple[_Write, Exception]]]:
    """Put the writes into the plan one by one, and return those that it took and those not."""
    taken: list[tuple[_Write, History | None]] = []
    refused: list[tuple[_Write, Exception]] = []
    for write in writes:
        try:
            taken.append((write, write.apply(plan)))
        except Exception as problem:  # noqa: BLE001 - it is the caller's to handle
            refused.append((write, problem))
    return taken, refused
