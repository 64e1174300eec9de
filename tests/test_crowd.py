import asyncio
import json
import random
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect

from servers import TRACKER, RunningServer
from tracker.patch import merge

pytestmark = pytest.mark.anyio

VIEWERS = 1000
CUTS = 50
SPEED = "600"
REHEARSAL = "oscars-97-rehearsal"


class Watcher:
    """A plain client that folds what it is sent and objects to any gap, doubling or disorder."""

    def __init__(self) -> None:
        self.epoch = ""
        self.version = -1
        self.keyframes = 0
        self.board: Any = None

    async def follow(self, socket: ClientConnection, until: int) -> None:
        async for text in socket:
            self.take(json.loads(text))
            if self.version >= until:
                return

    def take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "hello":
                assert self.epoch in {"", message["epoch"]}
                self.epoch = message["epoch"]
            case "keyframe":
                self.keyframes += 1
                self.version, self.board = message["version"], message["board"]
            case "frame":
                assert message["version"] == self.version + 1
                self.version = message["version"]
                self.board = merge(self.board, message["patch"])
            case "resync":
                pytest.fail(f"a viewer who reads was resynced: {message}")


async def watch(url: str, joins_after: float, until: int, cut_at: int | None) -> Watcher:
    await asyncio.sleep(joins_after)
    watcher = Watcher()
    if cut_at is not None:
        async with connect(url, open_timeout=30) as socket:
            await watcher.follow(socket, cut_at)
        await asyncio.sleep(random.random())
        url = f"{url}?epoch={watcher.epoch}&after={watcher.version}"
    async with connect(url, open_timeout=30) as socket:
        await watcher.follow(socket, until)
    return watcher


async def test_a_thousand_who_join_at_any_moment_see_every_version_once_and_in_order(
    tmp_path: Path,
) -> None:
    random.seed(97)
    with RunningServer(tmp_path) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
            original = (await client.get("/api/ceremonies/oscars-97")).json()
            command = await asyncio.create_subprocess_exec(
                TRACKER,
                *("rehearse", "oscars-97", "--speed", SPEED),
                env=server.commands,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
            for _ in range(600):
                if (await client.get(f"/api/ceremonies/{REHEARSAL}")).is_success:
                    break
                await asyncio.sleep(0.05)
            url = f"ws{server.url.removeprefix('http')}/api/ceremonies/{REHEARSAL}/live"
            lasts = 13_620 / float(SPEED)
            cuts = iter(random.sample(range(80, 150), CUTS))
            watchers = await asyncio.gather(
                *(
                    watch(url, random.uniform(0, lasts), original["version"], next(cuts, None))
                    for _ in range(VIEWERS)
                )
            )
            assert await command.wait() == 0
            board = (await client.get(f"/api/ceremonies/{REHEARSAL}/board")).json()
    assert all(watcher.board == board for watcher in watchers)
    assert {watcher.version for watcher in watchers} == {original["version"]}
    # Whoever was cut came back with a cursor, and needed frames only: one keyframe a life,
    # but where a keyframe was the smaller answer.
    assert sum(watcher.keyframes for watcher in watchers) <= VIEWERS + CUTS
