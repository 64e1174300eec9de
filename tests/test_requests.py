"""Requests as bytes: what is no HTTP/1.1 is refused, and no connection is held for ever."""

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from typing import Any, cast

import pytest
import uvicorn
from structlog.testing import capture_logs
from websockets.frames import Opcode

from replay.clock import ManualClock
from test_live import LIVE, Night, Pipe, Raw, masked, raw, serving
from test_replay_socket import HOUR, PATH, Gala
from web.sockets.allowance import Allowance
from web.sockets.backlog import backlog
from web.sockets.doorman import Doorman, doorman
from web.sockets.heart import LEAST_READ
from web.sockets.http_flow import CHUNKS_AT_ONCE, MAX_CHUNKS
from web.sockets.live import (
    MAX_PIPELINED,
    MAX_SURPLUS_BYTES,
    PIECE_BYTES,
    LiveProtocol,
)
from web.sockets.replays import Replays

pytestmark = pytest.mark.anyio

KEY = base64.b64encode(bytes(16)).decode()
HANDSHAKE = (
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Key: {KEY}\r\n"
)


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    return "asyncio", {"use_uvloop": request.param}


class Asked:
    """An application that keeps what it was asked, and answers each request with its number."""

    def __init__(self) -> None:
        self.scopes: list[Any] = []
        self.bodies: list[bytes] = []
        self.let_go = asyncio.Event()
        self.let_go.set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        body, more = b"", scope["method"] == "POST"
        while more and len(body) <= 65536:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message["body"], message["more_body"]
        self.bodies.append(body)
        await self.let_go.wait()
        text = f"{scope['method']} {scope['path']} {len(body)}".encode()
        if scope["path"].startswith("/large"):
            text = bytes(9_000_000)
        length = str(len(text)).encode()
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]}
        )
        await send({"type": "http.response.body", "body": text})


class Desk(Night):
    """A server with one feed, one replay, and an application that tells what it was asked."""

    def config(self) -> uvicorn.Config:
        self.asked = Asked()
        gala = Gala()
        replays = Replays(
            lambda ceremony: gala if ceremony == gala.ceremony else None,
            lambda: HOUR,
            clock=ManualClock(now=50.0),
        )
        return uvicorn.Config(
            cast("Any", self.asked),
            http=doorman(
                self.feeds, self.heart, replays=replays, allowed_origins=(), now=lambda: HOUR
            ),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_keep_alive=self.keep_alive,
        )


@asynccontextmanager
async def desk(**options: Any) -> AsyncIterator[Desk]:
    async with serving(Desk(**options)) as night:
        yield cast("Desk", night)


async def taken_by_the_system(night: Desk) -> None:
    """Wait until the system has taken what it could of an answer that nobody reads."""
    (transport,) = night.heart._unread
    left = -1
    while left != (left := backlog(transport)):  # noqa: ASYNC110 - the system rings no bell
        await asyncio.sleep(0.05)


async def refused(client: Raw, status: int) -> dict[str, Any]:
    """Return the problem that a request was answered with, after which the connection ends."""
    got, headers, body = await client.answer()
    assert (got, headers["connection"]) == (status, "close")
    assert headers["content-type"] == "application/problem+json"
    assert await client.rest() == b""
    problem: dict[str, Any] = json.loads(body)
    assert problem["status"] == status
    assert problem["detail"].endswith((".", ")"))
    return problem


GET = "GET / HTTP/1.1\r\nHost: tracker\r\n"
POST = "POST / HTTP/1.1\r\nHost: tracker\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"

