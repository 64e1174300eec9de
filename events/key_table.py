"""The table of idempotency keys in a SQLite log, as its reader and its writer ask it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from events.connection import Connection
from events.plan import Place
from events.reading import Reader
from events.store import Bound, History

_IN_ANY: Final = (
    "SELECT history, digest, version FROM keys JOIN histories ON number = history"
    " WHERE ceremony = ? AND key = ? ORDER BY history"
)


async def bound(reader: Reader, place: Place) -> Bound | None:
    """Return what a key is bound to in one history, as `EventStore.bound` promises."""
    rows = await reader.fetch(
        "SELECT digest, version FROM keys WHERE history = ? AND key = ?", place
    )
    return Bound(*rows[0]) if rows else None


async def bound_in_any(
    reader: Reader, ceremony: str, key: str, generation: str
) -> Sequence[tuple[History, Bound]]:
    """Return what a key is bound to, as `EventStore.bound_in_any` promises."""
    rows = await reader.fetch(_IN_ANY, (ceremony, key))
    return [
        (History(ceremony, number, generation), Bound(digest, version))
        for number, digest, version in rows
    ]


async def bound_among(connection: Connection, places: Sequence[Place]) -> dict[Place, Bound]:
    """Return what is bound at those places, each a history and a key."""
    if not places:
        return {}
    marks = ", ".join(["(?, ?)"] * len(places))
    rows = await connection.execute_fetchall(
        "SELECT history, key, digest, version FROM keys"  # noqa: S608 - only marks are joined
        f" WHERE (history, key) IN (VALUES {marks})",
        [value for place in places for value in place],
    )
    return {(history, key): Bound(digest, version) for history, key, digest, version in rows}


async def begun_among(
    connection: Connection, beginnings: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Bound]:
    """Return what those keys, each with its ceremony, are bound to first in any history of it."""
    found: dict[tuple[str, str], Bound] = {}
    for ceremony, key in beginnings:
        for _, digest, version in await connection.execute_fetchall(_IN_ANY, (ceremony, key)):
            found.setdefault((ceremony, key), Bound(digest, version))
    return found
