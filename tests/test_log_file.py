"""The log's file under a running store: removed, moved, replaced, linked, put back, or not ours."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest

from events.cursors import Cursor
from events.schema import APPLICATION_ID
from events.sqlite import SqliteStore
from events.store import History, Key, StoreInUse, StoreUnavailable
from night import moment, recorded
from read_only import unprivileged
from servers import free_port
from web.commands.keeping import backup, restore, verify_file

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parent.parent
RECORDING = ROOT / "replay" / "ceremonies" / "oscars-97.jsonl"
BESIDE = ("", "-wal", "-shm", "-lock")

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

OTHER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT * FROM histories").fetchall()
connection.close()
"""


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


@contextmanager
def held_by_another(path: Path) -> Iterator[int]:
    """Let another process hold a log, and kill it at the end."""
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
        yield holder.pid
        holder.kill()


async def night(store: SqliteStore, events: int = 3) -> History:
    return await store.begin(recorded([moment(str(n)) for n in range(1, events + 1)]))


async def post(store: SqliteStore, history: History, key: Key | None = None) -> int:
    head = await store.head(history)
    await store.append(
        history, recorded([moment("more")], after=head), expected_version=head, key=key
    )
    return head + 1


async def refusal(path: Path) -> str:
    with pytest.raises(StoreUnavailable) as refused:
        await (await SqliteStore.open(path)).close()
    return str(refused.value)


def save(path: Path, folder: Path) -> None:
    """Copy a log with all that is beside it, as a kill would leave it at this moment."""
    folder.mkdir()
    for suffix in BESIDE:
        shutil.copyfile(f"{path}{suffix}", folder / f"{path.name}{suffix}")


def put_back(folder: Path, path: Path, *suffixes: str) -> None:
    """Write saved files over those of a log, so that they keep their inodes."""
    for suffix in suffixes:
        shutil.copyfile(folder / f"{path.name}{suffix}", f"{path}{suffix}")


# --- other names of the same file


def symbolic(path: Path) -> Path:
    other = path.with_name("symbolic.db")
    other.symlink_to(path.name)
    return other


def of_the_folder(path: Path) -> Path:
    folder = path.parent.with_name(f"{path.parent.name}-link")
    folder.symlink_to(path.parent)
    return folder / path.name


def hard(path: Path) -> Path:
    other = path.with_name("hard.db")
    other.hardlink_to(path)
    return other


NAMES = pytest.mark.parametrize("name", [symbolic, of_the_folder, hard])


@NAMES
async def test_no_second_process_opens_a_held_log_by_another_name(
    path: Path, name: Callable[[Path], Path]
) -> None:
    with held_by_another(path) as process:
        other = name(path)
        with pytest.raises(StoreInUse, match=f"process {process}|another process, maybe under"):
            await (await SqliteStore.open(other)).close()


@NAMES
async def test_no_second_store_of_this_process_opens_a_held_log_by_another_name(
    path: Path, name: Callable[[Path], Path]
) -> None:
    async with opened(path) as store:
        history = await night(store)
        with pytest.raises(StoreInUse, match=f"process {os.getpid()}"):
            await (await SqliteStore.open(name(path))).close()
        # The refused one has not ended the locks of SQLite: another process cannot close the log
        # as its last user, and take the write-ahead log away.
        status, said = await asyncio.to_thread(python, OTHER, path)
        assert status == 0, said
        assert await post(store, history) == 4

    async with opened(path) as again:
        assert await again.head(history) == 4


COMMANDS: dict[str, Callable[[Path], list[str]]] = {
    "restore": lambda copy: ["restore", str(copy)],
    "token": lambda _: ["token", "new", "Ada"],
    "import": lambda _: ["import", str(RECORDING)],
    "backup": lambda copy: ["backup", str(copy.with_name("another-copy.db"))],
    "verify": lambda _: ["verify"],
}


