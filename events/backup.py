"""A log put in the place of another one."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from events.checking import add_checks
from events.connection import BESIDE, beside, lenient
from events.digests import checksum
from events.guard import set_aside_foreign
from events.holder import HolderRecord
from events.lock import FileLock, LogLock
from events.log_file import LogFile, opened_log, to_disk
from events.notes import last_note
from events.schema import SCHEMA_VERSION, steps_from
from events.store import StoreUnavailable

Carry = Callable[[LogFile | None], Sequence[tuple[str, bytes]]]
"""Returns the notes, each a kind and a body, that a log brings into the one that replaces it. It
is given None where the log cannot be read."""


def replace_log(path: Path, source: LogFile, aside: Path, carry: Carry) -> bool:
    """
    Put a copy of `source` in the place of the log in `path`, which is kept as `aside`.

    The copy also gets the notes that `carry` returns of the log that is replaced.

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
            _add_notes(coming, _carried(path, carry))
            for suffix in BESIDE:
                with contextlib.suppress(FileNotFoundError):
                    beside(path, suffix).rename(beside(aside, suffix))
            _owned_as(path, coming)
            os.link(path, aside)
        coming.replace(path)
        to_disk(path.parent)
        # What is less than before is so on purpose; that a log was here is still known.
        lock.sign(HolderRecord(lock.record.mark))
        return kept
    finally:
        coming.unlink(missing_ok=True)
        if log is not None:
            log.release()
        lock.release()


def _carried(path: Path, carry: Carry) -> Sequence[tuple[str, bytes]]:
    try:
        with opened_log(path, path) as replaced:
            return carry(replaced)
    except StoreUnavailable:
        return carry(None)


def _add_notes(path: Path, notes: Sequence[tuple[str, bytes]]) -> None:
    """
    Append notes to a log that nobody else knows of yet.

    Raises:
        StoreUnavailable: It cannot be written.
    """
    if not notes:
        return
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.text_factory = lenient
            ((version,),) = connection.execute("PRAGMA user_version")
            if version < SCHEMA_VERSION:
                connection.executescript(steps_from(version))
            add_checks(connection)
            first = last_note(connection) + 1
            rows = [(number, *note) for number, note in enumerate(notes, start=first)]
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO notes (number, kind, body, crc) VALUES (?, ?, ?, ?)",
                [(*row, checksum(*row)) for row in rows],
            )
            connection.execute("COMMIT")
    except sqlite3.Error as problem:
        message = f"{path} cannot be written ({problem})."
        raise StoreUnavailable(message) from problem
    to_disk(path)


def _owned_as(path: Path, other: Path) -> None:
    """Let another file belong to whom `path` belongs, as far as one may."""
    known = path.stat()
    with contextlib.suppress(PermissionError):
        os.chown(other, known.st_uid, known.st_gid)


def _settle(path: Path) -> None:
    """Bring what SQLite keeps beside a log into it; a damaged one stays as it is."""
    with contextlib.suppress(sqlite3.Error), closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
