"""One transaction of a SQLite log: the rows of a plan, each with its check, all or none."""

from __future__ import annotations

import contextlib
import os
import sqlite3

from events.digests import SALT_BYTES, checksum, first_check, next_check
from events.plan import Plan


class RolledBack(Exception):
    """A transaction was given up before its commit; the cause says why. Nothing was written."""


def committed(plan: Plan, connection: sqlite3.Connection) -> None:
    """
    Write a plan in one transaction, and return once it is on the disk.

    Raises:
        RolledBack: Nothing was written.
        sqlite3.Error: The commit itself failed, so late that it may have landed.
    """
    try:
        events = _checked(plan)
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO histories (number, ceremony, crc) VALUES (?, ?, ?)",
            [(*row, checksum(*row)) for row in plan.histories],
        )
        connection.executemany(
            "INSERT INTO events (history, version, recorded, crc, opening, digest)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            events,
        )
        keys = [(*key, bound.digest, bound.version) for key, bound in plan.keys.items()]
        connection.executemany(
            "INSERT INTO keys (history, key, digest, version, crc) VALUES (?, ?, ?, ?, ?)",
            [(*row, checksum(*row)) for row in keys],
        )
        connection.executemany(
            "INSERT INTO notes (number, kind, body, crc) VALUES (?, ?, ?, ?)",
            [(*row, checksum(*row)) for row in plan.notes],
        )
    except Exception as problem:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise RolledBack(str(problem)) from problem
    try:
        connection.execute("COMMIT")
    except Exception as problem:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        # What makes a commit of it is written last, and there was no room for that.
        if getattr(problem, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
            raise RolledBack(str(problem)) from problem
        raise


def _checked(plan: Plan) -> list[tuple[int, int, bytes, int, bytes, bytes]]:
    """Return the rows of the planned events, each with its check; here, off the event loop."""
    begun = dict(plan.histories)
    plan.added = {}
    rows: list[tuple[int, int, bytes, int, bytes, bytes]] = []
    salts = os.urandom(SALT_BYTES * len(plan.events))
    for place, (number, version, recorded) in enumerate(plan.events):
        before = plan.added.get(number) or plan.checks.get(number)
        before = before or first_check(begun[number], number)
        salt = salts[SALT_BYTES * place : SALT_BYTES * (place + 1)]
        after = plan.added[number] = next_check(before, recorded, salt)
        rows.append((number, version, recorded, after.crc, salt, after.digest))
    return rows
