"""A log that is read as a file, beside its holder: looked through, and copied whole."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import msgspec

from events.checking import FIELDS
from events.connection import lenient, reading_options
from events.digests import checksum, first_check, next_digest
from events.heads import read_heads
from events.lock import held_elsewhere
from events.notes import look_through, read_notes
from events.recorded import Recorded
from events.rows import Row, is_damage, recorded_in
from events.schema import APPLICATION_ID, CHECKED_SINCE, NOTES_SINCE, SCHEMA_VERSION
from events.store import CorruptEvent, History, Note, StoreInUse, StoreUnavailable

_ROWS: Final = """
SELECT version, CAST(recorded AS BLOB), crc, opening, digest FROM events
WHERE history = ? ORDER BY version
"""


class LogFile:
    """A log that is read and never written; another process may hold it meanwhile."""

    def __init__(self, connection: sqlite3.Connection, path: Path, version: int) -> None:
        self._views: Final = _views(version)
        self._connection: Final = connection
        self._show_as_of_today()
        self._path: Final = path
        self._heads: Final = read_heads(connection)
        self._notes: Final = look_through(connection)

    def damage(self) -> list[str]:
        """Return what is wrong with the file, but for its events, each as a sentence's middle."""
        with self._told():
            found = [str(told) for (told,) in self._connection.execute("PRAGMA integrity_check")]
            loose = self._connection.execute("PRAGMA foreign_key_check").fetchall()
        return [
            *(each for each in found if each != "ok"),
            *(f"a row of {table} belongs to no history" for table, *_ in loose),
            *self._heads.damage,
            *(f"note {number} is not as it was written" for number in self._notes.damaged),
            *self._rows_damaged("generations", "a mark"),
            *self._rows_damaged("keys", "a key"),
        ]

    def unchecked(self) -> int:
        """Return how many events have no digest: an older program wrote them, or another one."""
        with self._told():
            sql = "SELECT count(*) FROM events WHERE digest IS NULL"
            return int(self._connection.execute(sql).fetchone()[0])

    def histories(self) -> list[tuple[History, int]]:
        """Return every history with its head, by number; also those that a newer one replaced."""
        return [
            (History(ceremony, number, ""), self._heads.heads[number])
            for number, ceremony in self._heads.names.items()
        ]

    def events(self, history: History, head: int) -> Iterator[Recorded]:
        """
        Yield a history's events, each held against its checksum and its digest.

        Raises:
            CorruptEvent: When the iteration comes to one that cannot be read, is not as it was
                written, or is out of place.
            StoreUnavailable: The file cannot be read any further.
        """
        with self._told():
            rows = map(Row._make, self._connection.execute(_ROWS, (history.number,)))
            crc, digest = msgspec.structs.astuple(first_check(history.ceremony, history.number))
            for version in range(1, head + 1):
                row = _next(rows)
                recorded, crc = recorded_in(history, version, row, crc)
                if row is not None and row.digest is not None:
                    _hold_to_digest(history, row, digest)
                    digest = row.digest
                yield recorded

    def notes(self) -> Iterator[Note]:
        """
        Yield the notes, oldest first; one that is damaged says so.

        Raises:
            StoreUnavailable: The file cannot be read.
        """
        upto: int | None = 0
        while upto is not None:
            with self._told():
                notes, upto = read_notes(self._connection, self._notes, upto, None)
            yield from notes

    def _rows_damaged(self, table: str, named: str) -> Iterator[str]:
        columns = FIELDS[table]
        try:
            for row in self._connection.execute(f"SELECT crc, {columns} FROM {table}"):  # noqa: S608 - names of ours
                if row[0] not in {None, checksum(*row[1:])}:
                    yield f"{named} is not as it was written"
        except sqlite3.DatabaseError as problem:
            yield f"the table of {table} cannot be read ({problem})"

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
                self._copy_as_it_is(part)
            to_disk(part)
            part.rename(target)
            to_disk(target.parent)
        finally:
            part.unlink(missing_ok=True)

    def _show_as_of_today(self) -> None:
        for table, shown in self._views.items():
            self._connection.execute(f"CREATE TEMP VIEW {table} AS {shown}")

    def _copy_as_it_is(self, target: Path) -> None:
        # The views would be taken for the tables.
        for table in self._views:
            self._connection.execute(f"DROP VIEW temp.{table}")
        self._connection.execute("VACUUM INTO ?", (str(target),))
        self._show_as_of_today()

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
    with opened_log(file, path) as log:
        yield log


@contextmanager
def opened_log(file: Path, path: Path) -> Generator[LogFile]:
    """
    Open the log in `file`, whoever holds it; errors name it `path`.

    Raises:
        StoreUnavailable: As in `log_file`.
    """
    try:
        uri = f"{file.as_uri()}?{reading_options(file)}"
        with closing(sqlite3.connect(uri, uri=True, timeout=5)) as connection:
            connection.text_factory = lenient
            ((application,),) = connection.execute("PRAGMA application_id")
            ((version,),) = connection.execute("PRAGMA user_version")
            if application != APPLICATION_ID or not 0 < version <= SCHEMA_VERSION:
                message = f"{path} is no log that this program can read."
                raise StoreUnavailable(message)
            yield LogFile(connection, path, version)
    except sqlite3.Error as problem:
        message = f"{path} cannot be opened as a log ({problem})."
        raise StoreUnavailable(message) from problem


def _views(version: int) -> dict[str, str]:
    """Return what to see instead of the tables of an older log, which lack columns of today's."""
    if version >= CHECKED_SINCE:
        return {}
    shown = {
        "generations": "number, generation, file, mark, NULL AS crc",
        "histories": "number, ceremony, NULL AS crc",
        "events": "history, version, recorded, NULL AS crc, NULL AS opening, NULL AS digest",
        "keys": "history, key, digest, version, NULL AS crc",
        "notes": "number, kind, body, NULL AS crc",
    }
    views = {table: f"SELECT {columns} FROM main.{table}" for table, columns in shown.items()}  # noqa: S608 - names of ours
    if version < NOTES_SINCE:
        views["notes"] = "SELECT 0 AS number, '' AS kind, x'' AS body, NULL AS crc WHERE false"
    return views


def _next(rows: Iterator[Row]) -> Row | None:
    """Return the next row, or None where the file cannot give it."""
    try:
        return next(rows, None)
    except sqlite3.DatabaseError as problem:
        if not is_damage(problem):
            raise
        return None


def _hold_to_digest(history: History, row: Row, before: bytes) -> None:
    try:
        digest = next_digest(before, row.recorded or b"", row.opening or b"")
    except ValueError as problem:
        raise CorruptEvent(history.ceremony, row.version, str(problem)) from problem
    if digest != row.digest:
        raise CorruptEvent(history.ceremony, row.version, "it is not what its digest says")
    if row.crc is None:
        raise CorruptEvent(history.ceremony, row.version, "its checksum is gone")


def to_disk(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
