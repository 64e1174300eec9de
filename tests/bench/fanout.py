"""
Deliveries a second of the live feed beside `websockets.broadcast`, in one run on one machine.

Every contender is a process of its own that publishes one frame for each byte it reads from its
standard input. This process opens the viewers and keeps a number of frames in flight: it asks
for the next when the slowest viewer has the oldest. Where there are two cores, servers have the
first to themselves and the viewers the second. A server that is not busy all the time was
waiting for the viewers: then the figure is theirs.
"""

import argparse
import asyncio
import base64
import contextlib
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple, cast

import uvicorn
import uvloop
from uvicorn.server import ServerState
from websockets.asyncio.server import ServerConnection, broadcast, serve

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]
from feed_doubles import HOUR, GrowingHistory
from web.collector import settle_collector
from web.sockets.feed import Feed, Feeds
from web.sockets.heart import Heart
from web.sockets.live import live_protocol
from web.sockets.wires import SOCKET, STREAM, Wire

# All versions have as many digits, so that all frames are of one size.
FIRST_VERSION = 100_000
KEYFRAME_BYTES = 45_000
CAUGHT_UP = b'"caught-up"'
LIVE = "/api/ceremonies/oscars-97/live"
UPGRADE = (
    "Host: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}\r\n"
)


class Contender(NamedTuple):
    name: str
    server: str
    wire: Wire

    @property
    def request(self) -> bytes:
        upgrade = UPGRADE if self.wire is SOCKET else "Host: bench\r\n"
        return f"GET {LIVE} HTTP/1.1\r\n{upgrade}\r\n".encode()


CONTENDERS = [
    Contender("this feed, sockets", "feed", SOCKET),
    Contender("this feed, streams", "feed", STREAM),
    Contender("websockets.broadcast", "broadcast", SOCKET),
]


class Result(NamedTuple):
    deliveries: float
    """A second."""
    p50: float
    """Milliseconds from asking for a frame to the last viewer's having it."""
    p99: float
    joins: float
    """A second, keyframe included."""
    memory: float
    """KB of the server's resident memory a viewer."""
    busy: float
    """Share of a core that the server used."""


# The servers


@contextlib.asynccontextmanager
async def feed_server(history: GrowingHistory) -> AsyncIterator[tuple[int, Callable[[], None]]]:
    feed, feeds = Feed("oscars-97", history), Feeds()
    feeds.add(feed)
    heart = Heart(feeds, now=lambda: HOUR)
    protocol = live_protocol(feeds, heart, allowed_origins=[], now=lambda: HOUR)
    config = uvicorn.Config(_nothing_else, http=protocol, log_config=None, lifespan="off")
    config.load()
    loop, state = asyncio.get_running_loop(), ServerState()
    server = await loop.create_server(
        lambda: protocol(config, state, {}, _loop=loop), "127.0.0.1", 0, backlog=4096
    )
    heart.start()
    yield server.sockets[0].getsockname()[1], lambda: history.grow(feed)
    heart.stop()


async def _nothing_else(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": HTTPStatus.NOT_FOUND, "headers": []})
    await send({"type": "http.response.body"})


@contextlib.asynccontextmanager
async def broadcast_server(
    history: GrowingHistory,
) -> AsyncIterator[tuple[int, Callable[[], None]]]:
    async def follow(viewer: ServerConnection) -> None:
        await viewer.send(history.keyframe(), text=True)
        await viewer.send(b'{"type":"caught-up"}', text=True)
        await viewer.wait_closed()

    def publish() -> None:
        history.version += 1
        broadcast(server.connections, history.frame(history.version), text=True)

    async with serve(
        follow, "127.0.0.1", 0, compression=None, ping_interval=None, backlog=4096
    ) as server:
        yield next(iter(server.sockets)).getsockname()[1], publish


async def run_server(kind: str, frame_bytes: int) -> None:
    history = GrowingHistory(
        version=FIRST_VERSION, board_bytes=KEYFRAME_BYTES, frame_bytes=frame_bytes
    )
    settle_collector()
    server = {"feed": feed_server, "broadcast": broadcast_server}[kind]
    async with server(history) as (port, publish):
        print(port, flush=True)
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        while asked := await reader.read(64):
            for _ in asked:
                publish()


# The viewers


class Viewer(asyncio.Protocol):
    __slots__ = ("bytes", "crowd", "early", "frames", "transport")

    def __init__(self, crowd: "Crowd") -> None:
        self.crowd = crowd
        self.early: bytes | None = b""
        self.bytes = 0
        self.frames = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self.crowd.contender.request)

    def data_received(self, data: bytes) -> None:
        if self.early is None:
            self.bytes += len(data)
            frames = self.bytes // self.crowd.frame_bytes
            if frames > self.frames:
                self.crowd.received(self.frames, frames)
                self.frames = frames
            return
        self.early += data
        if CAUGHT_UP in self.early[-64:]:
            self.early = None
            self.crowd.caught_up()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.crowd.lost()