MALFORMED = {
    "no host": "GET / HTTP/1.1\r\n\r\n",
    "no host, but others": "GET / HTTP/1.1\r\nX-Host: tracker\r\n\r\n",
    "two hosts": f"{GET}Host: tracker\r\n\r\n",
    "two hosts that differ": f"{GET}HOST: elsewhere\r\n\r\n",
    "two hosts by HTTP/1.0": "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
    "an empty host": "GET / HTTP/1.1\r\nHost:\r\n\r\n",
    "a host with a path": "GET / HTTP/1.1\r\nHost: tracker/x\r\n\r\n",
    "a host with a user": "GET / HTTP/1.1\r\nHost: me@tracker\r\n\r\n",
    "a host with markup": 'GET / HTTP/1.1\r\nHost: "><script>\r\n\r\n',
    "a host of two words": "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
    "a host with a list": "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
    "a host with a bad port": "GET / HTTP/1.1\r\nHost: tracker:http\r\n\r\n",
    "HTTP/2.0": "GET / HTTP/2.0\r\nHost: tracker\r\n\r\n",
    "HTTP/1.2": "GET / HTTP/1.2\r\nHost: tracker\r\n\r\n",
    "HTTP/3.0": "GET / HTTP/3.0\r\nHost: tracker\r\n\r\n",
    "HTTP/0.9": "GET / HTTP/0.9\r\nHost: tracker\r\n\r\n",
    "no version": "GET /\r\n\r\n",
    "the preface of HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "RTSP": "GET / RTSP/1.0\r\nHost: tracker\r\n\r\n",
    "ICE": "SOURCE / ICE/1.0\r\nHost: tracker\r\n\r\n",
    "TLS": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "an answer": "HTTP/1.1 200 OK\r\n\r\n",
    "a method in small letters": "get / HTTP/1.1\r\nHost: tracker\r\n\r\n",
    "a method that there is not": "FETCH / HTTP/1.1\r\nHost: tracker\r\n\r\n",
    "tabs in the first line": "GET\t/\tHTTP/1.1\r\nHost: tracker\r\n\r\n",
    "a space in the target": "GET /a b HTTP/1.1\r\nHost: tracker\r\n\r\n",
    "a target without its slash": "GET board HTTP/1.1\r\nHost: tracker\r\n\r\n",
    "a target of another scheme": "GET ftp://tracker/ HTTP/1.1\r\nHost: tracker\r\n\r\n",
    "a target with a user": "GET http://me@tracker/ HTTP/1.1\r\nHost: tracker\r\n\r\n",
    "a target without a host": "GET http:///x HTTP/1.1\r\nHost: tracker\r\n\r\n",
    "an authority as a target": "GET tracker:80 HTTP/1.1\r\nHost: tracker\r\n\r\n",
    "an asterisk for GET": "GET * HTTP/1.1\r\nHost: tracker\r\n\r\n",
    "a letter beyond ASCII": "GET /é HTTP/1.1\r\nHost: tracker\r\n\r\n",
    "NUL in the target": "GET /\0 HTTP/1.1\r\nHost: tracker\r\n\r\n",
    "NUL in a value": f"{GET}X: a\0b\r\n\r\n",
    "NUL in a name": f"{GET}X\0: a\r\n\r\n",
    "a control character in a value": f"{GET}X: a\x01b\r\n\r\n",
    "a folded header": f"{GET}X: a\r\n b\r\n\r\n",
    "a header folded by a tab": f"{GET}X: a\r\n\tb\r\n\r\n",
    "a space before the first header": "GET / HTTP/1.1\r\n Host: tracker\r\n\r\n",
    "a space before the colon": f"{GET}X : a\r\n\r\n",
    "a tab before the colon": f"{GET}X\t: a\r\n\r\n",
    "no colon": f"{GET}X\r\n\r\n",
    "no name": f"{GET}: a\r\n\r\n",
    "a bare CR": f"{GET}X: a\rb\r\n\r\n",
    "bare LFs": "GET / HTTP/1.1\nHost: tracker\n\n",
    "a bare LF": f"{GET}X: a\nY: b\r\n\r\n",
    "chunked and a length": f"{POST}{CHUNKED}Content-Length: 3\r\n\r\n0\r\n\r\n",
    "a length and chunked": f"{POST}Content-Length: 3\r\n{CHUNKED}\r\n0\r\n\r\n",
    "two lengths": f"{POST}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "a list of lengths": f"{POST}Content-Length: 3, 3\r\n\r\nabc",
    "a signed length": f"{POST}Content-Length: +3\r\n\r\nabc",
    "a negative length": f"{POST}Content-Length: -3\r\n\r\nabc",
    "a length in hex": f"{POST}Content-Length: 0x3\r\n\r\nabc",
    "an empty length": f"{POST}Content-Length:\r\n\r\nabc",
    "a length past all": f"{POST}Content-Length: {'9' * 30}\r\n\r\nabc",
    "a coding that is not spoken": f"{POST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "no chunked": f"{POST}Transfer-Encoding: gzip\r\n\r\nabc",
    "chunked, but not last": f"{POST}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "chunked twice": f"{POST}{CHUNKED}{CHUNKED}\r\n0\r\n\r\n",
    "chunked in disguise": f"{POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked by HTTP/1.0": "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk of a negative size": f"{POST}{CHUNKED}\r\n-1\r\nx\r\n0\r\n\r\n",
    "a chunk's size in 0x": f"{POST}{CHUNKED}\r\n0x1\r\nx\r\n0\r\n\r\n",
    "a chunk past all": f"{POST}{CHUNKED}\r\n{'f' * 17}\r\nx\r\n",
    "chunks ended by LF": f"{POST}{CHUNKED}\r\n1\nx\n0\n\n",
}


