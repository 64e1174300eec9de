import asyncio
import base64
import gc
import inspect
import json
import random
import re
import socket
import weakref
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from typing import Any, cast

import httpx
import pytest
import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState
from websockets.asyncio.client import connect
from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from feed_doubles import HOUR, CheckingViewer, GrowingHistory, decode_stream
from web.collector import YOUNG_OBJECTS, settle_collector
from web.sockets.crowd import Seat
from web.sockets.doorman import Doorman, doorman
from web.sockets.feed import Cursor, Feed, Feeds
from web.sockets.goodbye import SHORTEST_SPREAD_MS, SOONEST_MS
from web.sockets.heart import Heart
from web.sockets.live import LiveProtocol
from web.sockets.viewers import LiveViewer, SocketViewer
from web.sockets.wires import SOCKET, STREAM, Wire

pytestmark = pytest.mark.anyio

LIVE = "/api/ceremonies/oscars-97/live"
HANDSHAKE = (
    "Host: tracker\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}\r\n"
)


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    return "asyncio", {"use_uvloop": request.param}


@dataclass
class Night:
    """A server with one ceremony, in the loop of the test."""

    history: GrowingHistory = field(default_factory=lambda: GrowingHistory(version=7))
    allowed_origins: Sequence[str] = ()
    keep_alive: int = 5
    host: str = ""
    protocols: "weakref.WeakSet[Doorman]" = field(default_factory=weakref.WeakSet)
    state: ServerState = field(default_factory=ServerState)

    def __post_init__(self) -> None:
        self.feed = Feed("oscars-97", self.history)
        self.feeds = Feeds()
        self.feeds.add(self.feed)
        self.heart = Heart(self.feeds, now=lambda: HOUR)

    def config(self) -> uvicorn.Config:
        protocol = doorman(
            self.feeds, self.heart, allowed_origins=self.allowed_origins, now=lambda: HOUR
        )
        return uvicorn.Config(
            echo,
            http=protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_keep_alive=self.keep_alive,
        )

    @property
    def port(self) -> int:
        return int(self.host.rsplit(":", 1)[1])

    @property
    def socket_url(self) -> str:
        return f"ws://{self.host}{LIVE}"

    def grow(self, count: int = 1) -> None:
        for _ in range(count):
            self.history.grow(self.feed)

    def say_goodbye(self) -> None:
        """Do as uvicorn does at its shutdown."""
        for connection in tuple(self.state.connections):
            connection.shutdown()

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110 - nothing to wait for: the product has no use for it
                await asyncio.sleep(0.002)


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answer any request with what came in, after as long as its query says."""
    assert scope["type"] == "http"
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    await asyncio.sleep(float(scope["query_string"] or 0))
    text = b"%b %b %b" % (scope["method"].encode(), scope["path"].encode(), body)
    length = str(len(text)).encode()
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]}
    )
    await send({"type": "http.response.body", "body": text})


@asynccontextmanager
async def serving(night: Night | None = None) -> AsyncIterator[Night]:
    night = night or Night()
    config = night.config()
    config.load()
    loop = asyncio.get_running_loop()

    def connection() -> asyncio.Protocol:
        made = cast("type[Doorman]", config.http_protocol_class)(
            config, night.state, {}, _loop=loop
        )
        night.protocols.add(made)
        return made

    server = await loop.create_server(connection, "127.0.0.1", 0)
    night.host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield night
    finally:
        server.close()
        night.heart.stop()
        for connection_ in list(night.state.connections):
            connection_.transport.abort()
        await night.until(lambda: not night.state.connections)


class Raw:
    """A TCP client that says exactly what it is told to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def say(self, text: str | bytes) -> None:
        self.writer.write(text.encode() if isinstance(text, str) else text)

    async def say_in(self, pieces: int, text: str) -> None:
        """Say it in pieces, which arrive one by one."""
        step = -(-len(text) // pieces)
        for start in range(0, len(text), step):
            self.say(text[start : start + step])
            await asyncio.sleep(0.001 if pieces > 1 else 0)

    async def head(self) -> tuple[int, dict[str, str]]:
        async with asyncio.timeout(5):
            lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:-2])
        return int(lines[0].split(" ")[1]), {name.lower(): value for name, value in headers.items()}

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        status, headers = await self.head()
        return status, headers, await self.reader.readexactly(int(headers["content-length"]))

    async def rest(self) -> bytes:
        async with asyncio.timeout(5):
            return await self.reader.read()

    async def events(self, count: int) -> list[dict[str, Any]]:
        async with asyncio.timeout(5):
            texts = [await self.reader.readuntil(b"\n\n") for _ in range(count)]
        return decode_stream(b"".join(texts))

    async def frames(self) -> list[Frame]:
        """Return what a socket's server says up to the end of the connection."""
        peer = ClientProtocol(parse_uri("ws://tracker"), state=State.OPEN, max_size=None)
        peer.receive_data(await self.rest())
        return [event for event in peer.events_received() if isinstance(event, Frame)]


