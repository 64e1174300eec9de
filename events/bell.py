"""A bell that wakes whoever waits for the log to grow; what is new is read from the log itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final
from weakref import WeakValueDictionary


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


class Bells:
    """
    A bell for each history, and one for histories that begin.

    An append wakes those who follow its history, and nobody who follows one of a hundred others.
    """

    def __init__(self) -> None:
        self.begun: Final = Bell()
        # Weak, since histories that nobody follows any more come to hundreds with the rehearsals.
        self._of: Final[WeakValueDictionary[int, Bell]] = WeakValueDictionary()

    def of(self, number: int) -> Bell:
        """
        Return the bell of a history; it rings when the history grows, or a newer one begins.

        It is the same one as long as somebody holds it.
        """
        return self._of.setdefault(number, Bell())

    def ring(self, numbers: Iterable[int], *, begun: bool = False) -> None:
        """Wake those who follow the histories, and where one has begun those who wait for that."""
        for number in numbers:
            bell = self._of.get(number)
            if bell is not None:
                bell.ring()
        if begun:
            self.begun.ring()

    def ring_all(self) -> None:
        """Wake everybody, since the log is closed."""
        self.ring(tuple(self._of), begun=True)
