import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
import uvicorn
from structlog.testing import capture_logs
from uvicorn.server import ServerState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.typing import Origin

from replay.clock import ManualClock
from web.policy import ALWAYS
from web.sockets.crowd import Crowd, Seat
from web.sockets.doorman import doorman
from web.sockets.feed import Feeds
from web.sockets.handshake import RequestHead
from web.sockets.heart import Heart
from web.sockets.replay_limits import ReplayLimits
from web.sockets.replay_viewer import ReplayViewer
from web.sockets.replays import Replays

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
    keyframe_bytes: int = 0
    served: int = 0
    keyframes: list[int] = field(default_factory=list)

    def frame(self, version: int) -> bytes:
        self.served += 1
        said = {"type": "frame", "version": version, "t": self.times[version - 1]}
        return json.dumps({**said, "pad": "x" * self.frame_bytes}).encode()

    def keyframe_at(self, version: int) -> bytes:
        self.keyframes.append(version)
        board = {"pad": "x" * self.keyframe_bytes} if self.keyframe_bytes else {}
        return json.dumps({"type": "keyframe", "version": version, "board": board}).encode()


@dataclass
class Server:
    """A running server, and the clock by which it plays."""

    night: Gala
    clock: ManualClock
    port: int
    replays: Replays
    state: ServerState

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
        await self.clock.asleep()  # with the viewer's timer set, all is done that was to be done
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


@asynccontextmanager
async def serving(
    night: Gala | None = None,
    allowed_origins: Sequence[str] = (),
    patience: float = 5.0,
    limits: ReplayLimits | None = None,
) -> AsyncIterator[Server]:
    gala = night or Gala()
    clock = ManualClock(now=50.0)
    replays = Replays(
        lambda ceremony: gala if ceremony == gala.ceremony else None,
        lambda: HOUR,
        clock=clock,
        limits=limits,
        patience=patience,
    )
    feeds = Feeds()
    heart = Heart(feeds, now=lambda: HOUR)
    crowd = Crowd(1000, 1000, trusted="127.0.0.1")
    config = uvicorn.Config(
        nothing,
        http=doorman(
            feeds,
            heart,
            crowd=crowd,
            replays=replays,
            allowed_origins=allowed_origins,
            now=lambda: HOUR,
        ),
        ws="none",
        headers=list(ALWAYS.items()),
        server_header=False,
        lifespan="off",
        log_config=None,
    )
    config.load()
    state = ServerState()
    state.default_headers = config.encoded_headers
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: config.http_protocol_class(config, state, {}, _loop=loop),  # type: ignore[call-arg]
        "127.0.0.1",
        0,
    )
    heart.start()
    try:
        yield Server(gala, clock, server.sockets[0].getsockname()[1], replays, state)
    finally:
        heart.stop()
        server.close()
        for connection in list(state.connections):
            connection.transport.abort()


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    """Stand for the application: no socket gets there."""


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
        await server.clock.asleep()
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
        '{"type":"speed","speed":1e308}',
        '{"type":"speed","speed":1e999}',
        '{"type":"seek","version":1e30}',
        f'{{"type":"seek","version":{"9" * 4000}}}',
        b'{"type":"pause"}',
        b"",
        "",
        "x" * 4096,
        "[" * 4096,
        f'{{"a":{"[" * 4000}',
        f'{{"{"a" * 4000}":1}}',
    ],
)
async def test_a_bad_control_is_refused_and_changes_nothing(bad: str | bytes) -> None:
    async with serving() as server, server.watch("from=2") as viewer:
        await viewer.take(4)
        await viewer.say(bad)
        refused = await viewer.next()
        assert list(refused) == ["type", "detail"]
        assert refused["type"] == "refused"
        assert 0 < len(refused["detail"]) < 400
        await viewer.advance(1.0)
        assert await viewer.versions(1) == [3]


async def test_answers_come_in_the_order_of_the_controls() -> None:
    async with serving() as server, server.watch("from=3") as viewer:
        await viewer.take(4)
        for text in ('{"type":"pause"}', "what?", '{"type":"play"}'):
            await viewer.say(text)
        kinds = [message["type"] for message in await viewer.take(3)]
        assert kinds == ["playhead", "refused", "playhead"]


