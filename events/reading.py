"""The reading side of the SQLite log: rows to what they record, many at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import partial
from typing import Any, Final, NamedTuple

from events.codec import decode_lines
from events.connection import Connection, Result
from events.digests import first_crc, running_crc
from events.recorded import Recorded
from events.rows import Row, is_damage, recorded_in, undamaged
from events.store import History
from events.unavailable import unavailable

# The rows as the lines of one value: each row by itself would wait for the interpreter. With them
# comes the checksum of the last one, which runs on over all that were before.
_LINES: Final = """
SELECT
    (
        SELECT CAST(group_concat(recorded, '\n') AS BLOB) FROM (
            SELECT recorded FROM events
            WHERE history = :history AND version > :after AND version <= :last ORDER BY version
        )
    ),
    (SELECT crc FROM events WHERE history = :history AND version = :last)
"""
_ROWS: Final = """
SELECT version, CAST(recorded AS BLOB), crc FROM events
WHERE history = ? AND version > ? AND version <= ? ORDER BY version
"""
_LAST_CHECKED: Final = """
SELECT version, crc FROM events
WHERE history = ? AND version <= ? AND typeof(crc) = 'integer' ORDER BY version DESC LIMIT 1
"""

# What is decoded at once stays in a core's cache until it is folded. What is fetched at once is
# more: a visit to the connection's thread costs as much as folding hundreds of events.
_PIECE: Final = 256
_VISIT: Final = 1 << 20  # bytes


class _Piece(NamedTuple):
    """The rows after a version, up to `last`, as lines, or None where each has to be looked at."""

    after: int
    last: int
    lines: bytes | None


class Reader:
    """Reads for everybody, over a connection that never writes."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Final = connection

    async def fetch(self, sql: str, values: tuple[object, ...] = ()) -> list[Any]:
        """
        Return the rows of a query.

        Raises:
            StoreUnavailable: The log cannot be read.
        """
        return await self.visit(lambda connection: connection.execute(sql, values).fetchall())

    async def fetch_undamaged(self, sql: str) -> list[Any]:
        """
        Return the rows of a query up to the first that a damaged file cannot give.

        Raises:
            StoreUnavailable: The log cannot be read.
        """
        return await self.visit(lambda connection: undamaged(connection, sql))

    async def batches(
        self, history: History, after: int, last: int
    ) -> AsyncIterator[Iterable[Recorded]]:
        """
        Yield the events after a version, up to `last`, which the log must hold.

        Raises:
            CorruptEvent: When the iteration comes to one that cannot be read, is not as it was
                written, or is out of place.
            StoreUnavailable: The log cannot be read.
        """
        while after < last:
            fetch = partial(_pieces, history=history, after=after, last=last)
            for piece in await self.visit(fetch):
                found = _decoded(piece)
                if found is None:
                    found = await self.visit(partial(_one_by_one, history=history, piece=piece))
                yield found
                after = piece.last

    async def close(self) -> None:
        await self._connection.close()

    async def visit(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """
        Return what `work` returns, done in the connection's thread as a whole.

        Raises:
            StoreUnavailable: The log cannot be read.
        """
        try:
            return await self._connection.visit(work)
        except sqlite3.Error as problem:
            raise unavailable("read", problem) from problem


def _pieces(
    connection: sqlite3.Connection, history: History, after: int, last: int
) -> list[_Piece]:
    """Return the rows after a version, up to `last` or as many as one visit should fetch."""
    found: list[_Piece] = []
    size = 0
    try:
        crc = _crc_at(connection, history, after)
        while after < last and size < _VISIT:
            end = min(after + _PIECE, last)
            place = {"history": history.number, "after": after, "last": end}
            lines, stored = connection.execute(_LINES, place).fetchone()
            lines = lines or b""
            whole = isinstance(crc, int) and running_crc(crc, lines) == stored
            found.append(_Piece(after, end, lines if whole else None))
            size += len(lines)
            after, crc = end, stored
    except sqlite3.DatabaseError as problem:
        if not is_damage(problem):
            raise
        found.append(_Piece(after, min(after + _PIECE, last), None))
    return found


def _crc_at(connection: sqlite3.Connection, history: History, version: int) -> int | None:
    if version == 0:
        return first_crc(history.ceremony, history.number)
    row = connection.execute(
        "SELECT crc FROM events WHERE history = ? AND version = ?", (history.number, version)
    ).fetchone()
    return None if row is None else row[0]


def _decoded(piece: _Piece) -> Iterable[Recorded] | None:
    """Return what the lines of a piece hold, or None where each row has to be looked at."""
    if piece.lines is None:
        return None
    try:
        found = decode_lines(piece.lines)
    except ValueError:
        return None
    # The checksum says that the bytes are those that were written, in their order; and none is
    # given to a row whose event is not in its place. Only, a row may read as two.
    return found if len(found) == piece.last - piece.after else None


def _one_by_one(
    connection: sqlite3.Connection, history: History, piece: _Piece
) -> Iterator[Recorded]:
    """Look at the rows of a piece, and at those before it since the last one with a checksum."""
    place = (history.number, piece.after)
    after, crc = 0, first_crc(history.ceremony, history.number)
    checked = undamaged(connection, _LAST_CHECKED, place)
    after, crc = checked[0] if checked else (after, crc)
    found = undamaged(connection, _ROWS, (history.number, after, piece.last))
    return _read(
        history, (Row(*row) for row in found), crc, range(after + 1, piece.last + 1), piece.after
    )


def _read(
    history: History, found: Iterable[Row], crc: int, versions: range, after: int
) -> Iterator[Recorded]:
    rows = iter(found)
    for version in versions:
        recorded, crc = recorded_in(history, version, next(rows, None), crc)
        if version > after:
            yield recorded
