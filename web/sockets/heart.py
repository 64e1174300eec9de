"""The one timer of all connections: heartbeats, request deadlines, and the lingering close."""

import asyncio
from collections.abc import Callable
from typing import Any

from web.guarded import attempt
from web.sockets.allowance import Allowance
from web.sockets.backlog import backlog
from web.sockets.feed import Feeds
from web.sockets.goodbye import retry_ms

# What a client may still send after the goodbye; more is an attack, not a habit.
LAST_WORDS = 1024 * 1024
AHEAD_AT_ONCE = 100
AHEAD_PER_SECOND = 200
"""A fifth of the loop for those who do not wait for an answer, as browsers and proxies all do."""
_UNKNOWN = -1
LEAST_READ = 16 * 1024
"""Bytes that a client must take in a minute: slower than any line that a phone still keeps."""

_FAILED = "timer failed"


class Lingering(asyncio.Protocol):
    """
    A connection after its goodbye: what still comes in is read and thrown away.

    Closing at once would answer unread bytes with a reset, and a reset can overtake the
    goodbye on its way to the client.
    """

    __slots__ = ("_allowance", "_connections", "_others", "transport")

    def __init__(
        self,
        transport: asyncio.Transport,
        connections: set[Any],
        others: "dict[Lingering, float]",
    ) -> None:
        self.transport = transport
        self._connections = connections
        self._others = others
        self._allowance = LAST_WORDS

    def data_received(self, data: bytes) -> None:
        self._allowance -= len(data)
        if self._allowance < 0:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._connections.discard(self)
        self._others.pop(self, None)

    def shutdown(self) -> None:
        """Do nothing at uvicorn's goodbye: this one has its deadline."""


class Heart:
    """
    Heartbeats to every viewer, and deadlines for those who do not ask, do not read or do not go.

    Attributes:
        ahead: Requests that were sent ahead of the answer before them, of all connections together.

    Args:
        feeds: Whom to beat for.
        now: The hour as text, for the heartbeats.
        interval: Seconds between heartbeats.
        patience: Seconds a closed connection may take to go.
        hearing: Seconds in which a request must have come whole, from the connection or from the
            answer before it. Whatever else comes meanwhile is no request.
        reading: Seconds in which a client must take `LEAST_READ` of what waits to be written.
        tick: Seconds between two looks at what is due.
    """

    def __init__(
        self,
        feeds: Feeds,
        *,
        now: Callable[[], str],
        interval: float = 10.0,
        patience: float = 2.0,
        hearing: float = 20.0,
        reading: float = 60.0,
        tick: float = 1.0,
    ) -> None:
        self._feeds = feeds
        self._now = now
        self._interval = interval
        self._patience = patience
        self._hearing = hearing
        self._reading = reading
        self._tick = tick
        self._next_beat: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._lingering: dict[Lingering, float] = {}
        self._unheard: dict[asyncio.Transport, float] = {}
        self._unread: dict[asyncio.Transport, tuple[float, int]] = {}
        self._leaving = 0
        self.ahead = Allowance(AHEAD_AT_ONCE, AHEAD_PER_SECOND)

    def start(self) -> None:
        self._next_beat = asyncio.get_running_loop().time() + self._interval
        self._again()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for lingering in tuple(self._lingering):
            lingering.transport.abort()

    def tick(self, now: float) -> None:
        """
        Do what is due; what raises holds up nothing else.

        Args:
            now: The loop's time in seconds.
        """
        for feed in self._feeds:
            attempt(_FAILED, feed.check, now)
        for lingering, deadline in tuple(self._lingering.items()):
            if now >= deadline:
                attempt(_FAILED, lingering.transport.abort)
        for transport, deadline in tuple(self._unheard.items()):
            if now >= deadline:
                self.heard(transport)
                attempt(_FAILED, self.close, transport)
        for transport in tuple(self._unread):
            attempt(_FAILED, self._check_reading, transport, now)
        if self._next_beat is None or now >= self._next_beat:
            self._next_beat = now + self._interval
            attempt(_FAILED, self._beat)

    def _check_reading(self, transport: asyncio.Transport, now: float) -> None:
        deadline, before = self._unread[transport]
        if before == _UNKNOWN:
            self._unread[transport] = deadline, backlog(transport)
        elif now >= deadline:
            left = backlog(transport)
            self._unread[transport] = now + self._reading, left
            if left > before - LEAST_READ:
                self.taken(transport)
                transport.abort()

    def _beat(self) -> None:
        hour = self._now()
        for feed in self._feeds:
            attempt(_FAILED, feed.beat, hour)

    @property
    def lingering(self) -> int:
        """How many connections have had their goodbye and are not gone yet."""
        return len(self._lingering)

    def drain(self) -> None:
        """Remember how many there are to come back, before they are sent away one by one."""
        self._leaving = sum(feed.viewers for feed in self._feeds)

    def retry_ms(self) -> int:
        """Return when one of the viewers that are sent away shall come back."""
        return retry_ms(self._leaving)

    def hear(self, transport: asyncio.Transport) -> None:
        """Wait for a request; one that does not come, or comes in drops, is not waited for long."""
        if transport not in self._unheard:
            self._unheard[transport] = asyncio.get_running_loop().time() + self._hearing

    def heard(self, transport: asyncio.Transport) -> None:
        """Wait no longer: the request is here."""
        self._unheard.pop(transport, None)

    def await_reader(self, transport: asyncio.Transport) -> None:
        """Wait until what was written is taken; a client that hardly reads is cut off."""
        if transport not in self._unread:
            deadline = asyncio.get_running_loop().time() + self._reading
            # At the next tick the system has taken what it could, and that was not read yet.
            self._unread[transport] = deadline, _UNKNOWN

    def taken(self, transport: asyncio.Transport) -> None:
        """Wait no longer: what was written has been taken, but for a little."""
        self._unread.pop(transport, None)

    def forget(self, transport: asyncio.Transport) -> None:
        """Wait for nothing: the connection is gone, or another rule holds for it."""
        self.heard(transport)
        self.taken(transport)

    def close(self, transport: asyncio.Transport) -> None:
        """Close a connection once what was written is taken, or not taken for too long."""
        transport.close()
        if transport.get_write_buffer_size():
            self.await_reader(transport)

    def linger(
        self,
        transport: asyncio.Transport,
        connections: set[Any],
        patience: float | None = None,
    ) -> None:
        """
        Close a connection once its client has had the chance to read what was written.

        Args:
            transport: It gets a new protocol, and loses it within `patience`.
            connections: The server's own list, which the connection stays in until it is gone.
            patience: Seconds; None for the usual.
        """
        self.forget(transport)
        lingering = Lingering(transport, connections, self._lingering)
        most = self._patience if patience is None else patience
        self._lingering[lingering] = asyncio.get_running_loop().time() + most
        connections.add(lingering)
        transport.set_protocol(lingering)
        try:
            if transport.can_write_eof():
                transport.write_eof()
            else:
                transport.close()
        except RuntimeError:
            transport.abort()  # reset, and not yet told so

    def _again(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._tick, self._again)
        self.tick(loop.time())
