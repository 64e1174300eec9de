"""How a message looks on the wire: as a frame of a socket, or as an event of an event stream."""

from collections.abc import Iterable
from typing import Protocol

from websockets.frames import Close, CloseCode, Frame, Opcode

from web.sockets.goodbye import reason


class Wire(Protocol):
    def plain(self, message: bytes) -> bytes:
        """Wrap a message that is no place to resume from."""
        ...

    def placed(self, message: bytes, epoch: str, version: int) -> bytes:
        """Wrap a message after which the viewer stands at `version` of `epoch`."""
        ...

    def stretch(self, messages: Iterable[bytes], epoch: str, after: int) -> bytes:
        """Wrap the messages of the versions that follow `after`, in one piece."""
        ...

    def parting(self, retry_ms: int) -> bytes:
        """Say that the server goes, and after how many milliseconds to come back."""
        ...


class SocketWire:
    """Unmasked, uncompressed text frames of RFC 6455."""

    def plain(self, message: bytes) -> bytes:
        return Frame(Opcode.TEXT, message).serialize(mask=False)

    def placed(self, message: bytes, epoch: str, version: int) -> bytes:  # noqa: ARG002 - a socket says both in the JSON
        return self.plain(message)

    def stretch(self, messages: Iterable[bytes], epoch: str, after: int) -> bytes:  # noqa: ARG002 - as above
        return b"".join(map(self.plain, messages))

    def parting(self, retry_ms: int) -> bytes:
        close = Close(CloseCode.SERVICE_RESTART, reason(retry_ms))
        return Frame(Opcode.CLOSE, close.serialize()).serialize(mask=False)


class StreamWire:
    """Server-sent events, with the cursor as the id that a browser sends back on its return."""

    def plain(self, message: bytes) -> bytes:
        return b"data: %b\n\n" % message

    def placed(self, message: bytes, epoch: str, version: int) -> bytes:
        return b"id: %b:%d\ndata: %b\n\n" % (epoch.encode(), version, message)

    def stretch(self, messages: Iterable[bytes], epoch: str, after: int) -> bytes:
        placed = (self.placed(each, epoch, at) for at, each in enumerate(messages, after + 1))
        return b"".join(placed)

    def parting(self, retry_ms: int) -> bytes:
        return b"retry: %d\n\n" % retry_ms


SOCKET = SocketWire()
STREAM = StreamWire()
