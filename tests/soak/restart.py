"""A restart under 5,000 viewers: all come back as advised, and nobody misses an event."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path

import uvloop

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from servers import RunningServer
from soak.followers import Follower, Truth, connected, take_all_descriptors, until
from soak.posting import LIVE, Poster

VIEWERS = 5000
RESTARTS = 3
POST_EVERY = 0.05


class Storm:
    """Viewers that come back each at the moment that it was told."""

    def __init__(self, server: RunningServer) -> None:
        self.viewers = [Follower(Truth(), LIVE)]
        truth = self.viewers[0].truth
        self.viewers += [Follower(truth, LIVE) for _ in range(VIEWERS - 1)]
        self.advised = 0
        self.back: list[float] = []
        self._server = server
        self._tasks: set[asyncio.Task[None]] = set()

    async def enter(self) -> None:
        for first in range(0, VIEWERS, 100):
            batch = self.viewers[first : first + 100]
            await asyncio.gather(*(connected(each, self._server.port) for each in batch))
        for each in self.viewers:
            each.lost = self._lost

    def _lost(self, viewer: Follower) -> None:
        task = asyncio.get_running_loop().create_task(self._return(viewer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _return(self, viewer: Follower) -> None:
        if viewer.advice is not None:
            self.advised += 1
            await asyncio.sleep(viewer.advice / 1000)
        await connected(viewer, self._server.port)
        self.back.append(time.perf_counter())

    def all_at(self, version: int) -> bool:
        return all(each.caught_up and each.version >= version for each in self.viewers)


async def run(server: RunningServer) -> None:
    storm, poster = Storm(server), Poster(server, POST_EVERY)
    posting = asyncio.create_task(poster.run())
    await storm.enter()
    await until(lambda: storm.all_at(1), 30, f"{VIEWERS} follow")
    for number in range(1, RESTARTS + 1):
        storm.advised, storm.back = 0, []
        began = time.perf_counter()
        await asyncio.to_thread(server.stop)
        stopped = time.perf_counter() - began
        await asyncio.to_thread(server.start)
        down = time.perf_counter() - began
        await until(lambda: len(storm.back) == VIEWERS, 60, f"restart {number}: all are back")
        took = time.perf_counter() - began
        target = poster.version
        await until(partial(storm.all_at, target), 30, f"all caught up with version {target}")
        tenths = Counter(int((each - began) * 10) for each in storm.back)
        keyframes = sum(each.resyncs for each in storm.viewers)
        print(
            f"  down {down:.2f} s (stopping {stopped:.2f}), all back after {took:.2f} s;"
            f" {storm.advised} came as advised, at most {max(tenths.values())} in a tenth of a"
            f" second; {keyframes} resyncs"
        )
    posting.cancel()
    assert not posting.done() or posting.cancelled(), posting.exception()
    starts = {each.start for each in storm.viewers}
    print(f"  nobody missed a version: {len(starts)} first keyframes, no second one")


def main() -> None:
    take_all_descriptors()
    with tempfile.TemporaryDirectory() as folder, RunningServer(Path(folder)) as server:
        uvloop.run(run(server))


if __name__ == "__main__":
    main()
