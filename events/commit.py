"""Groups of writes into a SQLite log: planned together, committed at once, settled after faults."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final, Protocol

import msgspec

from events.connection import WAL_LIMIT, Connection
from events.digests import Check
from events.guard import Guard
from events.heads import Heads, read_heads
from events.holder import Position
from events.key_table import begun_among, bound_among
from events.notes import NotesFound, look_through
from events.plan import Place, Plan
from events.store import History, Key, StoreUnavailable
from events.transaction import RolledBack, committed
from events.unavailable import InDoubt, unavailable

Apply = Callable[[Plan], History | None]

# What Python's module raises for a value that no column takes; the file has no part in it.
_NOT_THE_FILE: Final = (ValueError, OverflowError, sqlite3.InterfaceError, sqlite3.DataError)


class Write(msgspec.Struct):
    """One caller's write: `apply` adds it to the plan, or raises why not."""

    apply: Apply
    ceremony: str
    history: History | None
    key: Key | None
    done: asyncio.Future[History | None]
    events: int = 0


class Ring(Protocol):
    """Wakes those who follow histories, and where one has begun those who wait for that."""

    def __call__(self, numbers: Iterable[int], *, begun: bool = False) -> None: ...


class Committer:
    """
    What is known of the log, and the only one who changes it; one task at a time uses it.

    Attributes:
        heads: The log's head by history number; what is here is on the disk.
        current: The current history by ceremony.
        names: The ceremony by history number.
        checks: What the next event of a history goes on from, by its number.
        last: The highest history number.
        notes: What a look at all notes found when the log was opened.
        last_note: The highest number of a note.
        trouble: Why the last group failed, until the file takes writes again; empty when all is
            well.
        in_doubt: A commit failed that may have landed; the file is to be looked at.
        damage: What was found damaged when the log was opened, but for events; as sentences.
    """

    def __init__(self, connection: Connection, ring: Ring, guard: Guard) -> None:
        """
        Args:
            connection: The only one that writes to the file.
            ring: Called with the histories that have grown or ended, and with whether one began.
            guard: Asked before each commit, and told after it.
        """
        self.heads: dict[int, int] = {}
        self.current: dict[str, History] = {}
        self.names: dict[int, str] = {}
        self.checks: dict[int, Check] = {}
        self.last = 0
        self.notes = NotesFound()
        self.last_note = 0
        self.damage: list[str] = []
        self.trouble = ""
        self.in_doubt = False
        self._events = 0
        self._generation = ""
        self._connection: Final = connection
        self._ring: Final = ring
        self._guard: Final = guard

    async def load(self, generation: str) -> None:
        """Read from the file where the log stands; what stood before is there until all is read."""
        found, notes = await self._connection.visit(_standing)
        self.heads, self.checks = found.heads, found.checks
        self.names, self.last = found.names, found.last
        self.current = {
            name: History(name, number, generation) for number, name in found.names.items()
        }
        self.notes, self.last_note = notes, notes.last
        damaged = (f"note {number} is not as it was written" for number in notes.damaged)
        self.damage = [f"In the log {each}." for each in (*found.damage, *damaged)]
        self._events = sum(self.heads.values())
        self._generation = generation
        self.in_doubt = False

    async def write(self, writes: list[Write]) -> None:
        """Do each write whole or not at all, and tell its caller; it raises nothing."""
        planned: list[tuple[Write, History | None]] = []
        refused: list[tuple[Write, Exception]] = []
        try:
            if self.in_doubt:
                await self._look_again()
            plan = Plan(
                self.heads.copy(),
                self.current.copy(),
                self.last,
                await bound_among(self._connection, _places(writes)),
                await begun_among(self._connection, _beginnings(writes)),
                self.last_note,
                self.checks,
            )
            planned, refused = _planned(plan, writes)
            await self._commit(plan)
        except Exception as problem:  # noqa: BLE001 - whatever failed, the callers must hear of it
            cause = problem.__cause__ if isinstance(problem, RolledBack) else problem
            if isinstance(cause, _NOT_THE_FILE) and len(writes) > 1:
                # One of them holds what no file can: it must not take the others along.
                for write in writes:
                    await self.write([write])
                return
            told = self._failed(problem, cause)
            refused = [(write, told) for write in writes]
        else:
            self._succeeded(plan)
            for write, history in planned:
                if not write.done.done():
                    write.done.set_result(history)
        for write, reason in refused:
            if not write.done.done():
                write.done.set_exception(reason)
                write.done.exception()  # a caller that left never looks; that is no accident

    async def recover(self) -> None:
        """
        After a failure, look where the log stands, and whether it can be written again.

        Raises:
            sqlite3.Error, StoreUnavailable: It cannot; all is as it was.
        """
        if self.in_doubt:
            await self._look_again()
        await self._connection.visit(self._probe)
        self.trouble = ""

    async def look(self) -> None:
        """Look whether the file is still in its place, while there is nothing to write."""
        try:
            await self._connection.visit(self._tidied)
        except (sqlite3.Error, StoreUnavailable) as problem:
            self._failed(problem, problem)

    def _succeeded(self, plan: Plan) -> None:
        """Let what is on the disk be known."""
        ended = {self.current[name].number for _, name in plan.histories if name in self.current}
        self.heads, self.current, self.last = plan.heads, plan.current, plan.last
        self.last_note = self.notes.last = plan.last_note
        self.names.update(plan.histories)
        self.checks.update(plan.added)
        self._events += len(plan.events)
        if plan.events or plan.keys or plan.notes:
            self.trouble = ""
        if plan.events:
            self._ring({row[0] for row in plan.events} | ended, begun=bool(plan.histories))

    def _failed(self, problem: Exception, cause: BaseException | None) -> Exception:
        """Return what the callers of a group that failed are told."""
        if isinstance(cause, _NOT_THE_FILE):
            return cause  # the file is well: the caller put together what it cannot hold
        self.in_doubt = True
        if isinstance(problem, StoreUnavailable):
            told = problem
        elif isinstance(problem, RolledBack):
            told = unavailable("written", problem)
        else:
            told = InDoubt(str(problem))
            self.trouble = f"The log cannot be written ({problem}); the last write is in doubt."
            return told
        self.trouble = str(told)
        return told

    async def _look_again(self) -> None:
        """After a failure, trust the file alone: a commit that failed may still have landed."""
        heads, current = self.heads, self.current
        await self._connection.visit(self._settle)
        await self.load(self._generation)
        grown = {number for number, head in self.heads.items() if heads.get(number) != head}
        ended = {each.number for name, each in current.items() if self.current.get(name) != each}
        if grown:
            self._ring(grown | ended, begun=not grown <= heads.keys())

    def _settle(self, connection: sqlite3.Connection) -> None:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        self._check(connection)

    def _check(self, connection: sqlite3.Connection) -> None:
        try:
            self._guard.check_content()
        except StoreUnavailable:
            if self._guard.in_place():
                # What is in a write-ahead log that nobody finds again is saved into the log itself.
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            raise

    def _tidied(self, connection: sqlite3.Connection) -> None:
        """Check, and cut a write-ahead log that a reader let grow, unless one reads it still."""
        self._check(connection)
        if self._guard.wal_bytes() > WAL_LIMIT:
            ((patience,),) = connection.execute("PRAGMA busy_timeout")
            connection.execute("PRAGMA busy_timeout = 0")  # a post might come meanwhile
            try:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                connection.execute(f"PRAGMA busy_timeout = {patience}")
                self._guard.written()

    def _probe(self, connection: sqlite3.Connection) -> None:
        """Write to the disk what is there already: a file that takes this takes events."""
        self._check(connection)
        ((version,),) = connection.execute("PRAGMA user_version")
        connection.execute(f"PRAGMA user_version = {version}")
        self._guard.written()

    async def _commit(self, plan: Plan) -> None:
        if plan.events or plan.keys or plan.notes:
            position = Position(self._events + len(plan.events), plan.last_note)
            await self._connection.visit(partial(self._commit_guarded, plan, position))

    def _commit_guarded(
        self, plan: Plan, position: Position, connection: sqlite3.Connection
    ) -> None:
        self._check(connection)
        committed(plan, connection)
        self._guard.committed(position)


def _standing(connection: sqlite3.Connection) -> tuple[Heads, NotesFound]:
    return read_heads(connection), look_through(connection)


def _places(writes: list[Write]) -> list[Place]:
    """Return where the keys of those that write to a history may be bound already."""
    return [
        (write.history.number, write.key.text)
        for write in writes
        if write.key is not None and write.history is not None
    ]


def _beginnings(writes: list[Write]) -> list[tuple[str, str]]:
    """Return the ceremony and the key of those that begin a history with one."""
    return [
        (write.ceremony, write.key.text)
        for write in writes
        if write.key is not None and write.history is None
    ]


def _planned(
    plan: Plan, writes: list[Write]
) -> tuple[list[tuple[Write, History | None]], list[tuple[Write, Exception]]]:
    """Put the writes into the plan one by one, and return those that it took and those not."""
    taken: list[tuple[Write, History | None]] = []
    refused: list[tuple[Write, Exception]] = []
    for write in writes:
        try:
            taken.append((write, write.apply(plan)))
        except Exception as problem:  # noqa: BLE001 - it is the caller's to handle
            refused.append((write, problem))
    return taken, refused