class Crowd:
    """All viewers of one server, and the frames that they wait for."""

    def __init__(
        self,
        contender: Contender,
        server: "subprocess.Popen[bytes]",
        options: argparse.Namespace,
    ) -> None:
        size, frames, frame_bytes = options.viewers, options.frames, options.bytes
        self.contender = contender
        self.server = server
        self.size = size
        self.frames = frames
        frame = GrowingHistory(frame_bytes=frame_bytes).frame(FIRST_VERSION + 1)
        self.frame_bytes = len(contender.wire.placed(frame, "e-1", FIRST_VERSION + 1))
        self.done = asyncio.get_running_loop().create_future()
        self.present = 0
        self.all_present = asyncio.Event()
        self.missing = [size] * frames
        self.asked: list[float] = []
        self.took: list[float] = []
        self.over = False

    def caught_up(self) -> None:
        self.present += 1
        if self.present == self.size:
            self.all_present.set()

    def lost(self) -> None:
        if not self.over and not self.done.done():
            self.done.set_exception(ConnectionError("the server dropped a viewer"))

    def ask(self, count: int) -> None:
        assert self.server.stdin is not None
        count = min(count, self.frames - len(self.asked))
        if count:
            self.asked += [time.perf_counter()] * count
            self.server.stdin.write(b"." * count)
            self.server.stdin.flush()

    def received(self, before: int, after: int) -> None:
        for number in range(before, after):
            self.missing[number] -= 1
            if not self.missing[number]:
                self.took.append(time.perf_counter() - self.asked[number])
                self.ask(1)
        if len(self.took) == self.frames and not self.done.done():
            self.done.set_result(None)


async def measure(contender: Contender, options: argparse.Namespace) -> Result:
    with started(contender, options) as (server, port):
        await asyncio.sleep(0.3)
        crowd = Crowd(contender, server, options)
        loop = asyncio.get_running_loop()
        before, start = resident_kb(server.pid), time.perf_counter()
        viewers: list[Viewer] = []
        for first in range(0, options.viewers, 100):
            batch = range(first, min(first + 100, options.viewers))
            opened = await asyncio.gather(
                *(loop.create_connection(lambda: Viewer(crowd), "127.0.0.1", port) for _ in batch)
            )
            viewers += [protocol for _, protocol in opened]
        async with asyncio.timeout(60):
            await crowd.all_present.wait()
        joins = options.viewers / (time.perf_counter() - start)
        memory = (resident_kb(server.pid) - before) / options.viewers
        start, cpu = time.perf_counter(), cpu_seconds(server.pid)
        crowd.ask(options.in_flight)
        async with asyncio.timeout(120):
            await crowd.done
        seconds = time.perf_counter() - start
        busy = (cpu_seconds(server.pid) - cpu) / seconds
        crowd.over = True
        for viewer in viewers:
            viewer.transport.abort()
    took = statistics.quantiles(crowd.took, n=100)
    deliveries = options.viewers * options.frames / seconds
    return Result(deliveries, took[49] * 1000, took[98] * 1000, joins, memory, busy)


@contextlib.contextmanager
def started(
    contender: Contender, options: argparse.Namespace
) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    command = [sys.executable, __file__, "--serve", contender.server, "--bytes", str(options.bytes)]
    command += ["--core", str(options.core)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        yield server, int(server.stdout.readline())
    finally:
        server.stdin.close()
        server.stdout.close()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def resident_kb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=1000)
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--bytes", type=int, default=300, help="size of a frame's message")
    parser.add_argument("--in-flight", type=int, default=8)
    cores = sorted(os.sched_getaffinity(0))
    parser.add_argument("--core", type=int, default=cores[0], help="where the servers run")
    parser.add_argument("--serve", choices=["feed", "broadcast"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if options.serve:
        os.sched_setaffinity(0, {options.core})
        uvloop.run(run_server(options.serve, options.bytes))
        return
    settle_collector()
    os.sched_setaffinity(0, {*cores} - {options.core} or {options.core})
    print(
        f"{options.viewers} viewers, {options.frames} frames of {options.bytes} bytes, "
        f"{options.in_flight} in flight"
    )
    print(f"{'':22}deliveries/s  p50 ms  p99 ms  joins/s  KB/viewer  busy")
    results = {}
    for contender in CONTENDERS:
        result = results[contender.name] = uvloop.run(measure(contender, options))
        print(
            f"{contender.name:22}{result.deliveries:12,.0f}{result.p50:8.1f}{result.p99:8.1f}"
            f"{result.joins:9,.0f}{result.memory:11.1f}{result.busy:6.0%}",
            flush=True,
        )
    sockets, streams, library = (results[contender.name].deliveries for contender in CONTENDERS)
    print(f"sockets / websockets.broadcast: {sockets / library:.2f}")
    print(f"streams / sockets: {streams / sockets:.2f}")


if __name__ == "__main__":
    main()
