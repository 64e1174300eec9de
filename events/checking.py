"""Checks for rows that have none: those of an older program, or of one that wrote beside ours."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any, Final

from events.codec import decode_recorded
from events.digests import SALT_BYTES, Check, broken_crc, checksum, next_check
from events.heads import check_before
from events.rows import fault_of
from events.schema import update_refusal
from events.store import History

_AT_ONCE: Final = 1000  # rows that are read into memory together

FIELDS: Final = {
    "generations": "generation, file, mark",
    "histories": "number, ceremony",
    "keys": "history, key, digest, version",
    "notes": "number, kind, body",
}
"""What the checksum of a row is made over, by table; in the order of `checksum`'s arguments."""

_PLACES: Final = {
    "generations": "number",
    "histories": "number",
    "keys": "history, key",
    "notes": "number",
}


def add_checks(connection: sqlite3.Connection) -> None:
    """
    Give each row that has no check its own, in one transaction; nothing is done where all have one.

    A row is taken as it is. One that cannot be read keeps its bytes, gets a digest as well, and is
    told by whoever reads it. Only here, and within the transaction, does a table take updates.

    Raises:
        sqlite3.Error: The file cannot be written or is damaged; it is as it was.
    """
    work: dict[str, Callable[[sqlite3.Connection], None]] = {"events": _check_events}
    for table in FIELDS:
        work[table] = _checking(table)
    pending = [table for table in work if _lacks_checks(connection, table)]
    if not pending:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for table in pending:
            take_away, bring_back = update_refusal(table)
            connection.execute(take_away)
            work[table](connection)
            connection.execute(bring_back)
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _lacks_checks(connection: sqlite3.Connection, table: str) -> bool:
    column = "digest" if table == "events" else "crc"
    sql = f"SELECT EXISTS (SELECT 1 FROM {table} WHERE {column} IS NULL)"  # noqa: S608 - names of ours
    return bool(connection.execute(sql).fetchone()[0])


def _checking(table: str) -> Callable[[sqlite3.Connection], None]:
    fields, place = FIELDS[table], _PLACES[table]
    where = " AND ".join(f"{each} = ?" for each in place.split(", "))

    def check(connection: sqlite3.Connection) -> None:
        found = connection.execute(f"SELECT {place}, {fields} FROM {table} WHERE crc IS NULL")  # noqa: S608 - names of ours
        width = len(place.split(", "))
        connection.executemany(
            f"UPDATE {table} SET crc = ? WHERE {where}",  # noqa: S608 - names of ours
            [(checksum(*row[width:]), *row[:width]) for row in found.fetchall()],
        )

    return check


def _check_events(connection: sqlite3.Connection) -> None:
    found = connection.execute(
        "SELECT history, min(version), ceremony FROM events LEFT JOIN histories ON history = number"
        " WHERE events.digest IS NULL GROUP BY history"
    )
    for number, first, ceremony in found.fetchall():
        history = History(ceremony or "", number, "")
        before = check_before(connection, history, first)
        for rows in _unchecked(connection, number):
            updates: list[tuple[int | None, bytes, bytes, int, int]] = []
            for version, recorded in rows:
                salt = os.urandom(SALT_BYTES)
                before = next_check(before, recorded, salt)
                crc: int | None = before.crc
                if not _sound(history, version, recorded):
                    crc, before = None, Check(broken_crc(before.crc), before.digest)
                updates.append((crc, salt, before.digest, number, version))
            connection.executemany(
                "UPDATE events SET crc = ?, opening = ?, digest = ?"
                " WHERE history = ? AND version = ?",
                updates,
            )


def _unchecked(connection: sqlite3.Connection, number: int) -> Iterator[list[Any]]:
    after = -1
    while True:
        rows = connection.execute(
            "SELECT version, CAST(recorded AS BLOB) FROM events"
            " WHERE history = ? AND version > ? AND digest IS NULL ORDER BY version LIMIT ?",
            (number, after, _AT_ONCE),
        ).fetchall()
        if not rows:
            return
        yield rows
        after = rows[-1][0]


def _sound(history: History, version: int, recorded: bytes) -> bool:
    """Tell whether a row may have a checksum: what cannot be decoded is found out by itself."""
    try:
        return not fault_of(history, version, decode_recorded(recorded))
    except ValueError:
        return True
