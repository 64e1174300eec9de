import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from structlog.testing import capture_logs
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from replay.clock import ManualClock
from web.sockets.replay import ASGIApp, ReplayProtocol, replay_socket

pytestmark = pytest.mark.anyio

HANDSHAKE = (
    "Host: tracker\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
HOUR = "2025-03-03T00:00:00.000Z"
PATH = "/api/ceremonies/gala/replay"
TIMES = [0, 0, 1000, 61_000, 62_000]


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    return "asyncio", {"use_uvloop": request.param}


@dataclass
class Gala:
    """A night whose board is its version."""

    ceremony: str = "gala"
    epoch: str = "e-1"
    times: list[int] = field(default_factory=lambda: list(TIMES))
    frame_bytes: int = 0
    served: int = 0

    def frame(self, version: int) -> bytes:
        self.served += 1
        said = {"type": "frame", "version": version, "t": self.times[version - 1]}
        return json.dumps({**said, "pad": "x" * self.frame_bytes}).encode()

    async def keyframe_at(self, version: int) -> bytes:
        return json.dumps({"type": "keyframe", "version": version, "board": {}}).encode()


@dataclass
class Server:
    """A running server, and the clock by which it plays."""

    night: Gala
    clock: ManualClock
    port: int

    def url(self, query: str = "", path: str = PATH) -> str:
        return f"ws://127.0.0.1:{self.port}{path}{query and '?' + query}"

    @asynccontextmanager
    async def watch(self, query: str = "") -> AsyncIterator["Viewer"]:
        async with connect(self.url(query), compression=None) as connection:
            yield Viewer(connection, self.clock)


class Viewer:
    def __init__(self, connection: ClientConnection, clock: ManualClock) -> None:
        self.connection = connection
        self.clock = clock

    async def next(self) -> dict[str, Any]:
        message = await asyncio.wait_for(self.connection.recv(decode=True), timeout=5)
        decoded: dict[str, Any] = json.loads(message)
        return decoded

    async def take(self, count: int) -> list[dict[str, Any]]:
        return [await self.next() for _ in range(count)]

    async def versions(self, count: int) -> list[int]:
        messages = await self.take(count)
        assert {message["type"] for message in messages} == {"frame"}
        return [message["version"] for message in messages]

    async def say(self, text: str | bytes) -> None:
        await self.connection.send(text)

    async def control(self, kind: str, **more: Any) -> None:
        await self.say(json.dumps({"type": kind, **more}))

    async def advance(self, seconds: float) -> None:
        # The playback and the heartbeat: with both asleep, all is done that was to be done.
        await self.clock.asleep(2)
        self.clock.advance(seconds)

    async def rest(self) -> list[dict[str, Any]]:
        """Return all there is until the close."""
        messages: list[dict[str, Any]] = []
        with suppress(ConnectionClosed):
            while True:
                messages.append(await self.next())
        return messages

    @property
    def close_code(self) -> int | None:
        return self.connection.close_code


def app_of(
    night: Gala, clock: ManualClock, allowed_origins: Sequence[str] = (), patience: float = 5.0
) -> ASGIApp:
    def lookup(ceremony: str) -> Gala | None:
        return night if ceremony == night.ceremony else None

    return replay_socket(lookup, clock, lambda: HOUR, allowed_origins, patience)


@asynccontextmanager
async def serving(
    night: Gala | None = None, allowed_origins: Sequence[str] = (), patience: float = 5.0
) -> AsyncIterator[Server]:
    gala = night or Gala()
    clock = ManualClock(now=50.0)
    app = app_of(gala, clock, allowed_origins, patience)
    config = uvicorn.Config(
        app, http=HttpToolsProtocol, ws=ReplayProtocol, lifespan="off", log_config=None
    )
    config.load()
    loop, state = asyncio.get_running_loop(), ServerState()
    server = await loop.create_server(
        lambda: HttpToolsProtocol(config, state, {}, _loop=loop), "127.0.0.1", 0
    )
    try:
        yield Server(gala, clock, server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for connection in list(state.connections):
            connection.transport.abort()
        async with asyncio.timeout(5):
            while state.tasks:  # noqa: ASYNC110 - uvicorn offers nothing to wait for
                await asyncio.sleep(0.002)


async def test_a_replay_opens_with_the_board_before_the_first_version_and_plays() -> None:
    async with serving() as server, server.watch() as viewer:
        assert await viewer.take(4) == [
            {
                "type": "hello",
                "ceremony": "gala",
                "epoch": "e-1",
                "version": 5,
                "server_time": HOUR,
            },
            {"type": "keyframe", "version": 0, "board": {}},
            {"type": "caught-up", "version": 0},
            {"type": "playhead", "version": 0, "t": 0, "speed": 1.0, "state": "playing"},
        ]
        assert await viewer.versions(2) == [1, 2]
        await viewer.advance(1.0)
        assert await viewer.versions(1) == [3]


async def test_it_begins_at_a_version_and_at_a_speed() -> None:
    async with serving() as server, server.watch("from=3&speed=60") as viewer:
        _, keyframe, caught_up, playhead = await viewer.take(4)
        assert (keyframe["version"], caught_up["version"]) == (3, 3)
        assert (playhead["version"], playhead["t"], playhead["speed"]) == (3, 1000, 60.0)
        await viewer.advance(1.0)
        assert await viewer.versions(1) == [4]


async def test_a_gap_is_cut_to_the_idle_cap() -> None:
    async with serving() as server, server.watch("from=3&speed=2&idle=4") as viewer:
        await viewer.take(4)
        await viewer.advance(2.0)
        assert await viewer.versions(1) == [4]


async def test_at_the_end_it_says_so_and_closes() -> None:
    async with serving() as server, server.watch("from=4&speed=3600") as viewer:
        await viewer.take(4)
        await viewer.advance(1.0)
        assert await viewer.versions(1) == [5]
        playhead, finished = await viewer.rest()
        assert playhead == {
            "type": "playhead",
            "version": 5,
            "t": 62_000,
            "speed": 3600.0,
            "state": "finished",
        }
        assert finished == {"type": "finished"}
        assert viewer.close_code == 1000


async def test_from_the_head_there_is_nothing_left_to_play() -> None:
    async with serving() as server, server.watch("from=5") as viewer:
        kinds = [message["type"] for message in await viewer.rest()]
        assert kinds == ["hello", "keyframe", "caught-up", "playhead", "playhead", "finished"]
        assert viewer.close_code == 1000


async def test_everything_is_caught_up_in_order_at_full_speed() -> None:
    night = Gala(times=[version * 1000 for version in range(3000)])
    async with serving(night) as server, server.watch("speed=3600") as viewer:
        await viewer.take(4)
        await viewer.advance(0.9)
        versions = [
            message["version"] for message in await viewer.rest() if message["type"] == "frame"
        ]
        assert versions == list(range(1, 3001))


async def test_what_is_appended_meanwhile_is_played_too() -> None:
    async with serving() as server, server.watch("from=4") as viewer:
        await viewer.take(4)
        await server.clock.asleep(2)
        server.night.times.append(62_500)
        await viewer.advance(1.0)
        assert await viewer.versions(1) == [5]
        await viewer.advance(0.5)
        assert await viewer.versions(1) == [6]


async def test_pause_and_play_lose_and_double_nothing() -> None:
    async with serving() as server, server.watch("from=2") as viewer:
        await viewer.take(4)
        await viewer.advance(0.5)
        await viewer.control("pause")
        playhead = await viewer.next()
        assert (playhead["version"], playhead["t"], playhead["state"]) == (2, 500, "paused")
        await viewer.advance(8.0)
        await viewer.control("play")
        playhead = await viewer.next()
        assert (playhead["version"], playhead["t"], playhead["state"]) == (2, 500, "playing")
        await viewer.advance(0.5)
        assert await viewer.versions(1) == [3]


async def test_a_step_sends_one_frame_and_pauses() -> None:
    async with serving() as server, server.watch("from=3") as viewer:
        await viewer.take(4)
        await viewer.control("step")
        frame, playhead = await viewer.take(2)
        assert (frame["type"], frame["version"]) == ("frame", 4)
        assert (playhead["version"], playhead["state"]) == (4, "paused")
        await viewer.control("step")
        await viewer.take(2)
        await viewer.control("step")
        assert (await viewer.next())["type"] == "refused"
        await viewer.control("play")
        kinds = [message["type"] for message in await viewer.rest()]
        assert kinds == ["playhead", "playhead", "finished"]


async def test_a_seek_sends_the_board_there_and_plays_on() -> None:
    async with serving() as server, server.watch("from=3") as viewer:
        await viewer.take(4)
        await viewer.control("seek", version=1)
        keyframe, playhead = await viewer.take(2)
        assert keyframe == {"type": "keyframe", "version": 1, "board": {}}
        assert (playhead["version"], playhead["t"], playhead["state"]) == (1, 0, "playing")
        assert await viewer.versions(1) == [2]
        await viewer.advance(1.0)
        assert await viewer.versions(1) == [3]


async def test_a_change_of_speed_holds_from_then_on() -> None:
    async with serving() as server, server.watch("from=3") as viewer:
        await viewer.take(4)
        await viewer.advance(6.0)
        await viewer.control("speed", speed=18)
        playhead = await viewer.next()
        assert (playhead["t"], playhead["speed"], playhead["state"]) == (7000, 18.0, "playing")
        await viewer.advance(3.0)
        assert (await viewer.next())["version"] == 4


@pytest.mark.parametrize(
    "bad",
    [
        "pause",
        "{",
        "[]",
        '{"type":"rewind"}',
        '{"type":"pause","now":true}',
        '{"type":"seek"}',
        '{"type":"seek","version":6}',
        '{"type":"seek","version":-1}',
        '{"type":"seek","version":"2"}',
        '{"type":"speed","speed":0}',
        '{"type":"speed","speed":3601}',
        '{"type":"speed","speed":NaN}',
        b'{"type":"pause"}',
        "x" * 4096,
        "[" * 4096,
    ],
)
async def test_a_bad_control_is_refused_and_changes_nothing(bad: str | bytes) -> None:
    async with serving() as server, server.watch("from=2") as viewer:
        await viewer.take(4)
        await viewer.say(bad)
        refused = await viewer.next()
        assert list(refused) == ["type", "detail"]
        assert refused["type"] == "refused"
        assert refused["detail"]
        await viewer.advance(1.0)
        assert await viewer.versions(1) == [3]


async def test_answers_come_in_the_order_of_the_controls() -> None:
    async with serving() as server, server.watch("from=3") as viewer:
        await viewer.take(4)
        for text in ('{"type":"pause"}', "what?", '{"type":"play"}'):
            await viewer.say(text)
        kinds = [message["type"] for message in await viewer.take(3)]
        assert kinds == ["playhead", "refused", "playhead"]


@pytest.mark.parametrize("large", ["x" * 4097, "é" * 2049, b"x" * 4097])
async def test_a_message_above_4_kib_closes_the_socket(large: str | bytes) -> None:
    async with serving() as server, server.watch("from=3") as viewer:
        await viewer.take(4)
        await viewer.say(large)
        assert await viewer.rest() == []
        assert viewer.close_code == 1009


async def test_a_heartbeat_comes_every_ten_seconds() -> None:
    async with serving() as server, server.watch("from=3") as viewer:
        await viewer.take(4)
        for _ in range(2):
            await viewer.advance(10.0)
            assert await viewer.next() == {"type": "heartbeat", "version": 3, "server_time": HOUR}


async def refused(url: str, origin: str | None = None) -> tuple[int, str, dict[str, Any]]:
    """Return the status, the content type and the problem of a refusal."""
    with pytest.raises(InvalidStatus) as caught:
        await connect(url, origin=None if origin is None else Origin(origin), compression=None)
    response = caught.value.response
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in response.headers["content-security-policy"]
    problem: dict[str, Any] = json.loads(response.body or b"")
    return response.status_code, response.headers["content-type"], problem


@pytest.mark.parametrize(
    "query",
    [
        "speed=0",
        "speed=0.09",
        "speed=3600.1",
        "speed=fast",
        "speed=nan",
        "speed=1e3",
        "speed=",
        "speed=1&speed=2",
        "from=6",
        f"from={'9' * 5000}",
        "from=-1",
        "from=1.5",
        "from=%D9%A1",
        "from=",
        "idle=0",
        "idle=-3",
        "idle=inf",
        "idle=",
    ],
)
async def test_a_bad_query_is_refused_with_400(query: str) -> None:
    async with serving() as server:
        status, kind, problem = await refused(server.url(query))
        assert (status, kind) == (400, "application/problem+json")
        assert problem["status"] == 400
        assert query.partition("=")[0] in problem["detail"]


async def test_an_unknown_ceremony_is_refused_with_404(caplog: pytest.LogCaptureFixture) -> None:
    async with serving() as server:
        for path, name in {
            "/api/ceremonies/other/replay": "unknown-ceremony",
            "/replay": "not-found",
        }.items():
            status, kind, problem = await refused(server.url(path=path))
            assert (status, kind) == (404, "application/problem+json")
            assert problem["status"] == 404
            assert problem["type"] == f"urn:awards-night:problem:{name}"
            assert "/api/ceremonies" in problem["detail"]
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_pages_of_foreign_origin_are_refused_with_403_and_the_log_names_them() -> None:
    async with serving() as server:
        with capture_logs() as logged:
            status, kind, _ = await refused(server.url(), "https://elsewhere.example")
        assert (status, kind) == (403, "application/problem+json")
        assert [line["origin"] for line in logged] == ["https://elsewhere.example"]
        own = Origin(f"http://127.0.0.1:{server.port}")
        async with connect(server.url(), origin=own, compression=None):
            pass


async def test_pages_of_an_allowed_origin_may_enter_and_the_own_still() -> None:
    async with serving(allowed_origins=["https://friend.example"]) as server:
        for page in ("https://friend.example", f"http://127.0.0.1:{server.port}"):
            async with connect(server.url(), origin=Origin(page), compression=None):
                pass
        status, _, _ = await refused(server.url(), "https://elsewhere.example")
        assert status == 403


async def test_a_viewer_who_leaves_leaves_nothing_behind() -> None:
    async with serving() as server:
        before = asyncio.all_tasks()
        async with server.watch("from=3") as viewer:
            await viewer.take(4)
            await server.clock.asleep(2)
        async with asyncio.timeout(5):
            while asyncio.all_tasks() - before:  # noqa: ASYNC110 - nothing to wait for: the product has no use for it
                await asyncio.sleep(0.002)


class Wire:
    """An ASGI connection whose far end reads nothing from its n-th message on."""

    def __init__(self, reads: int) -> None:
        self.reads = reads
        self.sent: list[Any] = []
        self.stuck = 0

    async def receive(self) -> dict[str, Any]:
        if self.sent:
            await asyncio.Event().wait()
        return {"type": "websocket.connect"}

    async def send(self, message: Any) -> None:
        if len(self.sent) >= self.reads:
            self.stuck += 1
            await asyncio.Event().wait()
        self.sent.append(message)


def scope() -> dict[str, Any]:
    return {"type": "websocket", "path": PATH, "query_string": b"speed=3600", "headers": []}


async def test_a_viewer_who_does_not_read_is_waited_for_and_then_let_go() -> None:
    wire = Wire(reads=5)
    app = app_of(Gala(), ManualClock(), patience=0.02)
    await asyncio.wait_for(app(scope(), wire.receive, wire.send), timeout=5)
    assert len(wire.sent) == 5
    assert wire.stuck == 1


async def test_a_fault_on_this_side_closes_with_1011() -> None:
    class Faulty(Gala):
        def frame(self, version: int) -> bytes:
            raise LookupError(version)

    wire = Wire(reads=100)
    app = app_of(Faulty(), ManualClock())
    with pytest.raises(LookupError):
        await app(scope(), wire.receive, wire.send)
    assert wire.sent[-1]["type"] == "websocket.close"
    assert wire.sent[-1]["code"] == 1011


async def test_a_stalled_viewer_costs_a_bounded_backlog_and_is_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("web.sockets.replay.LINGER_SECONDS", 0.05)
    night = Gala(times=[0] * 2000, frame_bytes=20_000)
    async with serving(night, patience=0.1) as server:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
        writer.write(f"GET {PATH} HTTP/1.1\r\n{HANDSHAKE}\r\n".encode())
        async with asyncio.timeout(5):
            with suppress(ConnectionError):
                while True:
                    writer.write(b"\x8a\x80\0\0\0\0")  # a pong nobody asked for
                    await writer.drain()
                    await asyncio.sleep(0.02)
        assert 0 < night.served < 1000
        writer.close()
