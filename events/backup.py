"""A log's file looked through, copied whole beside its holder, or put in another's place."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from events.connection import BESIDE, beside, reading_options
from events.guard import set_aside_foreign
from events.holder import HolderRecord
from events.lock import FileLock, LogLock, held_elsewhere
from events.reading import ROWS, one_by_one
from events.recorded import Recorded
from events.schema import APPLICATION_ID, SCHEMA_VERSION
from events.store import History, StoreInUse, StoreUnavailable


class LogFile:
    """A log that is read and never written; another process may hold it meanwhile."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection: Final = connection
        self._path: Final = path

    def damage(self) -> list[str]:
        """Return what SQLite finds wrong with the file itself, each as a sentence's middle."""
        with self._told():
            found = [str(told) for (told,) in self._connection.execute("PRAGMA integrity_check")]
            loose = self._connection.execute("PRAGMA foreign_key_check").fetchall()
        return [
            *(each for each in found if each != "ok"),
            *(f"a row of {table} belongs to no history" for table, *_ in loose),
        ]

    def histories(self) -> list[tuple[History, int]]:
        """Return every history with its head, by number; also those that a newer one replaced."""
        with self._told():
            return [
                (History(ceremony, number, ""), head)
                for number, ceremony, head in self._connection.execute(
                    "SELECT number, ceremony, coalesce(max(version), 0) FROM histories"
                    " LEFT JOIN events ON history = number GROUP BY number ORDER BY number"
                )
            ]

    def events(self, history: History, head: int) -> Iterator[Recorded]:
        """
        Yield a history's events.

        Raises:
            CorruptEvent: When the iteration comes to one that cannot be read or is out of place.
            StoreUnavailable: The file cannot be read any further.
        """
        with self._told():
            rows = self._connection.execute(ROWS, (history.number, 0, head))
            yield from one_by_one(history.ceremony, 0, rows)

    def copy(self, target: Path) -> None:
        """
        Write the log as it is at this moment to a new file, which is there only once it is whole.

        Raises:
            FileExistsError: There is such a file; nothing is overwritten.
            OSError: It cannot be written.
            StoreUnavailable: The log cannot be read, or the disk is full.
        """
        if target.exists():
            raise FileExistsError(
                errno.EEXIST, "is there already; nothing is overwritten", str(target)
            )
        part = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            # Made here, so that nobody else may read the digests that it holds, nor before.
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            with self._told():
                self._connection.execute("VACUUM INTO ?", (str(part),))
            _to_disk(part)
            part.rename(target)
            _to_disk(target.parent)
        finally:
            part.unlink(missing_ok=True)

    @contextmanager
    def _told(self) -> Generator[None]:
        try:
            yield
        except sqlite3.Error as problem:
            message = f"{self._path} cannot be read or copied ({problem})."
            raise StoreUnavailable(message) from problem


@contextmanager
def log_file(path: Path) -> Generator[LogFile]:
    """
    Open the log in `path` to read it alone.

    Raises:
        StoreInUse: A process holds it under another name, so that what it wrote last is not here.
        StoreUnavailable: It cannot be opened, or is not a log of this program.
    """
    file = path.resolve()
    try:
        if held_elsewhere(file):
            raise StoreInUse(str(path), "another process under another name of the same file")
    except OSError as problem:
        message = f"{path} cannot be opened as a log ({problem.strerror})."
        raise StoreUnavailable(message) from problem
    try:
        uri = f"{file.as_uri()}?{reading_options(file)}"
        with closing(sqlite3.connect(uri, uri=True, timeout=5)) as connection:
            ((application,),) = connection.execute("PRAGMA application_id")
            ((version,),) = connection.execute("PRAGMA user_version")
            if application != APPLICATION_ID or not 0 < version <= SCHEMA_VERSION:
                message = f"{path} is no log that this program can read."
                raise StoreUnavailable(message)
            yield LogFile(connection, path)
    except sqlite3.Error as problem:
        message = f"{path} cannot be opened as a log ({problem})."
        raise StoreUnavailable(message) from problem


def replace_log(path: Path, source: LogFile, aside: Path) -> bool:
    """
    Put a copy of `source` in the place of the log in `path`, which is kept as `aside`.

    Where `path` is a link, the file is replaced that it leads to, and `aside` must be beside that.

    Whenever this is cut off, one of the two logs is whole in its place.

    Returns:
        Whether there was a log to keep.

    Raises:
        StoreInUse: Somebody holds the log in `path`.
        FileExistsError: There is something in the place of `aside`.
        OSError, StoreUnavailable: The new log cannot be written; the old one stays.
    """
    path = path.resolve()
    lock = FileLock(path)
    log: LogLock | None = None
    coming = path.with_name(f".{path.name}.restored")
    try:
        kept = path.exists()
        if kept:
            log = LogLock(path)
        coming.unlink(missing_ok=True)
        source.copy(coming)
        if log is not None:
            set_aside_foreign(path, log.identity, lock.record)
            _settle(path)
            for suffix in BESIDE:
                with contextlib.suppress(FileNotFoundError):
                    beside(path, suffix).rename(beside(aside, suffix))
            _owned_as(path, coming)
            os.link(path, aside)
        coming.replace(path)
        _to_disk(path.parent)
        # What is less than before is so on purpose; that a log was here is still known.
        lock.sign(HolderRecord(lock.record.mark))
        return kept
    finally:
        coming.unlink(missing_ok=True)
        if log is not None:
            log.release()
        lock.release()


def _owned_as(path: Path, other: Path) -> None:
    """Let another file belong to whom `path` belongs, as far as one may."""
    known = path.stat()
    with contextlib.suppress(PermissionError):
        os.chown(other, known.st_uid, known.st_gid)


def _settle(path: Path) -> None:
    """Bring what SQLite keeps beside a log into it; a damaged one stays as it is."""
    with contextlib.suppress(sqlite3.Error), closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _to_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