async def test_text_that_is_not_utf_8_closes_the_socket() -> None:
    async with serving() as server, server.watch("from=3") as viewer:
        await viewer.take(4)
        viewer.connection.transport.write(Frame(Opcode.TEXT, b"\xff").serialize(mask=True))
        assert await viewer.rest() == []
        assert viewer.close_code == 1007


async def test_a_control_may_come_in_fragments() -> None:
    async with serving() as server, server.watch("from=3") as viewer:
        await viewer.take(4)
        await viewer.connection.send(["", '{"type":"pa', "", 'use"}', ""])
        assert (await viewer.next())["state"] == "paused"


@pytest.mark.parametrize("large", ["x" * 4097, "é" * 2049, b"x" * 4097, ["x" * 4000, "x" * 97]])
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
            await server.clock.asleep()
        async with asyncio.timeout(5):
            while asyncio.all_tasks() - before:  # noqa: ASYNC110 - nothing to wait for: the product has no use for it
                await asyncio.sleep(0.002)


@asynccontextmanager
async def deaf(server: Server, query: str = "") -> AsyncIterator[asyncio.StreamWriter]:
    """A client that asks for a replay and reads nothing at all."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
    writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket's transport can
    writer.write(f"GET {PATH}?{query} HTTP/1.1\r\n{HANDSHAKE}\r\n".encode())
    try:
        yield writer
    finally:
        writer.transport.abort()
        del reader


async def until_still(look: Callable[[], int]) -> int:
    """Return a figure once it has not moved for a while."""
    last, still = look(), 0
    for _ in range(1000):
        await asyncio.sleep(0.01)
        last, still = look(), still + 1 if look() == last else 0
        if still > 20:
            break
    return last


async def test_a_stalled_viewer_costs_a_bounded_backlog_and_is_cut_off() -> None:
    night = Gala(times=[0] * 2000, frame_bytes=20_000)
    async with serving(night, patience=5.0) as server, deaf(server):
        served = await until_still(lambda: night.served)
        assert 0 < served < 1000
        (viewer,) = server.state.connections
        assert viewer.transport.get_write_buffer_size() <= 64 * 1024
        lasted = 0
        while server.replays.limits.open:
            assert server.state.connections == {viewer}
            server.clock.advance(1)
            lasted += 1
            await until_still(lambda: night.served)
            assert lasted < 20
        # What the system passed on since the first look counts as progress, once.
        assert 5 <= lasted <= 5 + 2 * 2 + 1
        await gone(server)
        assert night.served == served


async def test_a_slow_reader_gets_every_version_in_order_when_it_reads_again() -> None:
    night = Gala(times=[0] * 1000, frame_bytes=20_000)
    async with serving(night) as server, server.watch("speed=3600") as viewer:
        viewer.connection.transport.pause_reading()
        assert await until_still(lambda: night.served) < 1000
        viewer.connection.transport.resume_reading()
        messages = await viewer.rest()
        assert [each["version"] for each in messages if each["type"] == "frame"] == list(
            range(1, 1001)
        )
        assert messages[-1] == {"type": "finished"}


async def gone(server: Server) -> None:
    """Return once the server has no connection and no session any more."""
    async with asyncio.timeout(10):
        while server.state.connections or server.replays.limits.open:  # noqa: ASYNC110 - nothing to wait for
            await asyncio.sleep(0.002)


async def test_seeks_that_wait_together_are_answered_each_and_shown_once() -> None:
    async with serving() as server, server.watch("from=3") as viewer:
        await viewer.take(4)
        server.night.keyframes.clear()
        await at_once(viewer, *(seek(version) for version in (1, 4, 2)))
        keyframe, *playheads = await viewer.take(4)
        assert (keyframe["type"], keyframe["version"]) == ("keyframe", 2)
        assert [(each["type"], each["version"]) for each in playheads] == [("playhead", 2)] * 3
        assert server.night.keyframes == [2]


async def test_what_stands_between_two_seeks_is_answered_in_its_place() -> None:
    async with serving() as server, server.watch("from=3") as viewer:
        await viewer.take(4)
        pause, step = {"type": "pause"}, {"type": "step"}
        await at_once(viewer, seek(1), pause, seek(9), seek(2), step, seek(4))
        answers = await viewer.take(9)
        assert [(each["type"], each.get("version")) for each in answers] == [
            ("keyframe", 2),
            ("playhead", 2),
            ("playhead", 2),
            ("refused", None),
            ("playhead", 2),
            ("frame", 3),
            ("playhead", 3),
            ("keyframe", 4),
            ("playhead", 4),
        ]
        states = [each["state"] for each in answers if each["type"] == "playhead"]
        assert states == ["playing", "paused", "paused", "paused", "paused"]


def seek(version: int) -> dict[str, Any]:
    return {"type": "seek", "version": version}


async def at_once(viewer: Viewer, *controls: dict[str, Any]) -> None:
    """Send controls in one write, so that they arrive together."""
    texts = [json.dumps(each).encode() for each in controls]
    frames = b"".join(Frame(Opcode.TEXT, text).serialize(mask=True) for text in texts)
    viewer.connection.transport.write(frames)


async def test_a_keyframe_is_made_once_for_all_sessions() -> None:
    async with serving() as server:
        for _ in range(3):
            async with server.watch("from=3") as viewer:
                await viewer.take(4)
                await viewer.control("seek", version=1)
                await viewer.take(2)
        assert server.night.keyframes == [3, 1]


async def test_controls_beyond_the_rate_wait_their_turn_and_are_all_answered() -> None:
    async with serving() as server, server.watch("from=3") as viewer:
        await viewer.take(4)
        await viewer.control("pause")
        await viewer.next()
        sent = 700
        await at_once(viewer, *[{"type": "pause"}] * sent)
        got = 0
        for _ in range(200):
            got += await answered(viewer)
            assert got <= 250 + 100 * (server.clock.now() - 50.0)
            if got == sent:
                break
            server.clock.advance(1.0)
        assert got == sent


async def answered(viewer: Viewer) -> int:
    """Count the playheads that come until nothing comes any more."""
    count = 0
    with suppress(TimeoutError):
        while True:
            message = await asyncio.wait_for(viewer.connection.recv(), timeout=0.1)
            count += json.loads(message)["type"] == "playhead"
    return count


@pytest.mark.parametrize(
    "flood",
    [
        b"\x81\x80\0\0\0\0",  # empty messages
        b"\x89\x80\0\0\0\0",  # pings
        b"\x8a\x80\0\0\0\0",  # pongs
        b"\x01\x80\0\0\0\0" + b"\0\x80\0\0\0\0" * 200,  # empty fragments
    ],
)
async def test_a_flood_of_frames_is_not_read_beyond_the_rate(flood: bytes) -> None:
    async with serving() as server, deaf(server, "from=3") as writer:
        await until_still(lambda: len(server.state.connections))
        writer.write(flood * (64 * 2**20 // len(flood)))
        # The client is held back, since the server has stopped reading.
        assert await until_still(writer.transport.get_write_buffer_size) > 2**20
        assert server.replays.limits.open == 1


async def test_a_ping_is_answered() -> None:
    async with serving() as server, server.watch("from=3") as viewer:
        await viewer.take(4)
        await asyncio.wait_for(await viewer.connection.ping(), timeout=5)


async def test_a_replay_that_is_paused_for_an_hour_is_closed() -> None:
    async with serving() as server, server.watch("from=3") as viewer:
        await viewer.take(4)
        await viewer.control("pause")
        await viewer.next()
        await viewer.advance(3000)
        assert (await viewer.next())["type"] == "heartbeat"
        await viewer.control("pause")  # whoever speaks is there
        assert (await viewer.next())["state"] == "paused"
        await viewer.advance(3000)
        assert (await viewer.next())["type"] == "heartbeat"
        await viewer.advance(600)
        assert await viewer.rest() == []
        assert viewer.close_code == 1001
        assert viewer.connection.close_reason is not None
        assert "from=3" in viewer.connection.close_reason
        await gone(server)


async def test_a_replay_that_plays_is_not_closed_for_want_of_controls() -> None:
    night = Gala(times=[0, 100_000_000])
    async with serving(night) as server, server.watch("from=1") as viewer:
        await viewer.take(4)
        await viewer.advance(90_000)
        assert (await viewer.next())["type"] == "heartbeat"
        await viewer.advance(10_000)
        assert await viewer.versions(1) == [2]


async def test_a_server_that_stops_says_when_to_come_back() -> None:
    async with serving() as server, server.watch("from=3") as viewer:
        await viewer.take(4)
        for connection in list(server.state.connections):
            connection.shutdown()
        assert await viewer.rest() == []
        assert viewer.close_code == 1012
        assert re.fullmatch(r"restart; retry in [0-9]+ ms", viewer.connection.close_reason or "")


async def test_a_fault_on_this_side_closes_with_1011_and_is_told_whole() -> None:
    class Faulty(Gala):
        def frame(self, version: int) -> bytes:
            raise LookupError(version)

    async with serving(Faulty()) as server:
        with capture_logs() as logged:
            async with server.watch() as viewer:
                assert await viewer.rest() == []
                assert viewer.close_code == 1011
        assert [line["event"] for line in logged] == ["a replay failed"]
        assert logged[0]["exc_info"]
        await gone(server)


@pytest.mark.parametrize(
    ("limits", "status"), [(ReplayLimits(2, 100), 503), (ReplayLimits(100, 2), 429)]
)
async def test_replays_are_counted_in_all_and_by_address(limits: ReplayLimits, status: int) -> None:
    async with serving(limits=limits) as server:
        async with AsyncExitStack() as held:
            for _ in range(2):
                await held.enter_async_context(from_elsewhere(server, "192.0.2.7"))
            with pytest.raises(InvalidStatus) as caught:
                async with from_elsewhere(server, "192.0.2.7"):
                    pass
            response = caught.value.response
            assert response.status_code == status
            assert int(response.headers["retry-after"]) > 0
            assert response.headers["content-type"] == "application/problem+json"
            if status == 429:  # others, and this machine itself, have their own room
                async with from_elsewhere(server, "192.0.2.8"), server.watch():
                    pass
        await gone(server)
        async with from_elsewhere(server, "192.0.2.7"):
            pass


def from_elsewhere(server: Server, address: str) -> connect:
    headers = {"X-Forwarded-For": address}
    return connect(server.url("from=3"), additional_headers=headers, compression=None)


@pytest.mark.parametrize("how", ["close", "abort", "half"])
async def test_whoever_goes_gives_the_place_back(how: str) -> None:
    async with serving(limits=ReplayLimits(1, 1)) as server:
        for _ in range(3):
            async with server.watch("from=3") as viewer:
                await viewer.take(4)
                if how == "abort":
                    viewer.connection.transport.abort()
                elif how == "half":
                    viewer.connection.transport.write_eof()
            await gone(server)


@pytest.mark.parametrize(
    ("first", "status"),
    [
        (f"POST {PATH}", 405),
        (f"PUT {PATH}", 405),
        ("GET /api/ceremonies/gala", 404),
        ("GET /", 404),
        ("POST /api/ceremonies/gala/events", 405),
    ],
)
async def test_a_handshake_that_leads_nowhere_is_answered(first: str, status: int) -> None:
    async with serving() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(f"{first} HTTP/1.1\r\n{HANDSHAKE}\r\n".encode())
        answer = await asyncio.wait_for(reader.read(), timeout=5)
        assert answer.startswith(b"HTTP/1.1 %d " % status)
        assert b"application/problem+json" in answer
        writer.close()


async def test_what_a_flood_holds_in_memory_is_bounded() -> None:
    async with serving() as server, deaf(server, "from=3") as writer:
        await until_still(lambda: server.replays.limits.open)
        writer.write(b"\x81\x80\0\0\0\0" * 200_000)
        await until_still(writer.transport.get_write_buffer_size)
        (viewer,) = cast("set[ReplayViewer]", server.state.connections)
        assert 0 < viewer.unread <= 2 * 4096


@pytest.mark.parametrize(("spoken", "code"), [(200, None), (6000, 1008)])
async def test_a_client_that_does_not_wait_for_the_answer_is_heard_up_to_a_limit(
    spoken: int, code: int | None
) -> None:
    early = Frame(Opcode.TEXT, b'{"type":"pause"}').serialize(mask=True) * (spoken // 22)
    async with serving() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(f"GET {PATH}?from=3 HTTP/1.1\r\n{HANDSHAKE}\r\n".encode() + early)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
        if code is None:
            async with asyncio.timeout(5):
                await reader.readuntil(b'"state":"paused"}')
        else:
            said = await asyncio.wait_for(reader.read(), timeout=5)
            close = said[said.rindex(b"wait for the answer") - 4 :]
            assert int.from_bytes(close[2:4]) == code
        writer.close()
        await writer.wait_closed()


async def test_what_comes_after_the_goodbye_is_thrown_away(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with serving() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(f"GET {PATH}?from=5 HTTP/1.1\r\n{HANDSHAKE}\r\n".encode())
        said = await asyncio.wait_for(reader.read(), timeout=5)
        assert said.endswith(b'{"type":"finished"}\x88\x02\x03\xe8')
        writer.write(b"\x81\x80\0\0\0\0" * 10_000)
        await asyncio.wait_for(writer.drain(), timeout=5)
        writer.close()
        await writer.wait_closed()
        await gone(server)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


class Reset:
    """A transport after a reset, before the loop has told its protocol."""

    def is_closing(self) -> bool:
        return True

    def set_protocol(self, protocol: object) -> None:
        self.protocol = protocol

    def pause_reading(self) -> None:
        raise RuntimeError("the handler is closed")

    resume_reading = pause_reading

    def writelines(self, _: object) -> None:
        raise RuntimeError("the handler is closed")


async def test_a_reset_that_the_loop_has_not_told_yet_is_no_fault() -> None:
    night, reset, connections = Gala(), Reset(), set[Any]()
    replays = Replays(lambda _: night, lambda: HOUR, clock=ManualClock())
    asked = RequestHead("gala", "replay", b"", {}, "1.1", wants_socket=True)
    with capture_logs() as logged:
        viewer = replays.join(
            cast("asyncio.Transport", reset),
            replays.session(asked),
            preface=b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
            heart=Heart(Feeds(), now=lambda: HOUR),
            connections=connections,
            seat=Seat(Counter()),
        )
        viewer.begin(b"\x81\x80\0\0\0\0")
        await asyncio.sleep(0.02)  # for the turn to come
        viewer.connection_lost(ConnectionResetError())
    assert logged == []
    assert replays.limits.open == 0
    assert connections == set()


async def test_controls_that_show_boards_are_obeyed_no_faster_than_boards_are_read() -> None:
    night = Gala(times=[*range(0, 200_000, 1000)], keyframe_bytes=500_000)
    pairs = [each for at in range(80) for each in (seek(at), {"type": "step"})]
    controls = b"".join(
        Frame(Opcode.TEXT, json.dumps(each).encode()).serialize(mask=True) for each in pairs
    )
    async with serving(night) as server, deaf(server, "from=100&speed=0.1") as writer:
        await until_still(lambda: server.replays.limits.open)
        writer.write(controls)
        await until_still(lambda: len(night.keyframes))
        assert len(night.keyframes) < 40


async def test_controls_that_show_many_boards_are_all_answered_in_order() -> None:
    night = Gala(times=[*range(0, 200_000, 1000)], keyframe_bytes=20_000)
    async with serving(night) as server, server.watch("from=100") as viewer:
        await viewer.take(4)
        await at_once(viewer, *(each for at in range(40) for each in (seek(at), {"type": "step"})))
        shown = [(each["type"], each["version"]) for each in await viewer.take(160)]
        assert shown == [
            answer
            for at in range(40)
            for answer in (
                ("keyframe", at),
                ("playhead", at),
                ("frame", at + 1),
                ("playhead", at + 1),
            )
        ]


async def test_a_close_behind_controls_that_wait_comes_after_their_answers() -> None:
    night = Gala(times=[*range(0, 200_000, 1000)], keyframe_bytes=20_000)
    async with serving(night) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(f"GET {PATH}?from=100 HTTP/1.1\r\n{HANDSHAKE}\r\n".encode())
        await reader.readuntil(b'"state":"playing"}')
        pairs = [each for at in range(20) for each in (seek(at), {"type": "step"})]
        frames = [
            Frame(Opcode.TEXT, json.dumps(each).encode()).serialize(mask=True) for each in pairs
        ]
        writer.write(b"".join(frames) + Frame(Opcode.CLOSE, b"\x03\xe8").serialize(mask=True))
        said = await asyncio.wait_for(reader.read(), timeout=10)
        assert said.count(b'"type":"playhead"') == len(pairs)
        assert said.endswith(b"\x88\x02\x03\xe8")
        writer.close()
        await writer.wait_closed()


async def test_a_viewer_that_stops_reading_is_sent_one_turn_at_most() -> None:
    night = Gala(times=[0] * 20_000, frame_bytes=200)
    async with serving(night) as server, deaf(server) as writer:
        del writer
        await until_still(lambda: night.served)
        (viewer,) = server.state.connections
        assert viewer.transport.get_write_buffer_size() < 20_000
