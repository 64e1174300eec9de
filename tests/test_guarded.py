"""Timers, measurements and streams that go on after one of the things they do has raised."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Final, cast

import pytest
from structlog.testing import capture_logs

from events.memory import MemoryStore
from events.recorded import Recorded
from events.store import History
from feed_doubles import HOUR, CheckingViewer, GrowingHistory
from night import LIVE, recorded
from web.desk.seats import Seats
from web.desk.stream import DeskNews, events_of
from web.desk.tokens import Grant, Tokens
from web.nights.nights import Nights
from web.observed import watch
from web.observed.figures import Figures
from web.observed.journeys import Journeys
from web.observed.traces import NO_TRACES, Traces
from web.observed.watch import Watch
from web.sockets.crowd import Crowd
from web.sockets.feed import Feed, Feeds
from web.sockets.heart import Heart
from web.sockets.pace import at_once

PATIENCE: Final = 30.0


class Raising(Feed):
    """A feed whose every part raises."""

    def check(self, now: float) -> None:
        raise KeyError(now)

    def beat(self, server_time: str) -> None:
        raise KeyError(server_time)

    def take_fault(self) -> Exception | None:
        raise KeyError("fault")


class Transport(asyncio.Transport):
    """A connection that may raise as it is closed."""

    def __init__(self, *, raising: bool) -> None:
        super().__init__()
        self.raising = raising
        self.closed = False

    def close(self) -> None:
        if self.raising:
            raise OSError(9, "bad descriptor")
        self.closed = True

    def abort(self) -> None:
        self.close()

    def get_write_buffer_size(self) -> int:
        return 0

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        pass

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        pass


def feeds_with(*feeds: Feed) -> Feeds:
    found = Feeds()
    for feed in feeds:
        found.add(feed)
    return found


def names(lines: Sequence[Any]) -> list[tuple[str, type[BaseException]]]:
    return [(line["event"], type(line["exc_info"])) for line in lines]


@pytest.mark.anyio
async def test_what_raises_at_one_tick_keeps_the_heart_from_nobody_else() -> None:
    well = Feed("two", GrowingHistory(), patience=1.0)
    heart = Heart(feeds_with(Raising("one", GrowingHistory()), well), now=lambda: HOUR)
    following, stuck = CheckingViewer(well), CheckingViewer(well, capacity=0)
    for viewer in (following, stuck):
        well.join(viewer, None, server_time=HOUR)
    transports = [Transport(raising=raising) for raising in (True, False) * 3]
    for transport in transports[:2]:
        heart.linger(transport, set())
    for transport in transports[2:4]:
        heart.hear(transport)
    for transport in transports[4:]:
        heart.await_reader(transport)
    now = asyncio.get_running_loop().time()
    with capture_logs() as lines:
        heart.tick(now)
        heart.tick(now + 100)
    assert [each.closed for each in transports] == [False, True] * 3
    assert [each["type"] for each in following.read()[3:]] == ["heartbeat", "heartbeat"]
    assert stuck.gone
    assert set(names(lines)) == {("timer failed", KeyError), ("timer failed", OSError)}


@pytest.mark.anyio
async def test_a_heart_that_cannot_tell_the_hour_keeps_its_deadlines() -> None:
    def timeless() -> str:
        raise OSError("no clock")

    well = Feed("two", GrowingHistory(), patience=1.0)
    heart = Heart(feeds_with(well), now=timeless, tick=0.001, interval=0.001)
    transport = Transport(raising=False)
    heart.start()
    heart.hear(transport)
    heart._unheard[transport] = 0.0
    async with asyncio.timeout(PATIENCE):
        while not transport.closed:  # noqa: ASYNC110 - nothing rings for it
            await asyncio.sleep(0.001)
    heart.stop()


@pytest.mark.anyio
async def test_the_watch_goes_on_after_a_look_that_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "EVERY_SECONDS", 0.001)
    feeds, crowd, figures = feeds_with(Raising("one", GrowingHistory())), Crowd(9, 9), Figures()
    looking = Watch(feeds, crowd, figures)
    with capture_logs() as lines:
        looking.start()
        async with asyncio.timeout(PATIENCE):
            while len(lines) < 3:  # noqa: ASYNC110 - nothing rings for a line
                await asyncio.sleep(0.001)
        looking.stop()
    assert set(names(lines)[:3]) == {("timer failed", KeyError)}


@pytest.mark.anyio
async def test_the_watch_tells_what_was_raised_and_how_many_it_cost() -> None:
    class Faulty(CheckingViewer):
        def write(self, data: bytes, /) -> None:
            raise ValueError(len(data))

    history = GrowingHistory()
    feed = Feed("one", history)
    looking = Watch(feeds_with(feed), Crowd(9, 9), Figures())
    with capture_logs() as lines:
        for _ in range(3):
            feed.join(Faulty(feed), None, server_time=HOUR)
        looking.tell()
        looking.tell()
    assert names(lines) == [("fan-out failed", ValueError)]
    assert (lines[0]["ceremony"], lines[0]["viewers_dropped"]) == ("one", 3)


def test_a_measurement_that_raises_holds_up_no_frame_and_no_later_measurement() -> None:
    class Broken:
        def observe(self, _seconds: float) -> None:
            raise ValueError("the collector is gone")

    figures = Figures()
    object.__setattr__(figures, "publish_seconds", Broken())
    journeys = Journeys(figures)
    history, source = History("made-up", 1, "g"), GrowingHistory()
    feed = Feed("made-up", source, pace=journeys.paced(at_once))
    viewer = CheckingViewer(feed)
    feed.join(viewer, None, server_time=HOUR)
    with capture_logs() as lines:
        for version in (1, 2):
            with journeys.appending(history, [version]):
                pass
            with journeys.arriving(history, version):
                source.grow(feed)
    assert [each["version"] for each in viewer.read()[3:]] == [1, 2]
    assert names(lines) == [("measurement failed", ValueError)] * 2


def test_spans_that_cannot_begin_hold_up_no_frame() -> None:
    class Broken:
        def begin(self, *_: object) -> Callable[[], None]:
            raise ValueError("the exporter is gone")

        def __getattr__(self, name: str) -> Any:
            return getattr(NO_TRACES, name)

    journeys = Journeys(Figures(), cast("Traces", Broken()))
    history, source = History("made-up", 1, "g"), GrowingHistory()
    feed = Feed("made-up", source, pace=journeys.paced(at_once))
    viewer = CheckingViewer(feed)
    feed.join(viewer, None, server_time=HOUR)
    with capture_logs() as lines:
        with journeys.appending(history, [1]):
            pass
        with journeys.arriving(history, 1):
            source.grow(feed)
    assert [each["version"] for each in viewer.read()[3:]] == [1]
    assert set(names(lines)) == {("measurement failed", ValueError)}


class Unreadable(MemoryStore):
    """A store whose reader raises what nobody foresaw."""

    async def read(
        self, history: History, after: int = 0, limit: int | None = None
    ) -> AsyncIterator[Recorded]:
        if limit is not None:
            raise KeyError("read")
        async for each in super().read(history, after, limit):
            yield each


@pytest.mark.anyio
async def test_a_desk_stream_that_raises_is_told_whole_and_ends_in_order() -> None:
    store, seats = Unreadable(), Seats()
    await store.begin(recorded(LIVE, "one"))
    nights = Nights(store, Feeds())
    await nights.start()
    tokens = Tokens(store, now=lambda: HOUR, operator="a-token-for-tests-of-it")
    night, grant = nights.get("one"), tokens.grant("Bearer a-token-for-tests-of-it")
    assert night is not None
    news = DeskNews(store, nights, seats, tokens)
    with capture_logs() as lines:
        told = [each async for each in events_of(news.messages(night, cast("Grant", grant)))]
    await nights.stop()
    assert len(told) == 1
    assert names(lines) == [("desk failed", KeyError)]
