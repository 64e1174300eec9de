"""
A log with a bit flipped, or torn, thousands of times: what is seen, what is served, what starts.

Each time the log of three nights is copied, harmed in one place, verified, and opened by the server
(in this process, without sockets). A miss is a change of what is kept that `verify` does not see,
anything that is served otherwise than it was written without being told, or a night that does not
come up because of harm to another one. Exit 1 where there was a miss.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

import structlog

from events.codec import encode
from events.sqlite import SqliteStore
from events.store import Key, StoreError
from night import LIVE, moment, recorded
from web.app import Tracker
from web.commands.client import CommandError
from web.commands.keeping import verify_file
from web.desk.tokens import Tokens
from web.settings import Settings
from web.webhooks.subscriptions import Webhooks, WebhookWish

FLIPS = 2_000
TORN = 200
SEED = 97
OPERATOR = "an-operators-token-for-the-soak"
HOUR = "2030-02-01T20:00:00.000Z"
NIGHTS = {"made-up": 300, "second": 40, "third": 40}
TABLES = {
    "events": "history, version, recorded, crc, opening, digest",
    "keys": "history, key, digest, version, crc",
    "notes": "number, kind, body, crc",
    "histories": "number, ceremony, crc",
    "generations": "number, generation, file, mark, crc",
}


class Log(NamedTuple):
    """The log as it was written, and what is to be seen of it."""

    path: Path
    rows: dict[str, list[Any]]
    boards: dict[str, bytes]
    tokens: dict[str, str]
    places: dict[str, list[range]]


async def made(path: Path) -> Log:
    """Make a log of three nights, one of them begun anew, with keys, tokens, webhooks and marks."""
    tokens: dict[str, str] = {}
    for start in range(3):
        store = await SqliteStore.open(path)
        for name, length in NIGHTS.items():
            if start == 0 or name == "third":
                log = recorded([*LIVE, *(moment(f"{name} {n}") for n in range(length))], name)
                first = len(LIVE)
                history = await store.begin(log[:first], key=Key(f"b{start}", "0"), anew=start > 0)
                for event in log[first:]:
                    key = Key(f"key-{event.version}", f"digest-{event.version}")
                    version = event.version - 1
                    await store.append(history, [event], expected_version=version, key=key)
        known = Tokens(store, now=lambda: HOUR)
        await known.load()
        hooks = Webhooks(store, now=lambda: HOUR)
        for number in range(2):
            _, tokens[f"{start}-{number}"] = await known.issue("ada", "producer", by="bo")
        gone, _ = await known.issue("cy", "producer", by="bo")
        await known.revoke(gone.id, by="bo")
        history = await store.current("second")
        await hooks.add(WebhookWish("second", "https://a.example/"), history, 1, by="bo")
        await store.close()
    return Log(path, dump(path), await boards(path), tokens, dict(places(path)))


def settings(path: Path) -> Settings:
    return Settings(database=path, bundled=False, admin_token=OPERATOR)


def dump(path: Path) -> dict[str, list[Any]]:
    """Return every row of a log, or an error in the place of a table."""
    found: dict[str, list[Any]] = {}
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        connection.text_factory = bytes
        for table, columns in TABLES.items():
            try:
                found[table] = sorted(
                    connection.execute(f"SELECT {columns} FROM {table}"),  # noqa: S608 - names of ours
                    key=repr,
                )
            except sqlite3.Error as problem:
                found[table] = [str(problem)]
    return found


def places(path: Path) -> Iterator[tuple[str, list[range]]]:
    """Yield for each table where the values of its rows lie in the file."""
    data = path.read_bytes()
    for table, rows in dump(path).items():
        found: list[range] = []
        for row in rows:
            for value in row:
                held = value if isinstance(value, bytes) else b""
                if isinstance(value, int) and value > 1 << 24:  # a checksum, as it is stored
                    held = value.to_bytes(4 if value < 1 << 31 else 6, "big")
                at = data.find(held) if held else -1
                if at >= 0:
                    found.append(range(at, at + len(held)))
        yield table, found


async def boards(path: Path) -> dict[str, bytes]:
    """Return the board of each night as the server has it."""
    copied = path.with_name("boards.db")
    shutil.copyfile(path, copied)
    async with Tracker.open(settings(copied)) as tracker:
        return {night.ceremony: encode(night.board) for night in tracker.parts.nights}


class Harmed(NamedTuple):
    """What became of a log that was harmed."""

    seen: bool
    kept: bool
    silent: str
    stopped: str


async def tried(log: Log, path: Path) -> Harmed:
    """Verify a harmed copy, then start the server on it."""
    try:
        verify_file(path, lambda _: None)
        seen = False
    except (CommandError, StoreError):
        seen = True
    try:
        kept = dump(path) == log.rows
    except sqlite3.Error:
        kept = False
    try:
        async with Tracker.open(settings(path)) as tracker:
            return Harmed(seen, kept, await served_otherwise(log, tracker), missing(log, tracker))
    except StoreError as problem:
        return Harmed(seen, kept, "", f"no start ({problem})" if readable(path) else "")


def readable(path: Path) -> bool:
    """Tell whether SQLite still knows what tables there are: else nothing at all can be read."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as opened:
            opened.execute("PRAGMA writable_schema = ON")
            ((known,),) = opened.execute("SELECT count(*) FROM sqlite_schema").fetchall()
            if not known:
                return False
            for table, columns in TABLES.items():
                opened.execute(f"SELECT {columns} FROM {table} LIMIT 0").fetchall()  # noqa: S608 - names of ours
    except sqlite3.Error:
        return False
    return True


