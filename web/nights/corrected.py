"""The night as corrected, told in slices when somebody asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from events.recorded import Recorded
from tracker.amended import Amendments
from tracker.board import Board
from web.nights.telling import Telling
from web.slices import Slices

Read = Callable[[int], Awaitable[list[Recorded]]]
"""Returns events of the night after a version: some, and none only at the head."""

_log: Final = structlog.get_logger("nights")


class Corrected:
    """
    The telling of one night as corrected, under another epoch with each event that amends.

    It is told when somebody first asks, and after an event that amends from the page on that this
    changes: the pages before it stay. Telling takes some 30 µs an event, in slices of the loop.
    """

    def __init__(self, epoch: str) -> None:
        """
        Tell nothing yet.

        Args:
            epoch: That of the night as it happened.
        """
        self._epoch: Final = epoch
        self._amended = 0
        self._amendments: Final = Amendments()
        self._telling: Telling | None = None
        self._holds = 0
        """The version up to which `_telling` is right."""
        self._turn: Final = asyncio.Lock()

    @property
    def epoch(self) -> str | None:
        """That of the telling; None as long as nothing was amended."""
        return f"{self._epoch}-c{self._amended}" if self._amended else None

    def take(self, before: Board, after: Board, recorded: Recorded) -> None:
        """Take in the night's next event, which led from one board to the next."""
        since = self._amendments.take(before, after, recorded)
        if since is not None:
            self._amended = recorded.version
            self._holds = min(self._holds, since - 1)
        elif self._is_told():
            self._go_on(recorded)

    async def telling(self, epoch: str, read: Read) -> Telling | None:
        """
        Return the telling, if that is its epoch now.

        Raises:
            StoreError: The log cannot be read.
        """
        async with self._turn:
            while epoch == self.epoch and not self._is_told():
                await self._tell(epoch, read)
        return self._telling if epoch == self.epoch else None

    def _is_told(self) -> bool:
        return self._telling is not None and self._telling.epoch == self.epoch

    async def _tell(self, epoch: str, read: Read) -> None:
        """Tell it up to the head, or until it is amended once more."""
        slices = Slices()
        known = self._telling
        telling = Telling(epoch) if known is None else known.fork(epoch, self._holds)
        while events := await read(telling.version):
            for recorded in events:
                if epoch != self.epoch:
                    return
                telling.advance(self._amendments.told(recorded))
                await slices.rest()
        if epoch == self.epoch:
            self._telling, self._holds = telling, telling.version

    def _go_on(self, recorded: Recorded) -> None:
        assert self._telling is not None  # noqa: S101 - it is told
        try:
            self._telling.advance(recorded)
            self._holds = recorded.version
        except Exception as problem:  # noqa: BLE001 - the night as it happened goes on without it
            self._telling, self._holds = None, 0  # it is told anew when somebody asks for it
            _log.error("night as corrected lost", epoch=self.epoch, exc_info=problem)
