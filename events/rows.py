"""One row of the table of events: what it records, or what is wrong with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from events.codec import decode_recorded
from events.digests import running_crc
from events.recorded import Recorded
from events.store import CorruptEvent, History
from events.timestamp import canonical, to_ms

_DAMAGE: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
"""The primary codes of errors that are the file's own fault, and last."""


class Row(NamedTuple):
    """
    A row as it is in the file.

    Attributes:
        crc: None in a row that has no check yet, or that was found wrong when it got its digest.
        opening: The salt of the row's digest, or what is kept instead of it.
        digest: None in a row that has no check yet.
    """

    version: int
    recorded: bytes | None
    crc: int | None
    opening: bytes | None = None
    digest: bytes | None = None


def is_damage(problem: sqlite3.Error) -> bool:
    """Tell whether SQLite found the file itself damaged, rather than out of reach for a moment."""
    return problem.sqlite_errorcode & 0xFF in _DAMAGE


def undamaged(
    connection: sqlite3.Connection, sql: str, values: Iterable[object] = ()
) -> list[tuple[Any, ...]]:
    """Return the rows of a query up to the first that a damaged file cannot give."""
    rows: list[tuple[Any, ...]] = []
    try:
        for row in connection.execute(sql, tuple(values)):
            rows.append(row)  # noqa: PERF402 - what came before an error is kept
    except sqlite3.DatabaseError as problem:
        if not is_damage(problem):
            raise
    return rows


def recorded_in(
    history: History, version: int, row: Row | None, before: int
) -> tuple[Recorded, int]:
    """
    Return what a row records, and the checksum that the next row goes on from.

    Args:
        history: The row's.
        version: The place in the history that is to be read.
        row: The first one that was found from there on, or None.
        before: The checksum of the row before it.

    Raises:
        CorruptEvent: It is not there, is not as it was written, or cannot be read.
    """
    if row is None or row.version != version or row.recorded is None:
        raise CorruptEvent(history.ceremony, version, "it is not in the file")
    crc = running_crc(before, row.recorded)
    if row.crc is not None and row.crc != crc:
        raise CorruptEvent(history.ceremony, version, "it is not as it was written")
    try:
        recorded = decode_recorded(row.recorded)
    except ValueError as problem:
        raise CorruptEvent(history.ceremony, version, str(problem)) from problem
    if row.crc is None and (fault := fault_of(history, version, recorded)):
        raise CorruptEvent(history.ceremony, version, fault)
    return recorded, crc


def fault_of(history: History, version: int, recorded: Recorded) -> str:
    """
    Return what is wrong with an envelope that decodes, or an empty text.

    Only rows without a checksum are asked, since a row gets none where there is such a fault.
    """
    if recorded.version != version:
        return f"in its place is event {recorded.version}"
    if recorded.ceremony != history.ceremony:
        return f"it is an event of {recorded.ceremony!r}"
    for time in (recorded.occurred_at, recorded.recorded_at):
        try:
            canonical(time)
            to_ms(time)
        except ValueError as problem:
            return str(problem)
    return ""