async def served_otherwise(log: Log, tracker: Tracker) -> str:
    """Return what is served otherwise than it was written and told by nobody, or an empty text."""
    nights = tracker.parts.nights
    store = tracker.parts.store
    assert isinstance(store, SqliteStore)
    for ceremony, board in log.boards.items():
        night = nights.get(ceremony)
        if night is None or ceremony in nights.broken:
            continue
        # That events are missing at the end of a log is told at its start, and in its new epoch.
        if encode(night.board) != board and not any("where there were" in r for r in store.remarks):
            return f"the board of {ceremony}"
        try:
            history = await store.current(ceremony)
            served = [encode(each) async for each in store.read(history)]
        except StoreError:
            continue
        right = {(row[0], row[1]): row[2] for row in log.rows["events"]}
        if any(right.get((history.number, n)) != each for n, each in enumerate(served, start=1)):
            return f"an event of {ceremony}"
        for number, key, digest, version, _ in log.rows["keys"]:
            if number == history.number:
                with suppress(StoreError):
                    bound = await store.bound(history, key.decode())
                    if bound is not None and (bound.digest.encode(), bound.version) != (
                        digest,
                        version,
                    ):
                        return f"a key of {ceremony}"
    right_ids = {token.partition(".")[0] for token in log.tokens.values()}
    if not {each.id for each in tracker.parts.tokens.listed()} <= right_ids:
        return "a token that was revoked or never issued"
    return ""


def missing(log: Log, tracker: Tracker) -> str:
    """Return more than one night that cannot be shown whole, or an empty text."""
    nights = tracker.parts.nights
    for ceremony, reason in nights.broken.items():
        if not reason.startswith("Event "):
            return f"{ceremony} without a name for the event ({reason})"
    lost = [
        ceremony
        for ceremony in log.boards
        if nights.get(ceremony) is None or ceremony in nights.broken
    ]
    return f"{', '.join(lost)} at once" if len(lost) > 1 else ""


def flipped(log: Log, chance: random.Random) -> tuple[str, Callable[[bytearray], None], bool]:
    """Return one flipped bit in the values of a table, or in the file beside the log."""
    what = chance.choice(
        ["events"] * 4 + ["keys", "keys", "notes", "notes", "histories"] + ["generations", "lock"]
    )
    bit = 1 << chance.randrange(8)

    def harm(data: bytearray) -> None:
        ranges = log.places.get(what)
        at = chance.choice(chance.choice(ranges)) if ranges else chance.randrange(len(data))
        data[at] ^= bit

    return what, harm, what == "lock"


def torn(chance: random.Random) -> tuple[str, Callable[[bytearray], None]]:
    """Return a cut, or a page that was not written, beyond the first pages."""
    what = chance.choice(["cut", "a page of zeros", "an older page", "half a page"])
    size = 4096

    def harm(data: bytearray) -> None:
        page = chance.randrange(1, len(data) // size)
        start = page * size
        if what == "cut":
            del data[start + chance.randrange(size) :]
        elif what == "a page of zeros":
            data[start : start + size] = bytes(size)
        elif what == "an older page":
            other = chance.randrange(1, len(data) // size) * size
            data[start : start + size] = data[other : other + size]
        else:
            data[start + size // 2 : start + size] = chance.randbytes(size // 2)

    return what, harm


async def run(flips: int, torn_files: int, seed: int) -> list[str]:
    """Harm the log so often; print the counts, and return the misses."""
    chance = random.Random(seed)
    misses: list[str] = []
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = await made(folder / "log.db")
        lock = folder / "log.db-lock"
        for number in range(flips + torn_files):
            path = folder / f"{number}.db"
            beside = path.with_name(f"{path.name}-lock")
            data, held = bytearray(log.path.read_bytes()), bytearray(lock.read_bytes())
            if number < flips:
                kind, harm, in_lock = flipped(log, chance)
                harm(held if in_lock else data)
            else:
                kind, harm = torn(chance)
                harm(data)
            path.write_bytes(data)
            beside.write_bytes(held)
            found = await tried(log, path)
            counts[f"{kind}: tried"] += 1
            counts[f"{kind}: kept otherwise"] += not found.kept
            counts[f"{kind}: seen"] += found.seen
            where = f"{number}, {kind}"
            if not found.kept and not found.seen:
                misses.append(f"{where}: changed, and not seen")
            if found.silent:
                misses.append(f"{where}: {found.silent} is served otherwise, and not told")
            if found.stopped and (number < flips or found.stopped.startswith("no start")):
                misses.append(f"{where}: {found.stopped}")
            elif found.stopped:
                counts[f"{kind}: more than one night lost"] += 1
            for left in folder.glob(f"{number}.db*"):
                left.unlink()
    for what, count in sorted(counts.items()):
        print(f"{what:<48}{count:>8,}")
    return misses


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flips", type=int, default=FLIPS)
    parser.add_argument("--torn", type=int, default=TORN)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began = time.monotonic()
    misses = asyncio.run(run(given.flips, given.torn, given.seed))
    for miss in misses:
        print(f"MISS {miss}")
    print(
        f"{given.flips:,} flips, {given.torn:,} torn files, {len(misses):,} misses,"
        f" {time.monotonic() - began:.0f} s"
    )
    return 1 if misses else 0


if __name__ == "__main__":
    raise SystemExit(main())
