"""One process a log: locks that the operating system lets go of when their holder dies."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import struct
from pathlib import Path
from typing import Final

from events.holder import HolderRecord, decoded, encoded
from events.store import StoreInUse, StoreUnavailable
from events.unavailable import NoWriting

PRIVATE: Final = 0o600
"""The log holds digests of tokens and secrets of webhooks, so that it is its owner's alone."""

_SIZE: Final = 1024
# Bytes of the log that are locked, beyond what any file reaches; SQLite locks others. These are
# locks of an open file description (OFD), which SQLite's own, being the process's, do not end.
_OURS: Final = (1 << 62, 1)
_SHARED: Final = (0x40000002, 510)
"""What SQLite locks to close a log as its last user, by the format of its files."""
_OFD: Final = hasattr(fcntl, "F_OFD_SETLK")
_FLOCK: Final = struct.Struct("hhqqi4x")
_MAY_NOT: Final = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

_held: Final[set[str]] = set()
"""The logs that this process holds, by `identity_of`. To open and close one of them once more would
end the locks that SQLite has on it."""


class FileLock:
    """
    Holds `PATH-lock` from construction to `release`.

    The file names its holder, and keeps what the holder leaves for the next one.

    Attributes:
        record: That of the last holder, or an empty one.
    """

    def __init__(self, path: Path, *, writing: bool = True) -> None:
        """
        Args:
            path: The log, its links followed.
            writing: False for a holder that leaves nothing behind, and needs no such file.

        Raises:
            StoreInUse: Another process holds it.
            NoWriting: It may not be written.
            StoreUnavailable: There is no such folder.
        """
        # Beside the log and not on it, so that it outlives a log that is replaced.
        self.path: Final = path.with_name(path.name + "-lock")
        self._writing: Final = writing
        self._descriptor: int | None = self._opened(path)
        if self._descriptor is None:
            self.record = HolderRecord()
            return
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            holder, _ = self._read()
            self.release()
            raise StoreInUse(str(path), holder or "another process") from problem
        try:
            _, self.record = self._read()
            self.sign(self.record)
        except BaseException:
            self.release()
            raise

    def sign(self, record: HolderRecord, *, to_disk: bool = False) -> None:
        """
        Leave a record for the next holder.

        Raises:
            NoWriting: It cannot be written.
        """
        if self._descriptor is None or not self._writing:
            return
        try:
            os.pwrite(self._descriptor, encoded(record, os.getpid(), _SIZE), 0)
            if to_disk:
                os.fsync(self._descriptor)
        except OSError as problem:
            raise NoWriting(self.path, problem) from problem

    def release(self) -> None:
        """Let go; the file itself stays, since removing it would race with the next holder."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _opened(self, path: Path) -> int | None:
        flags = os.O_RDWR | os.O_CREAT if self._writing else os.O_RDONLY
        try:
            descriptor = os.open(self.path, flags | os.O_CLOEXEC, PRIVATE)
        except FileNotFoundError as problem:
            if not self._writing:
                return None
            message = f"There is no folder {path.parent}; make it, or check TRACKER_DATABASE."
            raise StoreUnavailable(message) from problem
        except OSError as problem:
            if problem.errno in _MAY_NOT:
                raise NoWriting(self.path, problem) from problem
            message = f"{self.path} cannot be written ({problem.strerror}); check TRACKER_DATABASE."
            raise StoreUnavailable(message) from problem
        with contextlib.suppress(OSError):
            # Root may work on the log of another user, who must be able to open this file then.
            owner = path.stat()
            if os.fstat(descriptor).st_uid != owner.st_uid:
                os.fchown(descriptor, owner.st_uid, owner.st_gid)
        keep_private(descriptor)
        return descriptor

    def _read(self) -> tuple[str, HolderRecord]:
        assert self._descriptor is not None  # noqa: S101 - only called while it is open
        return decoded(os.pread(self._descriptor, 2 * _SIZE, 0))


class LogLock:
    """
    Holds the log's own inode from construction to `release`, whatever names it has.

    Release it after every connection of SQLite to the log is closed: closing the descriptor ends
    the locks that SQLite has on the same file in this process.

    Attributes:
        identity: Device and inode.
    """

    def __init__(self, path: Path, *, writing: bool = True) -> None:
        """
        Args:
            path: The log, its links followed. It is made where there is none, unless not `writing`.
            writing: False for a holder that shares the log with others that only read.

        Raises:
            StoreInUse: Another process holds it, perhaps under another name.
            NoWriting: It may not be written.
            StoreUnavailable: It cannot be opened.
        """
        with contextlib.suppress(OSError):
            if identity_of(path) in _held:
                raise StoreInUse(str(path), f"process {os.getpid()}")
        flags = os.O_RDWR | os.O_CREAT if writing else os.O_RDONLY
        try:
            self._descriptor = os.open(path, flags | os.O_CLOEXEC, PRIVATE)
        except OSError as problem:
            if problem.errno in _MAY_NOT:
                raise NoWriting(path, problem) from problem
            message = f"{path} cannot be opened as a log: {problem.strerror}."
            raise StoreUnavailable(message) from problem
        if writing:
            keep_private(self._descriptor)
        if _OFD and not _locked(self._descriptor, fcntl.F_WRLCK if writing else fcntl.F_RDLCK):
            os.close(self._descriptor)
            raise StoreInUse(str(path), "another process, maybe under another name")
        found = os.fstat(self._descriptor)
        self.identity: Final = f"{found.st_dev}:{found.st_ino}"
        _held.add(self.identity)

    def names(self) -> int:
        """Return how many names the file has: 0 once it is removed, 2 with a hard link."""
        return os.fstat(self._descriptor).st_nlink

    def stamp(self) -> str:
        """Return when the file was written last, and how large it is."""
        found = os.fstat(self._descriptor)
        return f"{found.st_mtime_ns}:{found.st_size}"

    def keep_beside(self) -> None:
        """Let SQLite leave what lies beside the log when it closes it: it may be another's."""
        if _OFD:
            _locked(self._descriptor, fcntl.F_RDLCK, _SHARED)

    def release(self) -> None:
        os.close(self._descriptor)
        _held.discard(self.identity)


