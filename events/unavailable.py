"""Why a log is out of reach, in sentences that say what became of a write and what to do."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final

from events.store import StoreUnavailable

_ROOM: Final = 1 << 20
"""Bytes that SQLite needs beside a log, generously."""


class NoWriting(StoreUnavailable):
    """The log, or what belongs beside it, may not be written: no right to, or no room."""

    def __init__(self, path: Path, problem: OSError) -> None:
        super().__init__(
            f"{path} cannot be written ({problem.strerror}); give this program the right to, or the"
            " disk room."
        )
        self.reason = f"{path} cannot be written: {problem.strerror}"


class ReadOnly(StoreUnavailable):
    """The log was opened to be read alone; nothing was written."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The log is read only ({reason}), so nothing is written. Give it room or the right to"
            " write, then start the server again."
        )


class LogLost(StoreUnavailable):
    """There is no log where one was kept before; a new one would hide that."""

    def __init__(self, path: Path, what: str, record: Path) -> None:
        super().__init__(
            f"{path} {what}, but {record.name} beside it tells of a log that was kept there. Put"
            f" that log back or restore a backup; to begin a new one, remove {record.name} first."
        )


class ManyNames(StoreUnavailable):
    """The log's file has several names (hard links), and was never opened by this one."""

    def __init__(self, path: Path, names: int) -> None:
        super().__init__(
            f"{path} is one of {names} names of the same file, and not the one under which it was a"
            " log. Use that one, or a backup made by it."
        )


class LogMisplaced(StoreUnavailable):
    """The log's file is no longer in the place where it was opened; nothing was written."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(
            f"{path} {what} while it was in use, so nothing more is written. Export what is still"
            " shown, stop the server, put the file back or restore a backup, and start again."
        )


class InDoubt(StoreUnavailable):
    """The log may have taken a write or not; by its key it can be sent again."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Whether the log has taken this is in doubt ({reason}). Send it again with the same"
            " key: it is then there once."
        )


def unavailable(what: str, problem: Exception) -> StoreUnavailable:
    """Return the error for a log that cannot be `read` or `written` now, where nothing was lost."""
    return StoreUnavailable(
        f"The log cannot be {what} now ({problem}); nothing was lost."
        " Check the disk's free space and rights, then try again."
    )


def why_not_written(path: Path, problem: sqlite3.Error) -> str:
    """Return why a log cannot be written, as a sentence's middle: SQLite alone says too little."""
    try:
        disk = os.statvfs(path.parent)
    except OSError:
        return str(problem)
    if disk.f_bavail * disk.f_frsize < _ROOM:
        return f"{problem}: no room on the disk of {path.parent}"
    if not os.access(path.parent, os.W_OK):
        return f"{problem}: {path.parent} may not be written"
    return str(problem)
