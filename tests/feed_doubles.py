"""Both ends of a feed for its tests: a history that grows on demand, a viewer that checks."""

from collections.abc import Sequence
from typing import Any

import msgspec
from websockets.client import ClientProtocol
from websockets.frames import Frame
from websockets.protocol import State
from websockets.uri import parse_uri

from web.sockets.feed import Cursor, Feed
from web.sockets.wires import SOCKET, STREAM, Wire

HOUR = "2025-03-03T00:00:00.000Z"


class GrowingHistory:
    """A source whose board is its version, padded to `board_bytes`; frames to `frame_bytes`."""

    def __init__(
        self, epoch: str = "e-1", version: int = 0, *, board_bytes: int = 200, frame_bytes: int = 60
    ) -> None:
        self.epoch = epoch
        self.version = version
        self.board_bytes = board_bytes
        self.frame_bytes = frame_bytes

    def keyframe(self) -> bytes:
        return _padded(
            b'{"type":"keyframe","version":%d,"board":{"at":%d' % (self.version, self.version),
            b"}}",
            self.board_bytes,
        )

    def frame(self, version: int) -> bytes:
        return _padded(b'{"type":"frame","version":%d' % version, b"}", self.frame_bytes)

    def frames(self, after: int) -> Sequence[bytes]:
        return [self.frame(version) for version in range(after + 1, self.version + 1)]

    def size(self, after: int) -> int:
        return sum(map(len, GrowingHistory.frames(self, after)))

    def grow(self, feed: Feed) -> None:
        self.version += 1
        feed.publish(self.frame(self.version), self.version)


class CheckingViewer:
    """
    A viewer that holds every message against the contract, in the order it reads them.

    Args:
        feed: What it calls when its backlog passes `capacity` bytes, and when it has drained.
        cursor: Where it stood when it came, which is where its first frames must go on.
    """

    def __init__(
        self, feed: Feed, wire: Wire = SOCKET, cursor: Cursor | None = None, capacity: int = 10**9
    ) -> None:
        self.feed = feed
        self.wire = wire
        self.place = cursor
        self.capacity = capacity
        self.unread = b""
        self.writes = 0
        self.slow = False
        self.gone = False
        self.log: list[dict[str, Any]] = []

    def write(self, data: bytes, /) -> None:
        if self.gone:
            raise RuntimeError("closed")
        self.writes += 1
        self.unread += data
        if len(self.unread) > self.capacity and not self.slow:
            self.slow = True
            self.feed.pause(self)

    @property
    def closed(self) -> bool:
        return self.gone

    def write_pieces(self, pieces: Sequence[bytes]) -> None:
        self.write(b"".join(pieces))

    def backlog(self) -> int:
        return len(self.unread)

    def abort(self) -> None:
        self.gone = True

    def leave(self) -> None:
        self.gone = True
        self.feed.leave(self)

    def read(self) -> list[dict[str, Any]]:
        """Read everything, check it, and return it."""
        data, self.unread = self.unread, b""
        fresh = decode(self.wire, data)
        for message in fresh:
            self._check(message)
            self.log.append(message)
        if self.slow and not self.gone:
            self.slow = False
            self.feed.resume(self)
        return fresh

    @property
    def types(self) -> list[str]:
        return [message["type"] for message in self.log]

    def _check(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "hello":
                assert not self.log
                self.epoch = message["epoch"]
            case "resync":
                self.epoch = message["epoch"]
                self.place = None
            case "keyframe":
                assert self.types[-1] in {"hello", "resync"}
                assert message["board"]["at"] == message["version"]
                self.place = Cursor(self.epoch, message["version"])
            case "frame":
                assert self.place == Cursor(self.epoch, message["version"] - 1)
                self.place = Cursor(self.epoch, message["version"])
            case "caught-up" | "heartbeat":
                assert self.place == Cursor(self.epoch, message["version"])
        if wire_id := message.pop("wire id", None):
            assert self.place is not None
            assert wire_id == f"{self.place.epoch}:{self.place.version}"


def decode(wire: Wire, data: bytes) -> list[dict[str, Any]]:
    """Return the messages in `data`; a server-sent event's id is put in as `wire id`."""
    if wire is STREAM:
        return decode_stream(data)
    peer = ClientProtocol(parse_uri("ws://tracker"), state=State.OPEN, max_size=None)
    peer.receive_data(data)
    return [
        msgspec.json.decode(event.data)
        for event in peer.events_received()
        if isinstance(event, Frame)
    ]


def decode_stream(data: bytes) -> list[dict[str, Any]]:
    messages = []
    for event in data.decode().removesuffix("\n\n").split("\n\n") if data else []:
        fields = dict(line.split(": ", 1) for line in event.split("\n"))
        if "retry" in fields:
            messages.append({"type": "retry", "ms": int(fields.pop("retry"))})
            assert not fields
            continue
        message: dict[str, Any] = msgspec.json.decode(fields.pop("data"))
        if "id" in fields:
            assert message["type"] in {"keyframe", "frame"}
            message["wire id"] = fields.pop("id")
        assert not fields
        messages.append(message)
    return messages


def _padded(start: bytes, end: bytes, size: int) -> bytes:
    rest = size - len(start) - len(end) - len(b',"pad":""')
    return b'%b,"pad":"%b"%b' % (start, b"." * max(0, rest), end)