@pytest.mark.parametrize("said", MALFORMED.values(), ids=MALFORMED.keys())
@pytest.mark.parametrize("pieces", [1, 1000])
async def test_what_is_no_request_is_refused_with_400_and_the_end(said: str, pieces: int) -> None:
    async with desk() as night, raw(night) as client:
        await client.say_in(pieces, said)
        problem = await refused(client, 400)
        assert problem["type"] == "urn:awards-night:problem:bad-request"
        assert night.asked.bodies == []
        client.writer.close()
        await night.until(lambda: not (night.state.connections or night.state.tasks))


@pytest.mark.parametrize("path", [LIVE, PATH, "/board"])
@pytest.mark.parametrize("pieces", [1, 1000])
async def test_the_rules_for_a_head_hold_at_every_address(path: str, pieces: int) -> None:
    for said in (
        f"GET {path} HTTP/1.1\r\n{HANDSHAKE}\r\n",
        f"GET {path} HTTP/1.1\r\nHost: a\r\nHost: b\r\n{HANDSHAKE}\r\n",
        f"GET {path} HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        f"GET {path} HTTP/2.0\r\nHost: a\r\n\r\n",
        f"GET http://me@b{path} HTTP/1.1\r\nHost: a\r\n\r\n",
    ):
        async with desk() as night, raw(night) as client:
            await client.say_in(pieces, said)
            await refused(client, 400)


async def test_connect_is_refused() -> None:
    async with desk() as night:
        for target in ("tracker:443", "/", "http://tracker/"):
            async with raw(night) as client:
                client.say(f"CONNECT {target} HTTP/1.1\r\nHost: tracker:443\r\n\r\nwords")
                status, headers, _ = await client.answer()
                assert (status, headers["connection"]) == (405, "close")
                assert "GET" in headers["allow"]
                assert await client.rest() == b""
        assert night.asked.scopes == []


@pytest.mark.parametrize("pieces", [1, 1000])
async def test_a_target_that_is_an_address_names_the_host(pieces: int) -> None:
    async with desk() as night, raw(night) as client:
        for target, path, query, host in (
            ("http://real.example/board?at=3", "/board", b"at=3", b"real.example"),
            ("HTTPS://real.example:8443/a%20b", "/a b", b"", b"real.example:8443"),
            ("http://[2001:db8::1]:80", "/", b"", b"[2001:db8::1]:80"),
            ("http://real.example?at=3", "/", b"at=3", b"real.example"),
        ):
            await client.say_in(pieces, f"GET {target} HTTP/1.1\r\nHost: claimed\r\nX: 1\r\n\r\n")
            assert (await client.answer())[2] == f"GET {path} 0".encode()
            scope = night.asked.scopes[-1]
            assert (scope["path"], scope["query_string"]) == (path, query)
            assert [value for name, value in scope["headers"] if name == b"host"] == [host]
            assert (b"x", b"1") in scope["headers"]


@pytest.mark.parametrize("pieces", [1, 1000])
async def test_an_address_as_target_counts_for_the_origin_of_a_socket(pieces: int) -> None:
    for path in (LIVE, PATH):
        for origin, status in (("http://claimed", 403), ("http://real.example", 101)):
            async with desk() as night, raw(night) as client:
                await client.say_in(
                    pieces,
                    f"GET http://real.example{path} HTTP/1.1\r\nHost: claimed\r\n"
                    f"Origin: {origin}\r\n{HANDSHAKE}\r\n",
                )
                assert (await client.head())[0] == status


async def test_an_asterisk_is_good_for_options_alone() -> None:
    async with desk() as night, raw(night) as client:
        client.say("OPTIONS * HTTP/1.1\r\nHost: tracker\r\n\r\n")
        assert (await client.answer())[2] == b"OPTIONS / 0"


async def test_http_1_0_needs_no_host_and_ends_after_its_answer() -> None:
    async with desk() as night, raw(night) as client:
        client.say("GET /a HTTP/1.0\r\n\r\n")
        assert (await client.answer())[2] == b"GET /a 0"
        assert await client.rest() == b""


