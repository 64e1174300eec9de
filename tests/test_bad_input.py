"""What clients send and how they leave: no answer is a fault of ours, and no line a traceback."""

from __future__ import annotations

import json
import re
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from doors import programme
from servers import TOKEN, ForkedServer, RunningServer

NIGHT = "made-up"
PAGES = ("/", "/{ceremony}", "/{ceremony}/winners", "/{ceremony}/films/{key}", "/static/{name}")
IMAGES = ("/og/{ceremony}/{epoch}/{page}.png", "/console/{ceremony}", "/healthz", "/metrics")
ENDLESS = ("/live", "/desk")
BEARER = f"Authorization: Bearer {TOKEN}"
GOOD = {"ceremony": NIGHT, "epoch": "e", "page": "0", "version": "1", "key": "sound", "name": "x"}
SEGMENTS = (
    *(b"%00", b"%ff", b"%c3%28", b"%ed%a0%80", b"%zz", b"%", b"%2", b"..%2f..", b"%0d%0aX:y"),
    *(b"\xff\xfe", b"\xc3\xa9", b"\xed\xa0\x80", b"'\"<>", b"%E2%80%AE", b"%D9%A1", b"1_0", b"+1"),
    *(b"-1", b"1.0", b"0x10", b"1e999", b"NaN", b"9" * 5000),
)
QUERIES = (
    *(
        b"at=%s&after=%s&limit=%s&lang=%s&dry_run=%s&id=%s" % ((each,) * 6)
        for each in SEGMENTS[:-1]
    ),
    *(b"at=1&at=2&lang=en&lang=es&dry_run=1&dry_run=0", b"=&&&==", b"\xff=\xff", b"%ff=%ff"),
    *(b"at=" + b"9" * 5000, b"&".join([b"at=1"] * 1000), b"at[]=1;limit=2"),
)
HEADERS = (
    *(b"Accept: \xff;q=nan", b"Accept: a/b;q=1e999", b"Accept-Language: \xff;q=2, en;q=NaN"),
    *(b"Accept-Encoding: \xe9,gzip;q=1e400", b"If-None-Match: \xff", b'If-Match: W/"1","2"'),
    *(b'If-Match: "9999999999999999999999"', b"If-Match: \xff", b"Idempotency-Key: \xff\xfe"),
    *(b"Idempotency-Key: a\r\nIdempotency-Key: b", b"Content-Type: \xff", b"Cookie: =;\xff;%ff"),
    *(b"Content-Type: application/json; charset=none", b"Content-Type: multipart/form-data"),
    *(b"Content-Type: text/csv; charset=utf-16", b"Authorization: Bearer \xff", b"Range: bytes=x"),
    *(b"X-Forwarded-For: [::, \xff", b"X-Forwarded-Proto: \xff", b"Last-Event-ID: \xff:1"),
    *(b"Origin: http://[::1", b"traceparent: \xff", b"Content-Encoding: gzip", b"Expect: \xff"),
)
NUMBERS = (b"1e999", b"-1e999", b"NaN", b"Infinity", b"1e20", b"18446744073709551616", b"9" * 9000)
TEXTS = (b'"\\ud800"', b'"\\udfff\\ud800"', b'"\xff"', b'"\xed\xa0\x80"', b'"\\u0000"')
TIMES = (b'"0001-01-01T00:00:00+14:00"', b'"9999-12-31T23:59:59-14:00"', b'"0000-01-01T00:00:00Z"')
BODIES = (
    *(b"", b"{", b"null", b"[]", b"\x00", b"\xef\xbb\xbf{}", b"[" * 30_000 + b"]" * 30_000),
    *(b'{"a":' * 9000 + b"1" + b"}" * 9000, b'{"type":' + b"[" * 20_000 + b"]" * 20_000 + b"}"),
    *NUMBERS,
    *TEXTS,
    *(b'{"type":"moment-withdrawn","version":' + each + b"}" for each in (*NUMBERS, *TEXTS)),
    *(b'{"type":"moment-noted","kind":"a","text":' + each + b"}" for each in TEXTS),
    *(b'{"type":"ceremony-rescheduled","starts_at":' + each + b"}" for each in TIMES),
    *(b'{"type":"ceremony-started","occurred_at":' + each + b"}" for each in (*TIMES, *NUMBERS)),
    *(b'{"name":"a","role":"editor","expires_at":' + each + b"}" for each in (*TIMES, *NUMBERS)),
    *(b'{"code":' + each + b"}" for each in (*NUMBERS, *TEXTS)),
    *(b'{"ceremony":"made-up","url":"http://%b/"}' % each for each in (b"[::1", b"a:99999", b"..")),
    b'{"ceremony":[],"works":[null,1],"categories":[null,{"nominees":[1,{"people":null}]}]}',
    *(
        b'category,people\n"' + b"x" * 50_000,
        b"category,people\r\n\x00,\xff",
        b"\xff\xfec\x00a\x00",
    ),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("bad-input")
    with ForkedServer(folder, TRACKER_BUNDLED="0", TRACKER_RATE_LIMIT="100000") as running:
        httpx.post(
            f"{running.url}/api/ceremonies", json=programme(), headers=running.headers
        ).raise_for_status()
        yield running


@pytest.fixture(scope="module")
def routes(server: RunningServer) -> list[tuple[str, str]]:
    """Give every method and path that there is, but for streams without an end."""
    paths = httpx.get(f"{server.url}/schema/openapi.json").json()["paths"]
    known = [
        (method.upper(), path)
        for path, item in paths.items()
        for method in item
        if method in {"get", "post", "delete"}
    ]
    known += [("GET", path) for path in (*PAGES, *IMAGES)]
    return [(method, path) for method, path in known if not path.endswith(ENDLESS)]


def filled(path: str, name: str = "", value: bytes = b"") -> bytes:
    """Return a path with what is good in its places, and `value` in that of `name`."""
    for place in re.findall(r"\{(\w+)\}", path):
        good = GOOD.get(place, "x").encode().decode("latin-1")
        path = path.replace(f"{{{place}}}", value.decode("latin-1") if place == name else good)
    return path.encode("latin-1")


def status_of(
    server: RunningServer, method: str, target: bytes, *lines: bytes, body: bytes = b""
) -> int:
    head = [b"%b %b HTTP/1.1" % (method.encode(), target), b"Host: tracker", b"Connection: close"]
    if method == "POST":
        head.append(b"Content-Length: %d" % len(body))
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as line:
        line.sendall(b"\r\n".join([*head, *lines, b"", body]))
        answer = b""
        while len(answer) < 12 and (more := line.recv(65536)):
            answer += more
    return int(answer[9:12])


def troubles(server: RunningServer) -> list[str]:
    """Return the lines of the log that somebody would have to look at, and those that are none."""
    lines = server.log.read_text(errors="replace").splitlines()
    return [
        line
        for line in lines
        if not line.startswith("{")
        or "exception" in (told := json.loads(line))
        or told["level"] == "error"
    ]


def test_nothing_in_a_path_a_query_or_a_header_is_a_fault_of_ours(
    server: RunningServer, routes: list[tuple[str, str]]
) -> None:
    bearer = BEARER.encode()
    for method, path in routes:
        for name in re.findall(r"\{(\w+)\}", path):
            for value in SEGMENTS:
                assert status_of(server, method, filled(path, name, value), bearer) < 500, (
                    path,
                    value,
                )
        for query in QUERIES:
            target = filled(path) + b"?" + query
            assert status_of(server, method, target, bearer) < 500, (path, query[:99])
        for header in HEADERS:
            assert status_of(server, method, filled(path), bearer, header) < 500, (path, header)
    assert troubles(server) == []


def test_no_body_is_a_fault_of_ours(server: RunningServer, routes: list[tuple[str, str]]) -> None:
    seen = set()
    for method, path in routes:
        for kind in (b"application/json", b"text/csv"):
            for body in BODIES if method == "POST" else ():
                lines = (BEARER.encode(), b"Content-Type: " + kind)
                target = filled(path) + b"?dry_run=true&id=t&name=N&starts_at=2030-01-01T00:00:00Z"
                status = status_of(server, method, target, *lines, body=body)
                assert status < 500, (path, kind, body[:99])
                seen.add(status)
    assert 400 in seen
    assert troubles(server) == []


def test_a_client_that_leaves_in_the_middle_leaves_no_traceback_and_no_seat(tmp_path: Path) -> None:
    with ForkedServer(tmp_path, TRACKER_RATE_LIMIT="100000") as server:
        here = "/api/ceremonies/oscars-97"
        reads = [
            f"{here}{path}" for path in ("", "/board", "/events", "/winners.rss", "/desk", "/live")
        ]
        reads += ["/", "/oscars-97", "/oscars-97/winners"]
        posts = [f"{here}/events", "/api/ceremonies", "/api/tokens", "/api/tokens/redeem"]
        start = (
            "{} {} HTTP/1.1\r\nHost: t\r\n" + BEARER + "\r\nAccept: application/x-ndjson\r\n{}\r\n"
        )
        sent = [start.format("GET", path, "") * times for path in reads for times in (1, 20)]
        sent += [start.format("GET", path, "Content-Length: 10\r\n") + "1" for path in reads]
        for path in posts:
            sent += [
                start.format("POST", path, "Content-Length: 100\r\n") + "{",
                start.format("POST", path, "Content-Length: 2\r\n") + "{}",
                start.format("POST", path, "Content-Length: 99999\r\n") + "x" * 90_000,
                start.format("POST", path, "Transfer-Encoding: chunked\r\n") + "5\r\n{",
                start.format("POST", path, "Transfer-Encoding: chunked\r\n") + "zz\r\n",
            ]
        for text in sent:
            for reset in (False, True):
                for waits in (0.0, 0.02):
                    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as line:
                        line.sendall(text.encode())
                        time.sleep(waits)
                        if reset:
                            line.setsockopt(
                                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                            )
        until_left(server)
        server.stop()
        assert troubles(server) == []
        (drained,) = re.findall(r'.*"event": "drained".*', server.log.read_text())
        assert json.loads(drained)["connections"] == 0


def until_left(server: RunningServer) -> None:
    """Wait until nobody sits at a desk or follows a feed any more."""
    for _ in range(2000):
        told = httpx.get(f"{server.url}/metrics").text
        held = re.findall(r"^tracker_(?:seats|viewers)\{.*\} (\S+)$", told, re.MULTILINE)
        if all(float(each) == 0 for each in held):
            return
        time.sleep(0.01)
    pytest.fail("somebody who left is still counted")
