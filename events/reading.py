"""Rows of the SQLite log to what they record, many at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from events.codec import decode_lines, decode_recorded
from events.recorded import Recorded
from events.store import CorruptEvent

_ROWS: Final = (
    "SELECT recorded FROM events"
    " WHERE history = ? AND version > ? AND version <= ? ORDER BY version"
)
# The same rows as the lines of one value: each row by itself would wait for the interpreter.
_LINES: Final = f"SELECT CAST(group_concat(recorded, '\n') AS BLOB) FROM ({_ROWS})"  # noqa: S608 - a constant of ours

# What is decoded at once stays in a core's cache until it is folded. What is fetched at once is
# more: a visit to the connection's thread costs as much as folding hundreds of events.
_PIECE: Final = 256
_VISIT: Final = 1 << 20  # bytes


class Piece(NamedTuple):
    """The rows after a version, up to `last`, as lines."""

    after: int
    last: int
    lines: bytes


def pieces(connection: sqlite3.Connection, history: int, after: int, last: int) -> list[Piece]:
    """Return the rows after a version, up to `last` or as many as one visit should fetch."""
    found: list[Piece] = []
    size = 0
    while after < last and size < _VISIT:
        end = min(after + _PIECE, last)
        (lines,) = connection.execute(_LINES, (history, after, end)).fetchone()
        found.append(Piece(after, end, lines or b""))
        size += len(found[-1].lines)
        after = end
    return found


def decoded(piece: Piece) -> list[Recorded] | None:
    """Return what the lines of a piece hold, or None where each row has to be looked at."""
    try:
        found = decode_lines(piece.lines)
    except ValueError:
        return None
    # SQLite keeps the order of a subquery for `group_concat`, yet promises it nowhere, and a
    # damaged row might read as two: so each event must be in its place.
    in_place = [each.version for each in found] == list(range(piece.after + 1, piece.last + 1))
    return found if in_place else None


def rows_of(connection: sqlite3.Connection, history: int, piece: Piece) -> list[tuple[bytes]]:
    """Return the rows of a piece one by one."""
    return connection.execute(_ROWS, (history, piece.after, piece.last)).fetchall()


def one_by_one(ceremony: str, after: int, rows: Iterable[tuple[bytes]]) -> Iterator[Recorded]:
    """
    Decode row by row, so that an old shape is lifted and what cannot be read is named.

    Raises:
        CorruptEvent: When the iteration comes to one that cannot be read or is out of place.
    """
    for version, (data,) in enumerate(rows, start=after + 1):
        try:
            recorded = decode_recorded(data)
        except ValueError as problem:
            raise CorruptEvent(ceremony, version, str(problem)) from problem
        if recorded.version != version:
            raise CorruptEvent(ceremony, version, f"in its place is event {recorded.version}")
        yield recorded
