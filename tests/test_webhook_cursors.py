"""How far deliveries have come: kept apart from the events, and never ahead of them."""

import asyncio
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from doors import ID
from events.codec import encode
from events.cursors import Cursor
from events.memory import MemoryStore
from events.sqlite import SqliteStore
from events.store import EventStore, History, StoreUnavailable
from hooks import Wire, added, begun, delivering, said, settled
from night import LIVE, recorded
from web.clock import now
from web.commands.keeping import verify_file
from web.webhooks.cursors import DeliveryCursors
from web.webhooks.subscriptions import Webhooks

pytestmark = pytest.mark.anyio

HEAD = len(LIVE)


class Watched(MemoryStore):
    """A store that counts the saves of cursors; it refuses them, or hangs, where it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.saves: list[Mapping[str, Cursor]] = []
        self.refuses = False
        self.unreadable = False
        self.stuck = False

    async def save_cursors(self, cursors: Mapping[str, Cursor], gone: Collection[str] = ()) -> None:
        self.saves.append(dict(cursors))
        if self.stuck:
            await asyncio.Event().wait()
        if self.refuses:
            raise StoreUnavailable("The disk is full.")
        await super().save_cursors(cursors, gone)

    async def cursors(self) -> Mapping[str, Cursor]:
        if self.unreadable:
            raise StoreUnavailable("The page is damaged.")
        return await super().cursors()


async def watched() -> tuple[Watched, History]:
    store = Watched()
    return store, await store.begin(recorded(LIVE, ID))


async def notes_of(store: EventStore) -> list[str]:
    return [note.kind async for note in store.notes()]


async def loaded(store: EventStore) -> Webhooks:
    webhooks = Webhooks(store, now=now)
    await webhooks.load()
    return webhooks


async def test_deliveries_leave_no_note_in_the_log() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire()
    await added(webhooks, history, HEAD)
    async with delivering(store, webhooks, wire):
        await said(store, history, 20)
        await wire.until(20)

    assert await notes_of(store) == ["webhook-added"]
    assert list((await store.cursors()).values()) == [Cursor(history.number, HEAD + 20)]


async def test_cursors_are_saved_together_and_once_in_each_pause() -> None:
    store, _ = await watched()
    gate = asyncio.Event()
    asked: list[float] = []

    async def pause(seconds: float) -> None:
        asked.append(seconds)
        await gate.wait()
        gate.clear()

    cursors = DeliveryCursors(store, pause=pause)
    task = asyncio.create_task(cursors.run())
    for version in range(1, 6):
        for number in ("a", "b"):
            cursors.move(number, Cursor(1, version))
            await settled()
    assert store.saves == [{"webhook:a": Cursor(1, 1)}]

    gate.set()
    await settled()
    assert store.saves[1:] == [{"webhook:a": Cursor(1, 5), "webhook:b": Cursor(1, 5)}]

    gate.set()
    await settled()
    assert len(store.saves) == 2, "what did not move is not saved again"
    assert asked == [1.0, 1.0]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_stop_saves_what_the_last_second_delivered() -> None:
    store, history = await watched()
    webhooks, wire = Webhooks(store, now=now), Wire()
    await added(webhooks, history, HEAD)
    async with delivering(store, webhooks, wire):
        await said(store, history, 3)
        await wire.until(3)
        assert store.saves[-1] != {"webhook:" + webhooks.all()[0].id: Cursor(1, HEAD + 3)}

    assert list((await store.cursors()).values()) == [Cursor(history.number, HEAD + 3)]


async def test_what_was_not_saved_before_a_crash_comes_twice_and_nothing_is_left_out() -> None:
    store, history = await watched()
    webhooks, wire = Webhooks(store, now=now), Wire()
    await added(webhooks, history, HEAD)
    async with delivering(store, webhooks, wire):
        await said(store, history, 2)
        await wire.until(2)
        store.refuses = True  # as where the process died before it could save
        await said(store, history, 2)
        await wire.until(4)
    store.refuses = False

    async with delivering(store, await loaded(store), wire):
        await said(store, history, 1)
        await wire.until(5)

    first = list(dict.fromkeys(wire.versions))
    assert first == [HEAD + n for n in range(1, 6)]
    assert wire.versions[-1] == HEAD + 5


async def test_deliveries_go_on_where_cursors_cannot_be_saved_and_one_line_says_so() -> None:
    store, history = await watched()
    store.refuses = True
    webhooks, wire = Webhooks(store, now=now), Wire()
    await added(webhooks, history, HEAD)
    with capture_logs() as logged:
        async with delivering(store, webhooks, wire):
            await said(store, history, 5)
            await wire.until(5)
            for _ in range(3):
                await webhooks.cursors.save()

    assert wire.versions == [HEAD + n for n in range(1, 6)]
    told = [each for each in logged if "cannot be saved" in each["event"]]
    assert [each["problem"] for each in told] == ["The disk is full."]


async def test_cursors_that_cannot_be_read_stop_no_server() -> None:
    store, history = await watched()
    webhooks, wire = Webhooks(store, now=now), Wire()
    await added(webhooks, history, HEAD)
    async with delivering(store, webhooks, wire):
        await said(store, history, 2)
        await wire.until(2)
    store.unreadable = True

    with capture_logs() as logged:
        again = await loaded(store)
    async with delivering(store, again, wire):
        await wire.until(4)

    assert wire.versions == [HEAD + 1, HEAD + 2] * 2
    assert [each["log_level"] for each in logged] == ["warning"]


async def test_a_cursor_before_its_webhooks_start_is_not_believed() -> None:
    store, history = await begun()
    webhook, _ = await added(await loaded(store), history, HEAD)
    await store.save_cursors({f"webhook:{webhook.id}": Cursor(history.number, 1)})

    assert (await loaded(store)).cursors.of(webhook.id) == Cursor(history.number, HEAD)


async def test_a_webhook_that_is_removed_leaves_no_cursor() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire()
    webhook, _ = await added(webhooks, history, HEAD)
    await store.save_cursors({"of another reader": Cursor(history.number, 1)})
    async with delivering(store, webhooks, wire):
        await said(store, history, 1)
        await wire.until(1)
        await webhooks.remove(webhook.id, by="admin")
        await settled()

    assert list(await store.cursors()) == ["of another reader"]


async def test_a_cursor_that_outlived_its_webhook_is_deleted_after_the_next_start() -> None:
    store, history = await begun()
    await added(await loaded(store), history, HEAD)
    await store.save_cursors({"webhook:long-gone": Cursor(history.number, 1)})

    async with delivering(store, await loaded(store), Wire()):
        await settled()

    assert "webhook:long-gone" not in await store.cursors()


# --- notes of older programs


async def noted(store: EventStore, number: str, history: int, *versions: int) -> None:
    for version in versions:
        body = encode({"id": number, "cursor": {"history": history, "version": version}})
        await store.note("webhook-delivered", body)


async def test_what_older_programs_noted_is_taken_up_once(tmp_path: Path) -> None:
    store: EventStore = await SqliteStore.open(tmp_path / "log.db")
    history = await store.begin(recorded(LIVE, ID))
    webhook, _ = await added(Webhooks(store, now=now), history, 3)
    await said(store, history, 5)
    await noted(store, "another", history.number, 1, 2, 3)
    await noted(store, webhook.id, history.number, *range(4, HEAD + 4))
    wire = Wire()

    async with delivering(store, await loaded(store), wire):
        await wire.until(2)

    assert wire.versions == [HEAD + 4, HEAD + 5]
    assert (await store.cursors())[f"webhook:{webhook.id}"] == Cursor(1, HEAD + 5)
    await noted(store, webhook.id, history.number, 4)
    assert (await loaded(store)).cursors.of(webhook.id) == Cursor(1, HEAD + 5), "read no more"
    await store.close()


@pytest.mark.parametrize(
    ("versions", "believed"),
    [
        ([], 3),
        ([4, 5, 6], 6),
        ([4, 5, 7], 5),  # the last is garbled
        ([4, 9, 6, 7], 7),  # one before
        ([9, 5, 6], 6),  # the first
        ([4, 5, 6, 2], 6),
        ([100], 3),
    ],
)
async def test_a_garbled_note_of_older_programs_leaves_no_event_out(
    versions: list[int], believed: int
) -> None:
    store, history = await begun()
    webhook, _ = await added(Webhooks(store, now=now), history, 3)
    await noted(store, webhook.id, history.number, *versions)
    await store.note("webhook-delivered", b"\xff{")

    assert (await loaded(store)).cursors.of(webhook.id) == Cursor(history.number, believed)


async def test_notes_of_older_programs_lead_on_into_a_history_begun_anew() -> None:
    store, history = await begun()
    webhook, _ = await added(Webhooks(store, now=now), history, HEAD)
    await said(store, history, 1)
    newer = await store.begin(recorded(LIVE, ID), anew=True)
    await noted(store, webhook.id, history.number, HEAD + 1)
    await noted(store, webhook.id, newer.number, 1, 2)

    assert (await loaded(store)).cursors.of(webhook.id) == Cursor(newer.number, 2)


async def test_a_disk_that_does_not_answer_holds_up_no_stop() -> None:
    store, _ = await watched()
    store.stuck = True
    cursors = DeliveryCursors(store, last_save_seconds=0.01)
    cursors.move("a", Cursor(1, 1))
    with capture_logs() as logged:
        async with asyncio.timeout(60):
            await cursors.close()
    assert [each["log_level"] for each in logged] == ["warning"]


async def test_a_garbled_cursor_is_no_damage_and_costs_deliveries_that_come_twice(
    tmp_path: Path,
) -> None:
    path, wire = tmp_path / "log.db", Wire()
    store = await SqliteStore.open(path)
    history = await store.begin(recorded(LIVE, ID))
    webhooks = Webhooks(store, now=now)
    await added(webhooks, history, HEAD)
    async with delivering(store, webhooks, wire):
        await said(store, history, 3)
        await wire.until(3)
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE cursors SET version = version + 1")
        connection.commit()

    verify_file(path, lambda _: None)  # raises where something is wrong
    store = await SqliteStore.open(path)
    async with delivering(store, await loaded(store), wire):
        await said(store, await store.current(ID), 1)
        await wire.until(7)
    await store.close()

    assert wire.versions == [*(HEAD + n for n in (1, 2, 3)), *(HEAD + n for n in (1, 2, 3, 4))]


async def test_a_note_that_cannot_be_read_costs_its_webhook_alone() -> None:
    store, history = await begun()
    webhook, _ = await added(Webhooks(store, now=now), history, HEAD)
    (first,) = [note async for note in store.notes()]
    good = first.body
    for bad in (b"", b"\xff", good[:-1], good.replace(b"whsec_", b"whsec_\xc3\xa4"), b"[]"):
        await store.note("webhook-added", bad.replace(webhook.id.encode(), b"another"))
    await store.note("webhook-removed", b"{")

    with capture_logs() as logged:
        webhooks = await loaded(store)

    assert [each.id for each in webhooks.all()] == [webhook.id]
    told = [each for each in logged if each["event"] == "webhook note cannot be read"]
    assert [each["note"] for each in told] == [2, 3, 4, 5, 6, 7]
