"""A bell that wakes whoever waits for the log to grow; what is new is read from the log itself."""

from __future__ import annotations

import asyncio


class Bell:
    """Ringing carries no news: a waiter looks at the log, and waits only if nothing is new."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake all who wait now."""
        self._rung.set()
        self._rung = asyncio.Event()

    def listen(self) -> asyncio.Event:
        """Return the next ring; take it before looking at the log, so that none is missed."""
        return self._rung
