"""
Attacks on the replay socket, each with a producer who posts beside it: who waits, and what grows.

Every attack runs in processes of its own, from one client and from ten. The producer's p99 has to
stay under three times its quiet value in the same run, and the server's memory under +20 MB.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

import httpx
import uvloop

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from servers import RunningServer
from soak.followers import take_all_descriptors
from soak.posting import CEREMONY

QUIET_SECONDS: Final = 15.0
POSTS_A_SECOND: Final = 20.0
OPENS_A_SECOND: Final = 150
HELD: Final = 1000
MOST_TIMES_QUIET: Final = 3.0
MOST_GROWTH_MB: Final = 20.0

_REQUEST: Final = (
    "GET /api/ceremonies/{ceremony}/replay?{query} HTTP/1.1\r\nHost: attack\r\n"
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)

Attack = Callable[[int, int], Awaitable[None]]
"""Called with the server's port and the number of clients; goes on until it is stopped."""


class Socket(asyncio.Protocol):
    """A replay socket that reads and forgets, or does not even read."""

    def __init__(self, query: str, *, reads: bool = True) -> None:
        self._request: Final = _REQUEST.format(ceremony=CEREMONY, query=query).encode()
        self._reads: Final = reads
        self.writable: Final = asyncio.Event()
        self.writable.set()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # a socket's
        self.transport: asyncio.Transport = transport
        transport.write(self._request)
        if not self._reads:
            # uvloop begins to read after this call, whatever it was told in it.
            asyncio.get_running_loop().call_soon(transport.pause_reading)

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.writable.set()


async def opened(port: int, query: str, *, reads: bool = True) -> Socket:
    loop = asyncio.get_running_loop()
    line = socket.socket()
    line.setblocking(False)  # noqa: FBT003 - the socket's own signature
    if not reads:
        # Else the system takes in a whole night, and the server need not wait for the client.
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    await loop.sock_connect(line, ("127.0.0.1", port))
    _, found = await loop.create_connection(lambda: Socket(query, reads=reads), sock=line)
    return found


async def open_and_leave(port: int, clients: int) -> None:
    """Open 150 a second together, and leave a second later."""

    async def one(query: str) -> None:
        with suppress(OSError):
            attacker = await opened(port, query)
            await asyncio.sleep(1)
            attacker.transport.abort()

    async def client(number: int) -> None:
        loop, count = asyncio.get_running_loop(), 0
        due = loop.time()
        async with asyncio.TaskGroup() as group:
            while True:
                count += 1
                query = f"speed=3600&from={(count * 7 + number) % 150}"
                group.create_task(one(query))
                due += clients / OPENS_A_SECOND
                await asyncio.sleep(max(0.0, due - loop.time()))

    await asyncio.gather(*map(client, range(clients)))


async def flood_with_seeks(port: int, clients: int) -> None:
    """Send seeks as fast as the server takes them; every other one in ten small steps."""
    await flood(port, clients, [f'{{"type":"seek","version":{at}}}' for at in range(1, 151)])


async def flood_with_controls(port: int, clients: int) -> None:
    """Send what is no seek, and what is refused."""
    texts = ['{"type":"pause"}', '{"type":"speed","speed":7}', "", '{"a":' + "[" * 100]
    await flood(port, clients, texts)


async def flood(port: int, clients: int, texts: list[str]) -> None:
    data = b"".join(map(masked, texts))

    async def client() -> None:
        while True:
            with suppress(OSError):
                attacker = await opened(port, "speed=0.1&from=100")
                while not attacker.transport.is_closing():
                    attacker.transport.write(data)
                    await asyncio.sleep(0.001)
                    await attacker.writable.wait()
            await asyncio.sleep(0.1)

    await asyncio.gather(*(client() for _ in range(clients)))


def masked(text: str) -> bytes:
    """Return a text as a client's frame, masked with nothing; 125 bytes at most."""
    data = text.encode()
    return bytes([0x81, 0x80 | len(data), 0, 0, 0, 0]) + data


async def ping_without_reading(port: int, clients: int) -> None:
    """Send pings with the longest payload, and read no pong."""
    ping = (b"\x89\xfd\0\0\0\0" + b"x" * 125) * 50

    async def client() -> None:
        while True:
            with suppress(OSError):
                attacker = await opened(port, "speed=0.1&from=100", reads=False)
                while not attacker.transport.is_closing():
                    attacker.transport.write(ping)
                    await asyncio.sleep(0.005)
                    await attacker.writable.wait()
            await asyncio.sleep(0.1)

    await asyncio.gather(*(client() for _ in range(clients)))


