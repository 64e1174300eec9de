"""What all replay sessions share, and who may open one."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from replay.clock import Clock, WallClock
from replay.playhead import Playhead
from web.sockets.crowd import Seat
from web.sockets.handshake import RequestHead, unknown
from web.sockets.heart import Heart
from web.sockets.keyframe_cache import KeyframeCache
from web.sockets.loop_share import LoopShare
from web.sockets.replay import Replayed, ReplaySession
from web.sockets.replay_handshake import wish_of
from web.sockets.replay_limits import ReplayLimits
from web.sockets.replay_viewer import PATIENCE_SECONDS, ReplayViewer


class Replays:
    """
    The replay sessions of a process: one cache, one share of the event loop, one set of limits.

    Attributes:
        limits: Which count the sessions that are open.
    """

    def __init__(
        self,
        lookup: Callable[[str], Replayed | None],
        hour: Callable[[], str],
        *,
        clock: Clock | None = None,
        limits: ReplayLimits | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """
        Args:
            lookup: The night of a ceremony, or None.
            hour: The hour as text, for `server_time`.
            clock: What playback is paced by; the wall's where none is given.
            limits: The usual ones where none are given.
            patience: Seconds that a viewer may take to read what was written.
        """
        self.limits: Final = limits or ReplayLimits()
        self._lookup: Final = lookup
        self._hour: Final = hour
        self._clock: Final = clock or WallClock()
        self._patience: Final = patience
        self._keyframes: Final = KeyframeCache()
        self._share: Final = LoopShare()

    def session(self, asked: RequestHead) -> ReplaySession:
        """
        Return the session that a request asks for, not yet begun.

        Raises:
            HandshakeRefused: There is no such ceremony, or the query cannot be read.
        """
        night = self._lookup(asked.ceremony)
        if night is None:
            raise unknown(asked.ceremony)
        wish = wish_of(asked.query, len(night.times))
        head = Playhead(version=wish.version, speed=wish.speed, idle=wish.idle)
        return ReplaySession(night, head, self._keyframes, self._hour)

    def join(
        self,
        transport: asyncio.Transport,
        session: ReplaySession,
        *,
        preface: bytes,
        heart: Heart,
        connections: set[Any],
        seat: Seat,
    ) -> ReplayViewer:
        """
        Begin a session for a connection; the arguments are those of `ReplayViewer`.

        Raises:
            HandshakeRefused: There are too many, in all or of the seat's guest.
        """
        return ReplayViewer(
            transport,
            session,
            preface=preface,
            clock=self._clock,
            share=self._share,
            heart=heart,
            connections=connections,
            seat=seat,
            permit=self.limits.enter(seat.guest),
            patience=self._patience,
        )