async def test_spaces_around_a_value_are_no_part_of_it() -> None:
    async with desk() as night, raw(night) as client:
        client.say("GET /a HTTP/1.1\r\nHost: \t tracker \t \r\nX: a b \r\n\r\n")
        await client.answer()
        assert night.asked.scopes[0]["headers"] == [(b"host", b"tracker"), (b"x", b"a b")]


async def test_trailers_are_no_headers() -> None:
    async with desk() as night, raw(night) as client:
        client.say(f"{POST}{CHUNKED}\r\n1\r\nx\r\n0\r\nX-Late: a\r\n\r\n")
        assert (await client.answer())[2] == b"POST / 1"
        assert b"x-late" not in dict(night.asked.scopes[0]["headers"])


@pytest.mark.parametrize("path", ["/board", LIVE, PATH])
@pytest.mark.parametrize("handshake", ["", HANDSHAKE])
@pytest.mark.parametrize("pieces", [1, 50])
async def test_a_head_of_more_than_128_lines_is_refused(
    path: str, handshake: str, pieces: int
) -> None:
    lines = "X: y\r\n" * 129
    async with desk() as night, raw(night) as client:
        await client.say_in(pieces, f"GET {path} HTTP/1.1\r\nHost: a\r\n{handshake}{lines}\r\n")
        await refused(client, 431)


# Sockets: every handshake is answered


def asking(path: str, handshake: str = HANDSHAKE, method: str = "GET", body: str = "") -> str:
    return f"{method} {path} HTTP/1.1\r\nHost: tracker\r\n{handshake}\r\n{body}"


LONG = "x" * 9000
ANSWERED: dict[str, tuple[int, str, str, str]] = {
    "a header line of 9 KB": (101, f"{HANDSHAKE}Cookie: {LONG}\r\n", "GET", ""),
    "a query of 9 KB": (101, HANDSHAKE, "GET", ""),
    "a head over 16 KiB": (431, f"{HANDSHAKE}Cookie: {LONG}{LONG}\r\n", "GET", ""),
    "128 lines in all": (101, HANDSHAKE + "X: y\r\n" * 123, "GET", ""),
    "129 lines in all": (431, HANDSHAKE + "X: y\r\n" * 124, "GET", ""),
    "a length": (400, f"{HANDSHAKE}Content-Length: 3\r\n", "GET", ""),
    "a body": (400, f"{HANDSHAKE}Content-Length: 3\r\n", "GET", "abc"),
    "a length of 0": (101, f"{HANDSHAKE}Content-Length: 0\r\n", "GET", ""),
    "chunks": (400, f"{HANDSHAKE}Transfer-Encoding: chunked\r\n", "GET", "0\r\n\r\n"),
    "another version": (426, HANDSHAKE.replace("n: 13", "n: 8"), "GET", ""),
    "no version": (400, HANDSHAKE.replace("-Version", "-Vision"), "GET", ""),
    "two versions": (400, f"{HANDSHAKE}Sec-WebSocket-Version: 13\r\n", "GET", ""),
    "no key": (400, HANDSHAKE.replace("-Key", "-Lock"), "GET", ""),
    "an empty key": (400, HANDSHAKE.replace(KEY, ""), "GET", ""),
    "a short key": (400, HANDSHAKE.replace("AAAA", "AA"), "GET", ""),
    "a key that is no base64": (400, HANDSHAKE.replace("AAAA", "&&&&"), "GET", ""),
    "two keys": (400, f"{HANDSHAKE}Sec-WebSocket-Key: {KEY}\r\n", "GET", ""),
    "a foreign origin": (403, f"{HANDSHAKE}Origin: https://elsewhere.example\r\n", "GET", ""),
    "two origins": (403, f"{HANDSHAKE}Origin: http://tracker\r\nOrigin: http://x\r\n", "GET", ""),
    "WebSocket": (101, HANDSHAKE.replace(": websocket", ": WebSocket"), "GET", ""),
    "upgrade": (101, HANDSHAKE.replace(": Upgrade", ": upgrade"), "GET", ""),
    "keep-alive": (101, HANDSHAKE.replace(": Upgrade", ": keep-alive, Upgrade"), "GET", ""),
    "two Connection lines": (101, f"Connection: keep-alive\r\n{HANDSHAKE}", "GET", ""),
    "a list of protocols": (101, HANDSHAKE.replace(": websocket", ": h2c, websocket"), "GET", ""),
    "two Upgrade lines": (101, f"Upgrade: h2c\r\n{HANDSHAKE}", "GET", ""),
    "spaces": (101, HANDSHAKE.replace(KEY, f" {KEY}  ").replace("13", "13 "), "GET", ""),
    "subprotocols": (101, f"{HANDSHAKE}Sec-WebSocket-Protocol: chat, tea\r\n", "GET", ""),
    "bad subprotocols": (101, f"{HANDSHAKE}Sec-WebSocket-Protocol: ,;=\r\n", "GET", ""),
    "extensions": (101, f"{HANDSHAKE}Sec-WebSocket-Extensions: permessage-deflate\r\n", "GET", ""),
    "bad extensions": (101, f'{HANDSHAKE}Sec-WebSocket-Extensions: ;;"\r\n', "GET", ""),
    "a letter beyond ASCII": (101, f"{HANDSHAKE}X-Name: é\r\n", "GET", ""),
}


