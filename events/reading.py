"""The reading side of the SQLite log: rows to what they record, many at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import partial
from typing import Any, Final, NamedTuple

from events.codec import decode_lines, decode_recorded
from events.connection import Connection, Result
from events.recorded import Recorded
from events.store import CorruptEvent, History
from events.unavailable import unavailable

ROWS: Final = (
    "SELECT recorded FROM events"
    " WHERE history = ? AND version > ? AND version <= ? ORDER BY version"
)
# The same rows as the lines of one value: each row by itself would wait for the interpreter.
_LINES: Final = f"SELECT CAST(group_concat(recorded, '\n') AS BLOB) FROM ({ROWS})"  # noqa: S608 - a constant of ours

# What is decoded at once stays in a core's cache until it is folded. What is fetched at once is
# more: a visit to the connection's thread costs as much as folding hundreds of events.
_PIECE: Final = 256
_VISIT: Final = 1 << 20  # bytes


class _Piece(NamedTuple):
    """The rows after a version, up to `last`, as lines."""

    after: int
    last: int
    lines: bytes


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
        return await self._visit(lambda connection: connection.execute(sql, values).fetchall())

    async def batches(
        self, history: History, after: int, last: int
    ) -> AsyncIterator[Iterable[Recorded]]:
        """
        Yield the events after a version, up to `last`, which the log must hold.

        Raises:
            CorruptEvent: When the iteration comes to one that cannot be read or is out of place.
            StoreUnavailable: The log cannot be read.
        """
        while after < last:
            fetch = partial(_pieces, history=history.number, after=after, last=last)
            for piece in await self._visit(fetch):
                found = _decoded(piece)
                if found is None:
                    place = (history.number, piece.after, piece.last)
                    found = one_by_one(history.ceremony, piece.after, await self.fetch(ROWS, place))
                yield found
                after = piece.last

    async def close(self) -> None:
        await self._connection.close()

    async def _visit(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        try:
            return await self._connection.visit(work)
        except sqlite3.Error as problem:
            raise unavailable("read", problem) from problem


def _pieces(connection: sqlite3.Connection, history: int, after: int, last: int) -> list[_Piece]:
    """Return the rows after a version, up to `last` or as many as one visit should fetch."""
    found: list[_Piece] = []
    size = 0
    while after < last and size < _VISIT:
        end = min(after + _PIECE, last)
        (lines,) = connection.execute(_LINES, (history, after, end)).fetchone()
        found.append(_Piece(after, end, lines or b""))
        size += len(found[-1].lines)
        after = end
    return found


def _decoded(piece: _Piece) -> Iterable[Recorded] | None:
    """Return what the lines of a piece hold, or None where each row has to be looked at."""
    try:
        found = decode_lines(piece.lines)
    except ValueError:
        return None
    # SQLite keeps the order of a subquery for `group_concat`, yet promises it nowhere, and a
    # damaged row might read as two: so each event must be in its place.
    in_place = [each.version for each in found] == list(range(piece.after + 1, piece.last + 1))
    return found if in_place else None


def one_by_one(ceremony: str, after: int, rows: Iterable[tuple[bytes]]) -> Iterator[Recorded]:
    """Decode row by row, so that an old shape is lifted and what cannot be read is named."""
    for version, (data,) in enumerate(rows, start=after + 1):
        try:
            recorded = decode_recorded(data)
        except ValueError as problem:
            raise CorruptEvent(ceremony, version, str(problem)) from problem
        if recorded.version != version:
            raise CorruptEvent(ceremony, version, f"in its place is event {recorded.version}")
        yield recorded
