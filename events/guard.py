"""Watches over the log's file at each commit: is it still there, and how far has it come."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from events.connection import BESIDE, WAL, beside, size_of
from events.holder import HolderRecord, Position
from events.lock import FileLock, LogLock, identity_of
from events.unavailable import InDoubt, LogMisplaced, NoWriting, ReadOnly
from events.wholeness import trouble_of


class FileGuard:
    """
    Compares the files under the log's names with those that are open.

    SQLite writes on to a file that was removed, replaced or overwritten, and so would acknowledge
    events that nobody finds again. Three `stat` cost some microseconds, before each commit and
    after it.

    All methods may be called from the thread of the writing connection.
    """

    def __init__(self, path: Path, lock: FileLock, log: LogLock) -> None:
        self._path: Final = path
        self._lock: Final = lock
        self._log: Final = log
        self._known: Sequence[tuple[str, int, int]] = (_known(path),)
        self._record = HolderRecord()
        self._stamps: tuple[int, ...] = ()
        self._overwritten = ""

    def watch(self, record: HolderRecord) -> None:
        """
        Take the files as they are now for the right ones, and leave a record of the log with them.

        Raises:
            OSError: One of them is not there.
            NoWriting: The record cannot be written.
        """
        self._known = [_known(self._path), *(_known(beside(self._path, each)) for each in BESIDE)]
        self._stamps = self._seen()
        self._record = replace(
            record,
            file=self._log.identity,
            wal=identity_of(beside(self._path, WAL)),
            stamp=self._stamp(),
        )
        self._lock.sign(self._record, to_disk=True)

    def check(self) -> None:
        """
        Look whether every file is in its place.

        Raises:
            LogMisplaced: One is not, or the log was overwritten in its place.
        """
        self._seen()

    def check_content(self) -> None:
        """
        Look whether every file is in its place, and holds what this process wrote to it.

        Only this process writes to the log and to its write-ahead log, and in this thread alone.
        Where the time or size of one is another since, the log is read through; where it was merely
        touched, or another program has written the one back to the other, all goes on.

        Raises:
            LogMisplaced: One is not, or something else wrote to it.
        """
        if self._seen() == self._stamps:
            return
        if trouble := trouble_of(self._path, self._record.position):
            self._overwritten = f"was overwritten by another program ({trouble})"
            raise LogMisplaced(self._path, self._overwritten)
        self.written()

    def written(self) -> None:
        """Take the files as they are for what this process wrote."""
        with contextlib.suppress(LogMisplaced):  # the next check tells
            self._stamps = self._seen()

    def committed(self, position: Position) -> None:
        """
        Note how far the log has come, before anybody is told of what was committed.

        Raises:
            InDoubt: The commit may have gone to a file that nobody finds again.
        """
        misplaced: LogMisplaced | None = None
        try:
            self._stamps = self._seen(2)
        except LogMisplaced as problem:
            misplaced = problem
        self._record = replace(self._record, position=position, stamp=self._stamp())
        with contextlib.suppress(NoWriting):  # the commit is on the disk all the same
            self._lock.sign(self._record)
        if misplaced is not None:
            raise InDoubt(str(misplaced).removesuffix(".")) from misplaced

    def wal_bytes(self) -> int:
        """Return the size of the write-ahead log."""
        return size_of(beside(self._path, WAL))

    def closed(self, mark: str) -> None:
        """
        Note that the log is closed in order, by the mark that was left in it.

        Raises:
            NoWriting: It cannot be noted.
        """
        self._record = replace(self._record, mark=mark, open=False)
        self._lock.sign(self._record, to_disk=True)

    @property
    def overwritten(self) -> bool:
        """True once something else was found to have written to the log in its place."""
        return bool(self._overwritten)

    def _stamp(self) -> str:
        return ":".join(map(str, self._stamps[:2]))

    def _seen(self, files: int = 3) -> tuple[int, ...]:
        """
        Return when each file was written last, and how large it is.

        Args:
            files: Which; the index is not looked at again after each commit.

        Raises:
            LogMisplaced: As in `check`.
        """
        if self._overwritten:
            raise LogMisplaced(self._path, self._overwritten)
        seen: list[int] = []
        for name, device, inode in self._known[:files]:
            try:
                found = os.stat(name)  # noqa: PTH116 - a third of the time of `Path.stat`
            except OSError as problem:
                what = f"cannot be found any more ({problem.strerror})"
                raise LogMisplaced(Path(name), what) from problem
            if found.st_ino != inode or found.st_dev != device:
                raise LogMisplaced(Path(name), "was replaced by another file")
            seen += (found.st_mtime_ns, found.st_size)
        return tuple(seen[:4])  # the index is memory that all share: its time says nothing

    def in_place(self) -> bool:
        """Tell whether the log itself is in its place, whatever became of what is beside it."""
        if self._overwritten:
            return False
        try:
            return identity_of(self._path) == self._log.identity
        except OSError:
            return False

    def spare_others(self) -> None:
        """
        Let SQLite leave alone what lies beside the log, if that is not what it put there.

        As the last user of a log it removes its write-ahead log by name: another file of that name
        would be somebody's events. And it writes it back to the log, which may be another's now.
        """
        try:
            self.check_content()
        except LogMisplaced:
            if self._overwritten:
                self._log.keep_beside()
                return
            wal = beside(self._path, WAL)
            try:
                foreign = identity_of(wal) != self._record.wal
            except OSError:
                return
            if foreign:
                self._log.keep_beside()


def _known(path: Path) -> tuple[str, int, int]:
    found = path.stat()
    return str(path), found.st_dev, found.st_ino


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
    wal = beside(path, WAL)
    try:
        if record.file in {"", identity} or identity_of(wal) != record.wal or not size_of(wal):
            return None
    except FileNotFoundError:
        return None
    return set_aside(path)


def set_aside_unfit(path: Path, stamp: str, record: HolderRecord) -> Path | None:
    """
    Rename a write-ahead log that does not fit its log, which was overwritten after a crash.

    Args:
        path: The log, to which nobody is connected.
        stamp: When it was written last, and how large it is.
        record: What the last holder left.

    Returns:
        The new name, or None where the two fit, or the log alone is no better.
    """
    if not record.stamp or record.stamp == stamp or not size_of(beside(path, WAL)):
        return None
    if trouble_of(path, alone=True) or not trouble_of(path):
        return None
    return set_aside(path)


def set_aside(path: Path) -> Path:
    """Rename a log's write-ahead log, and remove the index to it; return the new name."""
    wal, index = (beside(path, suffix) for suffix in BESIDE)
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

    def check_content(self) -> None:
        """Refuse to write."""
        raise ReadOnly(self._reason)

    def in_place(self) -> bool:
        """Tell that nothing has to be saved."""
        return False

    def written(self) -> None:
        """Do nothing: nothing is written."""

    def wal_bytes(self) -> int:
        """Tell that there is nothing to write back."""
        return 0

    def committed(self, position: Position) -> None:
        """Do nothing: nothing is committed."""


Guard = FileGuard | NoWrites
"""Asked before each commit, and told after it."""
