"""One process a file: a lock that the operating system lets go of when its holder dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from events.store import StoreInUse, StoreUnavailable


class FileLock:
    """Holds `PATH-lock` from construction to `release`; the file names its holder."""

    def __init__(self, path: Path) -> None:
        # Beside the database and not on it: closing any descriptor of the database in this process
        # would drop the locks SQLite holds on it.
        beside = path.with_name(path.name + "-lock")
        try:
            self._descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as problem:
            message = f"{beside} cannot be written ({problem.strerror}); check TRACKER_DATABASE."
            raise StoreUnavailable(message) from problem
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            holder = os.read(self._descriptor, 64).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise StoreInUse(str(path), holder or "another process") from problem
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"process {os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let go; the file itself stays, since removing it would race with the next holder."""
        os.close(self._descriptor)
