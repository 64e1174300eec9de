"""
Thousands of viewers in one process, which hold every byte they are sent against the contract.

What one viewer got is what all must get: the first to see a version writes its bytes down, and
every other one is compared with them. So a board is folded once for each keyframe, and not once
for each viewer.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import resource
import struct
from collections.abc import Callable
from typing import Any, Final, cast

from tracker.patch import merge

KEY: Final = "AAAAAAAAAAAAAAAAAAAAAA=="
_VERSION: Final = re.compile(rb'"version":(\d+)\D*$')
_ADVICE: Final = re.compile(rb"restart; retry in (\d+) ms")
_TEXT: Final = 0x81
_CLOSE: Final = 0x88
_TWO_BYTES: Final = 126
_EIGHT_BYTES: Final = 127


def take_all_descriptors() -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Truth:
    """What the first viewer saw of each version, for the others to be compared with."""

    def __init__(self) -> None:
        self.epoch = ""
        self.frames: Final[dict[int, bytes]] = {}
        self.keyframes: Final[dict[int, bytes]] = {}
        self.seen = 0

    def same(self, kept: dict[int, bytes], version: int, message: bytes) -> None:
        self.seen += 1
        assert kept.setdefault(version, message) == message, f"two forms of version {version}"

    def board(self, start: int, until: int) -> Any:
        """Return the board of `until`, folded from the keyframe of `start`."""
        board = json.loads(self.keyframes[start])["board"]
        for version in range(start + 1, until + 1):
            board = merge(board, json.loads(self.frames[version])["patch"])
        return board


class Follower(asyncio.Protocol):
    """
    One viewer on a socket; it goes on where it stood when it is connected again.

    Attributes:
        start: The version of its last keyframe.
        version: Where it stands.
        advice: Milliseconds, once the server has told when to come back.
        lost: Called when the connection is gone.
    """

    def __init__(self, truth: Truth, path: str) -> None:
        self.truth: Final = truth
        self.path: Final = path
        self.start = -1
        self.version = -1
        self.resyncs = 0
        self.caught_up = False
        self.advice: int | None = None
        self.lost: Callable[[Follower], None] = lambda _: None
        self.transport: asyncio.Transport | None = None
        self._unread = bytearray()
        self._entered = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.advice, self.caught_up, self._entered = None, False, False
        self._unread.clear()
        cursor = f"?epoch={self.truth.epoch}&after={self.version}" if self.version >= 0 else ""
        self.transport.write(
            f"GET {self.path}{cursor} HTTP/1.1\r\nHost: soak\r\nConnection: Upgrade\r\n"
            f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n"
            "\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        unread = self._unread
        unread += data
        if not self._entered:
            head = unread.find(b"\r\n\r\n")
            if head < 0:
                return
            assert unread.startswith(b"HTTP/1.1 101"), bytes(unread[:200])
            del unread[: head + 4]
            self._entered = True
        while len(unread) > 1:
            size, start = unread[1], 2
            if size == _TWO_BYTES and len(unread) > 4:
                size, start = struct.unpack_from("!H", unread, 2)[0], 4
            elif size == _EIGHT_BYTES and len(unread) > 10:
                size, start = struct.unpack_from("!Q", unread, 2)[0], 10
            elif size >= _TWO_BYTES:
                return
            if len(unread) < start + size:
                return
            kind, message = unread[0], bytes(unread[start : start + size])
            del unread[: start + size]
            self._take(kind, message)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.transport = None
        self.caught_up = False
        self.lost(self)

    def let_go(self) -> asyncio.Transport | None:
        """Hear no more from this connection, and return it."""
        transport, self.transport = self.transport, None
        if transport is not None:
            transport.set_protocol(asyncio.Protocol())
        return transport

    def cut(self) -> None:
        """Break the line without a word."""
        if (transport := self.let_go()) is not None:
            transport.abort()

    def _take(self, kind: int, message: bytes) -> None:
        if kind == _CLOSE:
            told = _ADVICE.search(message)
            self.advice = int(told[1]) if told else None
            return
        assert kind == _TEXT, kind
        if b'"type":"frame"' in message:
            version = _version(message)
            assert version == self.version + 1, f"version {version} after {self.version}"
            self.truth.same(self.truth.frames, version, message)
            self.version = version
        elif b'"type":"keyframe"' in message:
            self.start = self.version = _version(message)
            self.truth.same(self.truth.keyframes, self.version, message)
        else:
            self._hear(json.loads(message))

    def _hear(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "hello":
                assert self.truth.epoch in {"", message["epoch"]}
                self.truth.epoch = message["epoch"]
            case "caught-up":
                assert message["version"] == self.version
                self.caught_up = True
            case "heartbeat":
                assert message["version"] == self.version
            case "resync":
                self.resyncs += 1


def _version(message: bytes) -> int:
    """Read the version without reading the rest: by canonical JSON it stands last."""
    found = _VERSION.search(message)
    assert found is not None, message[-100:]
    return int(found[1])


async def connected(follower: Follower, port: int) -> None:
    """Connect, as often as it takes, as a page would."""
    loop = asyncio.get_running_loop()
    for attempt in range(30):
        try:
            await loop.create_connection(lambda: follower, "127.0.0.1", port)
        except OSError:
            await asyncio.sleep(random.random() * min(0.5 * 2**attempt, 10))
        else:
            return
    raise ConnectionError("the server did not come back")


async def until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - looked at, not told
            await asyncio.sleep(0.02)
    print(f"  {what}", flush=True)
