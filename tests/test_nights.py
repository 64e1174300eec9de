import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from events.ceremony import Event
from events.memory import MemoryStore
from events.recorded import Recorded
from events.store import CorruptEvent, History, StoreUnavailable
from feed_doubles import HOUR, decode_stream
from night import LIVE, PROGRAMME, START, as_json, moment, projections, recorded
from web.errors import Behind
from web.nights.nights import Nights
from web.sockets.feed import Feed, Feeds
from web.sockets.wires import STREAM

pytestmark = pytest.mark.anyio


class Flaky(MemoryStore):
    """A store that cannot be subscribed to as often as told, and may have damaged events."""

    def __init__(self) -> None:
        super().__init__()
        self.outages = 0
        self.damaged: set[tuple[str, int]] = set()

    async def subscribe(self, history: History, after: int = 0) -> AsyncIterator[Recorded]:
        if self.outages:
            self.outages -= 1
            raise StoreUnavailable("The log cannot be read now (made up); try again.")
        async for each in super().subscribe(history, after):
            if (each.ceremony, each.version) in self.damaged:
                raise CorruptEvent(each.ceremony, each.version, "made up")
            yield each

    async def read(
        self, history: History, after: int = 0, limit: int | None = None
    ) -> AsyncIterator[Recorded]:
        async for each in super().read(history, after, limit):
            if (each.ceremony, each.version) in self.damaged:
                raise CorruptEvent(each.ceremony, each.version, "made up")
            yield each


@asynccontextmanager
async def seated(store: MemoryStore) -> AsyncIterator[tuple[Nights, Feeds]]:
    feeds = Feeds()
    nights = Nights(store, feeds, pause=0.001)
    await nights.start()
    try:
        yield nights, feeds
    finally:
        await nights.stop()


class Watching:
    """A viewer that remembers what it was told."""

    wire = STREAM
    closed = False

    def __init__(self, feed: Feed) -> None:
        self.told = b""
        feed.join(self, None, server_time=HOUR)

    def write(self, data: bytes, /) -> None:
        self.told += data

    def write_pieces(self, pieces: Sequence[bytes]) -> None:
        self.write(b"".join(pieces))

    def backlog(self) -> int:
        return 0

    def abort(self) -> None:
        raise AssertionError("it reads everything at once")

    @property
    def seen(self) -> list[tuple[str, int | None]]:
        return [(each["type"], each.get("version")) for each in decode_stream(self.told)]


async def append(store: MemoryStore, history: History, *events: Event) -> None:
    head = await store.head(history)
    await store.append(
        history, recorded(events, history.ceremony, after=head), expected_version=head
    )


async def test_what_is_in_the_log_is_shown_at_once() -> None:
    store = MemoryStore()
    for ceremony in ("one", "two"):
        await store.begin(recorded(LIVE, ceremony))
    async with seated(store) as (nights, feeds):
        assert sorted(night.ceremony for night in nights) == ["one", "two"]
        assert [feed.version for feed in feeds] == [START, START]
        assert await nights.behind() == {}
        assert nights.get("three") is None


async def test_an_appended_event_reaches_the_night_and_its_feed() -> None:
    store = MemoryStore()
    history = await store.begin(recorded(LIVE, "one"))
    async with seated(store) as (nights, feeds):
        feed = feeds.get("one")
        assert feed is not None
        viewer = Watching(feed)
        await append(store, history, moment("1."), moment("2."))
        night = await nights.reached(history, START + 2)
        assert (night.version, feed.version) == (START + 2, START + 2)
        feed.flush()  # the pace may hold the second one back
        assert viewer.seen == [
            ("hello", START),
            ("keyframe", START),
            ("caught-up", START),
            ("frame", START + 1),
            ("frame", START + 2),
        ]


async def test_a_new_ceremony_is_opened_as_it_is_scheduled() -> None:
    store = MemoryStore()
    async with seated(store) as (nights, feeds):
        history = await store.begin(recorded(PROGRAMME, "one"))
        night = await nights.reached(history, len(PROGRAMME))
        assert night.version == len(PROGRAMME)
        assert feeds.get("one") is not None


