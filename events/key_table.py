"""The table of idempotency keys in a SQLite log, as its reader and its writer ask it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from events.connection import Connection
from events.digests import checksum
from events.plan import Place
from events.reading import Reader
from events.store import Bound, CorruptKey, History

_IN_ANY: Final = (
    "SELECT history, key, digest, version, keys.crc FROM keys JOIN histories ON number = history"
    " WHERE ceremony = ? AND key = ? ORDER BY history"
)
_Row = tuple[int, str, str, int, int | None]


async def bound(reader: Reader, place: Place) -> Bound | None:
    """Return what a key is bound to in one history, as `EventStore.bound` promises."""
    rows = await reader.fetch(
        "SELECT history, key, digest, version, crc FROM keys WHERE history = ? AND key = ?", place
    )
    return _whole(rows[0]) if rows else None


async def bound_in_any(
    reader: Reader, ceremony: str, key: str, generation: str
) -> Sequence[tuple[History, Bound]]:
    """Return what a key is bound to, as `EventStore.bound_in_any` promises."""
    rows = await reader.fetch(_IN_ANY, (ceremony, key))
    return [(History(ceremony, row[0], generation), _whole(row)) for row in rows]


async def bound_among(connection: Connection, places: Sequence[Place]) -> dict[Place, Bound | None]:
    """Return what is bound at those places, each a history and a key; None for a damaged row."""
    if not places:
        return {}
    marks = ", ".join(["(?, ?)"] * len(places))
    rows = await connection.execute_fetchall(
        "SELECT history, key, digest, version, crc FROM keys"  # noqa: S608 - only marks are joined
        f" WHERE (history, key) IN (VALUES {marks})",
        [value for place in places for value in place],
    )
    return {(row[0], row[1]): _bound(row) for row in map(tuple, rows)}


async def begun_among(
    connection: Connection, beginnings: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Bound | None]:
    """Return what those keys, each with its ceremony, are bound to first in any history of it."""
    found: dict[tuple[str, str], Bound | None] = {}
    for ceremony, key in beginnings:
        for row in await connection.execute_fetchall(_IN_ANY, (ceremony, key)):
            found.setdefault((ceremony, key), _bound(tuple(row)))
    return found


def _bound(row: _Row) -> Bound | None:
    """Return what a row binds, or None if it is not as it was written."""
    *fields, crc = row
    return Bound(row[2], row[3]) if crc is None or crc == checksum(*fields) else None


def _whole(row: _Row) -> Bound:
    bound = _bound(row)
    if bound is None:
        raise CorruptKey(row[1])
    return bound
