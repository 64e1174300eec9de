"""Viewers come, leave, break off and come back for half an hour: nothing may grow."""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import statistics
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

import uvloop

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from servers import RunningServer
from soak.followers import Follower, Truth, connected, take_all_descriptors
from soak.posting import LIVE, Poster

VIEWERS = 500
STAY_SECONDS = 5.0
PAUSE_SECONDS = 0.2
COME_BACK = 0.5
POST_EVERY = 2.0
WARM_UP_SHARE = 0.2
MOST_GROWTH_KB = 4096
"""What the events of half an hour and an allocator's habits come to."""


class Sample(NamedTuple):
    kb: float
    descriptors: int
    tasks: int
    viewers: int

    def __str__(self) -> str:
        return (
            f"{self.kb / 1024:.1f} MB, {self.descriptors} descriptors, {self.tasks} tasks,"
            f" {self.viewers} viewers"
        )


class Churn:
    def __init__(self, server: RunningServer) -> None:
        self.joins = 0
        self.resumed = 0
        self._server = server
        self._truth = Truth()

    async def come_and_go(self) -> None:
        """Be one viewer after the other, for ever."""
        while True:
            viewer = Follower(self._truth, LIVE)
            try:
                await connected(viewer, self._server.port)
                self.joins += 1
                while random.random() < COME_BACK:
                    await self._stay_and_part(viewer)
                    await connected(viewer, self._server.port)
                    self.resumed += 1
                await self._stay_and_part(viewer)
            finally:
                viewer.cut()

    async def _stay_and_part(self, viewer: Follower) -> None:
        await asyncio.sleep(random.expovariate(1 / STAY_SECONDS))
        transport = viewer.let_go()
        assert transport is not None, "the server let a viewer go"
        match random.randrange(3):
            case 0:
                transport.abort()
            case 1:
                transport.close()
            case _:  # a close frame, masked with nothing
                transport.write(b"\x88\x82\0\0\0\0\x03\xe8")
                transport.write_eof()
        await asyncio.sleep(random.random() * PAUSE_SECONDS)


def sample(server: RunningServer, pid: int) -> Sample:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    with urllib.request.urlopen(f"{server.url}/metrics") as answer:  # noqa: S310 - our own server
        lines = answer.read().decode().splitlines()

    def total(name: str) -> int:
        found = (line.rsplit(" ", 1) for line in lines if re.match(rf"{name}[{{ ]", line))
        return int(sum(float(value) for _, value in found))

    return Sample(pages * 4, descriptors, total("tracker_tasks"), total("tracker_viewers"))


async def run(server: RunningServer, minutes: float) -> None:
    before = await asyncio.to_thread(sample, server, server.pid)
    print(f"  before: {before}", flush=True)
    churn, poster = Churn(server), Poster(server, POST_EVERY)
    tasks = [asyncio.create_task(churn.come_and_go()) for _ in range(VIEWERS)]
    tasks.append(asyncio.create_task(poster.run()))
    ends = time.monotonic() + minutes * 60
    samples: list[Sample] = []
    while time.monotonic() < ends:
        done, _ = await asyncio.wait(
            tasks, timeout=minutes * 60 / 60, return_when=asyncio.FIRST_COMPLETED
        )
        for task in done:
            task.result()
        taken = await asyncio.to_thread(sample, server, server.pid)
        samples.append(taken)
        print(f"  {taken}; {churn.joins} joins, {churn.resumed} resumed", flush=True)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(3)
    at_rest = await asyncio.to_thread(sample, server, server.pid)
    steady = samples[int(len(samples) * WARM_UP_SHARE) :]
    third = max(1, len(steady) // 3)
    first, last = (
        statistics.median(each.kb for each in part) for part in (steady[:third], steady[-third:])
    )
    print(
        f"  memory {first / 1024:.1f} MB in the first third, {last / 1024:.1f} MB in the last;"
        f" at rest {at_rest}"
    )
    assert last - first < MOST_GROWTH_KB, "the memory grows"
    assert at_rest.viewers == 0, "viewers that left are still counted"
    assert at_rest.tasks <= before.tasks, "tasks are left"
    assert at_rest.descriptors <= before.descriptors, "descriptors are left"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    minutes = parser.parse_args().minutes
    take_all_descriptors()
    with tempfile.TemporaryDirectory() as folder, RunningServer(Path(folder)) as server:
        uvloop.run(run(server, minutes))


if __name__ == "__main__":
    main()
