"""Malformed bytes and cut connections at every door: no traceback in the log, and life goes on."""

from __future__ import annotations

import json
import random
import socket
import struct
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from servers import ForkedServer, RunningServer

ROUNDS = 900
_HERE = "/api/ceremonies/oscars-97"
_PATHS = (
    "/",
    "/oscars-97",
    "/oscars-97/winners?lang=es",
    "/static/worker.js",
    "/og/oscars-97.png",
    "/healthz",
    "/metrics",
    "/schema/openapi.json",
    "/console",
    _HERE,
    f"{_HERE}/board?at=12",
    f"{_HERE}/events?after=3&limit=500",
    f"{_HERE}/winners.csv",
    f"{_HERE}/winners.rss",
    f"{_HERE}/ceremony.ics",
    f"{_HERE}/log",
    f"{_HERE}/desk",
    f"{_HERE}/live",
    f"{_HERE}/live?epoch=e&after=3",
    f"{_HERE}/replay?speed=3600",
    f"{_HERE}/replay",
    "/api/ceremonies",
    "/api/tokens",
    "/api/tokens/redeem",
    "/api/webhooks",
    "/%00",
    "/%ff%fe",
    "/%2e%2e/%2e%2e/etc/passwd",
    "//x",
    "/?" + "a=b&" * 300,
    "/a/" * 200,
)
_METHODS = (*("GET",) * 8, *("POST",) * 5, "HEAD", "OPTIONS", "DELETE", "PUT", "PATCH", "QUERY")
_BAD_METHODS = ("M-SEARCH", "CONNECT", "SOURCE", "get", "", "GET GET", "\xff")
_BAD_VERSIONS = ("HTTP/2.0", "HTTP/0.9", "HTTP/9", "http/1.1", "RTSP/1.0", "")
_HEADERS = (
    "Content-Length: 0",
    "Content-Length: 17",
    "Content-Length: 70000",
    "Transfer-Encoding: chunked",
    "Expect: 100-continue",
    "Expect: tea",
    "Connection: close",
    "Connection: keep-alive",
    "Connection: Upgrade",
    "Upgrade: h2c",
    "Origin: null",
    "Origin: \xff",
    "Authorization: Bearer a-token-for-tests",
    "Authorization: Bearer \xff",
    "Authorization: Basic",
    "Content-Type: application/json",
    "Content-Type: text/csv; charset=\xff",
    "Content-Type: ;;;",
    "Content-Type: multipart/form-data; boundary=x",
    "Cookie: \xff=\xfe; ;=",
    "Accept: */*;q=x",
    "Accept: application/x-ndjson",
    "Accept-Encoding: gzip;q=2, *;q=",
    "Accept-Language: \xff;q=",
    'If-Match: "1", W/"2"',
    "If-Match: *",
    "If-None-Match: \xff",
    "If-Modified-Since: never",
    "Idempotency-Key: \xff",
    "Idempotency-Key: k",
    "Last-Event-ID: \xff:1",
    "Last-Event-ID: e:" + "9" * 400,
    "X-Forwarded-For: \xff, ::, 1",
    "X-Forwarded-Proto: \xff",
    "X-Request-Id: \xff",
    "Range: bytes=5-1",
    "Access-Control-Request-Method: \xff",
    "traceparent: 00-" + "z" * 32,
    "X: " + "y" * 9000,
)
_BAD_HEADERS = (
    "Content-Length: -1",
    "Transfer-Encoding: gzip",
    "Host: again",
    " folded",
    "no colon",
    "X\0: y",
    "X: \x01",
    "X: " + "y" * 20_000,
)
_SOCKET = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
)
_BAD_SOCKET = (
    "Sec-WebSocket-Version: 8",
    "Sec-WebSocket-Key: x",
    "Sec-WebSocket-Protocol: ,;",
    "Sec-WebSocket-Extensions: ;;",
    "Origin: https://elsewhere.example",
    "Content-Length: 3",
)
_BODIES = (
    b"",
    b"{",
    b'{"type":"moment-noted","kind":"note","text":"Said."}',
    b"\xff\xfe\0",
    b"[" * 5000,
    b'{"type":"moment-noted","kind":"note","text":"\\ud800"}',
    b"5\r\nhello\r\n0\r\n\r\n",
    b"zz\r\n",
    b'{"code":"\\u0000"}',
    b'category,title,people\n"',
    b"x" * 70_000,
    b"1e999",
    b"\r\n\r\n",
)