async def hold_many(port: int, clients: int) -> None:
    """Hold a thousand sessions at speed 60, and read what they play."""
    await hold(port, clients, "speed=60")


async def hold_many_unread(port: int, clients: int) -> None:
    """Hold a thousand sessions at full speed, and read nothing."""
    await hold(port, clients, "speed=3600", reads=False)


async def hold(port: int, clients: int, query: str, *, reads: bool = True) -> None:
    async def client(share: int) -> None:
        held = []
        for _ in range(share):
            held.append(await opened(port, query, reads=reads))
            await asyncio.sleep(clients / 500)
        await asyncio.Event().wait()

    await asyncio.gather(*(client(HELD // clients) for _ in range(clients)))


ATTACKS: Final[dict[str, Attack]] = {
    "150 opens a second": open_and_leave,
    "a flood of seeks": flood_with_seeks,
    "a flood of other controls": flood_with_controls,
    "pings, unread": ping_without_reading,
    "1,000 sessions at speed 60": hold_many,
    "1,000 sessions at full speed, unread": hold_many_unread,
}


class Figures(NamedTuple):
    """Milliseconds that a post took."""

    posts: int
    p50: float
    p99: float

    @classmethod
    def of(cls, taken: list[float]) -> Figures:
        cuts = statistics.quantiles((each * 1000 for each in taken), n=100)
        return cls(len(taken), cuts[49], cuts[98])

    def __str__(self) -> str:
        return f"{self.posts} posts, p50 {self.p50:.1f} ms, p99 {self.p99:.1f} ms"


def posts(server: RunningServer, seconds: float) -> Figures:
    """Post moments for so long, one after the other and at even times."""
    taken: list[float] = []
    with httpx.Client(base_url=server.url, headers=server.headers, timeout=120) as client:
        end = time.monotonic() + seconds
        due = time.monotonic()
        while due < end:
            time.sleep(max(0.0, due - time.monotonic()))
            event = {"type": "moment-noted", "kind": "note", "text": f"Moment at {due:.3f}."}
            began = time.perf_counter()
            client.post(f"/api/ceremonies/{CEREMONY}/events", json=event).raise_for_status()
            taken.append(time.perf_counter() - began)
            due = max(due + 1 / POSTS_A_SECOND, time.monotonic())
    return Figures.of(taken)


def memory(server: RunningServer) -> float:
    """Return the megabytes that the server holds of its own, files and libraries left out."""
    status = Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8")
    (kb,) = [line.split()[1] for line in status.splitlines() if line.startswith("RssAnon:")]
    return int(kb) / 1024


@contextmanager
def under(attack: Attack, port: int, clients: int) -> Iterator[None]:
    """Run an attack in a process of its own meanwhile."""
    process = multiprocessing.get_context("spawn").Process(
        target=attacking, args=(attack, port, clients), daemon=True
    )
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


def attacking(attack: Attack, port: int, clients: int) -> None:
    take_all_descriptors()
    uvloop.run(_run(attack, port, clients))


async def _run(attack: Attack, port: int, clients: int) -> None:
    await attack(port, clients)


def tried(name: str, clients: int, seconds: float) -> list[str]:
    """Run one attack against a server of its own, and return what is wrong."""
    with tempfile.TemporaryDirectory() as folder, RunningServer(Path(folder)) as server:
        posts(server, 3.0)  # the first ones find everything cold
        quiet, before = posts(server, QUIET_SECONDS), memory(server)
        with under(ATTACKS[name], server.port, clients):
            time.sleep(5.0)  # it has to start, and to come to its full height
            beside, after = posts(server, seconds), memory(server)
    grown = after - before
    print(f"{name}, {clients} client(s): quiet {quiet}; beside {beside}; {grown:+.1f} MB")
    wrong = []
    if beside.p99 > MOST_TIMES_QUIET * quiet.p99:
        wrong.append(f"{name}, {clients} client(s): p99 {beside.p99 / quiet.p99:.1f} times quiet")
    if grown > MOST_GROWTH_MB:
        wrong.append(f"{name}, {clients} client(s): {grown:+.1f} MB")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each attack (60)")
    parser.add_argument("--only", choices=ATTACKS, help="one of the attacks")
    asked = parser.parse_args()
    wrong: list[str] = []
    for name in [asked.only] if asked.only else ATTACKS:
        for clients in (1, 10):
            wrong += tried(name, clients, asked.seconds)
    sys.exit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main()
