"""Bytes that no client should send: nothing escapes, and no other viewer notices."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from doors import programme
from servers import RunningServer

pytestmark = pytest.mark.anyio

HERE = "/api/ceremonies/made-up"
MUTATIONS = 10_000
AT_ONCE = 100
ANSWER_WITHIN = 0.25
"""Seconds; a handshake left half said is only cut off later, and need not be waited for."""

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
SOCKET = f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {KEY}\r\n"
HANDSHAKES = tuple(
    f"{line} HTTP/1.1\r\nHost: tracker\r\n{headers}\r\n".encode()
    for line, headers in (
        (f"GET {HERE}/live", f"{SOCKET}Sec-WebSocket-Version: 13\r\n"),
        (f"GET {HERE}/live?epoch=abc&after=3", f"{SOCKET}Sec-WebSocket-Version: 13\r\n"),
        (f"GET {HERE}/replay?speed=60&from=2", f"{SOCKET}Sec-WebSocket-Version: 13\r\n"),
        (f"GET {HERE}/live?after=1", f"{SOCKET}Sec-WebSocket-Version: 8\r\n"),
        (f"GET {HERE}/live", "Last-Event-ID: abc:3\r\n"),
        (f"POST {HERE}/live", "Content-Length: 3\r\n"),
    )
)
# Masked frames as a client would send them: text, ping, close, a part of a message, 64-bit length.
FRAMES = tuple(
    bytes.fromhex(head) + b"\0\0\0\0" + rest
    for head, rest in (
        ("8185", b"hello"),
        ("8984", b"ping"),
        ("8882", b"\x03\xe8"),
        ("0183", b"par"),
        ("80ff0000000000000004", b"long"),
        ("81fe1001", b"x" * 4097),
        ("8190", b'{"type":"play"}'[:16].ljust(16)),
    )
)


def flip(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) + 1 :]


def drop(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    del data[start : start + chance.randrange(1, 9)]


def repeat(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    data[start:start] = data[start : start + chance.randrange(1, 40)] * chance.randrange(1, 20)


def strew(data: bytearray, chance: random.Random) -> None:
    place = chance.randrange(len(data) + 1)
    data[place:place] = chance.randbytes(chance.randrange(1, 24))


def lines(data: bytearray, chance: random.Random) -> None:
    place = chance.randrange(len(data) + 1)
    data[place:place] = chance.choice([b"\r\n", b"\n", b"\0", b"\r\n\r\n", b": ", b"\xff"])


MUTATE: tuple[Callable[[bytearray, random.Random], None], ...] = (
    *(flip, cut, drop, repeat, strew, lines),
)


def mutated(chance: random.Random) -> tuple[bytes, bytes]:
    """Return a handshake and what follows it, one of the two not as it should be."""
    handshake, frames = bytearray(chance.choice(HANDSHAKES)), bytearray()
    for _ in range(chance.randrange(4)):
        frames += chance.choice(FRAMES)
    victim = frames if frames and chance.random() < 0.5 else handshake
    for _ in range(chance.randrange(1, 5)):
        if victim:
            chance.choice(MUTATE)(victim, chance)
    return bytes(handshake), bytes(frames)


async def say(port: int, handshake: bytes, frames: bytes) -> None:
    """Send it, listen for a moment, and leave without a word."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionError:  # the queue for connections may be full for an instant
        return
    try:
        writer.write(handshake)
        async with asyncio.timeout(ANSWER_WITHIN):
            await reader.read(1024)
            writer.write(frames)
            await reader.read(1024)
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.transport.abort()


async def storm(port: int, seed: int) -> None:
    chance = random.Random(seed)
    left = iter(range(MUTATIONS))

    async def one() -> None:
        for _ in left:
            await say(port, *mutated(chance))

    await asyncio.gather(*(one() for _ in range(AT_ONCE)))


async def test_ten_thousand_broken_handshakes_and_frames_disturb_nobody(tmp_path: Path) -> None:
    with RunningServer(tmp_path, TRACKER_BUNDLED="0") as server:
        async with httpx.AsyncClient(base_url=server.url, headers=server.headers) as http:
            await http.post("/api/ceremonies", json=programme())
            socket = server.url.replace("http", "ws") + f"{HERE}/live"
            async with connect(socket) as viewer:
                seen: list[int] = []

                async def watch() -> None:
                    async for message in viewer:
                        told = json.loads(message)
                        if told["type"] == "frame":
                            seen.append(told["version"])

                watching = asyncio.create_task(watch())
                fuzzing = asyncio.create_task(storm(server.port, seed=97))
                posted: list[int] = []
                while not fuzzing.done():
                    event = {"type": "moment-noted", "kind": "speech", "text": f"{len(posted)}"}
                    answer = await http.post(f"{HERE}/events", json=event, timeout=30)
                    posted.append(answer.json()["version"])
                    await asyncio.sleep(0.1)
                await fuzzing
                async with asyncio.timeout(10):
                    while seen[-1:] != posted[-1:]:  # noqa: ASYNC110 - a plain list
                        await asyncio.sleep(0.02)
                watching.cancel()
            assert seen == posted, "the viewer saw each once, in order"
            assert (await http.get("/readyz")).status_code == 200
        server.stop()
        assert server.returncode == 0
        log = server.log.read_text()
    for line in log.splitlines():
        told = json.loads(line)  # a traceback would be no JSON
        assert told["level"] in ("info", "warning"), line
        assert "exception" not in told, line
