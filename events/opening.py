"""How a log is opened: held, looked at, prepared, and known again or taken for another one."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import sqlite3
from pathlib import Path
from typing import Final

from events.checking import add_checks
from events.connection import BESIDE, WAL_LIMIT, Connection, beside, reading_options
from events.digests import checksum
from events.generation import identify
from events.guard import FileGuard, Guard, NoWrites, set_aside, set_aside_foreign, set_aside_unfit
from events.holder import HolderRecord, Position, this_boot
from events.lock import FileLock, LogLock, identity_of, keep_private
from events.schema import APPLICATION_ID, SCHEMA_VERSION, steps_from
from events.store import StoreError, StoreInUse, StoreUnavailable
from events.unavailable import LogLost, ManyNames, NoWriting, why_not_written

_ANY: Final = "SELECT count(*) FROM sqlite_schema"
_UNWRITABLE: Final = {
    sqlite3.SQLITE_CORRUPT,  # a part of it is damaged: the rest is read, and nothing written over
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}


class OpenedLog:
    """
    A log that this process holds, and the connections to it.

    Attributes:
        writer: The only connection that writes and checkpoints.
        readers: Two that only read; they and the writer are one where the log may not be written.
        guard: Asked at each commit.
        generation: Whose identity the log has.
        remarks: What somebody should know of it, as sentences.
    """

    def __init__(self, path: Path, *, writing: bool) -> None:
        """
        Hold a log.

        Args:
            path: Its links followed.
            writing: Whether it will be written.

        Raises:
            StoreInUse, StoreUnavailable: It cannot be held.
        """
        self.path: Final = path
        self.lock: Final = FileLock(path, writing=writing)
        self.remarks: Final[list[str]] = []
        self.generation = ""
        self._watched = False
        self._connections: Final[list[Connection]] = []
        try:
            if writing:
                self._refuse_lost()
            self.log: Final = LogLock(path, writing=writing)
        except BaseException:
            self.lock.release()
            raise
        self._files: Final = FileGuard(path, self.lock, self.log)
        self.guard: Guard = self._files

    @property
    def writer(self) -> Connection:
        return self._connections[0]

    @property
    def readers(self) -> tuple[Connection, Connection]:
        return self._connections[len(self._connections) // 2], self._connections[-1]

    def trouble(self) -> str:
        """Return why the log cannot be written now, as far as its files tell; empty if it can."""
        try:
            self.guard.check()
        except StoreUnavailable as problem:
            return str(problem)
        return ""

    async def connect(self, options: str = "") -> Connection:
        """Return a connection more; the first one is the writer's."""
        connection = await Connection.to(self.path, options)
        self._connections.append(connection)
        return connection

    async def prepare(self) -> None:
        """
        Connect, and make the log what this program writes to.

        Raises:
            StoreUnavailable: It is not a log of this program, or one whose content was lost.
            sqlite3.Error, NoWriting: It cannot be read or written.
        """
        await asyncio.to_thread(self._set_aside)
        writer = await self.connect()
        if identity_of(self.path) != self.log.identity:
            raise StoreInUse(str(self.path), "another process, which replaces it")
        await self._prepare(writer)
        for _ in range(2):
            reader = await self.connect()
            # Only the writer may checkpoint: two that do can corrupt the file in SQLite < 3.51.3.
            await reader.executescript("PRAGMA wal_autocheckpoint = 0; PRAGMA query_only = ON;")
            # SQLite opens the write-ahead log at the first read. That would fail later, if the log
            # were moved meanwhile: what was acknowledged is to be shown all the same.
            await _number(reader, _ANY)
        position = await self._identify()
        mark = await self._leave_mark()
        for suffix in BESIDE:
            keep_private(beside(self.path, suffix))
        self._files.watch(HolderRecord(mark, this_boot(), open=True, position=position))
        self._watched = True

    async def prepare_to_read(self, reason: str) -> None:
        """
        Connect to a log that may not be written, as it is.

        Args:
            reason: Why, as a sentence's middle.

        Raises:
            StoreUnavailable: It is not a log of this program's tables.
            sqlite3.Error: It cannot be read, or not without writing.
        """
        self.guard = NoWrites(reason)
        options = await asyncio.to_thread(reading_options, self.path)
        try:
            for _ in range(3):
                reader = await self.connect(options)
                # A file that was cut is otherwise refused as a whole.
                await reader.executescript("PRAGMA writable_schema = ON; PRAGMA query_only = ON;")
                await _number(reader, _ANY)
        except sqlite3.Error:
            await self._read_alone()
        application, version = await _of_whom(self.writer)
        if (application, version) != (APPLICATION_ID, SCHEMA_VERSION):
            message = f"{self.path} is no log that this program can read."
            raise StoreUnavailable(message)
        await self._identify()
        self.remarks.append(self.trouble())

    async def close(self) -> None:
        """Leave the log in order, and let go of it; also one that was only half opened."""
        if self._watched:
            await asyncio.to_thread(self._files.spare_others)
        if self._watched and not self._files.overwritten:
            # Without it, the next opening is a new generation.
            with contextlib.suppress(sqlite3.Error, StoreUnavailable):
                self._files.closed(await self._leave_mark())
        # The readers first: who closes last checkpoints, and that is the writer's alone.
        for connection in reversed(self._connections):
            await connection.close()
        if self._files.overwritten:
            with contextlib.suppress(OSError):
                set_aside(self.path)
        self.log.release()
        self.lock.release()

    def _refuse_lost(self) -> None:
        if not self.lock.record.mark:
            return
        try:
            empty = self.path.stat().st_size == 0
        except FileNotFoundError:
            raise LogLost(self.path, "is not there", self.lock.path) from None
        if empty:
            raise LogLost(self.path, "is empty", self.lock.path)

    def _set_aside(self) -> None:
        record = self.lock.record
        kept = set_aside_foreign(self.path, self.log.identity, record)
        if kept is None and record.open:
            kept = set_aside_unfit(self.path, self.log.stamp(), record)
        if kept is not None:
            self.remarks.append(
                f"{self.path} was put in the place of another log, whose write-ahead log is kept as"
                f" {kept.name}."
            )

    async def _read_alone(self) -> None:
        """
        Read by one connection that holds the log's locks.

        It keeps the index to the write-ahead log in memory, and so needs no room on the disk.
        """
        while self._connections:
            await self._connections.pop().close()
        alone = await self.connect("mode=rw")
        await alone.executescript(
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA wal_autocheckpoint = 0;"
            " PRAGMA query_only = ON;"
        )

    async def _prepare(self, writer: Connection) -> None:
        # Look before anything is changed: the file may be another program's.
        application, version = await _of_whom(writer)
        blank = application == 0 and not await _number(writer, _ANY)
        if blank and self.lock.record.mark:
            raise LogLost(self.path, "holds nothing", self.lock.path)
        if not self.lock.record.mark and self.log.names() > 1:
            # What was written last, or all of it, may stand beside the other name.
            raise ManyNames(self.path, self.log.names())
        if not blank and application != APPLICATION_ID:
            message = f"{self.path} belongs to another program; give TRACKER_DATABASE another file."
            raise StoreUnavailable(message)
        if not blank and not 0 < version <= SCHEMA_VERSION:
            message = (
                f"{self.path} has the tables of version {version}, this program those of"
                f" {SCHEMA_VERSION}; run the program that wrote it."
            )
            raise StoreUnavailable(message)
        await writer.execute("PRAGMA journal_mode = WAL")
        await writer.executescript(
            "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
            " PRAGMA recursive_triggers = ON; PRAGMA busy_timeout = 5000;"
            f" PRAGMA journal_size_limit = {WAL_LIMIT};"
        )
        if version < SCHEMA_VERSION:
            await writer.executescript(steps_from(version))
            # So that the file is a log by itself, whatever becomes of its write-ahead log.
            await writer.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
        await writer.visit(add_checks)

    async def _identify(self) -> Position:
        found = await self.writer.visit(
            lambda connection: identify(connection, self.path, self.log.identity, self.lock.record)
        )
        before = self.lock.record.position
        if before is not None and before.events and not found.position.events:
            raise LogLost(self.path, "holds nothing", self.lock.path)
        self.generation = found.generation
        self.remarks.extend(found.remarks)
        return found.position

    async def _leave_mark(self) -> str:
        """Return a new mark, left in the log; the same stands beside it, so that a swap shows."""
        mark = secrets.token_hex(8)
        left = (self.generation, self.log.identity, mark)
        await self.writer.execute(
            "INSERT INTO generations (generation, file, mark, crc) VALUES (?, ?, ?, ?)",
            (*left, checksum(*left)),
        )
        return mark


