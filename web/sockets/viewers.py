"""The far ends of a live feed: a few words of memory each, and no task, queue or timer."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, ClassVar

from websockets.frames import Close, Frame, Opcode

from web.sockets.backlog import backlog
from web.sockets.control_frames import ControlFrames, Violation
from web.sockets.crowd import Seat
from web.sockets.feed import Feed
from web.sockets.heart import Heart
from web.sockets.viewer import Write
from web.sockets.wires import SOCKET, STREAM, Wire

MAX_BEHIND_BYTES = 16 * 1024
"""What may follow the request for an event stream, a small body say: as much as a head may take."""


class LiveViewer(asyncio.Protocol):
    __slots__ = ("_connections", "_feed", "_heart", "_seat", "slow", "transport", "write")

    wire: ClassVar[Wire]

    def __init__(
        self,
        transport: asyncio.Transport,
        feed: Feed,
        heart: Heart,
        connections: set[Any],
        seat: Seat,
    ) -> None:
        self.transport = transport
        # The transport's own method, so that a frame costs one call.
        self.write: Write = transport.write
        self.slow = False
        self._feed = feed
        self._heart = heart
        self._connections = connections
        self._seat = seat
        # uvicorn's list: at its shutdown it calls `shutdown` on all of them, and waits.
        connections.add(self)

    @property
    def closed(self) -> bool:
        return self.transport.is_closing()

    def write_pieces(self, pieces: Sequence[bytes]) -> None:
        self.transport.writelines(pieces)

    def backlog(self) -> int:
        return backlog(self.transport)

    def abort(self) -> None:
        self.transport.abort()

    def shutdown(self) -> None:
        self.go(self.wire.parting(self._heart.retry_ms()))

    def go(self, goodbye: bytes = b"") -> None:
        """Leave, and close once `goodbye` has been sent."""
        self._leave()
        with suppress(RuntimeError):  # reset, and not yet told so
            self.write(goodbye)
        self._heart.linger(self.transport, self._connections)

    def pause_writing(self) -> None:
        self.slow = True
        self._feed.pause(self)

    def resume_writing(self) -> None:
        self.slow = False
        self._feed.resume(self)

    def eof_received(self) -> None:
        # Half of a close is taken for a whole one, or the viewers that left could not be told
        # from those that listen.
        self.go()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._leave()

    def _leave(self) -> None:
        self._feed.leave(self)
        self._connections.discard(self)
        self._seat.leave()


class StreamViewer(LiveViewer):
    """An event stream never ends, so no further request of its connection has its turn."""

    __slots__ = ("_behind",)

    wire = STREAM

    def __init__(
        self,
        transport: asyncio.Transport,
        feed: Feed,
        heart: Heart,
        connections: set[Any],
        seat: Seat,
    ) -> None:
        super().__init__(transport, feed, heart, connections, seat)
        self._behind = 0

    def data_received(self, data: bytes) -> None:
        """Drop it; more than a little of it ends the stream."""
        self._behind += len(data)
        if self._behind > MAX_BEHIND_BYTES:
            self.go()


class SocketViewer(LiveViewer):
    """A socket whose client has nothing to say: most never need more than this."""

    __slots__ = ("_frames", "_owed")

    wire = SOCKET

    def __init__(
        self,
        transport: asyncio.Transport,
        feed: Feed,
        heart: Heart,
        connections: set[Any],
        seat: Seat,
    ) -> None:
        super().__init__(transport, feed, heart, connections, seat)
        self._frames: ControlFrames | None = None
        self._owed = b""

    def data_received(self, data: bytes) -> None:
        """Answer pings and a close; anything else closes the socket."""
        if self._frames is None:
            self._frames = ControlFrames()
        pongs: list[bytes] = []
        try:
            for frame in self._frames.read(data):
                if frame.opcode is Opcode.PING:
                    pongs.append(Frame(Opcode.PONG, frame.data).serialize(mask=False))
                elif frame.opcode is Opcode.CLOSE:
                    self._close(pongs, bytes(frame.data))
                    return
        except Violation as broken:
            self._close(pongs, Close(broken.code, broken.reason).serialize())
            return
        if pongs and self.slow:
            # One that pings and never reads must not pile up pongs: the last one will do.
            self._owed = pongs[-1]
        elif pongs:
            self.write(b"".join(pongs))

    def resume_writing(self) -> None:
        super().resume_writing()
        self.write(self._owed)
        self._owed = b""

    def _close(self, pongs: list[bytes], payload: bytes) -> None:
        close = Frame(Opcode.CLOSE, payload).serialize(mask=False)
        self.go(b"".join(() if self.slow else pongs) + close)
