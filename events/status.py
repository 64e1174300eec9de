"""The condition of a store, for its operator."""

from __future__ import annotations

from typing import Protocol

import msgspec


class Status(msgspec.Struct, frozen=True):
    """
    Attributes:
        trouble: Why events cannot be written now, as a sentence; empty while they can.
        in_doubt: The log may hold a write whose caller was not told so.
        wal_bytes: What waits in the store's write-ahead log; 0 for a store without one.
        names: Under how many names the log's file can be found; 1 for a store without a file.
    """

    trouble: str = ""
    in_doubt: bool = False
    wal_bytes: int = 0
    names: int = 1


class StatusStore(Protocol):
    """A store that tells how it does."""

    async def status(self) -> Status:
        """
        Return how the store does. It waits for no disk, so that it answers when nothing else does.

        Raises:
            StoreUnavailable: The store is closed.
        """
        ...
