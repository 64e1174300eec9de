"""Whether a log is the one that was here before: else viewers must not mix it with that one."""

from __future__ import annotations

import secrets
import sqlite3
from pathlib import Path
from typing import Final

import msgspec

from events.digests import checksum
from events.heads import read_heads
from events.holder import HolderRecord, Position
from events.notes import last_note
from events.rows import is_damage

_LAST: Final = "SELECT generation, file, mark, crc FROM generations ORDER BY number DESC LIMIT 1"
_BYTES: Final = 6


class Identified(msgspec.Struct, frozen=True):
    """
    Attributes:
        generation: The log's, or a new one.
        position: How far the log has come.
        remarks: Why the generation is a new one, where somebody should know, as sentences.
    """

    generation: str
    position: Position
    remarks: tuple[str, ...] = ()


def identify(
    connection: sqlite3.Connection, path: Path, identity: str, record: HolderRecord
) -> Identified:
    """
    Keep a log's generation, or give it a new one.

    A copied file may grow apart from its original under the same versions, and one that was put
    back may have lost some: either gets an identity of its own. So does a log of which it is not
    known whether viewers saw more than it holds.

    Args:
        connection: To the log.
        path: For the remarks.
        identity: Device and inode of the log.
        record: What its last holder left beside it.

    Raises:
        sqlite3.Error: The log cannot be read.
    """
    position = Position(sum(read_heads(connection).heads.values()), last_note(connection))
    last: tuple[str, str, str] | None = _last_mark(connection)
    same = last is not None and last[1:] == (identity, record.mark)
    lost = record.position is not None and record.position.lost(position)
    if last is not None and same and record.exact and not lost:
        return Identified(last[0], position)
    generation = secrets.token_hex(_BYTES)
    if record.position is not None and lost:
        remark = (
            f"{path} holds {position.events} events and {position.notes} notes, where there were"
            f" {record.position.events} and {record.position.notes}: a file was put back, or its"
            " write-ahead log was lost. It goes on as another log, under new epochs."
        )
    elif record.file and last is not None:
        why = "was open when the machine stopped" if same else "is not the file that was here"
        remark = f"{path} {why}; it goes on as another log, under new epochs."
    else:
        return Identified(generation, position)
    return Identified(generation, position, (remark,))


def _last_mark(connection: sqlite3.Connection) -> tuple[str, str, str] | None:
    """Return the generation, file and mark that were left last, unless they are damaged."""
    try:
        row = connection.execute(_LAST).fetchone()
    except sqlite3.DatabaseError as problem:
        if not is_damage(problem):
            raise
        return None
    if row is None or row[3] not in {None, checksum(*row[:3])}:
        return None
    return row[0], row[1], row[2]
