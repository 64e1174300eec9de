"""Where each history of a log stands, read at its opening, also where a part of it is damaged."""

from __future__ import annotations

import sqlite3
from typing import Final

import msgspec

from events.codec import decode_recorded
from events.digests import Check, broken_crc, checksum, first_check, first_crc, running_crc
from events.rows import is_damage, undamaged
from events.store import History

_LAST: Final = """
SELECT version, crc, digest FROM events WHERE history = ? ORDER BY version DESC LIMIT 1
"""
_MOST: Final = 2**53
"""No history has such a number: it is of a damaged row, and none is counted on from there."""


class Heads(msgspec.Struct):
    """
    Where a log stands.

    Attributes:
        names: The ceremony of each history, by its number.
        heads: The last version of each.
        checks: What the next event of each goes on from; none where the last one cannot be read.
        last: The highest number of a history that is used in the file.
        damage: What is wrong with that table, each in a sentence.
    """

    names: dict[int, str] = {}
    heads: dict[int, int] = {}
    checks: dict[int, Check] = {}
    last: int = 0
    damage: list[str] = []


def read_heads(connection: sqlite3.Connection) -> Heads:
    """
    Return where the log stands.

    A history whose own row is damaged or gone is known by its first event. One that cannot be known
    is left out, and with it nothing but itself.
    """
    found = Heads()
    rows = undamaged(connection, "SELECT number, CAST(ceremony AS TEXT), crc FROM histories")
    for number, ceremony, crc in rows:
        found.last = max(found.last, number if number < _MOST else 0)
        if crc is None or crc == checksum(number, ceremony):
            found.names[number] = ceremony
    used = _numbers(connection)
    found.last = max([found.last, *(number for number in used if number < _MOST)])
    damaged = {number for number, *_ in rows} | used
    for number in sorted(damaged - found.names.keys()):
        name = _name_by_its_first_event(connection, number)
        if name is None:
            found.damage.append(f"history {number} is damaged, and no event tells whose it is")
        else:
            found.names[number] = name
            found.damage.append(f"history {number} is damaged; its events are of {name!r}")
    found.names = dict(sorted(found.names.items()))
    for number, name in found.names.items():
        _read_head(connection, History(name, number, ""), found)
    return found


def check_before(connection: sqlite3.Connection, history: History, version: int) -> Check:
    """
    Return what the event of a version goes on from.

    Raises:
        sqlite3.Error: The events before it cannot be read.
    """
    place = (history.number, version)
    check = first_check(history.ceremony, history.number)
    after, crc, digest = 0, check.crc, check.digest
    known = connection.execute(
        "SELECT version, crc, digest FROM events WHERE history = ? AND version < ?"
        " AND typeof(crc) = 'integer' AND typeof(digest) = 'blob' ORDER BY version DESC LIMIT 1",
        place,
    ).fetchone()
    if known is not None:
        after, crc, digest = known
    for recorded, later in connection.execute(
        "SELECT CAST(coalesce(recorded, '') AS BLOB), digest FROM events"
        " WHERE history = ? AND version < ? AND version > ? ORDER BY version",
        (*place, after),
    ):
        crc = running_crc(crc, recorded)
        if isinstance(later, bytes):
            crc, digest = broken_crc(crc), later
    return Check(crc, digest)


def _read_head(connection: sqlite3.Connection, history: History, found: Heads) -> None:
    number = history.number
    rows = undamaged(connection, _LAST, (number,))
    try:
        if not rows and not _any(connection, number):
            found.heads[number] = 0
            found.checks[number] = first_check(history.ceremony, number)
            return
        # A torn file may give anything in the place of a row.
        version, crc, digest = rows[0] if rows else (None, None, None)
        if isinstance(version, int):
            found.heads[number] = version
            if isinstance(crc, int) and isinstance(digest, bytes):
                found.checks[number] = Check(crc, digest)
            else:
                found.checks[number] = check_before(connection, history, version + 1)
            return
    except sqlite3.DatabaseError as problem:
        if not is_damage(problem):
            raise
    # As far as it can be read, and one more: whoever reads that one is told.
    sql = "SELECT version FROM events WHERE history = ? ORDER BY version"
    versions = [version for (version,) in undamaged(connection, sql, (number,))]
    found.heads[number] = max((each for each in versions if isinstance(each, int)), default=0) + 1


def _any(connection: sqlite3.Connection, number: int) -> bool:
    sql = "SELECT EXISTS (SELECT 1 FROM events WHERE history = ?)"
    return bool(connection.execute(sql, (number,)).fetchone()[0])


def _numbers(connection: sqlite3.Connection) -> set[int]:
    """Return the numbers of histories that have events, by a seek for each."""
    numbers: set[int] = set()
    after = 0
    while True:
        rows = undamaged(connection, "SELECT min(history) FROM events WHERE history > ?", (after,))
        if not rows or not isinstance(rows[0][0], int):
            return numbers
        after = rows[0][0]
        numbers.add(after)


def _name_by_its_first_event(connection: sqlite3.Connection, number: int) -> str | None:
    sql = "SELECT CAST(recorded AS BLOB), crc FROM events WHERE history = ? AND version = 1"
    for recorded, crc in undamaged(connection, sql, (number,)):
        if not isinstance(recorded, bytes):
            return None
        try:
            name = decode_recorded(recorded).ceremony
        except ValueError:
            return None
        if crc == running_crc(first_crc(name, number), recorded):
            return name
    return None
