"""The far end of a replay: one connection, one timer, and no task or queue."""

import asyncio
from contextlib import suppress
from typing import Any, Final

import structlog
from websockets.frames import Close, CloseCode, Frame, Opcode

from replay.clock import Clock, Timer
from web.sockets.backlog import backlog
from web.sockets.control_reader import MOST_UNREAD_BYTES, ControlReader
from web.sockets.crowd import Seat
from web.sockets.heart import Heart
from web.sockets.loop_share import LoopShare
from web.sockets.replay import ReplaySession
from web.sockets.replay_limits import ReplayPermit
from web.sockets.wires import SOCKET

HEARTBEAT_SECONDS: Final = 10.0
PATIENCE_SECONDS: Final = 30.0
"""How long a viewer may take nothing of what was written: as long as one of a live feed."""
CHECK_SECONDS: Final = 2.0
"""Between two looks at whether a viewer has taken something."""
LINGER_SECONDS: Final = 10.0
"""How long a finished replay may take to be read."""
IDLE_SECONDS: Final = 3600.0
"""How long a replay may be paused: longer than any break, shorter than a night."""
_SHORTEST_WAIT: Final = 0.001
"""Seconds; the loop's timers count milliseconds."""

_BUFFER: Final = memoryview(bytearray(MOST_UNREAD_BYTES))
"""Shared by all: what is received there is taken out before the loop goes on."""

_log: Final = structlog.get_logger("sockets")