@pytest.mark.parametrize("path", [LIVE, PATH])
@pytest.mark.parametrize("case", ANSWERED)
@pytest.mark.parametrize("pieces", [1, 2, 400])
async def test_every_handshake_is_answered(path: str, case: str, pieces: int) -> None:
    status, handshake, method, body = ANSWERED[case]
    if "query" in case:
        path += "?" + "&".join(["x=y"] * 2250)
    async with desk() as night, raw(night) as client:
        await client.say_in(pieces, asking(path, handshake, method, body))
        if status == 101:
            assert (await client.head())[0] == 101
            client.say(masked(Opcode.CLOSE, b"\x03\xe8"))
            assert (await client.frames())[-1].data == b"\x03\xe8"
        else:
            await refused(client, status)
        client.writer.close()
        await night.until(lambda: not (night.state.connections or night.state.tasks))


@pytest.mark.parametrize("path", [LIVE, PATH, "/board"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
@pytest.mark.parametrize("body", ["", "abc"])
@pytest.mark.parametrize("pieces", [1, 40])
async def test_other_methods_open_no_socket(path: str, method: str, body: str, pieces: int) -> None:
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    async with desk() as night, raw(night) as client:
        await client.say_in(pieces, asking(path, HANDSHAKE + length, method, body))
        assert (await refused(client, 405))["type"].endswith(":method-not-allowed")


async def test_a_socket_elsewhere_is_refused() -> None:
    async with desk() as night, raw(night) as client:
        client.say(asking("/board"))
        await refused(client, 404)


@pytest.mark.parametrize("upgrade", ["h2c", "h2c, TLS/1.0", "websocketx"])
@pytest.mark.parametrize("pieces", [1, 7])
async def test_a_request_that_names_another_protocol_is_served_in_this_one(
    upgrade: str, pieces: int
) -> None:
    named = f"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: {upgrade}\r\nHTTP2-Settings: AA\r\n"
    async with desk() as night, raw(night) as client:
        said = f"{POST}{named}Content-Length: 5\r\n\r\nwords"
        said += f"{POST}{named}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        said += f"{GET}{named}\r\n"
        await client.say_in(pieces, said)
        answers = [(await client.answer())[2] for _ in range(3)]
        assert answers == [b"POST / 5", b"POST / 3", b"GET / 0"]
        assert night.asked.bodies == [b"words", b"abc", b""]


@pytest.mark.parametrize("path", [LIVE, PATH])
async def test_a_socket_waits_for_the_answers_before_it(path: str) -> None:
    async with desk() as night, raw(night) as client:
        night.asked.let_go.clear()
        client.say(f"{GET}\r\n{asking(path)}".encode() + masked(Opcode.PING, b"early"))
        await night.until(lambda: night.asked.scopes)
        await asyncio.sleep(0.01)
        assert len(night.asked.scopes) == 1
        night.asked.let_go.set()
        assert (await client.answer())[2] == b"GET / 0"
        assert (await client.head())[0] == 101
        client.say(masked(Opcode.CLOSE, b""))
        assert b"early" in [frame.data for frame in await client.frames()]


# No connection is held for ever


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("\r\n", id="a line break"),
        pytest.param("\r\n\r\n\r\n", id="line breaks"),
        pytest.param(f"{GET}\r\n\r\n", id="an answer, and a line break"),
        pytest.param(f"{GET}\r\n{GET}\r\n\r\n", id="two answers, and a line break"),
        pytest.param(f"{GET}\r\n" + GET[:20], id="an answer, and half a head"),
        pytest.param(f"{POST}Content-Length: 3\r\n\r\nabc\r\n", id="a body, and a line break"),
        pytest.param(f"{POST}{CHUNKED}\r\n1\r\nx\r\n", id="half a chunked body"),
        pytest.param(f"{POST}{CHUNKED}\r\n1\r\nx\r\n0\r\nX: ", id="a trailer"),
        pytest.param(f"{GET}Content-Length: 3\r\n\r\n", id="the body of a GET"),
        pytest.param(f"{GET}Content-Length: 3\r\n\r\nab", id="half the body of a GET"),
        pytest.param(f"GET {PATH} HTTP/1.1\r\nHost: a\r\nConnection: Up", id="half a handshake"),
        pytest.param(f"GET {LIVE} HTTP/1.1\r\nHost: a\r\nConnection: Up", id="half of a live one"),
        pytest.param(
            f"{GET}Upgrade: h2c\r\nConnection: upgrade\r\n\r\n\r\n", id="h2c, and a break"
        ),
    ],
)
async def test_whatever_is_no_request_holds_a_connection_for_20_s_at_most(said: str) -> None:
    async with desk(keep_alive=3600) as night, raw(night) as client:
        client.say(said)
        await night.until(lambda: night.state.connections)
        await asyncio.sleep(0.05)  # what was said is there, and answered
        soon = asyncio.get_running_loop().time() + 10
        night.heart.tick(soon)
        await asyncio.sleep(0.02)
        assert night.state.connections
        client.say("\r\n" if "half" not in said else "")
        await asyncio.sleep(0.02)
        night.heart.tick(soon + 10.5)
        await client.rest()
        await night.until(lambda: not (night.state.connections or night.state.tasks))


