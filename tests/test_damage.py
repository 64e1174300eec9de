# ruff: noqa: S608 - the statements are our own
"""A log in which something was changed by a fault: nothing of it is served, all else is."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from events.codec import encode
from events.recorded import Recorded
from events.schema import SCHEMA_VERSION, steps_from
from events.sqlite import SqliteStore
from events.store import Bound, CorruptEvent, CorruptKey, Key, Note
from night import LIVE, moment, recorded
from test_keeping import foreign, found
from web.commands.keeping import backup, restore

pytestmark = pytest.mark.anyio

LENGTH = 600  # more than the events that are read at once
LONG = recorded([*LIVE, *(moment(f"moment {number}") for number in range(LENGTH - len(LIVE)))])
OTHER = recorded([*LIVE, moment("elsewhere")], "other")


async def logged(path: Path) -> Path:
    """Make a log of two nights, with keys and notes."""
    store = await SqliteStore.open(path)
    history = await store.begin(LONG[:-1], key=Key("begun", "digest-1"))
    await store.append(history, LONG[-1:], expected_version=LENGTH - 1, key=Key("last", "digest-2"))
    await store.begin(OTHER)
    for body in (b"one", b"two", b"three"):
        await store.note("token", body)
    await store.close()
    return path


async def read(path: Path, ceremony: str) -> tuple[list[Recorded], int | None]:
    """Return what a log serves of a ceremony, and the event at which it says that it is damaged."""
    store = await SqliteStore.open(path)
    served: list[Recorded] = []
    try:
        history = await store.current(ceremony)
        async for each in store.read(history):
            served.append(each)  # noqa: PERF401 - what came before the damage is looked at
    except CorruptEvent as problem:
        with pytest.raises(CorruptEvent):
            _ = [some async for some in store.facts(history)]
        # It is not served by itself either, nor what follows it as if nothing were wrong.
        with pytest.raises(CorruptEvent):
            _ = [each async for each in store.read(history, problem.version - 1, 1)]
        return served, problem.version
    finally:
        await store.close()
    return served, None


def change(sql: str) -> Callable[[Path], None]:
    return lambda path: foreign(path, sql)


OF_300 = "WHERE history = 1 AND version = 300"
TEXT = "CAST(replace(CAST(recorded AS TEXT), '{}', '{}') AS BLOB)"
HARM: dict[str, tuple[str, int]] = {
    "a letter of a text": (
        f"UPDATE events SET recorded = {TEXT.format('moment 2', 'moment 3')} {OF_300}",
        300,
    ),
    "a time that is still a text": (
        f"UPDATE events SET recorded = {TEXT.format('2030-', '2O30-')} {OF_300}",
        300,
    ),
    "another time": (f"UPDATE events SET recorded = {TEXT.format('2030-', '2031-')} {OF_300}", 300),
    "the first event": (
        "UPDATE events SET recorded = " + TEXT.format("Made-up", "Mad3-up") + " WHERE version = 1"
        " AND history = 1",
        1,
    ),
    "the last event": (
        (
            f"UPDATE events SET recorded = {TEXT.format('moment', 'Moment')}"
            f" WHERE history = 1 AND version = {LENGTH}"
        ),
        LENGTH,
    ),
    "a byte that is no UTF-8": ("UPDATE events SET recorded = x'7bff7d' " + OF_300, 300),
    "an empty row": (f"UPDATE events SET recorded = x'' {OF_300}", 300),
    "another's event": (
        (
            "UPDATE events SET recorded = (SELECT recorded FROM events WHERE history = 1"
            f" AND version = 299) {OF_300}"
        ),
        300,
    ),
    "a row of another history": (
        (
            "UPDATE events SET recorded = (SELECT recorded FROM events WHERE history = 2"
            " AND version = 3) WHERE history = 1 AND version = 3"
        ),
        3,
    ),
    "a version": (f"UPDATE events SET version = 9999 {OF_300}", 300),
    "the last version": (
        f"UPDATE events SET version = {LENGTH + 64} WHERE history = 1 AND version = {LENGTH}",
        LENGTH,
    ),
    "a history": (f"UPDATE events SET history = 9 {OF_300}", 300),
    "an event gone": (f"DELETE FROM events {OF_300}", 300),
}


@pytest.mark.parametrize(("sql", "version"), HARM.values(), ids=HARM)
async def test_a_damaged_event_is_not_served_and_named_and_costs_its_own_night_alone(
    tmp_path: Path, sql: str, version: int
) -> None:
    path = await logged(tmp_path / "log.db")
    foreign(path, sql)

    assert await read(path, "made-up") == (LONG[: version - 1], version)
    assert await read(path, "other") == (OTHER, None)
    said = found(path)
    assert f"made-up: event {version} cannot be read" in said
    assert f"other: {len(OTHER)} events, whole" in said
    assert said[-1].startswith("Damaged: ")


SEEN: dict[str, tuple[str, str]] = {
    "a checksum": (
        f"UPDATE events SET crc = crc + 1 {OF_300}",
        "made-up: event 300 cannot be read",
    ),
    "a digest": (
        f"UPDATE events SET digest = randomblob(32) {OF_300}",
        "made-up: event 300 cannot be read",
    ),
    "a salt": (
        f"UPDATE events SET opening = randomblob(16) {OF_300}",
        "made-up: event 300 cannot be read",
    ),
    "no salt": (f"UPDATE events SET opening = NULL {OF_300}", "made-up: event 300 cannot be read"),
    "no checksum": (f"UPDATE events SET crc = NULL {OF_300}", "made-up: event 300 cannot be read"),
    "a key": (
        "UPDATE keys SET key = 'lost' WHERE key = 'last'",
        "log.db: a key is not as it was written",
    ),
    "a key's digest": (
        "UPDATE keys SET digest = 'other' WHERE key = 'last'",
        "log.db: a key is not as it was written",
    ),
    "a key's version": (
        "UPDATE keys SET version = 3 WHERE key = 'last'",
        "log.db: a key is not as it was written",
    ),
    "a key's history": (
        "UPDATE keys SET history = 2 WHERE key = 'last'",
        "log.db: a key is not as it was written",
    ),
    "a note's kind": (
        "UPDATE notes SET kind = 'tolen' WHERE number = 2",
        "log.db: note 2 is not as it was written",
    ),
    "a note's body": (
        "UPDATE notes SET body = x'00' WHERE number = 2",
        "log.db: note 2 is not as it was written",
    ),
    "a note gone": (
        "DELETE FROM notes WHERE number = 2",
        "log.db: note 2 is not as it was written",
    ),
    "a ceremony's name": (
        "UPDATE histories SET ceremony = 'made-uq' WHERE number = 1",
        "log.db: history 1 is damaged; its events are of 'made-up'",
    ),
    "a mark": (
        "UPDATE generations SET mark = 'other' WHERE number = 1",
        "log.db: a mark is not as it was written",
    ),
    "a generation": (
        "UPDATE generations SET generation = 'other' WHERE number = 1",
        "log.db: a mark is not as it was written",
    ),
}


@pytest.mark.parametrize(("sql", "told"), SEEN.values(), ids=SEEN)
async def test_every_changed_field_is_seen_and_keeps_nothing_whole_from_being_served(
    tmp_path: Path, sql: str, told: str
) -> None:
    path = await logged(tmp_path / "log.db")
    foreign(path, sql)

    assert told in found(path)
    assert await read(path, "made-up") == (LONG, None)
    assert await read(path, "other") == (OTHER, None)


async def test_a_ceremony_whose_own_row_is_lost_is_known_by_its_first_event(
    tmp_path: Path,
) -> None:
    path = await logged(tmp_path / "log.db")
    foreign(path, "DELETE FROM histories WHERE number = 1")

    assert await read(path, "made-up") == (LONG, None)
    store = await SqliteStore.open(path)
    assert store.remarks == ("In the log history 1 is damaged; its events are of 'made-up'.",)
    assert (await store.begin(recorded([moment()], "third"))).number == 3
    assert [each.number for each in await store.histories_of("made-up", 1)] == [1]
    await store.close()


async def test_of_a_history_whose_row_and_first_event_are_lost_nothing_is_served(
    tmp_path: Path,
) -> None:
    path = await logged(tmp_path / "log.db")
    foreign(path, "UPDATE histories SET ceremony = 'made-uq' WHERE number = 1")
    foreign(path, "UPDATE events SET recorded = x'7b7d' WHERE history = 1 AND version = 1")

    store = await SqliteStore.open(path)
    assert [each.ceremony for each in await store.histories()] == ["other"]
    assert "In the log history 1 is damaged, and no event tells whose it is." in store.remarks
    await store.close()
    assert await read(path, "other") == (OTHER, None)


async def test_a_damaged_key_is_refused_and_the_writes_beside_it_are_not(tmp_path: Path) -> None:
    path = await logged(tmp_path / "log.db")
    foreign(path, "UPDATE keys SET version = 3 WHERE key = 'last'")
    store = await SqliteStore.open(path)
    history = await store.current("made-up")
    more = recorded([moment()], after=LENGTH)

    with pytest.raises(CorruptKey, match="'last'"):
        await store.bound(history, "last")
    with pytest.raises(CorruptKey, match="'last'"):
        await store.append(history, more, expected_version=LENGTH, key=Key("last", "digest-2"))
    assert await store.bound(history, "begun") == Bound("digest-1", LENGTH - 1)
    await store.append(history, more, expected_version=LENGTH, key=Key("next", "digest-3"))
    assert await store.head(history) == LENGTH + 1
    await store.close()


async def test_a_damaged_note_is_marked_and_costs_itself_alone(tmp_path: Path) -> None:
    path = await logged(tmp_path / "log.db")
    foreign(path, "UPDATE notes SET body = x'00' WHERE number = 1")
    foreign(path, "DELETE FROM notes WHERE number = 2")
    store = await SqliteStore.open(path)
    await store.note("webhook", b"four")

    notes = [
        Note(1, "token", b"\0", damaged=True),
        Note(2, "", b"", damaged=True),
        Note(3, "token", b"three"),
        Note(4, "webhook", b"four"),
    ]
    assert [each async for each in store.notes()] == notes
    assert [each async for each in store.notes(after=1)] == notes[1:]
    assert [each async for each in store.notes(kinds=["token"])] == notes[:3]
    assert store.remarks == (
        "In the log note 1 is not as it was written.",
        "In the log note 2 is not as it was written.",
    )
    await store.close()


async def test_a_note_whose_number_alone_is_wrong_is_found_in_its_place(tmp_path: Path) -> None:
    path = await logged(tmp_path / "log.db")
    foreign(path, "UPDATE notes SET number = 66 WHERE number = 2")
    store = await SqliteStore.open(path)

    assert [(each.number, each.body, each.damaged) async for each in store.notes()] == [
        (1, b"one", False),
        (2, b"two", False),
        (3, b"three", False),
    ]
    await store.note("token", b"four")
    assert [each.body async for each in store.notes()] == [b"one", b"two", b"three", b"four"]
    await store.close()


async def test_many_notes_are_read_page_by_page_with_the_damaged_ones_in_their_place(
    tmp_path: Path,
) -> None:
    path = tmp_path / "log.db"
    store = await SqliteStore.open(path)
    for number in range(1, 2501):
        await store.note("even" if number % 2 == 0 else "odd", b"%d" % number)
    await store.close()
    foreign(path, "UPDATE notes SET kind = 'evem' WHERE number IN (2, 1500, 2500)")
    foreign(path, "DELETE FROM notes WHERE number = 2001")
    store = await SqliteStore.open(path)

    even = [(each.number, each.damaged) async for each in store.notes(kinds=["even"])]
    lost = {2, 1500, 2001, 2500}
    assert even == [
        (number, number in lost) for number in range(1, 2501) if number % 2 == 0 or number in lost
    ]
    assert len([each async for each in store.notes()]) == 2500
    await store.close()


async def test_a_damaged_mark_is_another_generation(tmp_path: Path) -> None:
    path = await logged(tmp_path / "log.db")
    store = await SqliteStore.open(path)
    before = (await store.current("other")).generation
    await store.close()
    foreign(path, "UPDATE generations SET generation = 'taken-for-right'")

    store = await SqliteStore.open(path)
    assert (await store.current("other")).generation not in {before, "taken-for-right"}
    await store.close()


# --- files of an older program, and rows of another one


def older(path: Path, version: int = SCHEMA_VERSION - 1) -> Path:
    """Make a log as the program before the digests did."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(steps_from(0, version))
        connection.executemany(
            "INSERT INTO histories (number, ceremony) VALUES (?, ?)",
            [(1, "made-up"), (2, "other")],
        )
        connection.executemany(
            "INSERT INTO events (history, version, recorded) VALUES (?, ?, ?)",
            [
                (number, each.version, encode(each))
                for number, log in ((1, LONG), (2, OTHER))
                for each in log
            ],
        )
        connection.execute("INSERT INTO keys VALUES (1, 'last', 'digest-2', 600)")
        if version > 1:
            connection.execute("INSERT INTO notes VALUES (1, 'token', x'00')")
    return path


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
async def test_a_log_of_each_older_version_is_verified_and_brought_forward(
    tmp_path: Path, version: int
) -> None:
    path = older(tmp_path / "log.db", version)
    whole = [f"made-up: {LENGTH} events, whole", f"other: {len(OTHER)} events, whole"]
    before = found(path)
    assert before[:2] == whole
    assert "note" in before[2]
    backup(path, tmp_path / "copy.db")
    assert found(tmp_path / "copy.db")[:2] == whole
    restore(tmp_path / "copy.db", path)

    assert await read(path, "made-up") == (LONG, None)
    assert found(path) == whole
    with closing(sqlite3.connect(path)) as connection:
        [(unchecked,)] = connection.execute("SELECT count(*) FROM events WHERE digest IS NULL")
        assert unchecked == 0
        for table in ("keys", "histories", "events"):
            with pytest.raises(sqlite3.IntegrityError, match="nothing is updated"):
                connection.execute(f"UPDATE {table} SET crc = 1")
    foreign(path, HARM["another time"][0])
    assert await read(path, "made-up") == (LONG[:299], 300)


