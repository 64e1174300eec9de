"""The store's notes as rows: each is checked, and one that cannot be read costs itself alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from typing import Any, Final

import msgspec

from events.digests import checksum
from events.rows import is_damage
from events.store import Note

_COLUMNS: Final = (
    "SELECT number, CAST(coalesce(kind, '') AS TEXT), CAST(coalesce(body, '') AS BLOB), crc"
    " FROM notes"
)
_ONE: Final = f"{_COLUMNS} WHERE number = ?"
_PAGE: Final = 1024  # rows that are fetched together


class NotesFound(msgspec.Struct):
    """
    What a look at all notes found.

    Attributes:
        last: The highest number; the next note's is one higher.
        odd: By number: notes that are damaged or missing, and those found in a wrong place.
        strays: Numbers of the rows that stand in such a wrong place.
        torn: Whether a part of the table cannot be read, so that each note is asked for by itself.
    """

    last: int = 0
    odd: dict[int, Note] = {}
    strays: set[int] = set()
    torn: bool = False

    @property
    def damaged(self) -> list[int]:
        """The numbers of the notes that cannot be read."""
        return sorted(number for number, note in self.odd.items() if note.damaged)


def look_through(connection: sqlite3.Connection) -> NotesFound:
    """Look at every note; half a microsecond each, so that a start may do it."""
    found = NotesFound()
    seen: set[int] = set()
    crcs: dict[int, Any] = {}
    whole = 0
    for row in _all(connection, found):
        note = _note(row)
        seen.add(note.number)
        found.last = max(found.last, note.number)
        if note.damaged:
            found.odd[note.number] = note
            crcs[note.number] = row[3]
        else:
            whole = note.number
    for number in set(range(1, whole + 1)) - seen:
        found.odd[number] = Note(number, "", b"", damaged=True)
        # Its row may be there under another number, which alone is wrong then.
        for stray, crc in crcs.items():
            moved = found.odd.get(stray)
            if moved is not None and checksum(number, moved.kind, moved.body) == crc:
                found.odd[number] = Note(number, moved.kind, moved.body)
                del found.odd[stray]
                found.strays.add(stray)
                break
    return found


def read_notes(
    connection: sqlite3.Connection, found: NotesFound, after: int, kinds: Collection[str] | None
) -> tuple[list[Note], int | None]:
    """
    Return the notes after a number, and the number to go on after, or None at the end.

    Args:
        connection: To the log.
        found: What `look_through` found.
        after: A number.
        kinds: Those to be returned; damaged notes come as well, since their kind is not known.
    """
    rows, upto = _page(connection, found, after, kinds)
    notes = [
        note
        for note in map(_note, rows)
        if note.number not in found.odd and note.number not in found.strays
    ]
    notes += [
        note
        for number, note in found.odd.items()
        if after < number and (upto is None or number <= upto)
    ]
    notes = [each for each in notes if each.damaged or kinds is None or each.kind in kinds]
    return sorted(notes, key=lambda note: note.number), upto


def _page(
    connection: sqlite3.Connection, found: NotesFound, after: int, kinds: Collection[str] | None
) -> tuple[list[Any], int | None]:
    marks = "" if kinds is None else f"kind IN ({', '.join('?' * len(kinds))}) AND"
    if not found.torn:
        try:
            rows = connection.execute(
                f"{_COLUMNS} WHERE {marks} number > ? ORDER BY number LIMIT ?",
                (*(kinds or ()), after, _PAGE),
            ).fetchall()
        except sqlite3.DatabaseError as problem:  # the index of kinds may be damaged, and no note
            if not is_damage(problem):
                raise
        else:
            return rows, rows[-1][0] if len(rows) == _PAGE else None
    return list(_by_number(connection, range(after + 1, found.last + 1))), None


def _all(connection: sqlite3.Connection, found: NotesFound) -> Iterator[Any]:
    """Yield the rows; beyond a part that cannot be read, those that are found by their number."""
    after = 0
    try:
        for row in connection.execute(f"{_COLUMNS} ORDER BY number"):
            yield row
            after = row[0]
    except sqlite3.DatabaseError as problem:
        if not is_damage(problem):
            raise
        found.torn = True
        found.last = last_note(connection, after + 1)
        yield from _by_number(connection, range(after + 1, found.last + 1))


def last_note(connection: sqlite3.Connection, otherwise: int = 0) -> int:
    """Return the highest number of a note; a given one where the file cannot tell."""
    try:
        sql = "SELECT coalesce(max(number), 0) FROM notes"
        return int(connection.execute(sql).fetchone()[0])
    except sqlite3.DatabaseError as problem:
        if not is_damage(problem):
            raise
        return otherwise


def _by_number(connection: sqlite3.Connection, numbers: range) -> Iterator[Any]:
    for number in numbers:
        try:
            row = connection.execute(_ONE, (number,)).fetchone()
        except sqlite3.DatabaseError as problem:
            if not is_damage(problem):
                raise
            row = None
        yield row or (number, "", b"", -1)  # a checksum is never negative


def _note(row: tuple[int, str, bytes, int | None]) -> Note:
    number, kind, body, crc = row
    return Note(number, kind, body, damaged=crc is not None and crc != checksum(number, kind, body))
