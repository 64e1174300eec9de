"""The far ends of a live feed: a few words of memory each, and no task, queue or timer."""

import asyncio
import fcntl
import struct
import termios
from collections.abc import Sequence
from typing import Any, ClassVar

from websockets.frames import DATA_OPCODES, CloseCode, Frame
from websockets.protocol import State
from websockets.server import ServerProtocol

from web.sockets.crowd import Seat
from web.sockets.feed import Feed, Write
from web.sockets.heart import Heart
from web.sockets.wires import SOCKET, STREAM, Wire

MAX_MESSAGE_BYTES = 4 * 1024
"""What a viewer may say at once; a control of the replay socket is one such message."""


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

    def write_pieces(self, pieces: Sequence[bytes]) -> None:
        self.transport.writelines(pieces)

    def backlog(self) -> int:
        return self.transport.get_write_buffer_size() + _on_the_way(self.transport)

    def abort(self) -> None:
        self.transport.abort()

    def shutdown(self) -> None:
        self.go(self.wire.parting(self._heart.retry_ms()))

    def go(self, goodbye: bytes = b"") -> None:
        """Leave, and close once `goodbye` has been sent."""
        self._leave()
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
    __slots__ = ()

    wire = STREAM

    def data_received(self, data: bytes) -> None:
        """Drop it: this answer never ends, so no further request has its turn."""


class SocketViewer(LiveViewer):
    """A socket whose client has nothing to say: most never need more than this."""

    __slots__ = ("_owed", "_peer")

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
        self._peer: ServerProtocol | None = None
        self._owed = b""

    def data_received(self, data: bytes) -> None:
        if self._peer is None:
            self._peer = ServerProtocol(state=State.OPEN, max_size=MAX_MESSAGE_BYTES)
        peer = self._peer
        peer.receive_data(data)
        if peer.state is State.OPEN and any(map(_is_whole_message, peer.events_received())):
            peer.fail(CloseCode.POLICY_VIOLATION, "viewers have nothing to say")
        answers = peer.data_to_send()
        if peer.state is not State.OPEN:
            self.go(b"".join(answers))
        elif answers and self.slow:
            # One that pings and never reads must not pile up pongs: the last one will do.
            self._owed = answers[-1]
        elif answers:
            self.write(b"".join(answers))

    def resume_writing(self) -> None:
        super().resume_writing()
        self.write(self._owed)
        self._owed = b""


def _is_whole_message(event: object) -> bool:
    # The last frame of a message, since only then is it known to be short enough for this code.
    return isinstance(event, Frame) and event.opcode in DATA_OPCODES and event.fin


def _on_the_way(transport: asyncio.Transport) -> int:
    """Count the bytes that the system took and the other end has not acknowledged."""
    descriptor = transport.get_extra_info("socket").fileno()
    if descriptor < 0:
        return 0
    count: int = struct.unpack("i", fcntl.ioctl(descriptor, termios.TIOCOUTQ, bytes(4)))[0]
    return count
