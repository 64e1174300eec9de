"""Tells in the server's log when the event log takes no more events, and when it does again."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from events.store import EventStore, StoreUnavailable

EVERY_SECONDS: Final = 5.0
"""Somebody hears of a log that is gone before the next award, also where nobody posts."""

_log: Final = structlog.get_logger("log")


class LogMonitor:
    """Looks at a store a few times a minute; one line for each change, and not for each look."""

    def __init__(self, store: EventStore, *, every: float = EVERY_SECONDS) -> None:
        """
        Args:
            store: Looked at.
            every: Seconds between two looks.
        """
        self._store: Final = store
        self._every: Final = every
        self._told = ""
        self._names = 1

    async def run(self) -> None:
        """Look until cancelled, or until the store is closed."""
        while True:
            try:
                await self.look()
            except StoreUnavailable:
                return
            await asyncio.sleep(self._every)

    async def look(self) -> None:
        """
        Look once, and tell what has changed.

        Raises:
            StoreUnavailable: The store is closed.
        """
        status = await self._store.status()
        if status.trouble and not self._told:
            _log.error("log cannot be written", problem=status.trouble, in_doubt=status.in_doubt)
        elif self._told and not status.trouble:
            _log.info("log can be written again")
        self._told = status.trouble
        if status.names > 1 and self._names <= 1:
            # No fault: nothing is lost by a hard link. But one may have been made by mistake.
            _log.warning("log has several names", names=status.names)
        self._names = status.names
