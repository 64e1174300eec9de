"""What the file adds to the contract: one process, append-only by itself, and it survives."""

import asyncio
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import cast

import pytest

from events.codec import UPCASTERS, Upcaster, decode_recorded, encode
from events.commit import _standing
from events.cursors import Cursor
from events.plan import Plan
from events.schema import APPLICATION_ID, SCHEMA_VERSION, steps_from
from events.sqlite import SqliteStore
from events.store import (
    Bound,
    CorruptEvent,
    Key,
    StoreInUse,
    StoreUnavailable,
    WrongExpectedVersion,
)
from events.transaction import committed
from night import moment, recorded

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parent.parent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(path)
    try:
        yield store
    finally:
        await store.close()


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    async with opened(path) as store:
        yield store


@contextmanager
def foreign(path: Path) -> Iterator[sqlite3.Connection]:
    """Another program's connection, with none of our settings."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


async def refusal(path: Path) -> str:
    """Return the sentence with which the file is refused."""
    with pytest.raises(StoreUnavailable) as refused:
        await (await SqliteStore.open(path)).close()
    return str(refused.value)


# --- one process


HOLDER = """
import asyncio, sys
from pathlib import Path
from events.sqlite import SqliteStore
async def hold():
    store = await SqliteStore.open(Path(sys.argv[1]))
    print("held", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await store.close()
asyncio.run(hold())
"""


async def test_a_second_process_is_refused_with_what_to_do(path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, path],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"

        with pytest.raises(StoreInUse) as refused:
            await (await SqliteStore.open(path)).close()
        assert str(refused.value) == (
            f"{path} is held by process {holder.pid}. Stop that one first, give this one another"
            " file in TRACKER_DATABASE, or speak to the running server with --url."
        )

        holder.kill()
        holder.wait()
        # The lock went with its holder, however it died.
        await (await SqliteStore.open(path)).close()


async def test_a_second_opening_in_the_same_process_is_refused_too(
    store: SqliteStore, path: Path
) -> None:
    with pytest.raises(StoreInUse, match=f"process {os.getpid()}"):
        await (await SqliteStore.open(path)).close()
    await store.check()


async def test_a_link_to_a_held_file_is_the_held_file(store: SqliteStore, path: Path) -> None:
    link = path.with_name("link.db")
    link.symlink_to(path)

    with pytest.raises(StoreInUse):
        await (await SqliteStore.open(link)).close()
    await store.check()


async def test_a_refused_opening_lets_go_of_the_file(path: Path) -> None:
    path.write_bytes(b"no database, but long enough to be looked at" * 100)
    await refusal(path)
    path.unlink()

    await (await SqliteStore.open(path)).close()


# --- nothing is updated or deleted


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE events SET recorded = x'00'", "nothing is updated"),
        ("UPDATE OR REPLACE events SET version = 2 WHERE version = 1", "nothing is updated"),
        ("UPDATE keys SET digest = 'other'", "nothing is updated"),
        ("UPDATE histories SET ceremony = 'other'", "nothing is updated"),
        ("UPDATE generations SET generation = 'other'", "nothing is updated"),
        ("DELETE FROM events", "nothing is deleted"),
        ("DELETE FROM events WHERE version = 3", "nothing is deleted"),
        ("DELETE FROM keys", "nothing is deleted"),
        ("DELETE FROM histories", "nothing is deleted"),
        ("DELETE FROM generations", "nothing is deleted"),
        (
            "INSERT OR REPLACE INTO events (history, version, recorded) VALUES (1, 2, x'00')",
            "a version must follow|replaced",
        ),
        (
            "INSERT OR REPLACE INTO events (history, version, recorded) VALUES (1, 3, x'00')",
            "a version must follow|replaced",
        ),
        (
            "REPLACE INTO keys (history, key, digest, version) VALUES (1, 'key-1', 'other', 1)",
            "nothing is replaced",
        ),
        ("REPLACE INTO histories (number, ceremony) VALUES (1, 'other')", "nothing is replaced"),
        (
            (
                "REPLACE INTO generations (number, generation, file, mark)"
                " SELECT number, 'other', file, mark FROM generations"
            ),
            "nothing is replaced",
        ),
        (
            (
                "INSERT INTO keys (history, key, digest, version) VALUES (1, 'key-1', 'other', 1)"
                " ON CONFLICT DO UPDATE SET digest = 'other'"
            ),
            "nothing is",
        ),
        ("UPDATE notes SET kind = 'other'", "nothing is updated"),
        ("DELETE FROM notes", "nothing is deleted"),
        (
            "REPLACE INTO notes (number, kind, body) VALUES (1, 'other', x'00')",
            "nothing is replaced",
        ),
        (
            "INSERT INTO events (history, version, recorded) VALUES (1, 5, x'00')",
            "a version must follow the last one",
        ),
        (
            "INSERT INTO events (history, version, recorded) VALUES (1, 0, x'00')",
            "a version must follow the last one",
        ),
        (
            "INSERT INTO events (history, version, recorded) VALUES (2, 2, x'00')",
            "a version must follow the last one",
        ),
    ],
)
async def test_the_file_itself_refuses(path: Path, statement: str, sentence: str) -> None:
    async with opened(path) as store:
        history = await store.begin(recorded([moment("1"), moment("2")]))
        await store.append(
            history,
            recorded([moment("3")], after=2),
            expected_version=2,
            key=Key("key-1", "digest-1"),
        )
        await store.note("token", b"{}")

    with foreign(path) as connection, pytest.raises(sqlite3.IntegrityError, match=sentence):
        connection.execute(statement)

    async with opened(path) as store:
        assert await store.current("made-up") == history
        assert [each.event async for each in store.read(history)] == [
            moment("1"),
            moment("2"),
            moment("3"),
        ]
        assert await store.bound(history, "key-1") == Bound("digest-1", 3)


async def test_the_next_version_may_be_written_by_a_foreign_hand_and_is_then_ours(
    path: Path,
) -> None:
    async with opened(path) as store:
        history = await store.begin(recorded([moment("1")]))

    with foreign(path) as connection:
        connection.execute("INSERT INTO events (history, version, recorded) VALUES (1, 2, x'7b7d')")

    async with opened(path) as store:
        with pytest.raises(CorruptEvent, match="Event 2 of 'made-up' cannot be read") as corrupt:
            _ = [each async for each in store.read(history)]
        assert (corrupt.value.stream, corrupt.value.version) == ("made-up", 2)
        assert await store.head(history) == 2


async def test_what_comes_before_a_bad_event_is_read_and_the_bad_one_named(path: Path) -> None:
    log = recorded([moment(str(number)) for number in range(1, 2001)])
    async with opened(path) as store:
        history = await store.begin(log)

    with foreign(path) as connection:
        connection.execute(
            "INSERT INTO events (history, version, recorded) VALUES (1, 2001, x'7b7d')"
        )
        connection.execute(
            "INSERT INTO events (history, version, recorded) VALUES (1, 2002, x'7b7d')"
        )

    async with opened(path) as store:
        stream = store.read(history)
        assert [await anext(stream) for _ in log] == log
        with pytest.raises(CorruptEvent, match="Event 2001"):
            await anext(stream)


async def test_a_row_that_holds_two_events_is_a_bad_event(path: Path) -> None:
    log = recorded([moment("1"), moment("2"), moment("3"), moment("4")])
    async with opened(path) as store:
        history = await store.begin(log[:2])

    with foreign(path) as connection:
        both = encode(log[2]) + b"\n" + encode(log[3])
        connection.execute(
            "INSERT INTO events (history, version, recorded) VALUES (1, 3, ?)", (both,)
        )

    async with opened(path) as store:
        assert [each async for each in store.read(history, limit=2)] == log[:2]
        with pytest.raises(CorruptEvent, match="Event 3"):
            _ = [each async for each in store.read(history)]


async def test_an_event_in_the_place_of_another_is_a_bad_event(path: Path) -> None:
    log = recorded([moment("1"), moment("2"), moment("3")])
    async with opened(path) as store:
        history = await store.begin(log[:1])

    with foreign(path) as connection:
        connection.execute(
            "INSERT INTO events (history, version, recorded) VALUES (1, 2, ?)", (encode(log[2]),)
        )

    async with opened(path) as store:
        with pytest.raises(CorruptEvent, match=r"Event 2 .*in its place is event 3"):
            _ = [each async for each in store.read(history)]
        with pytest.raises(CorruptEvent, match="Event 2"):
            _ = [some async for some in store.facts(history)]


async def test_a_fold_takes_nothing_that_a_read_refuses(path: Path) -> None:
    log = recorded([moment("1"), moment("2")])
    async with opened(path) as store:
        history = await store.begin(log[:1])

    with foreign(path) as connection:
        bare = encode(log[1]).replace(b'"ceremony":"made-up",', b"")
        connection.execute(
            "INSERT INTO events (history, version, recorded) VALUES (1, 2, ?)", (bare,)
        )

    async with opened(path) as store:
        with pytest.raises(CorruptEvent, match="Event 2"):
            _ = [each async for each in store.read(history)]
        with pytest.raises(CorruptEvent, match="Event 2"):
            _ = [some async for some in store.facts(history)]


async def test_an_old_shape_among_todays_is_lifted(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = recorded([moment("1"), moment("2"), moment("3")])
    async with opened(path) as store:
        history = await store.begin(log[:1])

    with foreign(path) as connection:
        old = encode(log[1]).replace(b"moment-noted", b"moment-seen")
        connection.execute(
            "INSERT INTO events (history, version, recorded) VALUES (1, 2, ?)", (old,)
        )
        connection.execute(
            "INSERT INTO events (history, version, recorded) VALUES (1, 3, ?)", (encode(log[2]),)
        )

    async with opened(path) as store:
        with pytest.raises(CorruptEvent, match="Event 2"):
            _ = [each async for each in store.read(history)]
        monkeypatch.setitem(
            cast("dict[str, Upcaster]", UPCASTERS),
            "moment-seen",
            lambda event: {**event, "type": "moment-noted"},
        )
        assert [each async for each in store.read(history)] == log
        facts = [event async for some in store.facts(history) for event in some]
        assert facts == [each.event for each in log]


# --- what a file keeps


async def test_a_file_opened_again_has_everything(path: Path) -> None:
    async with opened(path) as store:
        old = await store.begin(recorded([moment("old")]), key=Key("key-1", "digest-1"))
        new = await store.begin(recorded([moment("new"), moment("two")]), anew=True)
        other = await store.begin(recorded([moment("other")], "another"))
        await store.bind(new, Key("key-2", "digest-2"), 1)

    async with opened(path) as store:
        assert await store.histories() == [other, new]
        assert [each.event async for each in store.read(new)] == [moment("new"), moment("two")]
        assert [each.event async for each in store.read(old)] == [moment("old")]
        assert await store.bound(old, "key-1") == Bound("digest-1", 1)
        assert await store.bound(new, "key-2") == Bound("digest-2", 1)
        with pytest.raises(WrongExpectedVersion):
            await store.append(new, recorded([moment("2")], after=1), expected_version=1)
        assert (
            await store.begin(recorded([moment("newest")]), anew=True)
        ).number == other.number + 1


async def test_a_closed_file_is_one_file_and_a_lock(path: Path) -> None:
    async with opened(path) as store:
        await store.begin(recorded([moment()]))

    assert {each.name for each in path.parent.iterdir()} == {"log.db", "log.db-lock"}


async def test_a_copy_is_another_generation_from_its_first_opening_on(path: Path) -> None:
    async with opened(path) as store:
        history = await store.begin(recorded([moment()]))
    copy = path.with_name("copy.db")
    shutil.copyfile(path, copy)

    async with opened(path) as original, opened(copy) as copied:
        assert await original.current("made-up") == history
        [found] = await copied.histories()
        assert (found.ceremony, found.number) == (history.ceremony, history.number)
        assert found.generation != history.generation
        assert [each.event async for each in copied.read(found)] == [moment()]
    async with opened(copy) as copied:
        assert await copied.histories() == [found]


async def test_a_restored_file_is_another_generation_even_in_the_same_place(path: Path) -> None:
    backup = path.with_name("backup.db")
    async with opened(path) as store:
        history = await store.begin(recorded([moment(), moment()]))
        # As one copies a log that is in use: the file with what is not yet folded into it.
        shutil.copyfile(path, backup)
        shutil.copyfile(f"{path}-wal", f"{backup}-wal")
        await store.append(history, recorded([moment()], after=2), expected_version=2)
    shutil.copyfile(backup, path)
    shutil.copyfile(f"{backup}-wal", f"{path}-wal")

    async with opened(path) as restored:
        [found] = await restored.histories()
        assert await restored.head(found) == 2
        assert found.generation != history.generation


async def test_a_killed_process_leaves_the_generation_as_it_was(path: Path) -> None:
    async with opened(path) as store:
        history = await store.begin(recorded([moment()]))
        killed = path.with_name("killed.db")
        for suffix in ("", "-wal", "-lock"):
            shutil.copyfile(f"{path}{suffix}", f"{killed}{suffix}")
    # What a kill leaves behind, in the same file.
    for suffix in ("", "-wal", "-lock"):
        shutil.copyfile(f"{killed}{suffix}", f"{path}{suffix}")

    async with opened(path) as again:
        assert await again.histories() == [history]


# --- files that are no log of ours


async def test_another_programs_database_is_refused_and_left_as_it_was(path: Path) -> None:
    with foreign(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()

    assert await refusal(path) == (
        f"{path} belongs to another program; give TRACKER_DATABASE another file."
    )
    assert path.read_bytes() == before


async def test_a_newer_programs_log_is_refused_and_left_as_it_was(path: Path) -> None:
    await (await SqliteStore.open(path)).close()
    with foreign(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    before = path.read_bytes()

    assert await refusal(path) == (
        f"{path} has the tables of version {SCHEMA_VERSION + 1}, this program those of"
        f" {SCHEMA_VERSION};"
        " run the program that wrote it."
    )
    assert path.read_bytes() == before


async def test_an_older_programs_log_gets_the_tables_it_lacks(path: Path) -> None:
    with foreign(path) as connection:
        connection.executescript(steps_from(0, 1))
        connection.execute("INSERT INTO histories (number, ceremony) VALUES (1, 'made-up')")
        [event] = recorded([moment("1")])
        connection.execute(
            "INSERT INTO events (history, version, recorded) VALUES (1, 1, ?)", (encode(event),)
        )

    async with opened(path) as store:
        history = await store.current("made-up")
        await store.note("token", b"{}")
        await store.save_cursors({"a": Cursor(history.number, 1)})

        assert [each.event async for each in store.read(history)] == [moment("1")]
        assert [each.body async for each in store.notes()] == [b"{}"]
        assert await store.cursors() == {"a": Cursor(history.number, 1)}


async def test_notes_outlive_the_process_and_are_counted_on(path: Path) -> None:
    async with opened(path) as store:
        await store.note("token", b"1")
    async with opened(path) as store:
        await store.note("token", b"2")

        assert [(each.number, each.body) async for each in store.notes()] == [(1, b"1"), (2, b"2")]


async def test_a_file_that_is_no_database_is_refused_and_left_as_it_was(path: Path) -> None:
    path.write_bytes(b"Dear diary, " * 1000)

    assert await refusal(path) == (
        f"{path} cannot be opened as a log: file is not a database. Check TRACKER_DATABASE."
    )
    assert path.read_bytes() == b"Dear diary, " * 1000


async def test_a_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()

    assert "cannot be opened as a log" in await refusal(folder)


async def test_a_place_that_cannot_be_written_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    missing = await refusal(tmp_path / "missing" / "log.db")
    assert missing == f"There is no folder {tmp_path}/missing; make it, or check TRACKER_DATABASE."
    assert "Not a directory" in await refusal(tmp_path / "file" / "log.db")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_without_the_right_to_write_is_refused_by_name(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    assert "Permission denied" in await refusal(tmp_path / "log.db")


async def test_an_empty_file_becomes_a_log(path: Path) -> None:
    path.touch()

    async with opened(path) as store:
        await store.begin(recorded([moment()]))


# --- when the disk is full


async def test_a_full_disk_writes_nothing_and_says_so_until_there_is_room(
    store: SqliteStore,
) -> None:
    history = await store.begin(recorded([moment()]))
    [[pages]] = await store._writer.execute_fetchall("PRAGMA page_count")
    await store._writer.execute(f"PRAGMA max_page_count = {pages + 4}")
    large = "x" * 2000

    head, three = 1, recorded([moment(large)] * 3, after=1)
    while head < 100:
        three = recorded([moment(large)] * 3, after=head)
        try:
            await store.append(history, three, expected_version=head, key=Key(f"key-{head}", ""))
        except StoreUnavailable:
            break
        head += 3
    assert 1 < head < 100
    for _ in range(3):
        with pytest.raises(StoreUnavailable, match=r"disk is full.*nothing was lost.*free space"):
            await store.append(history, three, expected_version=head, key=Key(f"key-{head}", ""))
    assert await store.bound(history, f"key-{head}") is None
    assert await store.head(history) == head
    assert [each.version async for each in store.read(history)] == list(range(1, head + 1))
    await store.check()

    await store._writer.execute("PRAGMA max_page_count = 100000")
    await store.append(history, three, expected_version=head, key=Key(f"key-{head}", ""))
    assert [each.version async for each in store.read(history)] == list(range(1, head + 4))
    assert await store.bound(history, f"key-{head}") == Bound("", head + 3)


async def test_a_ceremony_that_found_no_room_has_not_begun(store: SqliteStore) -> None:
    [[pages]] = await store._writer.execute_fetchall("PRAGMA page_count")
    await store._writer.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(StoreUnavailable, match="full"):
        await store.begin(recorded([moment("x" * 2000)] * 20))

    assert await store.histories() == []
    await store._writer.execute("PRAGMA max_page_count = 100000")
    history = await store.begin(recorded([moment()]))
    assert history.number == 1


async def test_readers_go_on_while_the_writer_looks_again_where_the_log_stands(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = await store.begin(recorded([moment()]))
    visit, looking, look_on = store._writer.visit, asyncio.Event(), asyncio.Event()

    async def held(work: Callable[[sqlite3.Connection], object]) -> object:
        if work is _standing:
            looking.set()
            await look_on.wait()
        return await visit(work)

    monkeypatch.setattr("events.commit.committed", failing)
    monkeypatch.setattr(store._writer, "visit", held)
    with pytest.raises(StoreUnavailable):
        await store.append(history, recorded([moment()], after=1), expected_version=1)
    await looking.wait()

    try:
        assert await store.head(history) == 1
        assert [each.version async for each in store.read(history)] == [1]
        assert await store.current(history.ceremony) == history
    finally:
        look_on.set()


def failing(_plan: Plan, _connection: sqlite3.Connection) -> None:
    message = "disk I/O error"
    raise sqlite3.OperationalError(message)


async def test_a_commit_that_landed_although_it_failed_is_found_without_another_write(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = await store.begin(recorded([moment()]))

    def late(plan: Plan, connection: sqlite3.Connection) -> None:
        monkeypatch.setattr("events.commit.committed", committed)
        committed(plan, connection)
        message = "disk I/O error"
        raise sqlite3.OperationalError(message)

    monkeypatch.setattr("events.commit.committed", late)
    with pytest.raises(StoreUnavailable):
        await store.append(
            history, recorded([moment()], after=1), expected_version=1, key=Key("again", "digest")
        )

    # Who asks again by the same key is told that it is there, and waits for it as any reader does.
    assert await store.bound(history, "again") == Bound("digest", 2)
    async with asyncio.timeout(5):
        assert (await anext(store.subscribe(history, after=1))).version == 2
    assert await store.head(history) == 2


# --- closing


async def test_writers_still_waiting_for_room_are_served_before_the_close(path: Path) -> None:
    async with opened(path) as store:
        history = await store.begin(recorded([moment()]))
        writes = [
            asyncio.create_task(store.bind(history, Key(f"key-{n}", ""), 1)) for n in range(3000)
        ]
        queue = store._group._queue
        await asyncio.sleep(0)
        assert queue.full()
        for _ in range(1_000_000):
            if not queue.full():
                break  # there is room, and those who waited for it have not yet come in
            await asyncio.sleep(0)
        async with asyncio.timeout(20):
            await store.close()
            results = await asyncio.gather(*writes, return_exceptions=True)

    assert set(results) == {None}
    async with opened(path) as store:
        assert await store.bound(history, "key-2999") == Bound("", 1)


# --- when the power goes


WRITER = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, "tests")
from events.sqlite import SqliteStore
from events.store import UnknownStream
from night import moment, recorded
async def write():
    store = await SqliteStore.open(Path(sys.argv[1]))
    try:
        history = await store.current("made-up")
    except UnknownStream:
        history = await store.begin(recorded([moment("1")]))
        print("1 1", flush=True)
    while True:
        head = await store.head(history)
        events = recorded([moment(f"{head + 1}"), moment(f"{head + 2}")], after=head)
        await store.append(history, events, expected_version=head)
        print(head + 1, head + 2, flush=True)
asyncio.run(write())
"""


async def test_what_was_acknowledged_before_a_kill_is_there_once_and_in_order(path: Path) -> None:
    moments = random.Random(97)
    acknowledged = 0
    for _ in range(12):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, path], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        with writer:
            assert writer.stdout is not None
            first = writer.stdout.readline()
            time.sleep(moments.uniform(0, 0.08))
            writer.send_signal(signal.SIGKILL)
            told = [first, *writer.stdout.readlines()]
        assert writer.returncode == -signal.SIGKILL
        # The last line may be half said; what it says was written all the same.
        whole = [line for line in told if line.endswith("\n")]
        assert whole, "the writer never wrote"
        assert int(whole[0].split()[0]) > acknowledged
        acknowledged = int(whole[-1].split()[1])

        async with opened(path) as store:
            history = await store.current("made-up")
            log = [each async for each in store.read(history)]
        assert len(log) >= acknowledged
        assert len(log) % 2 == 1, "a half of two events is in the log"
        assert log == recorded([moment(f"{n}") for n in range(1, len(log) + 1)])

    with foreign(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = connection.execute("SELECT recorded FROM events ORDER BY version").fetchall()
    assert [decode_recorded(data).version for (data,) in rows] == list(range(1, len(rows) + 1))


async def test_cursors_outlive_the_process(path: Path) -> None:
    async with opened(path) as store:
        history = await store.begin(recorded([moment("1"), moment("2")]))
        await store.save_cursors({"a": Cursor(history.number, 2)})
    async with opened(path) as store:
        assert await store.cursors() == {"a": Cursor(history.number, 2)}


@pytest.mark.parametrize(
    "garble",
    [
        "UPDATE cursors SET version = 2 WHERE name = 'a'",
        "UPDATE cursors SET history = 2 WHERE name = 'a'",
        "UPDATE cursors SET crc = crc + 1 WHERE name = 'a'",
        "UPDATE cursors SET name = 'c' WHERE name = 'a'",
        "UPDATE cursors SET name = CAST(x'ff61' AS TEXT) WHERE name = 'a'",
    ],
)
async def test_a_garbled_cursor_is_left_out_and_costs_no_other(path: Path, garble: str) -> None:
    async with opened(path) as store:
        history = await store.begin(recorded([moment("1"), moment("2"), moment("3")]))
        await store.begin(recorded([moment("1"), moment("2")]), anew=True)
        number = history.number
        await store.save_cursors({"a": Cursor(number, 1), "b": Cursor(number, 3)})
    with foreign(path) as connection:
        connection.execute(garble)

    async with opened(path) as store:
        assert await store.cursors() == {"b": Cursor(number, 3)}


async def test_a_cursor_with_any_bit_flipped_is_left_out(path: Path) -> None:
    async with opened(path) as store:
        history = await store.begin(recorded([moment(str(n)) for n in range(1, 300)]))
        right = Cursor(history.number, 150)
        await store.save_cursors({"webhook:a": right})
        with foreign(path) as connection:
            ((crc,),) = connection.execute("SELECT crc FROM cursors").fetchall()
            for column, value in (("version", 150), ("crc", crc), ("history", right.history)):
                for bit in range(32):
                    sql = f"UPDATE cursors SET {column} = ?"  # noqa: S608 - names of ours
                    connection.execute(sql, (value ^ 1 << bit,))
                    assert await store.cursors() == {}, (column, bit)
                    connection.execute(sql, (value,))

        assert await store.cursors() == {"webhook:a": right}


async def test_a_cursor_that_cannot_be_saved_leaves_events_and_the_one_before(path: Path) -> None:
    async with opened(path) as store:
        history = await store.begin(recorded([moment("1"), moment("2")]))
        number = history.number
        await store.save_cursors({"a": Cursor(number, 1)})
        with foreign(path) as connection:
            connection.execute("BEGIN IMMEDIATE")
            await store._writer.execute("PRAGMA busy_timeout = 10")
            with pytest.raises(StoreUnavailable, match="cannot be written now"):
                await store.save_cursors({"a": Cursor(number, 2)})
            connection.execute("ROLLBACK")
        await store.append(history, recorded([moment("3")], after=2), expected_version=2)

        assert await store.cursors() == {"a": Cursor(number, 1)}
        await store.save_cursors({"a": Cursor(number, 3)})
        assert await store.cursors() == {"a": Cursor(number, 3)}


async def test_no_cursor_is_saved_into_a_file_that_nobody_finds(path: Path) -> None:
    async with opened(path) as store:
        history = await store.begin(recorded([moment("1"), moment("2")]))
        elsewhere = path.with_name("elsewhere.db")
        path.rename(elsewhere)
        with pytest.raises(StoreUnavailable):
            await store.save_cursors({"a": Cursor(history.number, 1)})
        elsewhere.rename(path)

        assert await store.cursors() == {}
        await store.save_cursors({"a": Cursor(history.number, 2)})
        assert await store.cursors() == {"a": Cursor(history.number, 2)}
