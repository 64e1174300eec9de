"""The table of cursors in a SQLite log: rows with a checksum, replaced in commits of their own."""

from __future__ import annotations

import contextlib
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import Final

import msgspec

from events.connection import Connection
from events.cursors import Cursor
from events.guard import Guard
from events.unavailable import unavailable

ROWS: Final = "SELECT CAST(name AS BLOB), history, version, crc FROM cursors"
"""Names as bytes: one that is no UTF-8 any more must not stop the reading of the others."""


def whole(rows: Iterable[tuple[bytes, int, int, int]]) -> dict[str, Cursor]:
    """Return what the rows of `ROWS` hold, without those whose checksum is wrong."""
    return {
        name.decode(): Cursor(history, version)
        for name, history, version, crc in rows
        if _are(name, history, version) and crc == _checksum(name, history, version)
    }


def _are(name: object, history: object, version: object) -> bool:
    """Tell whether values are of their columns' types: a torn file may give anything."""
    return isinstance(name, bytes) and isinstance(history, int) and isinstance(version, int)


async def save(
    writer: Connection,
    cursors: Mapping[str, Cursor],
    gone: Collection[str],
    *,
    guard: Guard,
) -> None:
    """
    Replace and delete rows, as `CursorStore.save_cursors` promises.

    Args:
        writer: The only connection that writes to the file.
        cursors: By name.
        gone: Names to be deleted.
        guard: Asked whether the file is to be written, and told when it was.
    """
    # Not in the producers' group: a post must not wait for, or fail by, what is no event.
    try:
        await writer.visit(partial(_replace, cursors, gone, guard))
    except (sqlite3.Error, ValueError) as problem:
        raise unavailable("written", problem) from problem


def _replace(
    cursors: Mapping[str, Cursor],
    gone: Collection[str],
    guard: Guard,
    connection: sqlite3.Connection,
) -> None:
    guard.check_content()
    rows = [
        (
            name,
            cursor.history,
            cursor.version,
            _checksum(name.encode(), *msgspec.structs.astuple(cursor)),
        )
        for name, cursor in cursors.items()
    ]
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.executemany("REPLACE INTO cursors VALUES (?, ?, ?, ?)", rows)
        connection.executemany("DELETE FROM cursors WHERE name = ?", [(name,) for name in gone])
        connection.execute("COMMIT")
        guard.written()
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _checksum(name: bytes, history: int, version: int) -> int:
    return zlib.crc32(b"%s %d %d" % (name, history, version))
