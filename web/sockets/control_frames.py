"""What a viewer of a live feed may send: control frames of RFC 6455, and few of them."""

import time
from collections.abc import Callable, Iterator
from typing import Final

from websockets.exceptions import ProtocolError
from websockets.frames import CTRL_OPCODES, Close, CloseCode, Frame, Opcode
from websockets.utils import apply_mask

from web.sockets.allowance import Allowance

MAX_MESSAGE_BYTES: Final = 4 * 1024
"""A control of the replay socket is one message; whatever is longer has another close code."""
AT_ONCE_BYTES: Final = 1024
"""Seven of the longest pings, or 170 empty ones: 0.3 ms of parsing at most."""
PER_SECOND_BYTES: Final = 256
"""Two of the longest pings a second, or 42 empty ones; clients send one in 20 s."""

_FIN: Final = 0x80
_RESERVED: Final = 0x70
_OPCODE: Final = 0x0F
_MASKED: Final = 0x80
_LENGTH: Final = 0x7F
_MAX_CONTROL_BYTES: Final = 125
_TWO_BYTES_FOLLOW: Final = 126
_HEAD_BYTES: Final = 6
"""Of a control frame: two bytes, and the mask."""
_DATA: Final = (Opcode.TEXT, Opcode.BINARY)


class Violation(Exception):
    """The client broke a rule: the socket closes with this code and reason."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code: Final = code
        self.reason: Final = reason


class ControlFrames:
    """
    Reads the frames of a client that may send control frames alone.

    A data frame is refused by its first two to four bytes, whether or not its message is whole:
    its payload is neither waited for nor parsed. Bytes over the allowance are not parsed at all.
    """

    __slots__ = ("_allowance", "_unread")

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """
        Args:
            clock: In seconds; only differences matter.
        """
        self._allowance = Allowance(AT_ONCE_BYTES, PER_SECOND_BYTES, clock)
        self._unread = b""

    def read(self, data: bytes) -> Iterator[Frame]:
        """
        Yield the control frames that are whole now.

        Raises:
            Violation: A data frame, a malformed frame, or more than is allowed.
        """
        allowed = self._allowance.take(len(data))
        unread, at = self._unread + data[:allowed], 0
        while frame := _frame_at(unread, at):
            yield frame
            at += _HEAD_BYTES + len(frame.data)
        self._unread = unread[at:]
        if allowed < len(data):
            raise Violation(
                CloseCode.POLICY_VIOLATION, f"more than {PER_SECOND_BYTES} bytes a second"
            )


def _frame_at(data: bytes, at: int) -> Frame | None:
    """
    Return the control frame at a place, or None if it is not whole yet.

    Raises:
        Violation: It is no control frame, or a malformed one.
    """
    if len(data) < at + 2:
        return None
    first, second = data[at], data[at + 1]
    opcode, length = first & _OPCODE, second & _LENGTH
    if first & _RESERVED or not second & _MASKED:
        raise Violation(CloseCode.PROTOCOL_ERROR, "reserved bits, or no mask")
    if opcode in _DATA:
        if length == _TWO_BYTES_FOLLOW:
            if len(data) < at + 4:
                return None
            length = int.from_bytes(data[at + 2 : at + 4])
        elif length > _TWO_BYTES_FOLLOW:
            length = MAX_MESSAGE_BYTES + 1  # it takes eight bytes to say, so it is longer
        raise _spoken(length)
    if opcode not in CTRL_OPCODES or not first & _FIN or length > _MAX_CONTROL_BYTES:
        raise Violation(CloseCode.PROTOCOL_ERROR, "no control frame")
    start = at + _HEAD_BYTES
    if len(data) < start + length:
        return None
    payload = apply_mask(data[start : start + length], data[start - 4 : start])
    frame = Frame(Opcode(opcode), payload)
    if frame.opcode is Opcode.CLOSE:
        _check_close(payload)
    return frame


def _spoken(length: int) -> Violation:
    if length > MAX_MESSAGE_BYTES:
        return Violation(CloseCode.MESSAGE_TOO_BIG, f"over {MAX_MESSAGE_BYTES} bytes")
    return Violation(CloseCode.POLICY_VIOLATION, "viewers have nothing to say")


def _check_close(payload: bytes) -> None:
    try:
        Close.parse(payload)
    except ProtocolError as problem:
        raise Violation(CloseCode.PROTOCOL_ERROR, str(problem)) from None
    except UnicodeDecodeError:
        raise Violation(CloseCode.INVALID_DATA, "the reason is not UTF-8") from None
