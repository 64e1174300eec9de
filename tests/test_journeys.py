from contextlib import suppress

from events.store import History, WrongExpectedVersion
from feed_doubles import HOUR, CheckingViewer, GrowingHistory
from web.observed.figures import Figures
from web.observed.journeys import Journeys
from web.sockets.feed import Feed
from web.sockets.pace import Flush, at_once

HISTORY = History("made-up", 1, "g")


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Slow:
    """A pace that keeps everything until it is told."""

    def __init__(self) -> None:
        self.flush: Flush | None = None

    def __call__(self, flush: Flush) -> None:
        self.flush = self.flush or flush

    def go(self) -> None:
        flush, self.flush = self.flush, None
        assert flush is not None
        flush()


class Way:
    """A desk's append and a board's projection, by hand."""

    def __init__(self, pace: Slow | None = None) -> None:
        self.clock = Clock()
        self.figures = Figures()
        self.journeys = Journeys(self.figures, clock=self.clock)
        self.source = GrowingHistory()
        self.feed = Feed("made-up", self.source, pace=self.journeys.paced(pace or at_once))
        self.viewer = CheckingViewer(self.feed)
        self.feed.join(self.viewer, None, server_time=HOUR)

    def append(self, *versions: int, seconds: float = 1.0) -> None:
        with self.journeys.appending(HISTORY, versions):
            self.clock.seconds += seconds

    def arrive(self, version: int, history: History = HISTORY) -> None:
        with self.journeys.arriving(history, version):
            self.source.grow(self.feed)

    def seen(self, name: str) -> tuple[float, float]:
        """Return how many were observed, and their sum in seconds."""
        count = self.figures.registry.get_sample_value(f"{name}_count")
        total = self.figures.registry.get_sample_value(f"{name}_sum")
        assert count is not None
        assert total is not None
        return count, total


def test_a_journey_lasts_from_the_append_until_the_frame_is_written() -> None:
    way = Way()
    way.append(1)
    way.clock.seconds += 0.5
    way.arrive(1)
    assert way.seen("tracker_append_seconds") == (1, 1.0)
    assert way.seen("tracker_publish_seconds") == (1, 1.5)


def test_frames_that_wait_for_each_other_arrive_when_they_are_written() -> None:
    pace = Slow()
    way = Way(pace)
    way.append(1, 2)
    way.arrive(1)
    way.arrive(2)
    assert way.seen("tracker_publish_seconds") == (0, 0)
    way.clock.seconds += 0.25
    pace.go()
    assert way.seen("tracker_publish_seconds") == (2, 2.5)
    assert [each["version"] for each in way.viewer.read() if each["type"] == "frame"] == [1, 2]


def test_an_append_that_fails_has_no_journey() -> None:
    way = Way()
    with suppress(WrongExpectedVersion), way.journeys.appending(HISTORY, [1]):
        raise WrongExpectedVersion("made-up", 0, 1)
    way.arrive(1)
    assert way.seen("tracker_append_seconds") == (0, 0)
    assert way.seen("tracker_publish_seconds") == (0, 0)


def test_what_others_appended_has_no_journey_and_takes_nobody_elses() -> None:
    way = Way()
    way.append(1)
    way.arrive(1, History("made-up", 2, "g"))
    assert way.seen("tracker_publish_seconds") == (0, 0)
    way.arrive(1)
    assert way.seen("tracker_publish_seconds") == (1, 1.0)


def test_journeys_that_never_arrive_do_not_pile_up() -> None:
    way = Way()
    for version in range(1, 5000):
        way.append(version, seconds=0)
    assert len(way.journeys._under_way) < 2000