def request(rng: random.Random) -> bytes:
    """Return a request, of which some part may be wrong."""
    method, version = rng.choice(_METHODS), "HTTP/1.1"
    lines = ["Host: tracker", *rng.choices(_HEADERS, k=rng.randrange(4))]
    path = rng.choice(_PATHS)
    if rng.random() < 0.3:
        method, path = "GET", f"{_HERE}/{rng.choice(('live', 'replay', 'replay?speed=3600', 'x'))}"
        lines += _SOCKET
        if rng.random() < 0.2:
            lines.append(rng.choice(_BAD_SOCKET))
    match rng.randrange(20):
        case 0:
            method = rng.choice(_BAD_METHODS)
        case 1:
            version = rng.choice(_BAD_VERSIONS)
        case 2:
            lines.append(rng.choice(_BAD_HEADERS))
        case 3:
            del lines[0]
        case 4:
            version = "HTTP/1.0"
    head = "\r\n".join([f"{method} {path} {version}", *lines, "", ""]).encode("latin-1")
    return head + (b"" if method == "GET" else rng.choice(_BODIES))


def frames(rng: random.Random) -> bytes:
    """Return what the client of a socket sends, right or wrong."""
    said = b""
    for _ in range(rng.randrange(1, 6)):
        payload = rng.choice(
            (
                b"",
                b"\xff",
                b'{"type":"pause"}',
                b'{"type":"seek","version":9e99}',
                b"[" * 4000,
                b'{"type":"speed","speed":"NaN"}',
                b"\x03\xe8",
                b"\x03\xe8\xff",
                bytes(4097),
            )
        )
        first = rng.choice((0x81, 0x81, 0x01, 0x80, 0x00, 0x82, 0x88, 0x89, 0x8A, 0xC1, 0x83, 0x09))
        if len(payload) < 126:
            said += bytes((first, 0x80 | len(payload)))
        else:
            said += bytes((first, 0xFE)) + struct.pack("!H", len(payload))
        said += bytes(4) + payload
    return said if rng.random() < 0.8 else said[: rng.randrange(len(said))]


def attempt(server: RunningServer, rng: random.Random) -> None:
    """Say something wrong, perhaps in pieces, and go in one way or another."""
    with socket.socket() as line, suppress(OSError):
        line.settimeout(0.05)
        line.connect(("127.0.0.1", server.port))
        said = request(rng)
        if rng.random() < 0.2:
            said += request(rng)
        if rng.random() < 0.1:
            spot = rng.randrange(len(said))
            said = said[:spot] + bytes([rng.randrange(256)]) + said[spot + 1 :]
        if rng.random() < 0.2:
            said = said[: rng.randrange(len(said))]
        for at in range(0, len(said), step := rng.choice((7, 500, len(said) or 1))):
            line.sendall(said[at : at + step])
            if at > 20 * step:
                break
        if b"websocket" in said and rng.random() < 0.8:
            line.recv(65536)
            line.sendall(frames(rng))
        match rng.randrange(4):
            case 0:
                line.recv(65536)
            case 1:
                line.shutdown(socket.SHUT_WR)
                line.recv(65536)
            case 2:  # a reset in place of an end
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ForkedServer(tmp_path_factory.mktemp("malformed")) as running:
        yield running


def complaints(log: Path) -> list[str]:
    """Return the lines that nobody but a fault of the server should cause."""
    lines = log.read_text(errors="replace").splitlines()
    return [
        line
        for line in lines
        if "Traceback" in line
        or "exception" in line
        or not line.startswith("{")
        or json.loads(line)["level"] in {"error", "critical"}
    ]


@pytest.mark.parametrize("seed", range(3))
def test_no_client_puts_a_traceback_into_the_log(server: RunningServer, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(ROUNDS // 3):
        attempt(server, rng)
    with urllib.request.urlopen(f"{server.url}/readyz", timeout=30) as answer:  # noqa: S310 - ours
        assert answer.status == 200
    assert complaints(server.log) == []
