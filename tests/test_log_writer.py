"""Writes that wait: for a disk that hangs, beside others that fail, behind those who download."""

import asyncio
import itertools
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import cast

import pytest

from events.memory import MemoryStore
from events.plan import Plan
from events.sqlite import SqliteStore
from events.store import Bound, History, Key, KeyBound, StoreUnavailable
from events.transaction import RolledBack, committed
from events.unavailable import InDoubt
from night import LIVE, moment, recorded
from tracker.desk import Desk

pytestmark = pytest.mark.anyio

PATIENCE = 60.0
"""Seconds for what comes by itself, on a machine that is busy with other things."""
DEADLINE = 0.05
KEY = Key("key-1", "digest-1")


@asynccontextmanager
async def opened(path: Path, deadline: float = PATIENCE) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(path, deadline=deadline)
    try:
        yield store
    finally:
        await store.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


class Disk:
    """What a commit waits for; `answer` lets it go on."""

    def __init__(self) -> None:
        self._committed = committed
        self._answered = threading.Event()
        self._asked = threading.Event()

    def committed(self, plan: Plan, connection: sqlite3.Connection) -> None:
        self._asked.set()
        self._answered.wait(PATIENCE)
        self._committed(plan, connection)

    async def asked(self) -> None:
        """Return once a commit waits."""
        assert await asyncio.to_thread(self._asked.wait, PATIENCE)

    def answer(self) -> None:
        self._answered.set()


@contextmanager
def hanging(
    monkeypatch: pytest.MonkeyPatch, store: SqliteStore, deadline: float = DEADLINE
) -> Iterator[Disk]:
    """Let commits wait, and their callers for no longer than that; others have all the time."""
    disk = Disk()
    with monkeypatch.context() as patched:
        patched.setattr(store._group, "_deadline", deadline)
        patched.setattr("events.commit.committed", disk.committed)
        try:
            yield disk
        finally:
            disk.answer()


async def append(store: SqliteStore, history: History, key: Key | None = None) -> None:
    head = await store.head(history)
    await store.append(
        history, recorded([moment("more")], after=head), expected_version=head, key=key
    )


async def reached(store: SqliteStore, history: History, head: int) -> None:
    async with asyncio.timeout(PATIENCE):
        async for each in store.subscribe(history):
            if each.version == head:
                return


# --- a disk that hangs