@asynccontextmanager
async def raw(night: Night, **options: Any) -> AsyncIterator[Raw]:
    reader, writer = await asyncio.open_connection("127.0.0.1", night.port, **options)
    try:
        yield Raw(reader, writer)
    finally:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


def masked(opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=True)


def close_code(frames: list[Frame]) -> int:
    assert frames[-1].opcode is Opcode.CLOSE
    return int.from_bytes(frames[-1].data[:2])


def socket_request(path: str = LIVE, handshake: str = HANDSHAKE) -> str:
    return f"GET {path} HTTP/1.1\r\n{handshake}\r\n"


async def types(connection: Any, count: int) -> list[str]:
    async with asyncio.timeout(5):
        return [json.loads(await connection.recv())["type"] for _ in range(count)]


# The socket


async def test_a_websockets_client_follows_from_a_keyframe() -> None:
    async with serving() as night, connect(night.socket_url) as client:
        assert await types(client, 3) == ["hello", "keyframe", "caught-up"]
        night.grow(2)
        assert [json.loads(await client.recv())["version"] for _ in range(2)] == [8, 9]
        assert night.feed.viewers == 1
        assert client.protocol.extensions == []


async def test_a_socket_cut_and_resumed_with_its_cursor_misses_nothing() -> None:
    async with serving() as night:
        night.history.board_bytes = 10_000
        async with connect(night.socket_url) as client:
            await types(client, 3)
        night.grow(3)
        async with connect(f"{night.socket_url}?epoch=e-1&after=7") as client:
            assert await types(client, 5) == ["hello", "frame", "frame", "frame", "caught-up"]


async def test_the_handshake_and_the_keyframe_arrive_in_one_write() -> None:
    async with serving() as night, raw(night) as client:
        client.say(socket_request())
        data = await client.reader.read(65536)
        assert data.startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
        assert data.endswith(b'{"type":"caught-up","version":7}')


async def test_a_handshake_may_come_in_single_bytes() -> None:
    async with serving() as night, raw(night) as client:
        for byte in socket_request(f"{LIVE}?epoch=e-1&after=7").encode():
            client.say(bytes([byte]))
            await asyncio.sleep(0)
        assert (await client.head())[0] == 101
        await night.until(lambda: night.feed.viewers == 1)


async def test_a_leaving_client_is_forgotten() -> None:
    async with serving() as night:
        async with connect(night.socket_url) as client:
            await types(client, 3)
        await night.until(lambda: night.feed.viewers == 0 and not night.state.connections)


async def test_a_killed_client_is_forgotten() -> None:
    async with serving() as night:
        async with raw(night) as client:
            client.say(socket_request())
            await client.head()
        await night.until(lambda: night.feed.viewers == 0 and not night.state.connections)


async def test_a_ping_gets_its_pong() -> None:
    async with serving() as night, connect(night.socket_url) as client:
        await types(client, 3)
        async with asyncio.timeout(5):
            await (await client.ping(b"there?"))


async def test_a_close_is_answered_in_kind() -> None:
    async with serving() as night, raw(night) as client:
        client.say(socket_request())
        await client.head()
        client.say(masked(Opcode.CLOSE, b"\x03\xe9bye"))
        frames = await client.frames()
        assert frames[-1].data == b"\x03\xe9bye"
        assert night.feed.viewers == 0


@pytest.mark.parametrize(
    ("said", "code"),
    [
        pytest.param([masked(Opcode.TEXT, b"hello")], 1008, id="text"),
        pytest.param([masked(Opcode.BINARY, bytes(4096))], 1008, id="binary"),
        pytest.param(
            [masked(Opcode.TEXT, b"he", fin=False), masked(Opcode.CONT, b"llo")],
            1008,
            id="fragments",
        ),
        pytest.param([masked(Opcode.TEXT, bytes(4097))], 1009, id="over 4 KiB"),
        pytest.param(
            [masked(Opcode.TEXT, bytes(2049), fin=False), masked(Opcode.CONT, bytes(2048))],
            1008,
            id="a first fragment, whatever would follow",
        ),
        pytest.param([b"\x81\xff" + (1 << 60).to_bytes(8)], 1009, id="announced, never sent"),
        pytest.param([masked(Opcode.TEXT, b"", fin=False)], 1008, id="an empty fragment"),
        pytest.param([masked(Opcode.TEXT, b"")], 1008, id="an empty text"),
        pytest.param([masked(Opcode.BINARY, bytes(4000))[:4]], 1008, id="the head of a message"),
        pytest.param([masked(Opcode.PING, b"") * 20_000], 1008, id="a flood of pings"),
        pytest.param([masked(Opcode.PONG, b"") * 20_000], 1008, id="a flood of pongs"),
        pytest.param([masked(Opcode.TEXT, b"", fin=False) * 20_000], 1008, id="a flood"),
        pytest.param([Frame(Opcode.TEXT, b"hi").serialize(mask=False)], 1002, id="unmasked"),
        pytest.param([b"\x83\x80\0\0\0\0"], 1002, id="unknown opcode"),
        pytest.param([masked(Opcode.CONT, b"llo")], 1002, id="nothing to continue"),
    ],
)
async def test_a_client_that_speaks_is_shown_out(said: list[bytes], code: int) -> None:
    async with serving() as night, raw(night) as client:
        client.say(socket_request())
        await client.head()
        for part in said:
            client.say(part)
            await asyncio.sleep(0.005)  # so that each comes alone
        assert close_code(await client.frames()) == code
        assert night.feed.viewers == 0


