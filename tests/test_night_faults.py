"""What nobody foresaw behind the boards: told whole, tried again, and paid for by nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from doors import ID, opened
from events.ceremony import Event, MomentNoted, WinnerAnnounced
from events.memory import MemoryStore
from events.recorded import Recorded
from events.store import CorruptEvent, History
from feed_doubles import HOUR, decode_stream
from night import LIVE, PROGRAMME, START, announced, as_json, moment, projections, recorded
from tracker.amended import Amendments
from web.nights.nights import Nights
from web.sockets.feed import Feed, Feeds
from web.sockets.pace import Flush
from web.sockets.wires import STREAM

pytestmark = pytest.mark.anyio

PATIENCE: Final = 30.0


class Strange(MomentNoted, frozen=True, tag="strange"):
    """An event of a type that no projection knows, so that projecting it raises a KeyError."""


class Unforeseen(MemoryStore):
    """A store that hands out strange events, or raises, as often as told."""

    def __init__(self) -> None:
        super().__init__()
        self.strange: dict[tuple[str, int], int] = {}
        self.follows_that_fail = 0
        self.looks: list[tuple[str, int]] = []
        self.damaged: set[tuple[str, int]] = set()

    async def subscribe(self, history: History, after: int = 0) -> AsyncIterator[Recorded]:
        self.looks.append((history.ceremony, after))
        async for each in super().subscribe(history, after):
            yield self._altered(each)

    async def read(
        self, history: History, after: int = 0, limit: int | None = None
    ) -> AsyncIterator[Recorded]:
        async for each in super().read(history, after, limit):
            yield self._altered(each) if (each.ceremony, 0) in self.strange else each

    async def follow(self) -> AsyncIterator[History]:
        async for history in super().follow():
            if self.follows_that_fail:
                self.follows_that_fail -= 1
                raise KeyError("follow")
            yield history

    def _altered(self, each: Recorded) -> Recorded:
        place = (each.ceremony, each.version)
        if place in self.damaged:
            raise CorruptEvent(*place, "made up")
        if self.strange.get(place, 0):
            self.strange[place] -= 1
            strange: Any = Strange("strange", "made up")
            return replace(each, event=strange)
        return each


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
    """A viewer that remembers what it was told, and raises where it is told to."""

    wire = STREAM
    closed = False

    def __init__(self, feed: Feed) -> None:
        self.told = b""
        self.problem: Exception | None = None
        feed.join(self, None, server_time=HOUR)

    def write(self, data: bytes, /) -> None:
        if self.problem is not None:
            raise self.problem
        self.told += data

    def write_pieces(self, pieces: Sequence[bytes]) -> None:
        self.write(b"".join(pieces))

    def backlog(self) -> int:
        return 0

    def abort(self) -> None:
        self.closed = True

    @property
    def seen(self) -> list[tuple[str, int | None]]:
        return [(each["type"], each.get("version")) for each in decode_stream(self.told)]


async def append(store: MemoryStore, history: History, *events: Event) -> None:
    head = await store.head(history)
    await store.append(
        history, recorded(events, history.ceremony, after=head), expected_version=head
    )


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - of what is waited for, some has no bell
            await asyncio.sleep(0.001)


async def stands_at(nights: Nights, ceremony: str, version: int) -> None:
    await until(lambda: (night := nights.get(ceremony)) is not None and night.version == version)


def feed_of(feeds: Feeds, ceremony: str) -> Feed:
    feed = feeds.get(ceremony)
    assert feed is not None
    return feed


@contextmanager
def logged(event: str) -> Iterator[list[dict[str, Any]]]:
    """Collect the lines of that name."""
    found: list[dict[str, Any]] = []
    with capture_logs() as lines:
        yield found
    found += [dict(line) for line in lines if line["event"] == event]


# --- a viewer


async def test_a_viewer_that_raises_takes_nobody_off_the_air() -> None:
    store = MemoryStore()
    history = await store.begin(recorded(LIVE, "one"))
    async with seated(store) as (nights, feeds):
        feed = feed_of(feeds, "one")
        faulty, other = Watching(feed), Watching(feed)
        faulty.problem = KeyError("viewer")
        for version in (1, 2, 3):
            await append(store, history, moment(f"{version}."))
        night = await nights.reached(history, START + 3)
        feed.flush()
        assert (night.version, feed.version) == (START + 3, START + 3)
        assert await nights.behind() == {}
        assert other.seen[3:] == [("frame", START + each) for each in (1, 2, 3)]
        assert faulty.closed
        assert (feed.viewers, feed.failed) == (1, 1)


# --- the fan-out


class Stumbling(Feed):
    """A feed whose publishing raises once, before it has done anything or after."""

    early = True
    stumbles = 0

    def publish(self, message: bytes, version: int) -> None:
        if self.stumbles and self.early:
            self.stumbles -= 1
            raise KeyError("viewer")
        super().publish(message, version)
        if self.stumbles:
            self.stumbles -= 1
            raise KeyError("viewer")


@pytest.mark.parametrize("early", [True, False])
async def test_a_fan_out_that_raises_is_told_whole_and_shows_every_version(*, early: bool) -> None:
    store = MemoryStore()
    history = await store.begin(recorded(LIVE, "one"))
    async with seated(store) as (nights, feeds):
        feed = feed_of(feeds, "one")
        feed.__class__ = Stumbling
        assert isinstance(feed, Stumbling)
        feed.early, feed.stumbles = early, 1
        viewer = Watching(feed)
        with logged("fan-out failed") as told:
            await append(store, history, moment("1."))
            night = await nights.reached(history, START + 1)
            await append(store, history, moment("2."))
            await nights.reached(history, START + 2)
            feed.flush()
        assert (night.version, feed.version) == (START + 2, START + 2)
        assert await nights.behind() == {}
        assert [version for kind, version in viewer.seen if kind != "resync"][-1] == START + 2
        [line] = told
        assert isinstance(line["exc_info"], KeyError)
        assert (line["ceremony"], line["version"]) == ("one", START + 1)


async def test_a_measurement_that_raises_is_no_fault_of_the_night() -> None:
    store = MemoryStore()
    history = await store.begin(recorded(LIVE, "one"))

    def raising(flush: Flush) -> None:
        flush()
        raise ValueError("the collector is gone")

    async with seated(store) as (nights, feeds):
        feed = feed_of(feeds, "one")
        feed._pace = raising
        viewer = Watching(feed)
        await append(store, history, moment("1."), moment("2."))
        await nights.reached(history, START + 2)
        assert await nights.behind() == {}
        assert viewer.seen[3:] == [("frame", START + 1), ("frame", START + 2)]


# --- the projection


@pytest.mark.parametrize("failures", [1, 2, 5])
async def test_a_projection_that_raises_is_told_whole_and_tried_again(failures: int) -> None:
    store = Unforeseen()
    one = await store.begin(recorded(LIVE, "one"))
    two = await store.begin(recorded(LIVE, "two"))
    store.strange["one", START + 1] = failures
    async with seated(store) as (nights, feeds):
        viewer = Watching(feed_of(feeds, "one"))
        with logged("projection failed") as told:
            await append(store, one, moment("1."), moment("2."))
            await append(store, two, moment("1."))
            await stands_at(nights, "two", START + 1)
            await stands_at(nights, "one", START + 2)
        feed_of(feeds, "one").flush()
        assert viewer.seen[3:] == [("frame", START + 1), ("frame", START + 2)]
        assert await nights.behind() == {}
        night = nights.get("one")
        assert night is not None
        expected = projections(recorded((*LIVE, moment("1."), moment("2.")), "one"))
        assert as_json(night.board) == as_json(expected[-1].board)
        assert night.times == [each.t for each in expected[1:]]
        assert len(told) == failures
        assert all(isinstance(line["exc_info"], KeyError) for line in told)
        assert {(line["ceremony"], line["version"]) for line in told} == {("one", START + 1)}
        waits = [line["again_in_s"] for line in told]
        assert waits == [pytest.approx(0.001 * 2**attempt) for attempt in range(failures)]


async def test_an_event_that_is_tried_again_is_told_of_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = Unforeseen()
    one = await store.begin(recorded(LIVE, "one"))
    take, failures = Amendments.take, [KeyError("amended")] * 2

    def raising(*given: Any) -> int | None:
        if isinstance(given[-1].event, WinnerAnnounced) and failures:
            raise failures.pop()
        return take(*given)

    monkeypatch.setattr(Amendments, "take", raising)
    async with seated(store) as (nights, _feeds):
        await append(store, one, announced("sound", "harbour"))
        await stands_at(nights, "one", START + 1)
        night = nights.get("one")
        assert night is not None
        assert not failures
        assert [each.version for each in night.chronicle.newest(9)] == [START + 1]


async def test_while_a_projection_fails_readiness_says_where_and_the_board_stays() -> None:
    store = Unforeseen()
    one = await store.begin(recorded(LIVE, "one"))
    two = await store.begin(recorded(LIVE, "two"))
    async with seated(store) as (nights, _feeds):
        store.strange["one", START + 2] = 10**6
        await append(store, one, moment("1."), moment("2."))
        await append(store, two, moment("1."))
        await stands_at(nights, "one", START + 1)
        await stands_at(nights, "two", START + 1)
        for _ in range(3):  # at each attempt, not only between two
            looks = len(store.looks)
            late = await nights.behind()
            assert set(late) == {"one"}
            assert f"event {START + 2}" in late["one"]
            assert "KeyError" in late["one"]
            await until(lambda looks=looks: len(store.looks) > looks)  # type: ignore[misc]
        store.strange.clear()
        await stands_at(nights, "one", START + 2)
        assert await nights.behind() == {}


async def test_a_projection_that_raises_at_the_start_stops_neither_the_start_nor_the_others() -> (
    None
):
    store = Unforeseen()
    await store.begin(recorded(LIVE, "one"))
    await store.begin(recorded(LIVE, "two"))
    store.strange = {("one", 0): 0, ("one", 3): 3}
    async with seated(store) as (nights, _feeds):
        night = nights.get("two")
        assert night is not None
        assert night.version == START
        await stands_at(nights, "one", START)
        assert await nights.behind() == {}


# --- bytes that cannot be read


async def test_bytes_that_cannot_be_read_stop_a_board_where_it_stands_and_are_not_tried_again() -> (
    None
):
    store = Unforeseen()
    one = await store.begin(recorded(LIVE, "one"))
    store.damaged.add(("one", START + 2))
    async with seated(store) as (nights, feeds):
        viewer = Watching(feed_of(feeds, "one"))
        with logged("projection stopped") as told:
            await append(store, one, moment("1."), moment("2."), moment("3."))
            await stands_at(nights, "one", START + 1)
            await until(lambda: "one" in nights.broken)
            looks = len(store.looks)
            for _ in range(20):
                await asyncio.sleep(0.001)
        assert len(store.looks) == looks
        assert [(line["ceremony"], line["version"]) for line in told] == [("one", START + 2)]
        late = await nights.behind()
        assert f"Event {START + 2}" in late["one"]
        assert viewer.seen[3:] == [("frame", START + 1)]
        assert not viewer.closed
        again = Watching(feed_of(feeds, "one"))
        assert again.seen[1] == ("keyframe", START + 1), "the board stays there for all who come"
    store.damaged.clear()
    async with seated(store) as (nights, _feeds):  # repaired, it goes on at the next start
        await stands_at(nights, "one", START + 3)
        assert await nights.behind() == {}


# --- the histories that begin


@pytest.mark.parametrize("failures", [1, 3])
async def test_one_that_raises_does_not_end_the_watch_for_new_ceremonies(failures: int) -> None:
    store = Unforeseen()
    await store.begin(recorded(LIVE, "one"))
    async with seated(store) as (nights, _feeds):
        await until(lambda: store.looks != [])
        store.follows_that_fail = failures
        with logged("no new ceremony is opened") as told:
            for ceremony in ("two", "three", "four"):
                await store.begin(recorded(PROGRAMME, ceremony))
            for ceremony in ("two", "three", "four"):
                await stands_at(nights, ceremony, len(PROGRAMME))
        assert len(told) == failures
        assert all(isinstance(line["exc_info"], KeyError) for line in told)
        again = await store.begin(recorded(LIVE, "one"), anew=True)
        await nights.reached(again, START)


async def test_a_history_that_was_superseded_is_not_folded_anew_while_it_is_at_hand() -> None:
    store = Unforeseen()
    old = await store.begin(recorded(LIVE, "one"))
    async with seated(store) as (nights, _feeds):
        before = nights.get("one")
        new = await store.begin(recorded(PROGRAMME, "one"), anew=True)
        await nights.reached(new, len(PROGRAMME))
        assert await nights.reached(old, START) is before


# --- through the doors


async def test_a_post_behind_a_failing_board_is_told_so_and_goes_through_once_it_is_well() -> None:
    store = Unforeseen()
    async with opened(*LIVE, store=store) as doors:
        store.strange[ID, START + 1] = 1
        answer = await doors.post(moment("1."), key="one")
        # Either the board was behind when it was asked, or the second attempt was faster.
        assert answer.status_code in (201, 503)
        async with asyncio.timeout(PATIENCE):
            while (again := await doors.post(moment("1."), key="one")).status_code != 200:  # noqa: ASYNC110 - as a producer tries again
                await asyncio.sleep(0.01)
        assert again.json()["version"] == START + 1
        assert (await doors.get("/readyz")).status_code == 200
