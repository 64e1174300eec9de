"""The tables of the SQLite store, which refuse by themselves to change or to leave a gap."""

from __future__ import annotations

from typing import Final

APPLICATION_ID: Final = 0x54524B31  # "TRK1", so that another program's file is not taken for a log

_TABLES: Final = """
CREATE TABLE generations (
    number INTEGER PRIMARY KEY,
    generation TEXT NOT NULL,
    file TEXT NOT NULL,
    mark TEXT NOT NULL
) STRICT;

CREATE TABLE histories (
    number INTEGER PRIMARY KEY,
    ceremony TEXT NOT NULL
) STRICT;
CREATE INDEX histories_by_ceremony ON histories (ceremony, number);

CREATE TABLE events (
    history INTEGER NOT NULL REFERENCES histories (number),
    version INTEGER NOT NULL,
    recorded BLOB NOT NULL,
    PRIMARY KEY (history, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE keys (
    history INTEGER NOT NULL REFERENCES histories (number),
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (history, key)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER events_follow BEFORE INSERT ON events
WHEN NEW.version <> 1 + coalesce((SELECT max(version) FROM events WHERE history = NEW.history), 0)
BEGIN SELECT raise(ABORT, 'a version must follow the last one'); END;
"""

_NOTES: Final = """
CREATE TABLE notes (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    body BLOB NOT NULL
) STRICT;
"""

# The one table that is written over: no event, no part of any digest. A row without its checksum
# is not believed, and then a reader gets events once more.
_CURSORS: Final = """
CREATE TABLE cursors (
    name TEXT PRIMARY KEY,
    history INTEGER NOT NULL,
    version INTEGER NOT NULL,
    crc INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX notes_by_kind ON notes (kind, number);
"""

# What each row is checked by. They are empty in rows of an older program, and of any program that
# writes to the file beside ours: such rows are found by the indexes, and get them at the next
# opening.
_CHECKS: Final = """
ALTER TABLE events ADD COLUMN crc INTEGER;
ALTER TABLE events ADD COLUMN opening BLOB;
ALTER TABLE events ADD COLUMN digest BLOB;
ALTER TABLE generations ADD COLUMN crc INTEGER;
ALTER TABLE histories ADD COLUMN crc INTEGER;
ALTER TABLE keys ADD COLUMN crc INTEGER;
ALTER TABLE notes ADD COLUMN crc INTEGER;
CREATE INDEX events_unchecked ON events (history, version) WHERE digest IS NULL;
CREATE INDEX generations_unchecked ON generations (number) WHERE crc IS NULL;
CREATE INDEX histories_unchecked ON histories (number) WHERE crc IS NULL;
CREATE INDEX keys_unchecked ON keys (history, key) WHERE crc IS NULL;
CREATE INDEX notes_unchecked ON notes (number) WHERE crc IS NULL;
"""
NOTES_SINCE: Final = 2
CHECKED_SINCE: Final = 4
"""The version of the tables from which on rows have checks; likewise that of notes."""

# REPLACE deletes without firing a DELETE trigger unless the connection asks for it, so each table
# refuses a second row in the place of the first on INSERT already.
_NO_UPDATE: Final = """
CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
BEGIN SELECT raise(ABORT, 'nothing is updated'); END;
"""
_REFUSE: Final = """
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT raise(ABORT, 'nothing is deleted'); END;
CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE {place})
BEGIN SELECT raise(ABORT, 'nothing is replaced'); END;
"""

_PLACES: Final = {
    "generations": "number = NEW.number",
    "histories": "number = NEW.number",
    "events": "history = NEW.history AND version = NEW.version",
    "keys": "history = NEW.history AND key = NEW.key",
    "notes": "number = NEW.number",
}


def _guarded(tables: str, *names: str) -> str:
    refusals = ((_NO_UPDATE + _REFUSE).format(table=name, place=_PLACES[name]) for name in names)
    return tables + "".join(refusals)


_STEPS: Final = (
    _guarded(_TABLES, "generations", "histories", "events", "keys"),
    _guarded(_NOTES, "notes"),
    _CURSORS,
    _CHECKS,
)
SCHEMA_VERSION: Final = len(_STEPS)


def steps_from(version: int, to: int = SCHEMA_VERSION) -> str:
    """Return the script that brings a file from `version` (0: an empty one) to another version."""
    return "\n".join(
        (
            "BEGIN IMMEDIATE;",
            *_STEPS[version:to],
            f"PRAGMA application_id = {APPLICATION_ID};",
            f"PRAGMA user_version = {to};",
            "COMMIT;",
        )
    )


def update_refusal(table: str) -> tuple[str, str]:
    """Return the statements that take away a table's refusal of updates, and that bring it back."""
    return f"DROP TRIGGER IF EXISTS {table}_no_update", _NO_UPDATE.format(table=table)