def held_elsewhere(path: Path) -> bool:
    """
    Tell whether a process holds the log in `path` under another name, its links followed.

    What it wrote last stands beside that name, so that by this one it is not found.
    """
    return _held_at_all(path) and not _lock_taken(path) and _held_at_all(path)


def _lock_taken(path: Path) -> bool:
    try:
        descriptor = os.open(path.with_name(path.name + "-lock"), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def _held_at_all(path: Path) -> bool:
    if identity_of(path) in _held:
        return True
    if not _OFD:
        return False
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        wanted = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, *_OURS, 0)
        kind: int = _FLOCK.unpack(fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, wanted))[0]
        return kind != fcntl.F_UNLCK
    finally:
        os.close(descriptor)


def identity_of(path: Path) -> str:
    """
    Return the device and inode of the file in `path`.

    Raises:
        OSError: There is none, or it cannot be told.
    """
    found = os.stat(path)  # noqa: PTH116 - a third of the time of `Path.stat`, at each commit
    return f"{found.st_dev}:{found.st_ino}"


def keep_private(file: int | Path) -> None:
    """Take a file's rights from everybody but its owner, if that is this process's user."""
    with contextlib.suppress(OSError):
        found = os.stat(file)  # noqa: PTH116 - of a descriptor too
        # Exactly these: a strange umask may also have taken the owner's own.
        if found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) != PRIVATE:
            os.chmod(file, PRIVATE)  # noqa: PTH101 - the same


def _locked(descriptor: int, kind: int, place: tuple[int, int] = _OURS) -> bool:
    wanted = _FLOCK.pack(kind, os.SEEK_SET, *place, 0)
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, wanted)
    except OSError as problem:
        if problem.errno in {errno.EAGAIN, errno.EACCES}:
            return False
        # A file system without such locks: the lock beside the log has to do.
    return True