@pytest.mark.parametrize("command", COMMANDS)
@NAMES
async def test_every_command_sees_by_any_name_that_a_server_holds_the_log(
    path: Path,
    name: Callable[[Path], Path],
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    copy = tmp_path / "copy.db"
    async with opened(path) as store:
        history = await night(store)
        backup(path, copy)
        await post(store, history)
        other = name(path)
        monkeypatch.setenv("TRACKER_DATABASE", str(other))
        monkeypatch.setenv("TRACKER_PORT", str(free_port()))
        monkeypatch.delenv("TRACKER_URL", raising=False)

        status, said = await asyncio.to_thread(run, COMMANDS[command](copy))

        reads = command in {"backup", "verify"}
        if reads and name is not hard:
            # What only reads finds by a link what stands beside the log, the last event too.
            assert status == 0, said
            assert "4 events" in said
        else:
            assert status == 1, said
            assert "is held by" in said
        assert await post(store, history) == 5
    async with opened(path) as again:
        assert await again.head(history) == 5


def python(program: str, path: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", program, path], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def run(arguments: list[str]) -> tuple[int, str]:
    done = subprocess.run(
        [Path(sys.executable).with_name("tracker"), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


async def test_a_restore_through_a_link_replaces_the_file_that_it_leads_to(
    path: Path, tmp_path: Path
) -> None:
    copy, elsewhere = tmp_path / "copy.db", tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = elsewhere / "link.db"
    async with opened(path) as store:
        history = await night(store)
        backup(path, copy)
        await post(store, history)
    link.symlink_to(path)

    said = restore(copy, link)

    assert link.is_symlink()
    assert path.stat().st_nlink == 1
    async with opened(link) as store:
        assert await store.head(await store.current("made-up")) == 3
    [kept] = tmp_path.glob("log.db.until-*Z")
    assert str(kept) in said


async def test_a_log_with_two_names_is_only_opened_by_the_one_it_had(path: Path) -> None:
    async with opened(path) as store:
        history = await night(store)
    other = hard(path)

    assert "one of 2 names" in await refusal(other)
    async with opened(path) as store:
        assert await store.head(history) == 3
        assert (await store.status()).names == 2
        assert await post(store, history) == 4  # a hard link alone loses nothing


async def test_a_new_log_of_a_killed_server_is_not_begun_anew_by_another_name(
    path: Path, tmp_path: Path
) -> None:
    async with opened(path) as store:
        history = await night(store)
        save(path, tmp_path / "killed")
    put_back(tmp_path / "killed", path, *BESIDE)
    other = hard(path)

    assert "one of 2 names" in await refusal(other)
    async with opened(path) as store:
        assert await store.histories() == [history]
        assert await store.head(history) == 3


async def test_the_file_of_a_new_log_is_a_log_by_itself(path: Path, tmp_path: Path) -> None:
    async with opened(path) as store:
        await night(store)
        shutil.copyfile(path, tmp_path / "alone.db")

    assert log_alone(tmp_path / "alone.db") == (APPLICATION_ID, 0)


def log_alone(path: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as connection:
        ((application,),) = connection.execute("PRAGMA application_id")
        ((histories,),) = connection.execute("SELECT count(*) FROM histories")
    return application, histories


# --- removed, moved or replaced meanwhile


def removed(path: Path) -> None:
    path.unlink()


def moved(path: Path) -> None:
    path.rename(path.with_name("moved.db"))


def replaced(path: Path) -> None:
    copy = path.with_name("another.db")
    shutil.copyfile(path, copy)
    copy.replace(path)


def all_removed(path: Path) -> None:
    for suffix in BESIDE:
        path.with_name(path.name + suffix).unlink()


def of(suffix: str, harm: Callable[[Path], None]) -> Callable[[Path], None]:
    return lambda path: harm(path.with_name(path.name + suffix))


HARMS = {
    "removed": removed,
    "moved": moved,
    "replaced": replaced,
    "all removed": all_removed,
    "wal removed": of("-wal", removed),
    "wal moved": of("-wal", moved),
    "wal replaced": of("-wal", replaced),
    "index removed": of("-shm", removed),
    "index replaced": of("-shm", replaced),
}


@pytest.mark.parametrize("harm", HARMS)
async def test_nothing_is_acknowledged_into_a_file_that_nobody_finds(path: Path, harm: str) -> None:
    async with opened(path) as store:
        history = await night(store)
        HARMS[harm](path)

        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="while it was in use, so nothing more is"):
                await post(store, history, Key("key", "digest"))
        for refused in (store.begin(recorded([moment()], "other")), store.note("token", b"{}")):
            with pytest.raises(StoreUnavailable, match=r"restore a backup, and start again\."):
                await refused

        assert "nothing more is written" in (await store.status()).trouble
        # What was acknowledged is still read, and nothing else.
        assert [each.version async for each in store.read(history)] == [1, 2, 3]
        assert await store.head(history) == 3


async def test_a_log_that_is_put_back_takes_writes_again(path: Path) -> None:
    async with opened(path) as store:
        history = await night(store)
        moved(path)
        with pytest.raises(StoreUnavailable):
            await post(store, history)
        path.with_name("moved.db").rename(path)

        assert await post(store, history) == 4
        assert (await store.status()).trouble == ""

    async with opened(path) as again:
        assert await again.histories() == [history]
        assert await again.head(history) == 4


@pytest.mark.parametrize("harm", ["wal removed", "wal replaced", "index removed"])
async def test_what_was_acknowledged_before_the_harm_outlives_a_kill_after_it(
    path: Path, tmp_path: Path, harm: str
) -> None:
    async with opened(path) as store:
        history = await night(store)
        HARMS[harm](path)
        with pytest.raises(StoreUnavailable):
            await post(store, history)
        killed = tmp_path / "killed"
        killed.mkdir()
        shutil.copyfile(path, killed / "log.db")

    async with opened(killed / "log.db") as again:
        [found] = await again.histories()
        assert await again.head(found) == 3


@pytest.mark.parametrize("posts", [0, 2])
async def test_a_log_overwritten_in_its_place_takes_nothing_and_is_that_backup_afterwards(
    path: Path, posts: int
) -> None:
    async with opened(path) as store:
        history = await night(store, 40)
    async with opened(path) as store:
        for _ in range(30):
            await post(store, history)
        copy = path.with_name("earlier.db")
        backup(path, copy)
        for _ in range(30):
            await post(store, history)
        shutil.copyfile(copy, path)

        for _ in range(posts):
            with pytest.raises(StoreUnavailable, match="was overwritten by another program"):
                await post(store, history)
        assert await store.head(history) == 100

    async with opened(path) as again:
        [found] = await again.histories()
        assert [each.version async for each in again.read(found)] == list(range(1, 71))
        assert found.generation != history.generation
        assert "where there were 100" in again.remarks[0]
        assert await post(again, found) == 71
    verify_file(path, lambda _: None)
    assert list(path.parent.glob("log.db-wal.*")), "what was written last is kept for a look"


def emptied_in_place(path: Path) -> None:
    os.truncate(path, 0)


def cut_in_place(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def garbled_in_place(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"Dear diary, " * 2000)


@pytest.mark.parametrize("harm", [emptied_in_place, cut_in_place, garbled_in_place])
@pytest.mark.parametrize("suffix", ["", "-wal"])
async def test_nothing_is_acknowledged_into_a_file_that_is_no_log_any_more(
    path: Path, suffix: str, harm: Callable[[Path], None]
) -> None:
    async with opened(path) as store:
        history = await night(store, 40)
    async with opened(path) as store:
        for _ in range(20):
            await post(store, history)
        harm(path.with_name(path.name + suffix))

        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="while it was in use, so nothing more is"):
                await post(store, history)
        assert await store.head(history) == 60
        cursors = {"one": Cursor(history.number, 1)}
        with pytest.raises(StoreUnavailable, match="nothing more is written"):
            await store.save_cursors(cursors)


async def test_a_log_overwritten_after_a_kill_is_that_backup(path: Path, tmp_path: Path) -> None:
    async with opened(path) as store:
        history = await night(store, 40)
    async with opened(path) as store:
        for _ in range(30):
            await post(store, history)
        copy = tmp_path / "copy.db"
        backup(path, copy)
        for _ in range(30):
            await post(store, history)
        save(path, tmp_path / "killed")
    put_back(tmp_path / "killed", path, *BESIDE)
    shutil.copyfile(copy, path)

    async with opened(path) as again:
        [found] = await again.histories()
        assert [each.version async for each in again.read(found)] == list(range(1, 71))
        assert found.generation != history.generation
        assert "was put in the place of another log" in again.remarks[0]
    verify_file(path, lambda _: None)


async def test_a_log_that_was_touched_or_copied_over_itself_is_gone_on_with(
    path: Path, tmp_path: Path
) -> None:
    async with opened(path) as store:
        history = await night(store, 40)
        os.utime(path, ns=(1, 1))
        assert await post(store, history) == 41
        shutil.copyfile(path, tmp_path / "same")
        shutil.copyfile(tmp_path / "same", path)
        os.utime(path, ns=(2, 2))
        assert await post(store, history) == 42
        save(path, tmp_path / "killed")
    put_back(tmp_path / "killed", path, *BESIDE)
    os.utime(path, ns=(3, 3))

    async with opened(path) as again:
        assert await again.histories() == [history]
        assert await again.head(history) == 42


async def test_a_checkpoint_is_no_foreign_hand(path: Path) -> None:
    async with opened(path) as store:
        history = await night(store)
        large = "x" * 2000
        for _ in range(8):
            head = await store.head(history)
            await store.append(
                history, recorded([moment(large)] * 400, after=head), expected_version=head
            )
            await store.save_cursors({"one": Cursor(history.number, head)})
            assert store._log.guard._seen() == store._log.guard._stamps  # type: ignore[union-attr]
        assert path.stat().st_size > 4 << 20
        assert (await store.status()).trouble == ""


async def test_a_file_that_another_put_in_its_place_is_left_alone_at_the_close(path: Path) -> None:
    async with opened(path) as store:
        await night(store)
        for suffix in ("", "-wal"):
            of(suffix, replaced)(path)
        wal = path.with_name("log.db-wal").read_bytes()
        assert wal

    assert path.with_name("log.db-wal").read_bytes() == wal


async def test_a_write_ahead_log_of_another_file_is_not_mixed_into_a_log_put_in_its_place(
    path: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    with held_by_another(path):
        pass
    async with opened(path) as store:
        history = await night(store, 40)
        backup(path, copy)
        for _ in range(20):
            await post(store, history)
        save(path, tmp_path / "killed")
        wal_of_the_run = path.with_name("log.db-wal").stat().st_ino
        # A kill, and then a backup moved into the place: the write-ahead log is still there.
        os.link(path.with_name("log.db-wal"), tmp_path / "kept-wal")
        record = (tmp_path / "killed" / "log.db-lock").read_bytes()
    (tmp_path / "kept-wal").rename(path.with_name("log.db-wal"))
    put_back(tmp_path / "killed", path, "-wal")
    path.with_name("log.db-lock").write_bytes(record)
    assert path.with_name("log.db-wal").stat().st_ino == wal_of_the_run
    copy.replace(path)

    async with opened(path) as again:
        [found] = await again.histories()
        assert await again.head(found) == 40
        assert found.generation != history.generation
        assert any("write-ahead log is kept as log.db-wal." in each for each in again.remarks)
    verify_file(path, lambda _: None)


# --- no log where one was


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def first_page_only(path: Path) -> None:
    """What is left of a new log whose write-ahead log was lost: a header, and no table."""
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


@pytest.mark.parametrize(
    ("harm", "what"),
    [(removed, "is not there"), (emptied, "is empty"), (first_page_only, "holds nothing")],
)
async def test_an_empty_place_beside_the_record_of_a_log_is_no_first_start(
    path: Path, harm: Callable[[Path], None], what: str
) -> None:
    async with opened(path) as store:
        await night(store)
    harm(path)
    left = path.read_bytes() if path.exists() else None

    told = await refusal(path)

    assert told == (
        f"{path} {what}, but log.db-lock beside it tells of a log that was kept there. Put that log"
        " back or restore a backup; to begin a new one, remove log.db-lock first."
    )
    assert (path.read_bytes() if path.exists() else None) == left
    path.with_name("log.db-lock").unlink()
    async with opened(path) as store:
        assert await store.histories() == []


async def test_a_backup_is_restored_where_a_log_is_missing(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    async with opened(path) as store:
        await night(store)
        backup(path, copy)
    path.unlink()

    restore(copy, path)

    async with opened(path) as store:
        assert await store.head(await store.current("made-up")) == 3


# --- a history that went back


@pytest.mark.parametrize("suffixes", [("",), ("", "-wal")])
async def test_a_copy_of_this_run_put_back_after_a_crash_is_another_generation(
    path: Path, tmp_path: Path, suffixes: tuple[str, ...]
) -> None:
    async with opened(path) as store:
        history = await night(store)
        save(path, tmp_path / "early")
        await post(store, history)
        save(path, tmp_path / "late")
    put_back(tmp_path / "late", path, *BESIDE)
    path.with_name("log.db-wal").unlink()
    put_back(tmp_path / "early", path, *suffixes)
    if suffixes == ("",):  # the early file alone holds no event yet
        assert "restore a backup" in await refusal(path)
        return

    async with opened(path) as again:
        [found] = await again.histories()
        assert (await again.head(found), found.number) == (3, history.number)
        assert found.generation != history.generation
        [remark] = again.remarks
        assert remark.startswith(f"{path} holds 3 events and 0 notes, where there were 4 and 0: ")


async def test_a_lost_write_ahead_log_is_another_generation(path: Path, tmp_path: Path) -> None:
    async with opened(path) as store:
        history = await night(store)
    async with opened(path) as store:
        for _ in range(3):
            await post(store, history)
        save(path, tmp_path / "killed")
    put_back(tmp_path / "killed", path, "", "-lock")

    async with opened(path) as again:
        [found] = await again.histories()
        assert await again.head(found) == 3
        assert found.generation != history.generation
        assert any("where there were 6 and 0" in each for each in again.remarks)


async def test_lost_notes_are_told_of_too(path: Path, tmp_path: Path) -> None:
    async with opened(path) as store:
        history = await night(store)
        save(path, tmp_path / "early")
        await store.note("token-revoked", b"{}")
        save(path, tmp_path / "late")
    put_back(tmp_path / "late", path, "-lock")
    put_back(tmp_path / "early", path, "", "-wal")

    async with opened(path) as again:
        assert (await again.histories())[0].generation != history.generation
        assert any("3 events and 0 notes, where there were 3 and 1" in a for a in again.remarks)


async def test_a_kill_keeps_the_generation_and_a_power_cut_does_not(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boot = tmp_path / "boot"
    boot.write_text("one\n")
    monkeypatch.setattr("events.holder._BOOT", boot)
    async with opened(path) as store:
        history = await night(store)
        save(path, tmp_path / "killed")
    put_back(tmp_path / "killed", path, *BESIDE)

    async with opened(path) as again:
        assert await again.histories() == [history]
        save(path, tmp_path / "cut")
    boot.write_text("two\n")
    async with opened(path) as restarted:  # closed in order before the machine started anew
        assert await restarted.histories() == [history]
    put_back(tmp_path / "cut", path, *BESIDE)
    boot.write_text("three\n")
    async with opened(path) as cut:
        [found] = await cut.histories()
        assert found.generation != history.generation
        [remark] = cut.remarks
        assert "was open when the machine stopped" in remark


async def test_what_an_earlier_program_left_beside_the_log_keeps_the_generation(path: Path) -> None:
    async with opened(path) as store:
        history = await night(store)
    lock = path.with_name("log.db-lock")
    lock.write_bytes(b"\n".join(lock.read_bytes().splitlines()[:2]) + b"\n")

    async with opened(path) as again:
        assert await again.histories() == [history]
        assert not again.remarks


# --- whose the file is


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
async def test_the_log_and_what_is_beside_it_is_its_owners_alone(path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        async with opened(path) as store:
            await night(store)
            modes = {each.name: each.stat().st_mode & 0o777 for each in path.parent.iterdir()}
    finally:
        os.umask(before)

    assert modes == {f"log.db{suffix}": 0o600 for suffix in BESIDE}


async def test_an_open_log_of_an_earlier_program_is_closed_to_others(
    path: Path, tmp_path: Path
) -> None:
    async with opened(path) as store:
        history = await night(store)
        save(path, tmp_path / "killed")
    put_back(tmp_path / "killed", path, *BESIDE)
    for suffix in BESIDE:
        path.with_name(path.name + suffix).chmod(0o644)

    async with opened(path) as again:
        assert await again.head(history) == 3
        modes = {each.stat().st_mode & 0o777 for each in path.parent.glob("log.db*")}
    assert modes == {0o600}


# --- logs that cannot be written


def folder_shut(path: Path) -> None:
    path.parent.chmod(0o500)


def log_shut(path: Path) -> None:
    path.chmod(0o400)


def lock_shut(path: Path) -> None:
    path.with_name("log.db-lock").chmod(0o400)


def all_shut(path: Path) -> None:
    for each in (path, path.with_name("log.db-lock"), path.parent):
        each.chmod(0o500 if each.is_dir() else 0o400)


@pytest.mark.parametrize("shut", [folder_shut, log_shut, lock_shut, all_shut])
@pytest.mark.parametrize("killed", [False, True], ids=["closed in order", "killed"])
async def test_a_log_that_may_not_be_written_is_read(
    shut: Callable[[Path], None], *, killed: bool
) -> None:
    with unprivileged() as folder:
        path = folder / "log.db"
        async with opened(path) as store:
            history = await night(store)
            await store.note("token", b"{}")
            save(path, folder / "killed")
        if killed:
            put_back(folder / "killed", path, *BESIDE)
        shut(path)

        if shut is folder_shut and killed:
            # All files that it needs are there, and may be written.
            async with opened(path) as store:
                assert await post(store, history) == 4
            return
        async with opened(path) as store:
            assert await store.histories() == [history]
            assert [each.version async for each in store.read(history)] == [1, 2, 3]
            assert [each.body async for each in store.notes()] == [b"{}"]
            with pytest.raises(StoreUnavailable, match=r"The log is read only \(.*start the serve"):
                await post(store, history)
            assert (await store.status()).trouble in store.remarks
            await store.check()
        said: list[str] = []
        verify_file(path, said.append)
        assert "made-up: 3 events, whole" in said
        backup(path, folder.with_suffix(".copy"))
        folder.with_suffix(".copy").unlink()


FULL = """
import asyncio, resource, sys
from pathlib import Path
from events.sqlite import SqliteStore
from events.store import StoreUnavailable
sys.path.insert(0, "tests")
from night import moment, recorded
async def read():
    # No file may grow, nor be written at all, as on a disk without room.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    store = await SqliteStore.open(Path(sys.argv[1]))
    [history] = await store.histories()
    head = await store.head(history)
    try:
        await store.append(history, recorded([moment()], after=head), expected_version=head)
    except StoreUnavailable as problem:
        print(history.generation, head, problem)
    await store.close()
asyncio.run(read())
"""


@pytest.mark.parametrize("killed", [False, True], ids=["closed in order", "killed"])
async def test_a_start_on_a_full_disk_serves_what_is_there(
    path: Path, tmp_path: Path, *, killed: bool
) -> None:
    async with opened(path) as store:
        history = await night(store)
        save(path, tmp_path / "killed")
    if killed:
        put_back(tmp_path / "killed", path, *BESIDE)

    status, said = await asyncio.to_thread(python, FULL, path)

    assert status == 0, said
    assert said.startswith(f"{history.generation} 3 The log is read only (")
    async with opened(path) as again:  # once there is room, all is as before
        assert await again.histories() == [history]
        assert await post(again, history) == 4


async def test_a_place_without_a_log_that_may_not_be_written_is_refused() -> None:
    with unprivileged() as folder:
        folder.chmod(0o500)
        assert "Permission denied" in await refusal(folder / "log.db")


# --- the write-ahead log


@pytest.mark.parametrize("step", ["posts", "a look while nobody posts"])
async def test_a_write_ahead_log_that_a_long_reader_let_grow_is_cut_afterwards(
    path: Path, step: str
) -> None:
    async with opened(path) as store:
        history = await night(store)
        large = "x" * 2000
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM events").fetchone()
            for _ in range(12):
                head = await store.head(history)
                await store.append(
                    history, recorded([moment(large)] * 400, after=head), expected_version=head
                )
            assert (await store.status()).wal_bytes > 8 << 20
        await STEPS[step](store, history)

        assert (await store.status()).wal_bytes <= 4 << 20
        assert await store.head(history) == await counted(store, history)


async def counted(store: SqliteStore, history: History) -> int:
    return len([each async for each in store.read(history)])


async def posts(store: SqliteStore, history: History) -> None:
    for _ in range(3):
        await post(store, history)


async def a_look_while_nobody_posts(store: SqliteStore, _: History) -> None:
    await store._state.look()


STEPS = {"posts": posts, "a look while nobody posts": a_look_while_nobody_posts}