async def test_a_history_begun_anew_takes_the_place_of_the_old_one_and_resyncs_its_viewers() -> (
    None
):
    store = MemoryStore()
    old = await store.begin(recorded(LIVE, "one"))
    async with seated(store) as (nights, feeds):
        feed = feeds.get("one")
        assert feed is not None
        viewer = Watching(feed)
        before = nights.get("one")
        assert before is not None
        new = await store.begin(recorded(PROGRAMME, "one"), anew=True)
        night = await nights.reached(new, len(PROGRAMME))
        assert nights.get("one") is night
        assert night.epoch != before.epoch
        assert feed.resyncs == 1
        assert viewer.seen[3:] == [
            ("resync", None),
            ("keyframe", len(PROGRAMME)),
            ("caught-up", len(PROGRAMME)),
        ]
        ended = await nights.reached(old, START)
        assert (ended.epoch, ended.version) == (before.epoch, START)
        assert nights.get("one") is night


async def test_an_outage_is_told_and_overcome_without_a_gap() -> None:
    store = Flaky()
    history = await store.begin(recorded(LIVE, "one"))
    store.outages = 3
    async with seated(store) as (nights, _feeds):
        await append(store, history, moment())
        night = nights.get("one")
        assert night is not None
        async with asyncio.timeout(5):
            while night.version < START + 1:
                await night.listen().wait()
        assert store.outages == 0
        assert await nights.behind() == {}
        assert as_json(night.board) == as_json(
            projections(recorded((*LIVE, moment()), "one"))[-1].board
        )


async def test_a_damaged_event_stops_its_board_alone() -> None:
    store = Flaky()
    one = await store.begin(recorded(LIVE, "one"))
    two = await store.begin(recorded(LIVE, "two"))
    store.damaged.add(("one", START + 1))
    async with seated(store) as (nights, _feeds):
        await append(store, one, moment())
        await append(store, two, moment())
        assert (await nights.reached(two, START + 1)).version == START + 1
        with pytest.raises(Behind, match="is stored"):
            await nights.reached(one, START + 1)
        late = await nights.behind()
        assert set(late) == {"one"}
        assert "restore" in late["one"]
        shown = nights.get("one")
        assert shown is not None
        assert shown.version == START


async def test_an_event_damaged_before_the_start_leaves_the_other_boards_standing() -> None:
    store = Flaky()
    await store.begin(recorded(LIVE, "one"))
    await store.begin(recorded(LIVE, "two"))
    store.damaged.add(("one", 3))
    async with seated(store) as (nights, _feeds):
        two = nights.get("two")
        assert two is not None
        assert two.version == START
        assert set(await nights.behind()) == {"one"}
        again = await store.begin(recorded(LIVE[:2], "one"), anew=True)
        await nights.reached(again, 2)
        assert await nights.behind() == {}, "a new history starts afresh"


async def test_a_preview_shows_the_frame_that_comes_and_leaves_the_night_alone() -> None:
    store = MemoryStore()
    told = (*LIVE, moment("1."), moment("2."))
    history = await store.begin(recorded(told, "one"))
    async with seated(store) as (nights, _feeds):
        night = await nights.reached(history, len(told))
        for each in recorded(told, "one")[-2:]:
            assert await night.preview(each) == night.frame_json(each.version)
        assert night.version == len(told)


async def test_a_night_knows_the_size_of_its_frames_without_building_any() -> None:
    store = MemoryStore()
    told = (*LIVE, *(moment(f"{number}. {'x' * number}") for number in range(150)))
    history = await store.begin(recorded(told, "one"))
    async with seated(store) as (nights, _feeds):
        night = await nights.reached(history, len(told))
        for after in (0, 1, START, 63, 64, 65, len(told) - 1, len(told)):
            assert night.size(after) == sum(map(len, night.frames(after)))
