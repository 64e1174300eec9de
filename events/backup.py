"""A log's file looked through, copied whole beside its holder, or put in another's place."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import stat
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from events.lock import FileLock
from events.reading import ROWS, one_by_one
from events.recorded import Recorded
from events.schema import APPLICATION_ID, SCHEMA_VERSION
from events.store import History, StoreUnavailable

_BESIDE: Final = ("-wal", "-shm")
"""What SQLite keeps beside its file. A log of writes that is not a file's own would damage it."""


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
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            # Made here, so that nobody else may read the digests that it holds, nor before.
            os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            with self._told():
                self._connection.execute("VACUUM INTO ?", (str(beside),))
            _to_disk(beside)
            beside.rename(target)
            _to_disk(target.parent)
        finally:
            beside.unlink(missing_ok=True)

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
        StoreUnavailable: It cannot be opened, or is not a log of this program.
    """
    try:
        opened = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5)
        with closing(opened) as connection:
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

    Whenever this is cut off, one of the two logs is whole in its place.

    Returns:
        Whether there was a log to keep.

    Raises:
        StoreInUse: Somebody holds the log in `path`.
        FileExistsError: There is something in the place of `aside`.
        OSError, StoreUnavailable: The new log cannot be written; the old one stays.
    """
    lock = FileLock(path)
    coming = path.with_name(f".{path.name}.restored")
    try:
        coming.unlink(missing_ok=True)
        source.copy(coming)
        kept = path.exists()
        if kept:
            _settle(path)
            for beside in _BESIDE:
                with contextlib.suppress(FileNotFoundError):
                    path.with_name(path.name + beside).rename(aside.with_name(aside.name + beside))
            _as_of(path, coming)
            os.link(path, aside)
        coming.replace(path)
        _to_disk(path.parent)
        return kept
    finally:
        coming.unlink(missing_ok=True)
        lock.release()


def _as_of(path: Path, other: Path) -> None:
    """Let another file belong to whom `path` belongs, as far as one may, and open to the same."""
    known = path.stat()
    with contextlib.suppress(PermissionError):
        os.chown(other, known.st_uid, known.st_gid)
    other.chmod(stat.S_IMODE(known.st_mode))


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