async def test_a_disk_that_hangs_puts_a_write_in_doubt_and_holds_nobody(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(path) as store:
        history = await store.begin(recorded([moment()]))
        with hanging(monkeypatch, store) as disk:
            with pytest.raises(InDoubt, match=r"not answered for 0\.05 s\). Send it again with"):
                await append(store, history, KEY)

            # Whoever comes now is told at once, and of nothing that might have been written.
            with pytest.raises(StoreUnavailable, match="nothing was lost") as told:
                await append(store, history)
            assert not isinstance(told.value, InDoubt)
            status = await store.status()
            assert status.in_doubt
            assert "has not answered" in status.trouble
            assert [each.version async for each in store.read(history)] == [1]
            disk.answer()
            await reached(store, history, 2)

        assert await store.bound(history, KEY.text) == Bound(KEY.digest, 2)
        with pytest.raises(KeyBound):
            await append(store, history, KEY)
        await append(store, history)
        assert (await store.status()).trouble == ""
        assert not (await store.status()).in_doubt


async def test_a_disk_that_hangs_does_not_hold_a_ceremony(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = itertools.count()
    async with opened(path) as store:
        desk = Desk(store, now=lambda: "2025-03-03T04:00:00.000Z", new_id=lambda: str(next(ids)))
        await desk.begin(recorded(LIVE), accepted=True)

        async def post(text: str) -> bool:
            key = Key(text, "digest")
            return (await desk.post("made-up", moment(text), actor="ada", key=key)).new

        with hanging(monkeypatch, store) as disk:
            with pytest.raises(InDoubt):
                await post("one")
            with pytest.raises(StoreUnavailable):
                await post("two")
            disk.answer()
            await reached(store, await store.current("made-up"), len(LIVE) + 1)
        assert [await post("one"), await post("two")] == [False, True]
        assert await store.head(await store.current("made-up")) == len(LIVE) + 2


async def test_a_long_night_that_is_begun_at_once_is_given_its_time(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(path) as store:
        with hanging(monkeypatch, store) as disk:
            begun = asyncio.create_task(store.begin(recorded([moment()] * 20_000)))
            await disk.asked()
            # Longer than a small write is waited for, and less than this one.
            for _ in range(3):
                await asyncio.sleep(DEADLINE)
            assert not begun.done()
            assert (await store.status()).trouble == ""
            disk.answer()
            assert await store.head(await begun) == 20_000


async def test_a_caller_that_leaves_a_disk_that_hangs_has_written_all(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(path) as store:
        history = await store.begin(recorded([moment()]))
        with hanging(monkeypatch, store, PATIENCE) as disk:
            write = asyncio.create_task(append(store, history, KEY))
            await disk.asked()
            write.cancel()
            await asyncio.gather(write, return_exceptions=True)
            assert write.cancelled()
            disk.answer()
            await reached(store, history, 2)
        assert await store.bound(history, KEY.text) == Bound(KEY.digest, 2)


async def test_a_write_that_finds_no_room_in_the_queue_was_not_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(path) as store:
        history = await store.begin(recorded([moment()]))
        with hanging(monkeypatch, store, 1.0) as disk:
            writes = [
                asyncio.create_task(store.bind(history, Key(f"key-{n}", ""), 1))
                for n in range(2000)
            ]
            results = await asyncio.gather(*writes, return_exceptions=True)
            disk.answer()
            await store.close()

    doubtful = [isinstance(each, InDoubt) for each in results]
    assert all(isinstance(each, StoreUnavailable) for each in results)
    assert 0 < doubtful.count(False) < len(results)
    async with opened(path) as store:
        kept = [await store.bound(history, f"key-{n}") is not None for n in range(2000)]
        # What was in doubt is there after all; of the rest, nothing is.
        assert kept == doubtful


# --- what a failed write is told


async def test_a_write_that_was_given_up_is_not_in_doubt(path: Path) -> None:
    async with opened(path) as store:
        history = await store.begin(recorded([moment()]))
        await store._writer.execute("PRAGMA query_only = ON")

        with pytest.raises(StoreUnavailable, match="nothing was lost") as told:
            await append(store, history)

        assert not isinstance(told.value, InDoubt)
        assert "readonly database" in (await store.status()).trouble
        await store._writer.execute("PRAGMA query_only = OFF")
        # It tries by itself: nobody has to post in vain before others send their posts here again.
        async with asyncio.timeout(PATIENCE):
            while (await store.status()).trouble:  # noqa: ASYNC110 - nobody is told of it
                await asyncio.sleep(0.05)
        await append(store, history)


async def test_a_commit_that_may_have_landed_is_not_called_lost(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(plan: Plan, connection: sqlite3.Connection) -> None:
        committed(plan, connection)
        message = "disk I/O error"
        raise sqlite3.OperationalError(message)

    async with opened(path) as store:
        history = await store.begin(recorded([moment()]))
        with monkeypatch.context() as patched:
            patched.setattr("events.commit.committed", late)
            with pytest.raises(InDoubt) as told:
                await append(store, history, KEY)
        assert str(told.value) == (
            "Whether the log has taken this is in doubt (disk I/O error). Send it again with the"
            " same key: it is then there once."
        )
        await reached(store, history, 2)


class Full:
    """A connection to a disk on which the last page of a commit finds no room."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def execute(self, sql: str) -> None:
        self.done.append(sql)
        if sql == "COMMIT":
            problem = sqlite3.OperationalError("database or disk is full")
            problem.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise problem

    def executemany(self, *_: object) -> None:
        """Take all rows."""


def test_a_commit_that_found_no_room_is_given_up_and_not_in_doubt() -> None:
    connection = Full()

    nothing = Plan({}, {}, 0, {}, {}, 0, {})
    with pytest.raises(RolledBack, match="full"):
        committed(nothing, cast("sqlite3.Connection", connection))

    assert connection.done == ["BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"]


async def test_a_value_that_no_file_can_hold_fails_alone(path: Path) -> None:
    async with opened(path) as store:
        history = await store.begin(recorded([moment()]))

        results = await asyncio.gather(
            store.bind(history, Key("one", ""), 1),
            store.bind(history, Key("two", ""), 2**70),
            append(store, history, KEY),
            store.note("token \ud800", b"{}"),
            store.note("token", b"{}"),
            return_exceptions=True,
        )

        assert [type(each) for each in results] == [
            type(None),
            OverflowError,
            type(None),
            UnicodeEncodeError,
            type(None),
        ]
        assert (await store.status()).trouble == ""
        assert await store.bound(history, "two") is None
        assert [(each.number, each.kind) async for each in store.notes()] == [(1, "token")]


async def test_a_fault_of_the_program_is_not_called_one_of_the_disk(path: Path) -> None:
    def mistaken(_: sqlite3.Connection) -> None:
        message = "not the disk's"
        raise ValueError(message)

    async with opened(path) as store:
        with pytest.raises(ValueError, match="not the disk's"):
            await store._reader.visit(mistaken)
        await store.close()
        with pytest.raises(StoreUnavailable, match="the connection is closed"):
            await store._reader.visit(mistaken)


# --- readers


async def test_no_producer_waits_behind_those_who_download(path: Path) -> None:
    ids = itertools.count()
    async with opened(path) as store:
        desk = Desk(store, now=lambda: "2025-03-03T04:00:00.000Z", new_id=lambda: str(next(ids)))
        posted = await desk.begin(recorded(LIVE), accepted=True)
        history = posted.history
        downloading = threading.Event()
        busy = [
            asyncio.create_task(store._reader.visit(lambda _: downloading.wait(PATIENCE)))
            for _ in range(20)
        ]
        download = asyncio.ensure_future(anext(store.read(history)))
        try:
            async with asyncio.timeout(PATIENCE / 2):
                anew = Desk(store, now=lambda: "2025-03-03T04:00:00.000Z", new_id=lambda: "id-x")
                answer = await anew.post("made-up", moment("Rain."), actor="ada", key=KEY)
                assert answer.new
                assert not (await anew.post("made-up", moment("Rain."), actor="a", key=KEY)).new
                await reached(store, history, answer.version)
                assert (await desk.rehearse("made-up", actor="ada")).new
                assert [each async for each in store.notes()] == []
                assert await store.histories_of("made-up", 0) == [history]
                await store.check()
            assert not download.done()
        finally:
            downloading.set()
            await asyncio.gather(*busy)
            await download


# --- who is woken


async def test_an_append_wakes_those_alone_who_follow_its_history(tmp_path: Path) -> None:
    for store in (MemoryStore(), await SqliteStore.open(tmp_path / "log.db")):
        bells = store._bells
        one = await store.begin(recorded([moment()], "one"))
        two = await store.begin(recorded([moment()], "two"))
        followed = {number: bells.of(number) for number in (one.number, two.number)}
        rings = {number: bell.listen() for number, bell in followed.items()}
        begun = bells.begun.listen()

        await store.append(one, recorded([moment()], "one", after=1), expected_version=1)
        await asyncio.sleep(0)

        assert [ring.is_set() for ring in rings.values()] == [True, False]
        assert not begun.is_set()
        # A history that another takes the place of ends for those who follow it.
        await store.begin(recorded([moment()], "two"), anew=True)
        await asyncio.sleep(0)
        assert rings[two.number].is_set()
        assert begun.is_set()
        await store.close()