async def test_words_sent_before_the_answer_are_heard() -> None:
    async with serving() as night, raw(night) as client:
        client.say(socket_request().encode() + masked(Opcode.PING, b"early"))
        await client.head()
        client.say(masked(Opcode.CLOSE, b""))
        assert Frame(Opcode.PONG, b"early") in await client.frames()


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(socket_request("/api/ceremonies/none/live"), 404, id="unknown ceremony"),
        pytest.param(socket_request(f"{LIVE}?epoch=e-1&after=x"), 400, id="bad version"),
        pytest.param(socket_request(f"{LIVE}?epoch=e-1&after=-1"), 400, id="negative version"),
        pytest.param(socket_request(f"{LIVE}?epoch=%21&after=1"), 400, id="bad epoch"),
        pytest.param(socket_request(f"{LIVE}?after=1"), 400, id="no epoch"),
        pytest.param(
            socket_request(handshake=HANDSHAKE.replace("n: 13", "n: 8")), 426, id="old version"
        ),
        pytest.param(
            socket_request(handshake=HANDSHAKE.replace("-Key", "-Lock")), 400, id="no key"
        ),
        pytest.param(
            socket_request(handshake=HANDSHAKE.replace("AAAA", "AA")), 400, id="short key"
        ),
        pytest.param(socket_request().replace("1.1", "1.0"), 400, id="HTTP/1.0"),
        pytest.param(
            socket_request(handshake=f"{HANDSHAKE}Origin: https://elsewhere.example\r\n"),
            403,
            id="foreign origin",
        ),
        pytest.param(
            socket_request(handshake=f"{HANDSHAKE}Origin: null\r\n"), 403, id="null origin"
        ),
        pytest.param(
            f"GET {LIVE}?epoch=e-1 HTTP/1.1\r\nHost: tracker\r\n\r\n", 400, id="stream: bad cursor"
        ),
        pytest.param(
            "GET /api/ceremonies/none/live HTTP/1.1\r\nHost: tracker\r\n\r\n",
            404,
            id="stream: unknown ceremony",
        ),
        pytest.param("GARBAGE\r\n\r\n", 400, id="not HTTP"),
    ],
)
@pytest.mark.parametrize("pieces", [1, 2])
async def test_who_may_not_enter_is_told_why(request_: str, status: int, pieces: int) -> None:
    async with serving() as night, raw(night) as client:
        await client.say_in(pieces, request_)
        got, headers, body = await client.answer()
        assert got == status
        assert headers["content-type"] == "application/problem+json"
        assert headers["cache-control"] == "no-store"
        # What answers a GET is open to pages of other sites, and nothing else is.
        open_to_all = "*" if request_.startswith("GET ") else None
        assert headers.get("access-control-allow-origin") == open_to_all
        assert json.loads(body)["status"] == status
        assert json.loads(body)["detail"]
        assert json.loads(body)["type"].startswith("urn:awards-night:problem:")
        if status == 426:
            assert headers["sec-websocket-version"] == "13"
        assert await client.rest() == b""
        client.writer.close()
        await night.until(lambda: not night.state.connections)
        assert night.feed.joins == 0


async def test_the_websockets_client_sees_the_refusal_of_an_unknown_ceremony() -> None:
    async with serving() as night:
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://{night.host}/api/ceremonies/none/live")
        assert refused.value.response.status_code == 404


