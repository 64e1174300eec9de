"""The log's file checked, copied and put back, also when something is wrong with it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from events.codec import encode
from events.recorded import Recorded
from events.sqlite import SqliteStore
from events.store import StoreInUse, StoreUnavailable
from night import LIVE, as_json, moment, projections, recorded
from servers import free_port
from web.cli import cli
from web.commands.client import Client, CommandError
from web.commands.keeping import backup, restore, verify_file, verify_through

pytestmark = pytest.mark.anyio

NOW = datetime(2025, 3, 3, 4, 5, 6, tzinfo=UTC)
NIGHT = recorded([*LIVE, moment("It rains.")])


async def logged(path: Path, log: list[Recorded] = NIGHT) -> Path:
    """Make a log with one night in it, and close it."""
    store = await SqliteStore.open(path)
    await store.begin(log)
    await store.close()
    return path


async def content(path: Path) -> tuple[str, list[Recorded]]:
    """Return the generation of a log, and its night."""
    store = await SqliteStore.open(path)
    try:
        history = await store.current(NIGHT[0].ceremony)
        return history.generation, [each async for each in store.read(history)]
    finally:
        await store.close()


def foreign(path: Path, statement: str, *values: object) -> None:
    """Do to a log what it refuses."""
    with closing(sqlite3.connect(path)) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement, values)
        connection.commit()


def found(path: Path) -> list[str]:
    said: list[str] = []
    try:
        verify_file(path, said.append)
    except CommandError as problem:
        said.append(str(problem))
    return said


async def test_a_copy_beside_its_holder_has_all_that_was_acknowledged(tmp_path: Path) -> None:
    path, copy = tmp_path / "log.db", tmp_path / "copy.db"
    store = await SqliteStore.open(path)
    history = await store.begin(NIGHT)
    said = backup(path, copy)
    more = recorded([*LIVE, moment("It rains."), moment("It pours.")])
    await store.append(history, more[-1:], expected_version=len(NIGHT))
    await store.close()

    assert said == f"{copy}: {len(NIGHT)} events of 1 ceremony of {path}."
    assert found(copy) == [f"made-up: {len(NIGHT)} events, whole"]
    generation, events = await content(copy)
    assert events == NIGHT
    assert generation != history.generation


async def test_a_copy_overwrites_nothing_and_is_open_to_nobody_else(tmp_path: Path) -> None:
    path, copy = await logged(tmp_path / "log.db"), tmp_path / "copy.db"
    backup(path, copy)
    before = copy.read_bytes()

    assert copy.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError, match="nothing is overwritten"):
        backup(path, copy)
    assert copy.read_bytes() == before
    assert not list(tmp_path.glob(".*"))


async def test_what_is_put_back_is_another_generation_and_the_old_log_is_kept(
    tmp_path: Path,
) -> None:
    path, copy = await logged(tmp_path / "log.db"), tmp_path / "copy.db"
    path.chmod(0o640)
    backup(path, copy)
    longer = recorded([*LIVE, moment("It rains."), moment("It pours.")])
    store = await SqliteStore.open(path)
    history = await store.current("made-up")
    await store.append(history, longer[-1:], expected_version=len(NIGHT))
    await store.close()

    said = restore(copy, path, NOW)

    aside = tmp_path / "log.db.until-20250303T040506Z"
    assert said.endswith(f"from {copy}. What was there is kept as {aside.name}.")
    assert path.stat().st_mode & 0o777 == 0o600
    generation, events = await content(path)
    assert events == NIGHT
    assert generation != history.generation
    assert (await content(aside))[1] == longer


async def test_what_a_killed_holder_left_beside_the_log_is_kept_with_it(tmp_path: Path) -> None:
    path, copy = await logged(tmp_path / "log.db"), tmp_path / "copy.db"
    backup(path, copy)
    left = tmp_path / "left"
    left.mkdir()
    longer = recorded([*LIVE, moment("It rains."), moment("It pours.")])
    store = await SqliteStore.open(path)
    await store.append(await store.current("made-up"), longer[-1:], expected_version=len(NIGHT))
    for each in tmp_path.glob("log.db*"):
        (left / each.name).write_bytes(each.read_bytes())
    await store.close()
    assert (left / "log.db-wal").stat().st_size > 0

    restore(copy, left / "log.db", NOW)

    assert (await content(left / "log.db"))[1] == NIGHT
    assert (await content(left / "log.db.until-20250303T040506Z"))[1] == longer


async def test_a_backup_may_be_put_where_no_log_is(tmp_path: Path) -> None:
    path, copy = await logged(tmp_path / "log.db"), tmp_path / "copy.db"
    backup(path, copy)

    said = restore(copy, tmp_path / "new.db", NOW)

    assert said == f"{tmp_path / 'new.db'}: {len(NIGHT)} events of 1 ceremony, from {copy}."
    assert (await content(tmp_path / "new.db"))[1] == NIGHT


async def test_a_log_that_is_held_is_not_replaced(tmp_path: Path) -> None:
    path, copy = await logged(tmp_path / "log.db"), tmp_path / "copy.db"
    backup(path, copy)
    store = await SqliteStore.open(path)

    with pytest.raises(StoreInUse):
        restore(copy, path, NOW)
    await store.close()

    assert (await content(path))[1] == NIGHT


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:9000])


def another_programs(path: Path) -> None:
    path.unlink()
    foreign(path, "CREATE TABLE events (version, recorded)")


def without_an_event(path: Path) -> None:
    foreign(path, "DELETE FROM events WHERE version = 3")


def unreadable(path: Path) -> None:
    foreign(path, "UPDATE events SET recorded = x'7b7d' WHERE version = 3")


def of_no_history(path: Path) -> None:
    foreign(path, "INSERT INTO keys (history, key, digest, version) VALUES (7, 'key', 'digest', 1)")


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (cut_short, "malformed"),
        (another_programs, "is no log that this program can read"),
        (without_an_event, "made-up: event 3 cannot be read"),
        (unreadable, "made-up: event 3 cannot be read"),
        (of_no_history, "copy.db: a row of keys belongs to no history"),
    ],
)
async def test_a_damaged_backup_is_named_and_not_put_back(
    tmp_path: Path, harm: Callable[[Path], None], told: str
) -> None:
    path, copy = await logged(tmp_path / "log.db"), tmp_path / "copy.db"
    backup(path, copy)
    harm(copy)

    with pytest.raises((CommandError, StoreUnavailable), match=told):
        restore(copy, path, NOW)

    assert (await content(path))[1] == NIGHT
    assert not list(tmp_path.glob("*until*"))


async def test_a_full_disk_leaves_the_log_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, copy = await logged(tmp_path / "log.db"), tmp_path / "copy.db"
    backup(path, copy)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("events.log_file.to_disk", full)
    with pytest.raises(OSError, match="No space left"):
        restore(copy, path, NOW)

    monkeypatch.undo()
    assert (await content(path))[1] == NIGHT
    assert {each.name for each in tmp_path.iterdir()} <= {
        "log.db", "log.db-lock", "log.db-shm", "log.db-wal", "copy.db", "copy.db-shm", "copy.db-wal"
    }  # fmt: skip


def served(events: list[Recorded], board: object) -> Client:
    """Return a client of a server that tells these events and that board."""

    def answer(request: httpx.Request) -> httpx.Response:
        match request.url.path.rpartition("/")[2]:
            case "ceremonies":
                return httpx.Response(200, json={"ceremonies": [{"id": "made-up"}]})
            case "made-up":
                return httpx.Response(200, json={"epoch": "e"})
            case "events":
                return httpx.Response(
                    200, content=b"".join(encode(each) + b"\n" for each in events)
                )
            case _:
                assert request.url.params["at"] == f"{len(events)}"
                return httpx.Response(200, json=board)

    return Client("http://made-up.example", transport=httpx.MockTransport(answer))


@pytest.mark.parametrize(
    ("events", "at", "told"),
    [
        (NIGHT, len(NIGHT), f"made-up: {len(NIGHT)} events, whole"),
        (NIGHT, 4, "made-up: its board is not what follows from its events"),
        (NIGHT[:2] + NIGHT[3:], 4, "made-up: event 4 stands where 3 should"),
    ],
)
async def test_a_server_is_held_to_the_events_that_it_tells(
    events: list[Recorded], at: int, told: str
) -> None:
    said: list[str] = []

    async with served(events, as_json(projections(NIGHT)[at].board)) as client:
        if told.endswith("whole"):
            await verify_through(client, said.append)
        else:
            with pytest.raises(CommandError, match="Damaged: 1 of 1"):
                await verify_through(client, said.append)

    assert said == [told]


async def test_the_commands_do_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, copy = await logged(tmp_path / "log.db"), tmp_path / "copy.db"
    monkeypatch.setenv("TRACKER_DATABASE", str(path))
    monkeypatch.setenv("TRACKER_PORT", str(free_port()))
    monkeypatch.delenv("TRACKER_URL", raising=False)

    for command in (["backup", str(copy)], ["verify", str(copy)], ["restore", str(copy)]):
        ended = CliRunner().invoke(cli, command)
        assert (ended.exit_code, ended.stderr) == (0, ""), command
        assert f"{len(NIGHT)} events" in ended.stdout
    unreadable(path)
    ended = CliRunner().invoke(cli, ["backup", str(copy)])
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert "nothing is overwritten" in ended.stderr


def test_a_backup_of_no_log_asks_for_its_name_and_of_no_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_DATABASE", str(tmp_path / "elsewhere.db"))
    ended = CliRunner().invoke(cli, ["backup", str(tmp_path / "copy.db")])
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert ended.stderr == (
        f"tracker: There is no file {tmp_path}/elsewhere.db; name the log in TRACKER_DATABASE.\n"
    )
