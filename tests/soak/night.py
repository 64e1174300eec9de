"""10,000 viewers through a whole 97th night at 600x: none misses a version, all hold one board."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import uvloop

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from servers import TRACKER, RunningServer
from soak.followers import Follower, Truth, connected, take_all_descriptors, until

VIEWERS = 10_000
EARLY = 0.6
"""The share of those who are there when it begins; the others join while it goes on."""
CUT = 0.02
SPEED = "600"
NIGHT = "oscars-97-rehearsal"
LATE_WITHIN = 15.0


async def run(server: RunningServer) -> None:
    truth, path = Truth(), f"/api/ceremonies/{NIGHT}/live"
    rehearse = ("rehearse", "oscars-97", "--speed", SPEED)
    last = ask(server, "/api/ceremonies/oscars-97")["version"]
    command = await asyncio.create_subprocess_exec(
        TRACKER,
        *rehearse,
        env=server.commands,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    while not known(server):  # noqa: ASYNC110 - looked at, not told
        await asyncio.sleep(0.01)
    viewers = [Follower(truth, path) for _ in range(VIEWERS)]
    early = viewers[: int(VIEWERS * EARLY)]
    began = time.perf_counter()
    for first in range(0, len(early), 100):
        await asyncio.gather(*(connected(each, server.port) for each in early[first : first + 100]))
    took = time.perf_counter() - began
    print(f"  {len(early)} joined in {took:.1f} s, the head at {truth_head(truth)} of {last}")
    cut = 0

    async def late(viewer: Follower) -> None:
        await asyncio.sleep(random.random() * LATE_WITHIN)
        await connected(viewer, server.port)

    async def again(viewer: Follower) -> None:
        nonlocal cut
        await asyncio.sleep(random.random() * LATE_WITHIN)
        viewer.cut()
        cut += 1
        await asyncio.sleep(random.random())
        await connected(viewer, server.port)

    async with asyncio.timeout(180), asyncio.TaskGroup() as group:
        for viewer in viewers[len(early) :]:
            group.create_task(late(viewer))
        for viewer in random.sample(early, int(VIEWERS * CUT)):
            group.create_task(again(viewer))
    await until(lambda: all(each.version == last for each in viewers), 120, "all are at the end")
    assert await command.wait() == 0
    board = ask(server, f"/api/ceremonies/{NIGHT}/board")
    starts = {each.start for each in viewers}
    for start in starts:
        assert canonical(truth.board(start, last)) == canonical(board)
    resynced = sum(each.resyncs for each in viewers)
    print(
        f"  {VIEWERS} viewers hold the final board, byte-equal, from {len(starts)} keyframes;"
        f" {truth.seen} messages compared, {cut} lines cut and resumed, {resynced} resyncs"
    )


def truth_head(truth: Truth) -> int:
    return max((*truth.frames, *truth.keyframes), default=0)


def canonical(board: Any) -> str:
    return json.dumps(board, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def ask(server: RunningServer, path: str) -> Any:
    with urllib.request.urlopen(server.url + path) as answer:  # noqa: S310 - our own server
        return json.load(answer)


def known(server: RunningServer) -> bool:
    listed = ask(server, "/api/ceremonies")["ceremonies"]
    return any(each["id"] == NIGHT for each in listed)


def main() -> None:
    take_all_descriptors()
    random.seed(97)
    with tempfile.TemporaryDirectory() as folder, RunningServer(Path(folder)) as server:
        uvloop.run(run(server))


if __name__ == "__main__":
    main()