@pytest.mark.parametrize(
    ("allowed", "origin", "welcome"),
    [
        ([], "http://{host}", True),
        ([], "https://{host}", True),
        ([], "http://127.0.0.1", False),
        (["https://embed.example"], "https://embed.example", True),
        (["https://embed.example"], "http://{host}", True),
        (["https://embed.example"], "https://{host}", True),
        (["https://embed.example"], "http://127.0.0.1", False),
        (["https://embed.example"], "null", False),
        (["*"], "https://anywhere.example", True),
    ],
)
async def test_only_pages_of_allowed_origins_open_sockets(
    allowed: list[str], origin: str, *, welcome: bool
) -> None:
    async with serving(Night(allowed_origins=allowed)) as night:
        joining = connect(night.socket_url, origin=origin.format(host=night.host))  # type: ignore[arg-type]  # a NewType of str
        if welcome:
            async with joining as client:
                assert await types(client, 1) == ["hello"]
        else:
            with pytest.raises(InvalidStatus) as refused:
                await joining
            assert refused.value.response.status_code == 403


# The event stream


async def test_a_stream_says_what_a_socket_says_with_ids_to_resume_from() -> None:
    async with serving() as night, httpx.AsyncClient() as http:
        async with http.stream("GET", f"http://{night.host}{LIVE}") as answer:
            assert answer.headers["content-type"] == "text/event-stream"
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["access-control-allow-origin"] == "*"
            assert answer.headers["x-accel-buffering"] == "no"
            lines = answer.aiter_lines()
            night.grow()
            night.feed.beat(HOUR)
            text = [await anext(lines) for _ in range(12)]
        assert text[0].startswith('data: {"type":"hello","ceremony":"oscars-97","epoch":"e-1"')
        assert text[2] == "id: e-1:7"
        assert text[3].startswith('data: {"type":"keyframe","version":7')
        assert text[5] == 'data: {"type":"caught-up","version":7}'
        assert text[7:9] == ["id: e-1:8", f"data: {night.history.frame(8).decode()}"]
        assert text[10] == f'data: {{"type":"heartbeat","version":8,"server_time":"{HOUR}"}}'
        await night.until(lambda: night.feed.viewers == 0)


@pytest.mark.parametrize(
    ("query", "last", "kinds"),
    [
        ("?epoch=e-1&after=5", None, ["frame", "frame"]),
        ("", "e-1:6", ["frame"]),
        ("?epoch=e-1&after=5", "e-1:6", ["frame"]),
        ("?epoch=junk", "e-1:6", ["frame"]),
        ("", "e-0:6", ["keyframe"]),
        ("", "e-1:99", ["keyframe"]),
        ("", f"e-1:{'9' * 5000}", ["keyframe"]),
        (f"?epoch=e-1&after={'9' * 16}", None, ["keyframe"]),
        (f"?epoch=e-1&after={'9' * 5000}", None, ["keyframe"]),
        (f"?epoch=e-1&after={'0' * 20}6", None, ["frame"]),
        ("", "who knows", ["keyframe"]),
        ("?epoch=e-1&after=6", "", ["frame"]),
        ("", "e-1:7", []),
    ],
)
async def test_a_stream_resumes_by_last_event_id_and_else_by_the_query(
    query: str, last: str | None, kinds: list[str]
) -> None:
    async with serving() as night, raw(night) as client:
        header = "" if last is None else f"Last-Event-ID: {last}\r\n"
        client.say(f"GET {LIVE}{query} HTTP/1.1\r\nHost: tracker\r\n{header}\r\n")
        await client.head()
        wanted = ["hello", *kinds, "caught-up"]
        assert [event["type"] for event in await client.events(len(wanted))] == wanted


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(f"GET {LIVE} HTTP/1.0\r\n\r\n", id="HTTP/1.0"),
        pytest.param(
            f"GET {LIVE} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", id="HTTP/1.0 keep-alive"
        ),
        pytest.param(
            f"GET {LIVE} HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n", id="any Accept"
        ),
        pytest.param(
            f"GET {LIVE} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
            id="another upgrade",
        ),
        pytest.param(
            f"GET {LIVE} HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody", id="with a body"
        ),
        pytest.param(f"GET {LIVE.replace('o', '%6f')} HTTP/1.1\r\nHost: a\r\n\r\n", id="encoded"),
        pytest.param(f"GET http://tracker{LIVE} HTTP/1.1\r\nHost: a\r\n\r\n", id="absolute"),
        pytest.param(
            f"GET {LIVE} HTTP/1.1\r\nHost: a\r\n\r\nGET {LIVE} HTTP/1.1\r\nHost: a\r\n\r\n",
            id="more requests behind it",
        ),
    ],
)
@pytest.mark.parametrize("pieces", [1, 2])
async def test_a_get_that_opens_no_socket_gets_the_stream(head: str, pieces: int) -> None:
    async with serving() as night, raw(night) as client:
        await client.say_in(pieces, head)
        status, headers = await client.head()
        assert (status, headers["connection"]) == (200, "close")
        assert [event["type"] for event in await client.events(3)][1] == "keyframe"
        night.grow()
        assert (await client.events(1))[0]["version"] == 8
        assert night.feed.viewers == 1


