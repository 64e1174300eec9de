"""A crowd that polls the tail at nginx: the server does not notice how many they are."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import ssl
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Final, NamedTuple, Self

import httpx
import pytest

from events.codec import encode
from proxies import NAME, Nginx, installed
from servers import RunningServer
from tracker.frames import PAGE_SIZE
from tracker.patch import merge

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(
        installed("nginx") is None,
        reason="no nginx here; scripts/proxies brings it on Debian, as root",
    ),
]

HERE: Final = "/api/ceremonies/oscars-97-rehearsal"
_HEAD: Final = "/api/ceremonies/{ceremony}"
SECONDS: Final = 3
_LINES: Final = 8
"""Connections that all readers share; nginx knows them by what they ask, not by who asks."""
_EVENTS: Final = 60
"""Enough for the tail to become another page meanwhile."""
_ROUNDS: Final = 6
_COUNT: Final = re.compile(
    r'^tracker_http_requests_total\{.*route="([^"]+)".*\} (\S+)$', re.MULTILINE
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(tmp_path_factory.mktemp("origin")) as running:
        yield running


@pytest.fixture(scope="module")
def edge(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with Nginx(tmp_path_factory.mktemp("edge"), server.port) as running:
        yield running


class Answer(NamedTuple):
    status: int
    etag: str
    body: bytes


class Line:
    """A connection to the edge, kept alive; a whole client would cost more than both servers."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader: Final = reader
        self._writer: Final = writer
        self._turn: Final = asyncio.Lock()

    @classmethod
    async def to(cls, port: int, tls: ssl.SSLContext) -> Self:
        return cls(*await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname=NAME))

    async def get(self, path: str, etag: str) -> Answer:
        asked = (
            f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\n"
            f"Accept-Encoding: gzip\r\nIf-None-Match: {etag}\r\n\r\n"
        )
        async with self._turn:
            self._writer.write(asked.encode())
            first, *lines = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            named = dict(line.lower().split(": ", 1) for line in lines if line)
            body = await self._reader.readexactly(int(named.get("content-length", 0)))
        assert named.get("transfer-encoding") is None, "packed bodies come with their length"
        return Answer(int(first.split()[1]), named.get("etag", ""), body)

    def close(self) -> None:
        # Without TLS's goodbye, which one who is cut off in the middle cannot say.
        self._writer.transport.abort()


class Reader:
    """One of the crowd: asks for the head and the tail page, and holds what it got."""

    def __init__(self) -> None:
        self.held: dict[str, Answer] = {}
        self.asked = 0
        self.epoch = ""
        self.version = 0

    @property
    def tail(self) -> str:
        return f"{HERE}/frames/{self.epoch}/{self.version // PAGE_SIZE}"

    def knows(self, version: int) -> bool:
        tail = self.held.get(self.tail)
        return tail is not None and tail.etag.endswith(f':{version}"')

    async def poll(self, line: Line) -> None:
        head = json.loads(unpacked(await self._get(line, HERE)))
        self.epoch, self.version = head["epoch"], head["version"]
        await self._get(line, self.tail)

    async def _get(self, line: Line, path: str) -> bytes:
        known = self.held.get(path)
        answer = await line.get(path, '"none"' if known is None else known.etag)
        self.asked += 1
        if answer.status == 304:
            assert known is not None
            return known.body
        assert answer.status == 200, (path, answer)
        self.held[path] = answer
        return answer.body


class Crowd(NamedTuple):
    """
    What became of a crowd.

    Attributes:
        cost: How many requests reached the server.
        final: The board at the server itself, in the end.
    """

    readers: list[Reader]
    cost: int
    seconds: float
    final: bytes


def unpacked(body: bytes) -> bytes:
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


def asked_of(server: RunningServer) -> Counter[str]:
    """Return how many reads of the crowd's kind the server itself answered."""
    told = httpx.get(f"{server.url}/metrics").text
    routes: Counter[str] = Counter()
    for route, count in _COUNT.findall(told):
        if route in {_HEAD, f"{_HEAD}/frames/{{epoch}}/{{page}}"}:
            routes[route] += int(float(count))
    return routes


async def post_meanwhile(server: RunningServer, client: httpx.AsyncClient) -> int:
    """Post while the crowd reads, and return the last version."""
    version = 0
    for number in range(_EVENTS):
        event = {"type": "moment-noted", "kind": "note", "text": f"Number {number}."}
        answer = await client.post(f"{server.url}{HERE}/events", json=event, headers=server.headers)
        version = answer.raise_for_status().json()["version"]
        await asyncio.sleep(SECONDS / _EVENTS)
    return version


async def crowd(server: RunningServer, edge: Nginx, many: int) -> Crowd:
    """Let so many poll for some seconds, and until each knows the last event; tell what it cost."""
    readers = [Reader() for _ in range(many)]
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient())
        lines = [await Line.to(edge.port, edge.tls) for _ in range(_LINES)]
        for line in lines:
            stack.callback(line.close)
        began = await client.post(
            f"{server.url}/api/ceremonies/oscars-97/rehearsals", headers=server.headers
        )
        began.raise_for_status()
        # Until the edge knows that it is another rehearsal: a crowd that comes at once is told what
        # there was while the first of them is waiting for the server.
        await asyncio.sleep(1.1)
        await Reader().poll(lines[0])
        before, start = asked_of(server), time.monotonic()
        posting = asyncio.create_task(post_meanwhile(server, client))

        async def read(number: int) -> None:
            await asyncio.sleep(number / many)  # all over the second
            for round_ in range(SECONDS + _ROUNDS):
                await readers[number].poll(lines[number % _LINES])
                if round_ >= SECONDS and posting.done() and readers[number].knows(posting.result()):
                    break
                await asyncio.sleep(1)

        await asyncio.gather(*map(read, range(many)))
        await posting
        cost = asked_of(server) - before
        seconds = time.monotonic() - start
        final = (await client.get(f"{server.url}{HERE}/board")).content
    return Crowd(readers, cost.total(), seconds, final)


async def test_the_servers_load_does_not_depend_on_how_many_read(
    server: RunningServer, edge: Nginx
) -> None:
    for many in (50, 500):
        seen = await crowd(server, edge, many)
        assert sum(reader.asked for reader in seen.readers) >= many * 2 * SECONDS
        last = {reader.held[reader.tail].body for reader in seen.readers}
        assert len(last) == 1, "each reader holds the same bytes in the end"
        page = json.loads(unpacked(last.pop()))
        assert page["page"] == 2
        board = page["keyframe"]["board"]
        for frame in page["frames"]:
            board = merge(board, frame["patch"])
        assert encode(board) == seen.final
        # One request a second for each of two addresses, the second of which changes once: a bound
        # in which the number of readers does not occur.
        assert 0 < seen.cost <= 2 * (seen.seconds + 1) + 1
