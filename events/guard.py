"""Watches over the log's file at each commit: is it still there, and how far has it come."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from events.connection import BESIDE, WAL, beside, size_of
from events.holder import HolderRecord, Position
from events.lock import FileLock, LogLock, identity_of
from events.unavailable import InDoubt, LogMisplaced, NoWriting, ReadOnly


class FileGuard:
    """
    Compares the files under the log's names with those that are open.

    SQLite writes on to a file that was removed or replaced, and so would acknowledge events that
    nobody finds again. Three `stat` cost some microseconds, before each commit and after it.

    All methods may be called from the thread of the writing connection.
    """

    def __init__(self, path: Path, lock: FileLock, log: LogLock) -> None:
        self._path: Final = path
        self._lock: Final = lock
        self._log: Final = log
        self._known: Mapping[Path, str] = {path: log.identity}
        self._record = HolderRecord()

    def watch(self, record: HolderRecord) -> None:
        """
        Take the files as they are now for the right ones, and leave a record of the log with them.

        Raises:
            OSError: One of them is not there.
            NoWriting: The record cannot be written.
        """
        others = {each: identity_of(each) for each in (beside(self._path, s) for s in BESIDE)}
        self._known = {self._path: self._log.identity} | others
        self._record = replace(record, file=self._log.identity, wal=others[beside(self._path, WAL)])
        self._lock.sign(self._record, to_disk=True)

    def check(self) -> None:
        """
        Look whether every file is in its place.

        Raises:
            LogMisplaced: One is not.
        """
        for path, identity in self._known.items():
            try:
                found = identity_of(path)
            except OSError as problem:
                what = f"cannot be found any more ({problem.strerror})"
                raise LogMisplaced(path, what) from problem
            if found != identity:
                raise LogMisplaced(path, "was replaced by another file")

    def committed(self, position: Position) -> None:
        """
        Note how far the log has come, before anybody is told of what was committed.

        Raises:
            InDoubt: The commit may have gone to a file that nobody finds again.
        """
        self._record = replace(self._record, position=position)
        with contextlib.suppress(NoWriting):  # the commit is on the disk all the same
            self._lock.sign(self._record)
        try:
            self.check()
        except LogMisplaced as problem:
            raise InDoubt(str(problem).removesuffix(".")) from problem

    def closed(self, mark: str) -> None:
        """
        Note that the log is closed in order, by the mark that was left in it.

        Raises:
            NoWriting: It cannot be noted.
        """
        self._record = replace(self._record, mark=mark, open=False)
        self._lock.sign(self._record, to_disk=True)

    def in_place(self) -> bool:
        """Tell whether the log itself is in its place, whatever became of what is beside it."""
        try:
            return identity_of(self._path) == self._log.identity
        except OSError:
            return False

    def spare_others(self) -> None:
        """
        Let SQLite leave alone what lies beside the log, if that is not what it put there.

        As the last user of a log it removes its write-ahead log by name: another file of that name
        would be somebody's events.
        """
        try:
            self.check()
        except LogMisplaced:
            wal = beside(self._path, WAL)
            try:
                foreign = identity_of(wal) != self._known.get(wal)
            except OSError:
                return
            if foreign:
                self._log.keep_beside()


def set_aside_foreign(path: Path, identity: str, record: HolderRecord) -> Path | None:
    """
    Rename a write-ahead log that another file left beside a log: SQLite would mix the two.

    Args:
        path: The log, which nobody else holds.
        identity: Device and inode of it.
        record: What the last holder left.

    Returns:
        The new name, or None where there is no such file.
    """
    wal, index = (beside(path, suffix) for suffix in BESIDE)
    try:
        if record.file in {"", identity} or identity_of(wal) != record.wal or not size_of(wal):
            return None
    except FileNotFoundError:
        return None
    kept = wal.with_name(f"{wal.name}.{secrets.token_hex(4)}")
    wal.rename(kept)
    index.unlink(missing_ok=True)
    return kept


class NoWrites:
    """The guard of a log that is only read."""

    def __init__(self, reason: str) -> None:
        """
        Args:
            reason: Why, as a sentence's middle.
        """
        self._reason: Final = reason

    def check(self) -> None:
        """Refuse to write."""
        raise ReadOnly(self._reason)

    def in_place(self) -> bool:
        """Tell that nothing has to be saved."""
        return False

    def committed(self, position: Position) -> None:
        """Do nothing: nothing is committed."""