async def test_a_client_that_closes_its_half_gets_what_was_written_and_the_end() -> None:
    async with serving() as night, raw(night) as client:
        client.say(f"GET {LIVE} HTTP/1.1\r\nHost: tracker\r\n\r\n")
        client.writer.write_eof()
        await client.head()
        assert len(decode_stream(await client.rest())) == 3
        await night.until(lambda: night.feed.viewers == 0 and not night.state.connections)


# Everything else stays uvicorn's


async def test_other_requests_reach_the_application() -> None:
    async with serving() as night, httpx.AsyncClient(base_url=f"http://{night.host}") as http:
        assert (
            await http.post(LIVE, content=b"x" * 100_000)
        ).text == f"POST {LIVE} {'x' * 100_000}"
        assert (await http.get("/api/ceremonies/oscars-97/lively")).status_code == 200
        assert (await http.get("/live")).text == "GET /live "
        assert (await http.head(LIVE)).status_code == 200


async def test_a_connection_may_turn_to_the_feed_after_ordinary_requests() -> None:
    async with serving() as night, raw(night) as client:
        for _ in range(2):
            client.say("GET /board HTTP/1.1\r\nHost: tracker\r\n\r\n")
            assert (await client.answer())[2] == b"GET /board "
        client.say(socket_request())
        assert (await client.head())[0] == 101
        assert night.feed.viewers == 1


@pytest.mark.parametrize("live", ["stream", "socket", "refused"])
async def test_a_live_request_waits_for_the_answers_before_it(live: str) -> None:
    async with serving(Night(keep_alive=0)) as night, raw(night) as client:
        ask = "GET /{} HTTP/1.1\r\nHost: tracker\r\n\r\n"
        last = {
            "stream": ask.format(LIVE[1:]),
            "socket": socket_request(),
            "refused": socket_request("/api/ceremonies/none/live"),
        }[live]
        client.say(ask.format("a?0.05") + ask.format("b?0.02") + last)
        if live == "socket":
            await night.until(lambda: night.state.tasks)
            client.say(masked(Opcode.PING, b"early"))
        assert (await client.answer())[2] == b"GET /a "
        assert (await client.answer())[2] == b"GET /b "
        assert (await client.head())[0] == {"stream": 200, "socket": 101, "refused": 404}[live]
        await asyncio.sleep(0.01)
        assert night.feed.viewers == (live != "refused")
        if live == "socket":
            client.say(masked(Opcode.CLOSE, b""))
            assert Frame(Opcode.PONG, b"early") in await client.frames()


async def test_a_live_request_behind_a_last_one_is_not_answered() -> None:
    async with serving() as night, raw(night) as client:
        client.say("GET /a HTTP/1.1\r\nHost: tracker\r\nConnection: close\r\n\r\n")
        client.say(f"GET {LIVE} HTTP/1.1\r\nHost: tracker\r\n\r\n")
        assert (await client.answer())[2] == b"GET /a "
        assert await client.rest() == b""
        assert night.feed.joins == 0


@pytest.mark.parametrize("path", ["/board", LIVE])
@pytest.mark.parametrize("pieces", [1, 50])
async def test_a_head_over_16_kib_is_refused(path: str, pieces: int) -> None:
    async with serving() as night, raw(night) as client:
        head = f"GET {path} HTTP/1.1\r\nHost: tracker\r\nX-Long: {'a' * 17_000}\r\n\r\n"
        await client.say_in(pieces, head)
        status, headers, body = await client.answer()
        assert (status, headers["connection"]) == (431, "close")
        assert json.loads(body)["status"] == 431
        assert await client.rest() == b""


async def test_a_head_without_end_is_cut_off() -> None:
    async with serving() as night, raw(night) as client:
        client.say("GET / HTTP/1.1\r\nX-Long: ")
        with suppress(OSError):
            for _ in range(200):
                client.say(b"a" * 65536)
                await client.writer.drain()
        await night.until(lambda: not night.state.connections)


async def test_trailers_without_end_are_cut_off() -> None:
    async with serving() as night, raw(night) as client:
        client.say("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n")
        client.say("0\r\nX-Long: ")
        with suppress(OSError):
            for _ in range(200):
                client.say(b"a" * 65536)
                await client.writer.drain()
        await night.until(lambda: not (night.state.connections or night.state.tasks))