async def test_a_line_break_after_an_answer_does_not_keep_the_next_request_out() -> None:
    async with desk() as night, raw(night) as client:
        for _ in range(3):
            client.say(f"{GET}\r\n\r\n")
            assert (await client.answer())[2] == b"GET / 0"


async def test_the_time_for_a_request_counts_from_the_answer_before_it() -> None:
    async with desk(keep_alive=3600) as night, raw(night) as client:
        loop = asyncio.get_running_loop()
        client.say(f"{GET}\r\n")
        await client.answer()
        (first,) = night.heart._unheard.values()
        client.say(GET)
        await asyncio.sleep(0.02)
        assert list(night.heart._unheard.values()) == [first]
        assert loop.time() + 15 < first < loop.time() + 20.1
        client.say("\r\n")
        await client.answer()
        (second,) = night.heart._unheard.values()
        assert second > first


async def test_who_does_not_read_an_answer_is_cut_off_after_a_minute() -> None:
    for said in (f"{GET}\r\n", f"{GET}Connection: close\r\n\r\n"):
        async with desk() as night, raw(night, limit=1024) as client:
            client.say(said.replace("GET /", "GET /large"))
            await night.until(lambda: night.heart._unread)
            await taken_by_the_system(night)
            soon = asyncio.get_running_loop().time() + 50
            night.heart.tick(soon)
            await asyncio.sleep(0.02)
            assert night.state.connections
            night.heart.tick(soon + 10.5)
            await night.until(lambda: not (night.state.connections or night.state.tasks))
            assert not night.heart._unread


