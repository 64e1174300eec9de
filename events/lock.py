"""One process a file: a lock that the operating system lets go of when its holder dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from events.store import StoreInUse, StoreUnavailable


class FileLock:
    """
    Holds `PATH-lock` from construction to `release`.

    The file names its holder, and carries the mark that the last holder left in the log too.

    Attributes:
        mark: That mark as found, or empty.
    """

    def __init__(self, path: Path) -> None:
        # Beside the database and not on it: closing any descriptor of the database in this process
        # would drop the locks SQLite holds on it.
        beside = path.with_name(path.name + "-lock")
        try:
            self._descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except FileNotFoundError as problem:
            message = f"There is no folder {path.parent}; make it, or check TRACKER_DATABASE."
            raise StoreUnavailable(message) from problem
        except OSError as problem:
            message = f"{beside} cannot be written ({problem.strerror}); check TRACKER_DATABASE."
            raise StoreUnavailable(message) from problem
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            holder, _ = self._read()
            os.close(self._descriptor)
            raise StoreInUse(str(path), holder or "another process") from problem
        _, self.mark = self._read()
        self.sign(self.mark)

    def sign(self, mark: str) -> None:
        """Leave a mark for the next holder."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"process {os.getpid()}\n{mark}\n".encode(), 0)

    def release(self) -> None:
        """Let go; the file itself stays, since removing it would race with the next holder."""
        os.close(self._descriptor)

    def _read(self) -> tuple[str, str]:
        lines = os.pread(self._descriptor, 256, 0).decode("ascii", "replace").splitlines()
        return lines[0] if lines else "", lines[1] if len(lines) > 1 else ""
