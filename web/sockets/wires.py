"""How a message looks on the wire: as a frame of a socket, or as an event of an event stream."""

from typing import Protocol

from websockets.frames import Close, CloseCode, Frame, Opcode


class Wire(Protocol):
    def plain(self, message: bytes) -> bytes:
        """Wrap a message that is no place to resume from."""
        ...

    def placed(self, message: bytes, epoch: str, version: int) -> bytes:
        """Wrap a message after which the viewer stands at `version` of `epoch`."""
        ...


class SocketWire:
    """Unmasked, uncompressed text frames of RFC 6455."""

    def plain(self, message: bytes) -> bytes:
        return Frame(Opcode.TEXT, message).serialize(mask=False)

    def placed(self, message: bytes, epoch: str, version: int) -> bytes:  # noqa: ARG002 - a socket says both in the JSON
        return self.plain(message)

    def close(self, code: CloseCode, reason: str = "") -> bytes:
        return Frame(Opcode.CLOSE, Close(code, reason).serialize()).serialize(mask=False)


class StreamWire:
    """Server-sent events, with the cursor as the id that a browser sends back on its return."""

    def plain(self, message: bytes) -> bytes:
        return b"data: %b\n\n" % message

    def placed(self, message: bytes, epoch: str, version: int) -> bytes:
        return b"id: %b:%d\ndata: %b\n\n" % (epoch.encode(), version, message)


SOCKET = SocketWire()
STREAM = StreamWire()
