"""What nobody foresaw in the fan-out: a viewer's fault costs that viewer, and no frame is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from feed_doubles import HOUR, CheckingViewer, GrowingHistory
from web.sockets.feed import Cursor, Feed
from web.sockets.wires import SOCKET, STREAM, SocketWire, Wire


class Faulty(CheckingViewer):
    """A viewer whose far end raises what nobody foresaw, once told to."""

    problem: Exception | None = None
    stuck = False

    def write(self, data: bytes, /) -> None:
        if self.problem is not None:
            raise self.problem
        super().write(data)

    def backlog(self) -> int:
        if self.problem is not None:
            raise self.problem
        return super().backlog()

    def abort(self) -> None:
        super().abort()
        if self.stuck:
            raise OSError("even that")


class FlakyWire(SocketWire):
    """A wire that cannot frame anything, as often as told."""

    failures = 0

    def plain(self, message: bytes) -> bytes:
        if self.failures:
            self.failures -= 1
            raise ValueError("made up")
        return super().plain(message)


def joined(feed: Feed, wire: Wire = SOCKET, *, capacity: int = 10**9) -> Faulty:
    viewer = Faulty(feed, wire, None, capacity)
    feed.join(viewer, None, server_time=HOUR)
    return viewer


ANY_PROBLEM = pytest.mark.parametrize(
    "problem",
    [
        KeyError("viewer"),
        ValueError("made up"),
        OSError(9, "bad descriptor"),
        RuntimeError("made up"),
    ],
    ids=lambda problem: type(problem).__name__,
)


@ANY_PROBLEM
@pytest.mark.parametrize("stuck", [False, True], ids=["aborts", "cannot even abort"])
def test_a_viewer_that_raises_is_dropped_alone_and_counted(
    problem: Exception, *, stuck: bool
) -> None:
    history = GrowingHistory(version=5)
    feed = Feed("oscars-97", history)
    before, faulty, after = joined(feed), joined(feed), joined(feed, STREAM)
    faulty.problem, faulty.stuck = problem, stuck
    history.grow(feed)
    history.grow(feed)
    feed.beat(HOUR)
    for each in (before, after):
        each.read()
        assert each.types[3:] == ["frame", "frame", "heartbeat"]
    assert faulty.gone
    assert (feed.viewers, feed.failed, feed.aborted, feed.resyncs) == (2, 1, 0, 0)
    assert feed.take_fault() is problem
    assert feed.take_fault() is None, "it is told once"


def _publish(feed: Feed, history: GrowingHistory, viewer: Faulty) -> None:
    viewer.problem = KeyError("made up")
    history.grow(feed)


def _beat(feed: Feed, _: GrowingHistory, viewer: Faulty) -> None:
    viewer.problem = KeyError("made up")
    feed.beat(HOUR)


def _replace(feed: Feed, _: GrowingHistory, viewer: Faulty) -> None:
    viewer.problem = KeyError("made up")
    feed.replace(GrowingHistory("e-2", 2), "new-history")


def _resume(feed: Feed, history: GrowingHistory, viewer: Faulty) -> None:
    feed.pause(viewer)
    history.grow(feed)
    viewer.problem = KeyError("made up")
    feed.resume(viewer)


def _check(feed: Feed, _: GrowingHistory, viewer: Faulty) -> None:
    feed.pause(viewer)
    viewer.problem = KeyError("made up")
    feed.check(1.0)


def _flush_ahead(feed: Feed, history: GrowingHistory, viewer: Faulty) -> None:
    held: list[Callable[[], None]] = []
    feed._pace = held.append
    history.grow(feed)
    feed.leave(viewer)
    feed.join(viewer, None, server_time=HOUR)
    history.grow(feed)
    viewer.problem = KeyError("made up")
    feed.flush()


@pytest.mark.parametrize("path", [_publish, _beat, _replace, _resume, _check, _flush_ahead])
def test_every_path_to_a_viewer_that_raises_ends_with_that_viewer(
    path: Callable[[Feed, GrowingHistory, Faulty], None],
) -> None:
    history = GrowingHistory(version=5)
    feed = Feed("oscars-97", history)
    other, faulty, last = joined(feed), joined(feed), joined(feed)
    path(feed, history, faulty)
    assert faulty.gone
    assert feed.failed == 1
    feed.beat(HOUR)
    for each in (other, last):
        assert each.read()[-1]["type"] == "heartbeat"
        assert each.place == Cursor(feed.source.epoch, feed.source.version)
    assert feed.viewers == 2


def test_a_viewer_that_raises_as_it_joins_is_not_followed() -> None:
    feed = Feed("oscars-97", GrowingHistory(version=5))
    viewer = Faulty(feed)
    viewer.problem = KeyError("made up")
    feed.join(viewer, None, server_time=HOUR)
    assert viewer.gone
    assert (feed.viewers, feed.failed) == (0, 1)


def test_of_many_that_check_for_progress_one_that_raises_hides_none() -> None:
    feed = Feed("oscars-97", GrowingHistory(version=5), patience=30.0)
    slow = [joined(feed, capacity=10) for _ in range(3)]
    feed.check(100.0)
    slow[0].problem, slow[0].stuck = OSError("no such descriptor"), True
    feed.check(130.0)
    assert all(each.gone for each in slow)
    assert (feed.failed, feed.aborted, feed.viewers) == (1, 2, 0)


def test_a_wire_that_cannot_frame_a_message_starts_its_viewers_over_and_no_others() -> None:
    history = GrowingHistory(version=5)
    feed = Feed("oscars-97", history)
    flaky = FlakyWire()
    viewers = [joined(feed), joined(feed, flaky), joined(feed, flaky), joined(feed, STREAM)]
    flaky.failures = 1
    history.grow(feed)
    assert isinstance(feed.take_fault(), ValueError)
    history.grow(feed)
    for each in viewers:
        each.read()  # holds every message against the contract: no gap, nothing twice
        again = ["resync", "keyframe", "caught-up"] if each.wire is flaky else ["frame"]
        assert each.types[3:] == [*again, "frame"]
        assert each.place == Cursor("e-1", 7)
    assert (feed.viewers, feed.failed, feed.resyncs) == (4, 0, 2)


def test_a_wire_that_cannot_even_start_over_loses_its_viewers_and_shows_no_gap() -> None:
    history = GrowingHistory(version=5)
    feed = Feed("oscars-97", history)
    flaky = FlakyWire()
    viewers = [joined(feed), joined(feed, flaky), joined(feed, STREAM)]
    flaky.failures = 2
    history.grow(feed)
    history.grow(feed)
    for each in viewers:
        each.read()
        assert each.place == Cursor("e-1", 5 if each.wire is flaky else 7)
        assert each.gone == (each.wire is flaky)
    assert (feed.viewers, feed.failed) == (2, 1)


def test_a_heartbeat_that_cannot_be_framed_is_left_out() -> None:
    feed = Feed("oscars-97", GrowingHistory(version=5))
    flaky = FlakyWire()
    viewer = joined(feed, flaky)
    flaky.failures = 1
    feed.beat(HOUR)
    feed.beat(HOUR)
    assert [each["type"] for each in viewer.read()[3:]] == ["heartbeat"]
    assert isinstance(feed.take_fault(), ValueError)


def test_frames_that_cannot_be_framed_for_one_that_joined_meanwhile_cost_that_one() -> None:
    history = GrowingHistory(version=5)
    feed = Feed("oscars-97", history)
    other = joined(feed)
    feed._pace = lambda _flush: None
    history.grow(feed)
    flaky = FlakyWire()
    ahead = joined(feed, flaky)
    history.grow(feed)
    flaky.failures = 1
    feed.flush()
    assert ahead.gone
    assert other.read()[-1]["version"] == 7
    assert (feed.viewers, feed.failed) == (1, 1)


def test_a_viewer_that_cannot_be_brought_up_to_date_is_dropped_and_not_left_with_a_gap() -> None:
    history = GrowingHistory(version=5)
    feed = Feed("oscars-97", history)
    flaky = FlakyWire()
    viewer = joined(feed, flaky, capacity=10)
    viewer.capacity = 10**9
    history.grow(feed)
    flaky.failures = 1
    viewer.read()
    assert viewer.gone
    assert (feed.viewers, feed.failed) == (0, 1)


class Unwilling(GrowingHistory):
    """A source whose board cannot be told."""

    def keyframe(self) -> bytes:
        raise ValueError("made up")


def test_a_history_whose_board_cannot_be_told_takes_its_place_and_ends_what_it_cannot_show() -> (
    None
):
    feed = Feed("oscars-97", GrowingHistory(version=5))
    viewer = joined(feed)
    rehearsal = Unwilling("e-2", 2)
    feed.replace(rehearsal, "new-history")
    rehearsal.grow(feed)
    viewer.read()
    assert viewer.place == Cursor("e-1", 5)
    assert viewer.gone
    assert (feed.source, feed.version, feed.viewers) == (rehearsal, 3, 0)
    assert isinstance(feed.take_fault(), ValueError)
