"""What /readyz, the figures and the server's log say of a log that takes no events."""

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families

from doors import BEARER, HERE, TOKEN, Doors, opened, problem, programme
from events.memory import MemoryStore
from events.sqlite import SqliteStore
from events.status import Status
from events.store import History
from night import LIVE, START, recorded
from read_only import unprivileged
from servers import ForkedServer
from web.app import Tracker
from web.observed.log_monitor import LogMonitor
from web.settings import Settings

pytestmark = pytest.mark.anyio

PATIENCE = 60.0


async def figure(doors: Doors, name: str) -> float:
    page = (await doors.get("/metrics")).text
    families = text_string_to_metric_families(page)
    (found,) = [each for family in families for each in family.samples if each.name == name]
    return found.value


class Told(MemoryStore):
    """A store that does as it is told."""

    told = Status()

    async def status(self) -> Status:
        await super().status()
        return self.told


async def test_a_server_whose_posts_fail_is_not_ready_and_says_why() -> None:
    store = Told()
    async with opened(*LIVE, store=store) as doors:
        assert (await doors.get("/readyz")).status_code == 200
        assert await figure(doors, "tracker_log_writable") == 1
        assert await figure(doors, "tracker_log_names") == 1

        store.told = Status("The disk is full; make room.", in_doubt=True, wal_bytes=77, names=2)

        told = problem(await doors.get("/readyz"), 503, "unavailable")
        assert told["detail"] == "The disk is full; make room."
        assert await figure(doors, "tracker_log_writable") == 0
        assert await figure(doors, "tracker_log_in_doubt") == 1
        assert await figure(doors, "tracker_log_wal_bytes") == 77
        assert await figure(doors, "tracker_log_names") == 2
        assert await figure(doors, "tracker_log_readable") == 1
        assert (await doors.get(f"{HERE}/board")).status_code == 200
        assert (await doors.get("/healthz")).status_code == 200
        store.told = Status()
        assert (await doors.get("/readyz")).status_code == 200