async def test_who_reads_a_little_each_minute_is_waited_for() -> None:
    loop = asyncio.get_running_loop()
    async with desk() as night:
        with closing(socket.socket()) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            client.setblocking(False)  # noqa: FBT003 - the socket's own signature
            await loop.sock_connect(client, ("127.0.0.1", night.port))
            await loop.sock_sendall(client, b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
            await night.until(lambda: night.heart._unread)
            await taken_by_the_system(night)
            now = loop.time()
            night.heart.tick(now)
            (protocol,) = night.state.connections
            for _ in range(5):
                ((_, before),) = night.heart._unread.values()
                enough = before - LEAST_READ
                while backlog(protocol.transport) >= enough:
                    await loop.sock_recv(client, 4096)
                    await asyncio.sleep(0)  # the server takes its turn
                now += 61
                night.heart.tick(now)
                assert night.heart._unread
            night.heart.tick(now + 61)
            assert not night.heart._unread
            await night.until(lambda: not (night.state.connections or night.state.tasks))


async def test_who_reads_slowly_gets_all_of_it() -> None:
    async with desk() as night, raw(night, limit=1024) as client:
        client.say(f"{GET}Connection: close\r\n\r\n".replace("GET /", "GET /large"))
        await night.until(lambda: night.heart._unread)
        assert len(await client.rest()) > 9_000_000
        assert not night.heart._unread


# Floods


async def test_requests_that_wait_for_their_turn_are_few_and_all_are_answered() -> None:
    many = 3000
    async with desk() as night, raw(night) as client:
        night.heart.ahead = Allowance(many, many)
        night.asked.let_go.clear()
        client.say(f"{GET}\r\n" * many)
        await night.until(lambda: night.asked.scopes)
        await asyncio.sleep(0.05)
        (protocol,) = night.state.connections
        assert isinstance(protocol, LiveProtocol)
        assert len(protocol.pipeline) <= MAX_PIPELINED + PIECE_BYTES // len(f"{GET}\r\n") + 1
        assert protocol.flow.read_paused
        night.asked.let_go.set()
        for _ in range(many):
            assert (await client.answer())[2] == b"GET / 0"
        assert len(night.asked.scopes) == many
        assert not protocol.flow.read_paused


async def test_requests_sent_ahead_are_answered_no_faster_than_allowed() -> None:
    async with desk() as night:
        night.heart.ahead = Allowance(5, 1)
        async with raw(night) as one, raw(night) as other, raw(night) as patient:
            for client in (one, other):
                client.say(f"{GET}\r\n" * 50)
            await asyncio.sleep(0.2)
            ahead = len(night.asked.scopes)
            assert 5 <= ahead <= 2 + 5 + 2
            for _ in range(20):
                patient.say(f"{GET}\r\n")
                assert (await patient.answer())[2] == b"GET / 0"
        await night.until(lambda: not (night.state.connections or night.state.tasks))


async def test_a_socket_may_follow_requests_that_waited() -> None:
    async with desk() as night, raw(night) as client:
        night.heart.ahead = Allowance(500, 500)
        client.say(f"{GET}\r\n" * 500 + asking(LIVE))
        for _ in range(500):
            await client.answer()
        assert (await client.head())[0] == 101


async def test_a_body_in_too_many_chunks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.sockets.http_flow.CHUNKS_PER_SECOND", 1_000_000)
    async with desk() as night, raw(night) as client:
        client.say(f"{POST}{CHUNKED}\r\n" + "1\r\nx\r\n" * (MAX_CHUNKS + 1))
        await refused(client, 413)
        client.writer.close()
        await night.until(lambda: not (night.state.connections or night.state.tasks))


async def test_a_body_in_as_many_chunks_as_may_be_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.sockets.http_flow.CHUNKS_PER_SECOND", 10_000)
    async with desk() as night, raw(night) as client:
        chunks = "1\r\nx\r\n" * (MAX_CHUNKS - 1)
        client.say(f"{POST}{CHUNKED}\r\n{chunks}0\r\n\r\n")
        assert (await client.answer())[2] == f"POST / {MAX_CHUNKS - 1}".encode()


async def test_chunks_are_parsed_no_faster_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "web.sockets.http_flow.CHUNKS_PER_SECOND", 1
    )  # so that none comes back meanwhile
    async with desk() as night, raw(night) as client:
        client.say(f"{POST}{CHUNKED}\r\n" + "1\r\nx\r\n" * 4000)
        await night.until(lambda: night.asked.scopes)
        await asyncio.sleep(0.05)
        (protocol,) = night.state.connections
        assert isinstance(protocol, LiveProtocol)
        assert protocol.flow.read_paused
        assert CHUNKS_AT_ONCE <= protocol._chunks.of_body <= CHUNKS_AT_ONCE + PIECE_BYTES // 6 + 1
        night.heart.tick(asyncio.get_running_loop().time() + 21)  # its time goes on
        await client.rest()
        await night.until(lambda: not (night.state.connections or night.state.tasks))


async def test_of_a_body_in_chunks_no_more_than_a_piece_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("web.sockets.http_flow.CHUNKS_PER_SECOND", 1_000_000)
    size = b"3f9\r\n"  # 1,017 bytes, so that each piece ends behind the size of the next chunk
    chunk = bytes(0x3F9) + b"\r\n" + size
    assert len(chunk) == PIECE_BYTES
    async with desk() as night, raw(night) as client:
        client.say(f"{POST}{CHUNKED}\r\n{size.decode()}")
        await night.until(lambda: night.asked.scopes)
        (protocol,) = night.state.connections
        assert isinstance(protocol, LiveProtocol)
        for _ in range(50):
            protocol.data_received(chunk)
            assert len(protocol._read) <= PIECE_BYTES


