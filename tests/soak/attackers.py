"""
Clients that mean harm, in a process of their own: floods, and lines that are held.

Each client sends 1.5 MB/s at most, and comes back 20 times a second at most when it is closed:
what one does from a laptop, and what leaves the other side of the loopback its core.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

CEREMONY: Final = "/api/ceremonies/oscars-97"
BYTES_A_SECOND: Final = 1_500_000
BURST_BYTES: Final = 30_000
BACK_AFTER: Final = 0.05
HELD_EACH: Final = 20
"""Connections that a client holds at once."""
HOLD_AGAIN: Final = 1.0
"""Seconds; what is measured is that lines are held, and not that they are opened."""
DRIP_SECONDS: Final = 3.0
"""Under the 5 s after which a silent connection is closed."""
_KEY: Final = "dGhlIHNhbXBsZSBub25jZQ=="
_CLOSE: Final = 0x88
_UPGRADE: Final = (
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Key: {_KEY}\r\n"
)


def masked(first: int, payload: bytes = b"") -> bytes:
    """Return a short frame, masked with zeros."""
    return bytes((first, 0x80 | len(payload), 0, 0, 0, 0)) + payload


_PING: Final = masked(0x89)
_EMPTY: Final = masked(0x01) + masked(0x00) * 20_000
"""A message that is never ended, in fragments without anything."""


@dataclass
class Report:
    """
    What became of the clients.

    Attributes:
        closed: How often the server closed, by the code or the status that it said.
        longest: Seconds that a held connection lasted, at most.
        held: Connections that were still open when the attack ended.
    """

    sent: int = 0
    opened: int = 0
    closed: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    held: int = 0


class Client:
    """One who attacks, with one connection after the other."""

    def __init__(self, port: int, ends: float, report: Report) -> None:
        self.port: Final = port
        self.ends: Final = ends
        self.report: Final = report

    def goes_on(self) -> bool:
        return time.monotonic() < self.ends

    async def open(self, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a socket, and read no more than the head of the answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 16)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: tracker\r\n{_UPGRADE}\r\n".encode())
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
        if not head.startswith(b"HTTP/1.1 101"):
            self.report.closed[head[9:12].decode()] += 1
            writer.close()
            raise ConnectionRefusedError
        self.report.opened += 1
        return reader, writer

    async def flood(self, path: str, said: bytes, *, reads: bool) -> None:
        """Send the same over and over, as fast as allowed, and come back when closed."""
        while self.goes_on():
            with suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
                reader, writer = await self.open(path)
                reading = asyncio.create_task(self._drain(reader)) if reads else None
                try:
                    await self._send(writer, said)
                finally:
                    if reading is not None:
                        await asyncio.wait([reading], timeout=1.0)
                        reading.cancel()
                    writer.transport.abort()
            await asyncio.sleep(BACK_AFTER)

    async def _send(self, writer: asyncio.StreamWriter, said: bytes) -> None:
        at, due = 0, time.monotonic()
        while self.goes_on():
            piece = said[at : at + BURST_BYTES]
            writer.write(piece)
            self.report.sent += len(piece)
            await asyncio.wait_for(writer.drain(), max(0.01, self.ends - time.monotonic()))
            at = at + len(piece) if at + len(piece) < len(said) else 0
            due = max(due + len(piece) / BYTES_A_SECOND, time.monotonic() - 0.1)
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def _drain(self, reader: asyncio.StreamReader) -> None:
        """Read to the end, and note the code of the close."""
        last = b""
        with suppress(OSError):
            while piece := await reader.read(1 << 16):
                last = (last + piece)[-200:]
        at = last.rfind(bytes((_CLOSE,)))
        if 0 <= at < len(last) - 3:
            self.report.closed[str(int.from_bytes(last[at + 2 : at + 4]))] += 1
        else:
            self.report.closed["no code"] += 1

    async def hold(self, said: str, drops: str) -> None:
        """Send the first, then a drop now and then, until the server ends it; and once more."""
        while self.goes_on():
            began = time.monotonic()
            with suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.write(said.encode())
                self.report.opened += 1
                ended = asyncio.create_task(_to_the_end(reader))
                at = 0
                while self.goes_on() and not ended.done():
                    await asyncio.wait([ended], timeout=DRIP_SECONDS)
                    if drops:
                        writer.write(drops[at % len(drops)].encode())
                        at += 1
                lasted = time.monotonic() - began
                self.report.longest = max(self.report.longest, lasted)
                self.report.held += not ended.done()
                ended.cancel()
                writer.transport.abort()
            await asyncio.sleep(HOLD_AGAIN)


async def _to_the_end(reader: asyncio.StreamReader) -> None:
    with suppress(OSError):
        while await reader.read(1 << 16):
            pass


_GET: Final = "GET /healthz HTTP/1.1\r\nHost: tracker\r\n"
_POST: Final = f"POST {CEREMONY}/events HTTP/1.1\r\nHost: tracker\r\n"
HOLDS: Final[tuple[tuple[str, str], ...]] = (
    ("", ""),
    ("", "\r\n"),
    (f"{_GET}\r\n", "\r\n"),
    (f"{_GET}\r\n", "\r"),
    (_GET, "X: y\r\n"),
    (_GET[:9], "x"),
    (f"{_GET}Content-Length: 10000\r\n\r\n", "x"),
    (f"{_POST}Content-Length: 10000\r\n\r\n", "x"),
    (f"{_POST}Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
    (f"POST {CEREMONY}/replay HTTP/1.1\r\nHost: tracker\r\n{_UPGRADE}\r\n", ""),
    (f"GET {CEREMONY}/replay HTTP/1.1\r\nHost: t\r\n{_UPGRADE}Content-Length: 9\r\n\r\n", "x"),
    (f"GET {CEREMONY}/replay HTTP/1.1\r\nHost: t\r\n{_UPGRADE}X: {'y' * 9000}", "y"),
    (f"GET {CEREMONY}/replay HTTP/1.1\r\nHost: t\r\n{_UPGRADE}" + "X: y\r\n" * 150 + "\r\n", ""),
    (f"GET {CEREMONY}/live HTTP/1.1\r\nHost: tracker\r\nConnection: Upgrade\r\n", "x"),
)
"""How a connection might be held: what is said first, and then a letter at a time."""

Attack = Callable[[Client], Awaitable[object]]


def _flood(path: str, said: bytes, *, reads: bool = True) -> Attack:
    return lambda client: client.flood(f"{CEREMONY}/{path}", said, reads=reads)


def _hold(client: Client) -> Awaitable[object]:
    return asyncio.gather(*(client.hold(*HOLDS[at % len(HOLDS)]) for at in range(HELD_EACH)))


ATTACKS: Final[Mapping[str, Attack]] = {
    "live: empty fragments": _flood("live", _EMPTY),
    "live: pings": _flood("live", _PING * 20_000),
    "live: pings, unread": _flood("live", _PING * 20_000, reads=False),
    "replay: empty fragments": _flood("replay?from=100", _EMPTY),
    "replay: pings, unread": _flood("replay?from=100", _PING * 20_000, reads=False),
    "connections held": _hold,
}
"""Other attacks on the replay socket are those of `replay_attacks.py`."""


async def attack(name: str, port: int, clients: int, seconds: float) -> Report:
    """Let so many clients attack for so long, and return what became of them."""
    report = Report()
    ends = time.monotonic() + seconds
    everyone = [Client(port, ends, report) for _ in range(clients)]
    await asyncio.gather(*(ATTACKS[name](client) for client in everyone))
    return report


def main() -> None:
    """Attack as the arguments say, and write the report as JSON."""
    name, port, clients, seconds = sys.argv[1:]
    report = asyncio.run(attack(name, int(port), int(clients), float(seconds)))
    print(json.dumps(vars(report)))


if __name__ == "__main__":
    main()
