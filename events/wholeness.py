"""Whether a log's file is still one log, after something else may have written to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from events.connection import size_of
from events.holder import Position

POSITION: Final = (
    "SELECT coalesce(sum((SELECT max(version) FROM events WHERE history = number)), 0),"
    " (SELECT coalesce(max(number), 0) FROM notes) FROM histories"
)
_GAPS: Final = (
    "SELECT 1 FROM events GROUP BY history HAVING count(*) <> max(version) OR min(version) <> 1"
)


def trouble_of(path: Path, position: Position | None = None, *, alone: bool = False) -> str:
    """
    Return what is wrong with a log, read anew from the disk, or an empty text.

    It takes as long as reading the whole file: some milliseconds for a night, a second for a
    hundred megabytes.

    Args:
        path: The log, absolute.
        position: How far it must have come at least.
        alone: Without its write-ahead log. Not while this process has a connection to the log: the
            locks of SQLite would end.
    """
    if not size_of(path):
        return "it is empty"  # SQLite would remove the write-ahead log of an empty file
    options = "mode=ro&immutable=1" if alone else "mode=ro"
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?{options}", uri=True)) as connection:
            ((told,),) = connection.execute("PRAGMA integrity_check(1)").fetchall()
            if told != "ok":
                return str(told)
            if connection.execute(_GAPS).fetchone() is not None:
                return "events are missing in it"
            found = Position(*connection.execute(POSITION).fetchone())
    except sqlite3.Error as problem:
        return str(problem)
    if position is not None and position.lost(found):
        return "events or notes are missing at its end"
    return ""
