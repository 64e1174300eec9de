"""What is measured of a night of one size: each door, with nothing kept of it from before."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from websockets.sync.client import connect

from bench.size.server import Running, milliseconds
from bench.size.shapes import ID, Shape, next_of, night
from events.recorded import Recorded
from events.sqlite import SqliteStore

ROUNDS: Final = 5
STARTS: Final = 3
_AT_ONCE: Final = 1_000
_HERE: Final = f"/api/ceremonies/{ID}"
_NDJSON: Final = "application/x-ndjson"

Measured = dict[str, float]
"""Milliseconds by door."""


def measure(shape: Shape, size: int, folder: Path) -> Measured:
    """Return the best of a few rounds, since noise only slows down; before each a post is made."""
    log = night(shape, size)
    database = folder / "log.db"
    asyncio.run(_written(database, log))
    events = next_of(shape, log)
    found: defaultdict[str, list[float]] = defaultdict(list)
    with Running(database):
        pass  # the first start puts the bundled nights into the log
    for _ in range(STARTS):
        with Running(database) as server:
            found["start, until ready"].append(server.started)
    with Running(database) as server:
        found["the first post"].append(server.post(f"{_HERE}/events", next(events)))
        for _ in _reads(server, "oscars-97", 0):
            pass  # what is loaded when it is first needed is loaded now
        found["the first page"].append(server.timed(f"/{ID}/winners"))
        for each in range(ROUNDS):
            found["a post"].append(server.post(f"{_HERE}/events", next(events)))
            for door, took in _reads(server, ID, each):
                found[door].append(took)
    for number in range(STARTS):
        found["verify"].append(server.run("verify", database))
        found["backup"].append(server.run("backup", folder / f"backup-{number}.db"))
    return {door: min(times) for door, times in found.items()}


async def _written(database: Path, log: list[Recorded]) -> None:
    store = await SqliteStore.open(database)
    history = await store.begin(log[:_AT_ONCE])
    for done in range(_AT_ONCE, len(log), _AT_ONCE):  # one write of all would pass its deadline
        await store.append(history, log[done : done + _AT_ONCE], expected_version=done)
    await store.close()


def _reads(server: Running, ceremony: str, before: int) -> Iterator[tuple[str, float]]:
    """Read everything that there is of a ceremony, after it was read so often `before`."""
    here = f"/api/ceremonies/{ceremony}"
    head, took = server.json(here)
    yield "head, with its contents", took
    version, epoch = head["version"], head["epoch"]
    middle, page = version // 2 - 7 * before, version // head["page_size"]
    yield "live feed, joined", _joined(server, f"{here}/live", "caught-up")
    yield (
        "live feed, joined with an old cursor",
        _joined(server, f"{here}/live?epoch={epoch}&after=1", "caught-up"),
    )
    yield (
        "replay, joined in the middle",
        _joined(server, f"{here}/replay?from={middle}", "keyframe"),
    )
    yield "list of ceremonies", server.timed("/api/ceremonies")
    yield "board", server.timed(f"{here}/board")
    yield "board at a version", server.timed(f"{here}/board?at={middle}")
    yield "500 events", server.timed(f"{here}/events?after={middle}&limit=500")
    yield "all events, as lines", server.timed(f"{here}/events", _NDJSON)
    yield "frames, the last page", server.timed(f"{here}/frames/{epoch}/{page}")
    if "corrected" in head:
        yield "frames as corrected", server.timed(f"{here}/frames/{head['corrected']}/{page}")
    yield "winners.json", server.timed(f"{here}/winners.json")
    yield "winners.csv", server.timed(f"{here}/winners.csv")
    yield "winners.rss", server.timed(f"{here}/winners.rss")
    yield "ceremony.ics", server.timed(f"{here}/ceremony.ics")
    yield "page of all nights", server.timed("/")
    yield "page of the board", server.timed(f"/{ceremony}")
    yield "page of the board at a version", server.timed(f"/{ceremony}?at={middle}")
    yield "page of the winners", server.timed(f"/{ceremony}/winners")
    yield "picture", server.timed(f"/og/{ceremony}.png")


def _joined(server: Running, path: str, until: str) -> float:
    """Return the milliseconds from the connection to a message of that type."""
    began = time.perf_counter()
    address = f"ws://127.0.0.1:{server.port}{path}"
    with connect(address, compression=None, max_size=None, close_timeout=0) as socket:
        while json.loads(socket.recv(timeout=300))["type"] != until:
            pass
        return milliseconds(began)