class ReplayViewer(asyncio.BufferedProtocol):
    """
    Writes what a session plays, in turns of a `LoopShare`, and no faster than its client reads.

    While something that was written is unsent, nothing is played and no control is read. What falls
    due meanwhile is played afterwards, in order; when nothing is read for 30 s, the viewer is
    dropped.

    Bytes are received into a buffer of 4 KiB, so that a flood stays with the system: an ordinary
    protocol is handed up to 256 KiB at once.
    """

    __slots__ = (
        "_backlog",
        "_clock",
        "_connections",
        "_gone",
        "_heard_at",
        "_heart",
        "_next_beat",
        "_patience",
        "_permit",
        "_preface",
        "_queued",
        "_reader",
        "_seat",
        "_session",
        "_share",
        "_slow_since",
        "_timer",
        "transport",
    )

    def __init__(
        self,
        transport: asyncio.Transport,
        session: ReplaySession,
        *,
        preface: bytes,
        clock: Clock,
        share: LoopShare,
        heart: Heart,
        connections: set[Any],
        seat: Seat,
        permit: ReplayPermit,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """
        Args:
            preface: The answer to the handshake; written with the greeting, in the first turn.
            connections: uvicorn's list: at its shutdown it calls `shutdown` on all, and waits.
            patience: Seconds.
        """
        self.transport: Final = transport
        self._session: Final = session
        self._preface = preface
        self._clock: Final = clock
        self._share: Final = share
        self._heart: Final = heart
        self._connections: Final = connections
        self._seat: Final = seat
        self._permit: Final = permit
        self._patience: Final = patience
        self._reader: ControlReader | None = None  # most have nothing to say
        self._timer: Timer | None = None
        self._queued = self._gone = False
        self._slow_since: float | None = None
        self._backlog = 0
        self._heard_at = clock.now()
        self._next_beat = self._heard_at + HEARTBEAT_SECONDS
        connections.add(self)
        self._queue()

    @property
    def unread(self) -> int:
        """Bytes that were received and wait to be parsed."""
        return 0 if self._reader is None else self._reader.unread

    def begin(self, early: bytes = b"", *, paused: bool = False) -> None:
        """
        Become the transport's protocol.

        Args:
            early: What the client sent behind its request. A client waits for the answer (RFC 6455,
                4.1), so more than may wait unread closes the socket.
            paused: Not all that was written before could be sent.
        """
        transport = self.transport
        with suppress(RuntimeError):  # reset, and not yet told so
            transport.pause_reading()  # a loop reads into a buffer only from the next start on
        transport.set_protocol(self)
        with suppress(RuntimeError):
            transport.resume_reading()
        if paused:
            self.pause_writing()
        if len(early) > MOST_UNREAD_BYTES:
            self._go(_close(CloseCode.POLICY_VIOLATION, "wait for the answer to the handshake"))
        elif early:
            self._receive(early)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's signature
        return _BUFFER

    def buffer_updated(self, nbytes: int) -> None:
        self._receive(bytes(_BUFFER[:nbytes]))

    def _receive(self, data: bytes) -> None:
        if self._gone:
            return
        if self._reader is None:
            self._reader = ControlReader()
        self._reader.feed(data)
        if self.unread >= MOST_UNREAD_BYTES:
            self.transport.pause_reading()
        self._queue()

    def pause_writing(self) -> None:
        self._slow_since, self._backlog = self._clock.now(), backlog(self.transport)
        self._sleep(CHECK_SECONDS)

    def resume_writing(self) -> None:
        self._slow_since = None
        self._queue()

    def eof_received(self) -> None:
        self._go()  # half of a close is taken for a whole one, as in a live feed

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._leave()

    def shutdown(self) -> None:
        """Say good-bye at uvicorn's shutdown, with the advice when to come back."""
        self._go(SOCKET.parting(self._heart.retry_ms()))

    def _queue(self) -> None:
        if not self._queued and not self._gone:
            self._queued = True
            self._share.queue(self._take_turn)

    def _take_turn(self) -> None:
        self._queued = False
        if self._gone or self.transport.is_closing():
            return
        now, preface = self._clock.now(), self._preface
        try:
            if self._slow_since is not None and not self._preface:
                self._check(now, self._slow_since)
            else:
                self._go_on(now)
        except Exception:  # noqa: BLE001 - a fault costs the viewer it befell, and is told whole
            _log.exception("a replay failed", version=self._session.version)
            self._preface = preface  # what the turn was to write has not been written
            self._go(_close(CloseCode.INTERNAL_ERROR))

    def _check(self, now: float, slow_since: float) -> None:
        """Drop a viewer to whom nothing has come through for the length of the patience."""
        left = backlog(self.transport)
        if left < self._backlog:
            self._slow_since, self._backlog = now, left
        elif now - slow_since >= self._patience:
            self.transport.abort()
            return
        self._sleep(CHECK_SECONDS)

    def _go_on(self, now: float) -> None:
        session, reader = self._session, self._reader
        written: list[bytes] = []
        if self._preface:
            written += [self._preface, *session.greeting(now)]
            self._preface = b""
        if reader is not None and not session.waiting and (wishes := reader.read(now)):
            self._heard_at = now
            session.take(wishes)
        written += session.turn(now)
        if reader is not None and reader.closed and not session.waiting:
            self._go(b"".join([*written, reader.answer]))
            return
        if reader is not None and reader.answer and not reader.closed:
            written.append(reader.answer)
            reader.answer = b""
        if session.finished:
            self._go(b"".join([*written, _close(CloseCode.NORMAL_CLOSURE)]), LINGER_SECONDS)
            return
        if session.paused and now - self._heard_at >= IDLE_SECONDS:
            reason = f"paused for an hour; open it again with from={session.version}"
            self._go(b"".join([*written, _close(CloseCode.GOING_AWAY, reason)]))
            return
        if now >= self._next_beat:
            self._next_beat = now + HEARTBEAT_SECONDS
            written.append(session.heartbeat())
        if written:
            self.transport.writelines(written)
        self._wait_for_more(now)

    def _wait_for_more(self, now: float) -> None:
        if self._slow_since is not None or self._gone:
            return  # the write was more than the system took
        waits = [self._next_beat - now]
        if self._session.waiting:
            waits.append(0.0)
        elif self._session.wait is not None:
            waits.append(self._session.wait)
        if self._reader is not None:
            if self.unread < MOST_UNREAD_BYTES:
                self.transport.resume_reading()
            if (allowed := self._reader.wait(now)) is not None:
                waits.append(allowed)
        wait = min(waits)
        if wait > 0.0:
            self._sleep(wait)
        else:
            # One turn in a step of the loop: uvloop sends at the step's end, and only then tells
            # that not all could be sent.
            asyncio.get_running_loop().call_soon(self._queue)

    def _sleep(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        when = self._clock.now() + max(seconds, _SHORTEST_WAIT)
        self._timer = self._clock.call_at(when, self._queue)

    def _go(self, goodbye: bytes = b"", patience: float | None = None) -> None:
        """Leave, and close once `goodbye` has been sent; seconds it may take."""
        if self._gone:
            return
        self._leave()
        with suppress(RuntimeError):  # closed behind our back
            self.transport.write(self._preface + goodbye)
            self.transport.pause_reading()
            self._heart.linger(self.transport, self._connections, patience)
            self.transport.resume_reading()  # as an ordinary protocol

    def _leave(self) -> None:
        self._gone = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._connections.discard(self)
        self._permit.leave()
        self._seat.leave()


def _close(code: CloseCode, reason: str = "") -> bytes:
    return Frame(Opcode.CLOSE, Close(code, reason).serialize()).serialize(mask=False)
