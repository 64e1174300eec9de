"""Limits of replay sockets: sessions in all, and sessions per client address."""

from collections import Counter
from http import HTTPStatus
from typing import Final

import structlog

from web.sockets.crowd import AGAIN_LATER, Seat
from web.sockets.handshake import HandshakeRefused

MOST_SESSIONS: Final = 1000
"""In all; each costs some 5 KB and, at full speed, a share of the quarter of a core."""
MOST_EACH: Final = 100
"""Of one client address: a class or a company that watches together, and no more."""

_log: Final = structlog.get_logger("sockets")


class ReplayLimits:
    """
    Counts the open sessions. Addresses of this machine count in all, but not each.

    Attributes:
        open: How many sessions there are.
        most: How many there may be.
    """

    def __init__(self, most: int = MOST_SESSIONS, most_each: int = MOST_EACH) -> None:
        self.most: Final = most
        self._most_each: Final = most_each
        self._held: Final[Counter[str]] = Counter()
        self._full = False
        self.open = 0

    def enter(self, guest: str | None) -> "ReplayPermit":
        """
        Take a session in; its permit has to be given back.

        Args:
            guest: The client address, as `guest_of` names it; None for one that is not counted.

        Raises:
            HandshakeRefused: 503 when all sessions are taken, 429 when the guest holds too many.
        """
        if self.open >= self.most:
            if not self._full:  # one line for a flood, not one for each of its drops
                self._full = True
                _log.warning("no room for more replays", most=self.most)
            raise HandshakeRefused(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"There is room for {self.most} replays here, and all of it is taken.",
                AGAIN_LATER,
            )
        if guest is not None and self._held[guest] >= self._most_each:
            raise HandshakeRefused(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"One address may hold {self._most_each} replays here; close some.",
                AGAIN_LATER,
            )
        self._full = False
        self.open += 1
        return ReplayPermit(self, Seat(self._held, guest))

    def _left(self) -> None:
        self.open -= 1


class ReplayPermit:
    """One session's place among all."""

    __slots__ = ("_limits", "_seat")

    def __init__(self, limits: ReplayLimits, seat: Seat) -> None:
        self._limits: ReplayLimits | None = limits
        self._seat: Final = seat

    def leave(self) -> None:
        """Give it back; a second call does nothing."""
        limits, self._limits = self._limits, None
        if limits is not None:
            limits._left()  # noqa: SLF001 - the two are one thing
            self._seat.leave()