async def test_trailers_count_as_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.sockets.http_flow.CHUNKS_PER_SECOND", 1_000_000)
    async with desk() as night, raw(night) as client:
        client.say(f"{POST}{CHUNKED}\r\n0\r\n" + "a:\r\n" * (MAX_CHUNKS + 1))
        await refused(client, 413)


async def test_a_body_that_nobody_reads_is_read_to_a_limit() -> None:
    async with desk() as night, raw(night) as client:
        client.say(f"{GET}Content-Length: {MAX_SURPLUS_BYTES}\r\n\r\n")
        await client.answer()
        client.say("x" * MAX_SURPLUS_BYTES + f"{GET}\r\n")
        assert (await client.answer())[2] == b"GET / 0"
        client.say(f"{GET}Content-Length: 10000000\r\n\r\n")
        await client.answer()
        with suppress(OSError):
            for _ in range(1000):
                client.say("x" * 65536)
                await client.writer.drain()
        await night.until(lambda: not night.state.connections)


async def test_a_refused_client_gives_its_seat_back() -> None:
    async with desk() as night:
        made: list[Doorman] = []
        for said in (asking(PATH, f"{HANDSHAKE}Content-Length: 3\r\n"), f"{GET}Host: b\r\n\r\n"):
            async with raw(night) as client:
                client.say(said)
                await night.until(lambda: night.protocols)
                made = list(night.protocols)
                await refused(client, 400)
                assert all(visit._seat is None or visit._seat.guest is None for visit in made)
        await night.until(lambda: not night.state.connections)
        assert not night.heart._unheard


class Reset(Pipe):
    """A transport that has been reset, as uvloop has it until `connection_lost`."""

    reset = False

    def is_closing(self) -> bool:
        return self.reset

    def close(self) -> None:
        self.reset = True

    def abort(self) -> None:
        self.reset = True

    def write(self, data: Any) -> None:
        if self.reset:
            raise RuntimeError("the handler is closed")
        super().write(data)

    def write_eof(self) -> None:
        self.write(b"")

    def pause_reading(self) -> None:
        self.write(b"")

    def resume_reading(self) -> None:
        self.write(b"")


@pytest.mark.parametrize(
    "said",
    [
        f"{GET}\r\n",
        f"{GET}Expect: 100-continue\r\n\r\n",
        f"{POST}Expect: 100-continue\r\nContent-Length: 3\r\n\r\n",
        f"{GET}\r\n" * 20,
    ],
    ids=["GET", "a GET to go on", "a POST to go on", "many"],
)
async def test_a_reset_while_an_answer_is_made_is_no_error(
    said: str, caplog: pytest.LogCaptureFixture
) -> None:
    night, pipe = Desk(), Reset()
    config = night.config()
    config.load()
    protocol: Any = config.http_protocol_class
    first = protocol(config, night.state, {})
    first.connection_made(pipe)
    first.data_received(said.encode())
    assert isinstance(pipe.protocol, LiveProtocol)
    pipe.reset = True
    await asyncio.sleep(0.02)
    pipe.protocol.connection_lost(ConnectionResetError())
    await night.until(lambda: not night.state.tasks)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("path", [LIVE, PATH])
async def test_a_reset_of_a_viewer_is_no_error(path: str, caplog: pytest.LogCaptureFixture) -> None:
    night, pipe = Desk(), Reset()
    config = night.config()
    config.load()
    protocol: Any = config.http_protocol_class
    first = protocol(config, night.state, {})
    first.connection_made(pipe)
    first.data_received(asking(path).encode())
    pipe.reset = True
    with capture_logs() as logged:
        await asyncio.sleep(0.02)
        night.grow()
        night.say_goodbye()
    assert not logged
    assert not caplog.records


async def test_no_deadline_outlives_its_connection() -> None:
    async with desk() as night:
        for said in (f"{GET}\r\n", asking(LIVE), asking(PATH), "GARBAGE\r\n\r\n", "\r\n", GET):
            async with raw(night) as client:
                client.say(said)
                await night.until(lambda: night.state.connections)
                await asyncio.sleep(0.02)
            await night.until(lambda: not night.state.connections)
        assert not night.heart._unheard
        assert not night.heart._unread