async def open_log(path: Path) -> OpenedLog:
    """
    Open the log in `path`, making it where there is none.

    A log that may not be written, or a disk without room, is opened to be read.

    Raises:
        StoreInUse: Another process holds it.
        StoreUnavailable: It cannot be opened, or is not a log of this program.
    """
    path = await asyncio.to_thread(path.resolve)
    refused: StoreUnavailable
    try:
        return await _opened(path)
    except NoWriting as problem:
        refused, reason = problem, problem.reason
    except sqlite3.Error as problem:
        message = f"{path} cannot be opened as a log: {problem}. Check TRACKER_DATABASE."
        refused, reason = StoreUnavailable(message), why_not_written(path, problem)
        # The primary code: the others say what was being done.
        if getattr(problem, "sqlite_errorcode", 0) & 0xFF not in _UNWRITABLE:
            raise refused from problem
    try:
        return await _opened(path, reason)
    except StoreInUse:
        raise
    except (StoreError, sqlite3.Error, OSError):
        raise refused from None


async def _opened(path: Path, reason: str | None = None) -> OpenedLog:
    log = await asyncio.to_thread(OpenedLog, path, writing=reason is None)
    try:
        if reason is None:
            await log.prepare()
        else:
            await log.prepare_to_read(reason)
    except BaseException:
        await log.close()
        raise
    return log


async def _of_whom(connection: Connection) -> tuple[int, int]:
    application = await _number(connection, "PRAGMA application_id")
    return application, await _number(connection, "PRAGMA user_version")


async def _number(connection: Connection, sql: str) -> int:
    return int(next(iter(await connection.execute_fetchall(sql)))[0])