async def test_what_was_damaged_before_it_had_a_digest_is_kept_and_told(tmp_path: Path) -> None:
    path = older(tmp_path / "log.db")
    foreign(path, HARM["a time that is still a text"][0])
    foreign(path, "UPDATE events SET recorded = x'7b7d' WHERE history = 2 AND version = 4")
    before = found(path)

    assert await read(path, "made-up") == (LONG[:299], 300)
    assert await read(path, "other") == (OTHER[:3], 4)
    after = found(path)
    for said in (before, after):
        assert "made-up: event 300 cannot be read" in said
        assert "other: event 4 cannot be read" in said
    with closing(sqlite3.connect(path)) as connection:
        kept = connection.execute("SELECT recorded FROM events WHERE history = 2 AND version = 4")
        assert kept.fetchone() == (b"{}",)


async def test_the_rows_of_another_program_get_their_checks_at_the_next_opening(
    tmp_path: Path,
) -> None:
    path = await logged(tmp_path / "log.db")
    more = recorded([moment("by hand")], after=LENGTH)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(
            "INSERT INTO events (history, version, recorded) VALUES (1, ?, ?)",
            (LENGTH + 1, encode(more[0])),
        )
        connection.execute("INSERT INTO notes (number, kind, body) VALUES (4, 'token', x'01')")
        connection.execute(
            "INSERT INTO keys (history, key, digest, version) VALUES (1, 'k', 'd', 9)"
        )
    said = found(path)
    assert said[0] == f"made-up: {LENGTH + 1} events, whole"
    assert "1 event has no digest yet" in said[-1]

    assert await read(path, "made-up") == ([*LONG, *more], None)

    assert found(path) == [
        f"made-up: {LENGTH + 1} events, whole",
        f"other: {len(OTHER)} events, whole",
    ]
    foreign(path, f"UPDATE events SET recorded = x'7b7d' WHERE version = {LENGTH + 1}")
    assert await read(path, "made-up") == (LONG, LENGTH + 1)