class Stuck(MemoryStore):
    """A store that is checked only once `answer` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = asyncio.Event()
        self.answer.set()

    async def check(self) -> None:
        await self.answer.wait()


async def test_a_disk_that_does_not_answer_is_told_and_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("web.health._SECONDS", 0.05)
    monkeypatch.setattr("web.observed.standing._SECONDS", 0.05)
    store = Stuck()
    async with opened(*LIVE, store=store) as doors:
        store.answer.clear()
        told = problem(await doors.get("/readyz"), 503, "unavailable")
        assert told["detail"] == "The log has not answered for 0.05 s."
        assert await figure(doors, "tracker_log_readable") == 0
        store.answer.set()


class Slow(MemoryStore):
    """A store whose histories, as they are asked for in turn, have grown by one event."""

    late = False

    async def head(self, history: History) -> int:
        return await super().head(history) + self.late


async def test_a_hundred_boards_that_are_late_are_waited_for_together() -> None:
    store = Slow()
    for number in range(100):
        await store.begin(recorded(LIVE, f"night-{number:03}"))
    async with opened(store=store) as doors:
        store.late = True
        began = time.monotonic()
        told = problem(await doors.get("/readyz"), 503, "unavailable")
        # One after the other they would take a hundred seconds.
        assert time.monotonic() - began < PATIENCE
        for number in range(100):
            assert f"night-{number:03}: version {START} of {START + 1}" in told["detail"]
        store.late = False


async def test_one_line_is_written_for_each_change_and_not_for_each_look() -> None:
    store = Told()
    monitor = LogMonitor(store)
    with structlog.testing.capture_logs() as lines:
        for status in (
            Status(),
            Status("It is full."),
            Status("It is full."),
            Status(names=2),
            Status(names=2),
            Status("Gone.", names=0),
        ):
            store.told = status
            await monitor.look()

    assert [(each["log_level"], each["event"]) for each in lines] == [
        ("error", "log cannot be written"),
        ("info", "log can be written again"),
        ("warning", "log has several names"),
        ("error", "log cannot be written"),
    ]


async def test_the_monitor_ends_with_the_store() -> None:
    store = MemoryStore()
    running = asyncio.create_task(LogMonitor(store, every=0).run())
    await store.close()
    async with asyncio.timeout(PATIENCE):
        await running


# --- a log that may not be written


@pytest.fixture
async def shut() -> AsyncIterator[Path]:
    """Return a log with a night in it, which may not be written any more."""
    with unprivileged() as folder:
        path = folder / "log.db"
        store = await SqliteStore.open(path)
        await store.begin(recorded(LIVE))
        await store.close()
        for each in folder.iterdir():
            each.chmod(0o400)
        folder.chmod(0o500)
        yield path


async def test_a_server_serves_a_log_that_it_may_not_write(shut: Path) -> None:
    settings = Settings(database=shut, admin_token=TOKEN, bundled=True)
    with structlog.testing.capture_logs() as lines:
        async with Tracker.open(settings) as tracker:
            transport = httpx.ASGITransport(tracker)
            async with httpx.AsyncClient(transport=transport, base_url="http://tracker") as client:
                board = await client.get(f"{HERE}/board")
                assert board.json()["phase"] == "live"
                log = await client.get(f"{HERE}/log", headers=BEARER)
                assert len(log.json()["events"]) == len(LIVE)
                refused = await client.post(
                    f"{HERE}/events",
                    json={"type": "moment-noted", "kind": "speech", "text": "Thanks."},
                    headers=BEARER,
                )
                told = problem(refused, 503, "unavailable")["detail"]
                assert told.startswith("The log is read only (")
                assert problem(await client.get("/readyz"), 503, "unavailable")["detail"] == told
                page = (await client.get("/metrics")).text
                assert "\ntracker_log_writable 0.0\n" in page
                assert "\ntracker_log_readable 1.0\n" in page

    assert [each["remark"] for each in lines if each["event"] == "about the log"] == [told]
    assert any(each["event"] == "bundled ceremonies not imported" for each in lines)


# --- a running server


def removed(path: Path) -> None:
    path.unlink()


def moved(path: Path) -> None:
    path.rename(path.with_name("moved.db"))


def replaced(path: Path) -> None:
    shutil.copyfile(path, path.with_name("another.db"))
    path.with_name("another.db").replace(path)


def all_removed(path: Path) -> None:
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()


def wal_removed(path: Path) -> None:
    path.with_name(f"{path.name}-wal").unlink()


@pytest.mark.parametrize("harm", [removed, moved, replaced, all_removed, wal_removed])
async def test_a_server_whose_log_is_gone_acknowledges_nothing_and_is_not_ready(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    with ForkedServer(tmp_path, TRACKER_BUNDLED="0") as server:
        async with httpx.AsyncClient(
            base_url=server.url, headers=server.headers, timeout=PATIENCE
        ) as client:
            scheduled = await client.post("/api/ceremonies", json=programme())
            assert scheduled.status_code == 201
            harm(server.database)

            # Also before anybody has posted.
            told = problem(await client.get("/readyz"), 503, "unavailable")["detail"]
            assert "nothing more is written" in told
            for path, body in (
                (f"{HERE}/events", {"type": "ceremony-started"}),
                (f"{HERE}/rehearsals", {}),
                ("/api/ceremonies", programme("another")),
                ("/api/tokens", {"name": "Ada", "role": "producer"}),
            ):
                refused = problem(await client.post(path, json=body), 503, "unavailable")
                assert "nothing more is written" in refused["detail"]
            assert (await client.get(f"{HERE}/board")).json()["phase"] == "scheduled"
            assert "\ntracker_log_writable 0.0\n" in (await client.get("/metrics")).text
            async with asyncio.timeout(PATIENCE):
                while "log cannot be written" not in server.log.read_text():  # noqa: ASYNC110 - a file
                    await asyncio.sleep(0.1)


def test_a_log_moved_back_is_gone_on_with(tmp_path: Path) -> None:
    with ForkedServer(tmp_path, TRACKER_BUNDLED="0") as server:
        with httpx.Client(base_url=server.url, headers=server.headers, timeout=PATIENCE) as client:
            client.post("/api/ceremonies", json=programme()).raise_for_status()
            epoch = client.get(HERE).json()["epoch"]
            moved(server.database)
            started = {"type": "ceremony-started"}
            assert client.post(f"{HERE}/events", json=started).status_code == 503
            server.database.with_name("moved.db").rename(server.database)
            assert client.post(f"{HERE}/events", json=started).status_code == 201
            assert client.get("/readyz").status_code == 200
            server.kill()
        server.start()
        with httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
            head = client.get(HERE).json()
            assert (head["epoch"], head["phase"]) == (epoch, "live")


def test_a_server_that_finds_less_than_it_had_shown_has_another_epoch(
    tmp_path: Path,
) -> None:
    with ForkedServer(tmp_path, TRACKER_BUNDLED="0") as server:
        with httpx.Client(base_url=server.url, headers=server.headers, timeout=PATIENCE) as client:
            client.post("/api/ceremonies", json=programme()).raise_for_status()
            epoch = client.get(HERE).json()["epoch"]
            early = tmp_path / "early"
            early.mkdir()
            for suffix in ("", "-wal"):
                shutil.copyfile(f"{server.database}{suffix}", early / f"log{suffix}")
            client.post(f"{HERE}/events", json={"type": "ceremony-started"}).raise_for_status()
            server.kill()
        for suffix in ("", "-wal"):
            shutil.copyfile(early / f"log{suffix}", f"{server.database}{suffix}")
        server.start()
        with httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
            head = client.get(HERE).json()
            assert head["phase"] == "scheduled"
            assert head["epoch"] != epoch
        lines = [
            json.loads(line) for line in server.log.read_text().splitlines() if line[:1] == "{"
        ]
        [remark] = [each["remark"] for each in lines if each["event"] == "about the log"]
        assert "where there were" in remark


def test_a_server_says_what_to_do_about_an_empty_log_beside_its_record(
    tmp_path: Path,
) -> None:
    server = ForkedServer(tmp_path, TRACKER_BUNDLED="0")
    with server:
        pass
    server.database.write_bytes(b"")
    with pytest.raises(AssertionError, match=r"is empty, but tracker\.db-lock beside it tells"):
        server.start()
    assert server.database.read_bytes() == b""