async def test_a_body_that_breaks_off_into_garbage_ends_its_request() -> None:
    async with serving() as night, raw(night) as client:
        client.say("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
        assert (await client.answer())[0] == 400
        assert await client.rest() == b""
        client.writer.close()
        await night.until(lambda: not (night.state.connections or night.state.tasks))


@pytest.mark.parametrize("size", [1, 30_000])
async def test_a_chunked_body_may_be_longer_than_a_head(size: int) -> None:
    async with serving() as night, httpx.AsyncClient(base_url=f"http://{night.host}") as http:

        async def parts() -> AsyncIterator[bytes]:
            for _ in range(20):
                yield b"x" * size

        assert (await http.post("/a", content=parts())).text == "POST /a " + "x" * size * 20


async def test_a_long_body_and_the_next_head_do_not_count_as_one_head() -> None:
    async with serving() as night, raw(night) as client:
        for _ in range(2):
            client.say(f"POST /a HTTP/1.1\r\nHost: t\r\nContent-Length: 40000\r\n\r\n{'b' * 40000}")
        client.say(f"GET /c HTTP/1.1\r\nHost: t\r\nX-Long: {'a' * 15_000}\r\n\r\n")
        statuses = [(await client.answer())[0] for _ in range(3)]
        assert statuses == [200, 200, 200]


# Slow readers


@asynccontextmanager
async def stalled(night: Night, request: str) -> AsyncIterator[socket.socket]:
    """Connect with little room to receive, ask, read nothing, and come back once that shows."""
    loop = asyncio.get_running_loop()
    with closing(socket.socket()) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.setblocking(False)  # noqa: FBT003 - the socket's own signature
        await loop.sock_connect(client, ("127.0.0.1", night.port))
        await loop.sock_sendall(client, request.encode())
        await night.until(lambda: night.feed.viewers)
        while not night.feed.slow:
            night.grow(5)
            await asyncio.sleep(0)
        yield client


@pytest.mark.parametrize("wire", [SOCKET, STREAM], ids=["socket", "stream"])
async def test_a_stalled_reader_is_skipped_holds_little_and_is_resynced(wire: Wire) -> None:
    night = Night(GrowingHistory(version=7, frame_bytes=20_000))
    ask = socket_request() if wire is SOCKET else f"GET {LIVE} HTTP/1.0\r\n\r\n"
    async with serving(night), stalled(night, ask) as client:
        night.grow(500)
        (viewer,) = night.state.connections
        assert isinstance(viewer, LiveViewer)
        assert viewer.transport.get_write_buffer_size() <= 20_100
        end = b'"caught-up","version":%d}' % night.history.version
        data = bytearray()
        async with asyncio.timeout(20):
            while end not in data[-64:]:
                data += await asyncio.get_running_loop().sock_recv(client, 1 << 20)
        reader = CheckingViewer(night.feed, wire)
        reader.unread = bytes(data).partition(b"\r\n\r\n")[2]
        reader.read()
        assert reader.place == Cursor("e-1", night.history.version)
        assert reader.types[-3:] == ["resync", "keyframe", "caught-up"]
        assert reader.types.count("resync") == 1
        assert (night.feed.resyncs, night.feed.slow, night.feed.viewers) == (1, 0, 1)


async def test_a_reader_that_never_reads_is_aborted_by_the_heart() -> None:
    night = Night(GrowingHistory(version=7, frame_bytes=20_000))
    async with serving(night), stalled(night, socket_request()):
        night.heart.tick(1000.0)
        night.heart.tick(1029.0)
        assert night.feed.viewers == 1
        night.heart.tick(1030.5)
        assert (night.feed.viewers, night.feed.aborted) == (0, 1)
        await night.until(lambda: not night.state.connections)


class Pipe(asyncio.Transport):
    """A transport that keeps what is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []

    def write(self, data: Any) -> None:
        if data:
            self.written.append(bytes(data))

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return sum(map(len, self.written))

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol


async def test_a_viewer_who_comes_with_a_full_backlog_starts_as_a_slow_one() -> None:
    night, pipe = Night(), Pipe()
    config = night.config()
    config.load()
    made = cast("type[Doorman]", config.http_protocol_class)(config, night.state, {})
    made.connection_made(pipe)
    request_ = socket_request().encode()
    made.data_received(request_[:10])
    assert isinstance(pipe.protocol, LiveProtocol)  # which may have answered other requests
    pipe.protocol.pause_writing()
    pipe.protocol.data_received(request_[10:])
    assert (night.feed.viewers, night.feed.slow) == (1, 1)
    night.grow()
    (first,) = pipe.written
    assert isinstance(pipe.protocol, SocketViewer)
    pipe.protocol.resume_writing()
    assert night.feed.slow == 0
    reader = CheckingViewer(night.feed, SOCKET)
    reader.unread = first.partition(b"\r\n\r\n")[2] + b"".join(pipe.written[1:])
    reader.read()
    assert reader.types[2:] == ["caught-up", "frame"]


async def test_a_slow_reader_that_pings_gets_one_pong_when_it_reads_again() -> None:
    night, pipe = Night(), Pipe()
    viewer = SocketViewer(pipe, night.feed, night.heart, set(), Seat(Counter()))
    night.feed.join(viewer, None, server_time=HOUR)
    viewer.pause_writing()
    pipe.written.clear()
    for number in range(100):
        viewer.data_received(masked(Opcode.PING, b"%d" % number))
    assert pipe.written == []
    viewer.resume_writing()
    assert pipe.written == [Frame(Opcode.PONG, b"99").serialize(mask=False)]


# The heart, and the end


async def test_the_heart_beats_every_ten_seconds_for_all_feeds() -> None:
    night, pipe = Night(), Pipe()
    viewer = SocketViewer(pipe, night.feed, night.heart, set(), Seat(Counter()))
    night.feed.join(viewer, None, server_time=HOUR)
    pipe.written.clear()
    night.heart.tick(100.0)
    night.heart.tick(109.9)
    assert len(pipe.written) == 1
    night.heart.tick(110.0)
    assert len(pipe.written) == 2
    assert b'"type":"heartbeat","version":7' in pipe.written[0]


async def test_the_heart_goes_on_by_itself_until_stopped() -> None:
    night, pipe = Night(), Pipe()
    viewer = SocketViewer(pipe, night.feed, night.heart, set(), Seat(Counter()))
    night.feed.join(viewer, None, server_time=HOUR)
    heart = Heart(night.feeds, now=lambda: HOUR, interval=0.002, tick=0.001)
    heart.start()
    await night.until(lambda: len(pipe.written) >= 4)
    heart.stop()
    beats = len(pipe.written)
    await asyncio.sleep(0.01)
    assert len(pipe.written) == beats


LONG_AFTER = 60
"""Seconds, by which every deadline is over."""


@pytest.mark.parametrize(
    "said",
    [
        "",
        "GET / HTTP/1.1\r\nHost: tra",
        "POST / HTTP/1.1\r\nHost: tracker\r\nContent-Length: 10\r\n\r\nhalf",
        "GET / HTTP/1.1\r\nHost: tracker\r\n\r\nGET / HTTP/1.1\r\nHo",
    ],
    ids=["nothing", "half a head", "half a body", "one request and half another"],
)
async def test_a_request_that_does_not_come_whole_is_not_waited_for_long(said: str) -> None:
    async with serving() as night, raw(night) as client:
        client.say(said)
        await night.until(lambda: night.state.connections)
        await asyncio.sleep(0.02)  # what was said is there
        soon = asyncio.get_running_loop().time() + 10
        night.heart.tick(soon)
        await asyncio.sleep(0.02)
        assert night.state.connections
        night.heart.tick(soon + LONG_AFTER)
        assert b"half" not in await client.rest()
        await night.until(lambda: not night.state.connections)


async def test_who_has_asked_is_served_as_long_as_it_takes() -> None:
    async with serving() as night, connect(night.socket_url) as client, raw(night) as slow:
        await types(client, 3)
        slow.say("GET /slow?0.1 HTTP/1.1\r\nHost: tracker\r\n\r\n")
        await night.until(lambda: night.state.tasks)
        night.heart.tick(asyncio.get_running_loop().time() + LONG_AFTER)
        assert (await slow.answer())[2] == b"GET /slow "
        night.grow()
        assert await types(client, 1)


async def test_a_shutdown_closes_sockets_with_1012_and_ends_streams() -> None:
    async with serving() as night, connect(night.socket_url) as client, raw(night) as stream:
        stream.say(f"GET {LIVE} HTTP/1.1\r\nHost: tracker\r\n\r\n")
        await stream.head()
        await types(client, 3)
        night.say_goodbye()
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
        assert re.fullmatch(r"restart; retry in \d+ ms", closed.value.rcvd.reason)
        *_, last = decode_stream(await stream.rest())
        assert last["type"] == "retry"
        assert SOONEST_MS <= last["ms"] < SOONEST_MS + SHORTEST_SPREAD_MS
        assert night.feed.viewers == 0


async def test_uvicorn_itself_says_goodbye_to_viewers_at_its_shutdown() -> None:
    night = Night()
    server = uvicorn.Server(night.config())
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        night.host = f"127.0.0.1:{listener.getsockname()[1]}"
        serving_ = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn offers nothing to wait for
            await asyncio.sleep(0.005)
        async with connect(night.socket_url) as client:
            await types(client, 3)
            server.should_exit = True
            with pytest.raises(ConnectionClosed) as closed:
                await client.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012
        async with asyncio.timeout(5):
            await serving_


async def test_a_client_that_ignores_the_goodbye_is_cut_off_at_the_deadline() -> None:
    async with serving() as night, raw(night) as client:
        client.say(socket_request())
        await client.head()
        night.say_goodbye()
        await client.rest()
        assert len(night.state.connections) == 1
        now = asyncio.get_running_loop().time()
        night.heart.tick(now + 1.0)
        await asyncio.sleep(0)
        assert len(night.state.connections) == 1
        night.heart.tick(now + 3.0)
        await night.until(lambda: not night.state.connections)


# What a viewer costs


@pytest.mark.parametrize("request_", [socket_request(), f"GET {LIVE} HTTP/1.0\r\n\r\n"])
async def test_an_idle_viewer_keeps_neither_parser_nor_task_alive(request_: str) -> None:
    async with serving() as night:
        gc.collect()
        gc.disable()
        try:
            async with raw(night) as client:
                before = len(asyncio.all_tasks())
                client.say(request_)
                await client.head()
                await night.until(lambda: not night.protocols)
                assert len(asyncio.all_tasks()) == before
                (viewer,) = night.state.connections
                assert not hasattr(viewer, "__dict__")
                assert isinstance(viewer, LiveViewer)
                limits = viewer.transport.get_write_buffer_limits()
                assert limits == (0, 0)
        finally:
            gc.enable()


async def test_the_collector_is_settled() -> None:
    before = gc.get_threshold()
    try:
        settle_collector()
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold()[0] == YOUNG_OBJECTS
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)


async def test_sockets_joining_at_random_moments_each_see_every_version_once() -> None:
    rng = random.Random(97)
    night = Night(GrowingHistory(version=0, board_bytes=2000, frame_bytes=300))
    async with serving(night):

        async def watch(delay: float, cursor: Cursor | None) -> list[str]:
            await asyncio.sleep(delay)
            query = f"?epoch={cursor.epoch}&after={cursor.version}" if cursor else ""
            checker = CheckingViewer(night.feed, SOCKET, cursor)
            async with connect(night.socket_url + query) as client:
                while checker.place is None or checker.place.version < 300:
                    checker.unread = SOCKET.plain(await client.recv(decode=False))
                    checker.read()
            return checker.types

        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            watching = [
                group.create_task(
                    watch(rng.random() * 0.3, rng.choice([None, Cursor("e-1", 0), Cursor("e", 1)]))
                )
                for _ in range(100)
            ]
            for _ in range(300):
                night.grow()
                await asyncio.sleep(rng.random() * 0.002)
        assert all("resync" not in task.result() for task in watching)


# The contract with uvicorn, which is nowhere promised


def test_uvicorn_still_has_all_that_the_live_protocol_leans_on() -> None:
    config = Night().config()
    config.load()
    state = ServerState()
    loop = asyncio.new_event_loop()
    with closing(loop):
        protocol = HttpToolsProtocol(config, state, {}, _loop=loop)
    for nothing_yet in ("cycle", "headers", "flow", "transport"):
        assert getattr(protocol, nothing_yet) is None
    assert not protocol.pipeline
    assert protocol.connections is state.connections is not None
    assert state.total_requests == 0
    assert isinstance(state.default_headers, list)
    protocol.on_message_begin()
    protocol.on_url(b"/a")
    protocol.on_header(b"Upgrade", b"WebSocket")
    protocol.on_header(b"Connection", b"keep-alive, Upgrade")
    assert protocol.url == b"/a"
    assert protocol.headers[0] == (b"upgrade", b"WebSocket")
    assert protocol.scope["headers"] is protocol.headers
    for method in (
        "_unset_keepalive_if_required",
        "on_body",
        "on_header",
        "on_headers_complete",
        "on_message_complete",
        "on_response_complete",
        "shutdown",
        "timeout_keep_alive_handler",
    ):
        assert callable(getattr(HttpToolsProtocol, method)), method
    assert "response_complete" in RequestResponseCycle.__init__.__code__.co_names
    assert "response_started" in RequestResponseCycle.__init__.__code__.co_names
    assert "more_body" in RequestResponseCycle.__init__.__code__.co_names
    assert "disconnected" in RequestResponseCycle.__init__.__code__.co_names
    assert {"flow", "FlowControl"} <= set(HttpToolsProtocol.connection_made.__code__.co_names)
    assert "disconnected" in HttpToolsProtocol.connection_lost.__code__.co_names
    assert "resume_reading" in RequestResponseCycle.receive.__code__.co_names
    assert "read_paused" in FlowControl.__init__.__code__.co_names
    used = set(re.findall(r"self\.transport\.(\w+)", inspect.getsource(RequestResponseCycle)))
    assert used == {"write", "close", "is_closing"}, "what an answer is written to has no more"
    assert callable(FlowControl.pause_reading)
    assert callable(FlowControl.resume_reading)
    assert "write_paused" in FlowControl.__init__.__code__.co_names


def test_this_uvicorn_is_the_one_that_was_read() -> None:
    assert uvicorn.__version__.startswith("0.54."), (
        "LiveProtocol subclasses a class that uvicorn does not promise to keep: compare "
        "uvicorn/protocols/http/httptools_impl.py with web/sockets/live.py, then change this line"
    )
