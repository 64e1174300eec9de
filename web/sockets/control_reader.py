"""Bytes of a replay's client to controls, no faster than the rate limit allows."""

from typing import Final

import msgspec
from websockets.frames import DATA_OPCODES, CloseCode, Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from replay.player import Declined
from replay.playhead import Control
from web.sockets.control_frames import MAX_MESSAGE_BYTES

FRAMES_PER_SECOND: Final = 100
"""A slider that is dragged sends 60 a second."""
BURST_FRAMES: Final = 100
MOST_UNREAD_BYTES: Final = MAX_MESSAGE_BYTES
"""What is beyond that stays with the system, and then with the client: backpressure."""
_PIECE: Final = 512
"""Bytes parsed at once: 85 empty frames, which take half a millisecond."""
_LONGEST_DETAIL: Final = 200

_controls: Final[msgspec.json.Decoder[Control]] = msgspec.json.Decoder(Control)


class ControlReader:
    """
    Rate limit (GCRA) and parser of one session.

    Every frame counts, whether it is a control, a fragment, a ping or a pong: 100 a second, and as
    many at once after a pause. What comes faster is left unread until its time has come, and is
    answered then; nothing is thrown away.

    Attributes:
        answer: Bytes to be sent to the client, pongs or a close. The last pong alone is kept.
        closed: The client has closed, or broken the protocol: `answer` is the last word.
    """

    __slots__ = (
        "_allowed_at",
        "_garbled",
        "_kind",
        "_parts",
        "_peer",
        "_unread",
        "answer",
        "closed",
    )

    def __init__(self) -> None:
        self.answer = b""
        self.closed = False
        self._peer: Final = ServerProtocol(state=State.OPEN, max_size=MAX_MESSAGE_BYTES)
        self._unread = bytearray()
        self._allowed_at = 0.0
        self._kind = Opcode.TEXT
        self._parts: Final[list[bytes]] = []
        self._garbled = False

    @property
    def unread(self) -> int:
        """Bytes that wait to be parsed."""
        return len(self._unread)

    def feed(self, data: bytes) -> None:
        """Take in what came, without a look at it."""
        if not self.closed:
            self._unread += data

    def wait(self, now: float) -> float | None:
        """Return the seconds until the unread bytes may be parsed; None if there are none."""
        if not self._unread:
            return None
        return max(0.0, self._allowed_at - now - (BURST_FRAMES - 1) / FRAMES_PER_SECOND)

    def read(self, now: float) -> list[Control | Declined]:
        """
        Return the next controls, as far as the rate limit allows at `now`, in seconds.

        A piece that holds more frames than were left is parsed whole; the others wait longer for
        it. One call parses `MOST_UNREAD_BYTES` at most.
        """
        wishes: list[Control | Declined] = []
        parsed = 0
        while parsed < MOST_UNREAD_BYTES and self.wait(now) == 0.0:
            piece = bytes(self._unread[:_PIECE])
            del self._unread[:_PIECE]
            parsed += len(piece)
            frames = self._parse(piece, wishes)
            self._allowed_at = max(self._allowed_at, now) + frames / FRAMES_PER_SECOND
        return wishes

    def _parse(self, piece: bytes, wishes: list[Control | Declined]) -> int:
        peer = self._peer
        peer.receive_data(piece)
        events = peer.events_received()
        for event in events:
            if isinstance(event, Frame) and event.opcode in DATA_OPCODES and not self._garbled:
                self._take(event, wishes)
        answers = peer.data_to_send()
        if peer.state is not State.OPEN:
            self.closed = True
            self.answer = b"".join(answers)
            self._unread.clear()
        elif answers:
            self.answer = answers[-1]  # a pong answers all pings before it, says RFC 6455
        return len(events)

    def _take(self, frame: Frame, wishes: list[Control | Declined]) -> None:
        if frame.opcode is not Opcode.CONT:
            self._kind = frame.opcode
        if frame.data:
            self._parts.append(bytes(frame.data))
        if not frame.fin:
            return
        message = b"".join(self._parts)
        self._parts.clear()
        if self._kind is Opcode.BINARY:
            wishes.append(Declined('A control is JSON text, such as {"type":"pause"}.'))
            return
        try:
            wishes.append(_control(message.decode()))
        except UnicodeDecodeError:
            self._garbled = True  # what stands behind it in the same piece is not obeyed
            self._peer.fail(CloseCode.INVALID_DATA, "text that is not UTF-8")


def _control(text: str) -> Control | Declined:
    try:
        return _controls.decode(text)
    except RecursionError:
        detail = "This is nested too deep"
    except msgspec.DecodeError as problem:
        detail = str(problem)[:_LONGEST_DETAIL]
    return Declined(f'{detail}. A control is JSON, such as {{"type":"pause"}}.')
