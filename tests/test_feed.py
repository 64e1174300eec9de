from collections.abc import Callable

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from feed_doubles import HOUR, CheckingViewer, GrowingHistory
from web.sockets.feed import Cursor, Feed, Feeds
from web.sockets.messages import CaughtUp, Heartbeat, Hello, Resync
from web.sockets.wires import SOCKET, STREAM, Wire

WIRES = pytest.mark.parametrize("wire", [SOCKET, STREAM], ids=["socket", "stream"])


def feed_at(
    version: int, *, board_bytes: int = 200, frame_bytes: int = 60
) -> tuple[Feed, GrowingHistory]:
    history = GrowingHistory(version=version, board_bytes=board_bytes, frame_bytes=frame_bytes)
    return Feed("oscars-97", history), history


def joined(
    feed: Feed, cursor: Cursor | None = None, *, wire: Wire = SOCKET, capacity: int = 10**9
) -> CheckingViewer:
    viewer = CheckingViewer(feed, wire, cursor, capacity)
    feed.join(viewer, cursor, server_time=HOUR)
    return viewer


@WIRES
def test_a_new_viewer_gets_hello_keyframe_caught_up_in_one_write_and_then_frames(
    wire: Wire,
) -> None:
    feed, history = feed_at(7)
    viewer = joined(feed, wire=wire)
    assert viewer.writes == 1
    history.grow(feed)
    hello, keyframe, caught_up, frame = viewer.read()
    assert hello == {
        "type": "hello",
        "ceremony": "oscars-97",
        "epoch": "e-1",
        "version": 7,
        "server_time": HOUR,
    }
    assert (keyframe["type"], keyframe["version"]) == ("keyframe", 7)
    assert caught_up == {"type": "caught-up", "version": 7}
    assert frame["version"] == 8


def test_the_preface_goes_out_with_the_first_write() -> None:
    feed, _ = feed_at(1)
    viewer = CheckingViewer(feed)
    feed.join(viewer, None, server_time=HOUR, preface=b"HTTP/1.1 101\r\n\r\n")
    assert viewer.writes == 1
    assert viewer.unread.startswith(b"HTTP/1.1 101\r\n\r\n\x81")


@WIRES
def test_a_viewer_with_a_cursor_gets_just_the_frames_it_misses(wire: Wire) -> None:
    feed, _ = feed_at(9)
    viewer = joined(feed, Cursor("e-1", 7), wire=wire)
    viewer.read()
    assert viewer.types == ["hello", "frame", "frame", "caught-up"]
    assert viewer.place == Cursor("e-1", 9)


def test_a_viewer_at_the_head_is_caught_up_at_once() -> None:
    feed, _ = feed_at(9)
    viewer = joined(feed, Cursor("e-1", 9))
    viewer.read()
    assert viewer.types == ["hello", "caught-up"]


def test_a_keyframe_replaces_missing_frames_that_are_larger() -> None:
    feed, _ = feed_at(40, board_bytes=500, frame_bytes=100)
    viewer = joined(feed, Cursor("e-1", 20))
    viewer.read()
    assert viewer.types == ["hello", "keyframe", "caught-up"]


@pytest.mark.parametrize("cursor", [Cursor("e-0", 3), Cursor("e-1", 10), Cursor("E-1", 9)])
def test_a_cursor_of_another_epoch_or_past_the_head_gets_a_keyframe(cursor: Cursor) -> None:
    feed, _ = feed_at(9)
    viewer = joined(feed, cursor)
    viewer.read()
    assert viewer.types == ["hello", "keyframe", "caught-up"]


def test_a_source_that_lost_frames_answers_with_a_keyframe() -> None:
    class Forgetful(GrowingHistory):
        def frames(self, after: int) -> list[bytes]:
            return list(super().frames(after))[:-1]

    feed = Feed("oscars-97", Forgetful(version=9))
    viewer = joined(feed, Cursor("e-1", 7))
    viewer.read()
    assert viewer.types == ["hello", "keyframe", "caught-up"]


def test_viewers_that_return_together_share_one_catch_up() -> None:
    class Counting(GrowingHistory):
        asked = 0

        def frames(self, after: int) -> list[bytes]:
            self.asked += 1
            return list(super().frames(after))

    history = Counting(version=9)
    feed = Feed("oscars-97", history)
    for _ in range(100):
        joined(feed, Cursor("e-1", 7)).read()
    assert history.asked == 1


def test_a_join_with_an_old_cursor_builds_no_frame_that_it_does_not_get() -> None:
    class Counting(GrowingHistory):
        built = 0

        def frame(self, version: int) -> bytes:
            self.built += 1
            return super().frame(version)

        def size(self, after: int) -> int:
            return self.frame_bytes * (self.version - after)

    history = Counting(version=50_000, board_bytes=20_000, frame_bytes=100)
    feed = Feed("oscars-97", history)
    viewers = [joined(feed, Cursor("e-1", 100 * n)) for n in range(100)]
    assert history.built == 0
    for viewer in viewers:
        viewer.read()
        assert viewer.types == ["hello", "keyframe", "caught-up"]
    last = joined(feed, Cursor("e-1", 50_000 - 199))
    last.read()
    assert last.types == ["hello", *["frame"] * 199, "caught-up"]
    assert history.built == 199, "as many as are smaller than the board"


def test_cursors_from_everywhere_leave_little_behind() -> None:
    feed, _ = feed_at(200)
    for version in range(200):
        joined(feed, Cursor("e-1", version)).read()
    assert len(feed._catch_ups._stretches) <= 64


@WIRES
def test_a_heartbeat_carries_the_version_and_the_hour(wire: Wire) -> None:
    feed, _ = feed_at(3)
    viewer = joined(feed, wire=wire)
    viewer.read()
    feed.beat(HOUR)
    assert viewer.read() == [{"type": "heartbeat", "version": 3, "server_time": HOUR}]


def test_a_frame_is_framed_once_for_all_viewers_of_a_wire() -> None:
    feed, history = feed_at(0)
    viewers = [joined(feed) for _ in range(3)]
    for viewer in viewers:
        viewer.read()
    written: list[bytes] = []
    for viewer in viewers:
        viewer.write = written.append  # type: ignore[method-assign]  # to see the very objects
    history.grow(feed)
    assert len(written) == 3
    assert len({id(data) for data in written}) == 1


def test_a_slow_viewer_is_skipped_and_resynced_with_one_keyframe() -> None:
    feed, history = feed_at(0, frame_bytes=100)
    slow, quick = joined(feed, capacity=1000), joined(feed)
    slow.read()
    quick.read()
    for _ in range(50):
        history.grow(feed)
    assert slow.slow
    assert len(slow.unread) <= 1000 + 102
    slow.read()
    assert slow.place == Cursor("e-1", 10)
    slow.read()
    assert slow.types[-3:] == ["resync", "keyframe", "caught-up"]
    assert slow.log[-3] == {"type": "resync", "reason": "slow", "epoch": "e-1"}
    assert slow.place == Cursor("e-1", 50)
    quick.read()
    assert quick.types.count("frame") == 50
    assert (feed.resyncs, feed.frames_out) == (1, 60)


@WIRES
def test_a_slow_viewer_that_missed_little_gets_the_very_frames(wire: Wire) -> None:
    feed, history = feed_at(5)
    viewer = joined(feed, wire=wire, capacity=10)
    for _ in range(3):
        history.grow(feed)
    viewer.read()
    viewer.read()
    assert viewer.types == ["hello", "keyframe", "caught-up", "frame", "frame", "frame"]
    assert (feed.resyncs, feed.frames_out, feed.lag) == (0, 3, 0)


def test_a_slow_viewer_that_missed_nothing_just_goes_on() -> None:
    feed, history = feed_at(5)
    viewer = joined(feed, capacity=10)
    assert viewer.slow
    viewer.read()
    assert not viewer.slow
    assert viewer.unread == b""
    history.grow(feed)
    viewer.read()
    assert viewer.types == ["hello", "keyframe", "caught-up", "frame"]


def test_the_lag_is_that_of_the_slowest_viewer() -> None:
    feed, history = feed_at(5)
    viewer = joined(feed, capacity=10)
    assert feed.lag == 0
    for _ in range(3):
        history.grow(feed)
    late = joined(feed, capacity=10)
    history.grow(feed)
    assert (late.slow, feed.slow, feed.lag) == (True, 2, 4)
    viewer.leave()
    assert feed.lag == 1


def test_viewers_are_counted_by_their_wire_wherever_they_stand() -> None:
    feed, held = held_back(5)
    joined(feed, wire=STREAM)
    joined(feed, wire=STREAM, capacity=10)
    held.grow(feed)
    joined(feed, wire=STREAM)
    joined(feed)
    assert (feed.viewers_of(STREAM), feed.viewers_of(SOCKET), feed.viewers) == (3, 1, 4)


# What waits for the pace


def never(_: Callable[[], None]) -> None:
    """Keep everything back."""


def held_back(version: int) -> tuple[Feed, GrowingHistory]:
    """Return a feed that writes when its `flush` is called, and no sooner."""
    history = GrowingHistory(version=version)
    return Feed("oscars-97", history, pace=never), history


@WIRES
def test_frames_that_waited_go_out_together_in_one_write(wire: Wire) -> None:
    feed, history = held_back(5)
    viewer = joined(feed, wire=wire)
    for _ in range(4):
        history.grow(feed)
    assert viewer.writes == 1
    feed.flush()
    feed.flush()
    assert viewer.writes == 2
    viewer.read()
    assert viewer.types[3:] == ["frame"] * 4
    assert feed.frames_out == 4


def test_who_joins_while_frames_wait_gets_none_of_them_twice() -> None:
    feed, history = held_back(5)
    early = joined(feed)
    history.grow(feed)
    between = joined(feed, Cursor("e-1", 5))
    history.grow(feed)
    late = joined(feed)
    feed.flush()
    for viewer in (early, between, late):
        viewer.read()
        assert viewer.place == Cursor("e-1", 7)
    assert early.types == ["hello", "keyframe", "caught-up", "frame", "frame"]
    assert between.types == ["hello", "frame", "caught-up", "frame"]
    assert late.types == ["hello", "keyframe", "caught-up"]
    assert feed.frames_out == 3
    history.grow(feed)
    feed.flush()
    assert late.read()[-1]["version"] == 8


def test_a_heartbeat_lets_out_what_waits() -> None:
    feed, history = held_back(5)
    viewer = joined(feed)
    history.grow(feed)
    feed.beat(HOUR)
    viewer.read()
    assert viewer.types[3:] == ["frame", "heartbeat"]


def test_a_new_history_drops_what_waits_of_the_old_one() -> None:
    feed, history = held_back(5)
    viewer = joined(feed)
    history.grow(feed)
    ahead = joined(feed)
    rehearsal = GrowingHistory("e-2", 3)
    feed.replace(rehearsal, "new-history")
    feed.flush()
    rehearsal.grow(feed)
    feed.flush()
    for each in (viewer, ahead):
        each.read()
        assert each.types[3:] == ["resync", "keyframe", "caught-up", "frame"]
        assert each.place == Cursor("e-2", 4)


def test_a_viewer_is_aborted_after_30_seconds_without_progress() -> None:
    feed, _ = feed_at(5)
    viewer = joined(feed, capacity=10)
    feed.check(100.0)
    feed.check(129.9)
    assert not viewer.gone
    feed.check(130.0)
    assert viewer.gone
    assert (feed.aborted, feed.viewers) == (1, 0)


def test_progress_earns_a_slow_viewer_another_30_seconds() -> None:
    feed, _ = feed_at(5)
    viewer = joined(feed, capacity=10)
    feed.check(100.0)
    viewer.unread = viewer.unread[1:]
    feed.check(125.0)
    feed.check(154.0)
    assert not viewer.gone
    feed.check(155.0)
    assert viewer.gone


def test_a_new_history_starts_every_viewer_over() -> None:
    feed, _ = feed_at(5)
    here, slow = joined(feed), joined(feed, capacity=10)
    here.read()
    rehearsal = GrowingHistory("e-2", 5)
    feed.replace(rehearsal, "new-history")
    here.read()
    assert here.types[-3:] == ["resync", "keyframe", "caught-up"]
    assert here.log[-3] == {"type": "resync", "reason": "new-history", "epoch": "e-2"}
    assert here.place == Cursor("e-2", 5)
    slow.read()
    slow.read()
    assert slow.place == Cursor("e-2", 5)
    rehearsal.grow(feed)
    here.read()
    assert here.place == Cursor("e-2", 6)


def test_a_version_skipped_by_the_publisher_is_healed_and_never_shown_as_a_gap() -> None:
    feed, history = feed_at(5)
    viewer = joined(feed)
    history.version = 8
    feed.publish(history.frame(8), 8)
    viewer.read()
    assert viewer.types[-3:] == ["resync", "keyframe", "caught-up"]
    assert viewer.place == Cursor("e-1", 8)


def test_a_join_between_the_source_and_its_publication_sees_no_version_twice() -> None:
    feed, history = feed_at(5)
    early = joined(feed, wire=STREAM)
    history.version = 6
    late = joined(feed)
    feed.publish(history.frame(6), 6)
    history.grow(feed)
    for viewer in (early, late):
        viewer.read()
        assert viewer.place == Cursor("e-1", 7)


def test_a_viewer_that_resumes_before_the_publication_sees_no_version_twice() -> None:
    feed, history = feed_at(5)
    viewer = joined(feed, capacity=10)
    history.version = 7
    viewer.read()
    viewer.read()
    assert viewer.place == Cursor("e-1", 7)
    feed.publish(history.frame(6), 6)
    feed.publish(history.frame(7), 7)
    history.grow(feed)
    viewer.read()
    assert viewer.place == Cursor("e-1", 8)


def test_a_viewer_closed_behind_the_feed_costs_the_others_nothing() -> None:
    feed, history = feed_at(5)
    dead, alive = joined(feed), joined(feed)
    dead.gone = True
    history.grow(feed)
    alive.read()
    assert alive.place == Cursor("e-1", 6)
    assert feed.viewers == 1


def test_leaving_twice_or_before_joining_is_harmless() -> None:
    feed, _ = feed_at(5)
    viewer = CheckingViewer(feed)
    feed.leave(viewer)
    feed.join(viewer, None, server_time=HOUR)
    feed.leave(viewer)
    feed.leave(viewer)
    feed.resume(viewer)
    assert feed.viewers == 0


def test_feeds_are_found_by_ceremony_and_never_replaced_silently() -> None:
    feeds = Feeds()
    feed, _ = feed_at(0)
    feeds.add(feed)
    assert feeds.get("oscars-97") is feed
    assert feeds.get("oscars-98") is None
    assert list(feeds) == [feed]
    with pytest.raises(ValueError, match="has a feed already"):
        feeds.add(feed)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (
            Hello("a", "e", 1, HOUR),
            f'{{"type":"hello","ceremony":"a","epoch":"e","version":1,"server_time":"{HOUR}"}}',
        ),
        (CaughtUp(3), '{"type":"caught-up","version":3}'),
        (Heartbeat(3, HOUR), f'{{"type":"heartbeat","version":3,"server_time":"{HOUR}"}}'),
        (Resync("slow", "e"), '{"type":"resync","reason":"slow","epoch":"e"}'),
    ],
)
def test_messages_look_as_the_contract_says(message: object, text: str) -> None:
    assert msgspec.json.encode(message).decode() == text


class AnyEvening(RuleBasedStateMachine):
    """Whatever comes in whatever order, each viewer sees each version once, in order."""

    viewers = Bundle("viewers")

    def __init__(self) -> None:
        super().__init__()
        self.history = GrowingHistory("e-1", 3, board_bytes=300, frame_bytes=70)
        self.hurried = True
        self.most_held = 0
        self.feed = Feed("oscars-97", self.history, patience=30.0, pace=self.pace)
        self.histories = 1
        self.now = 0.0
        self.present: list[CheckingViewer] = []

    @rule(
        target=viewers,
        wire=st.sampled_from([SOCKET, STREAM]),
        capacity=st.integers(100, 2000),
        epoch=st.sampled_from(["e-1", "e-2", None]),
        version=st.integers(0, 30),
    )
    def join(self, wire: Wire, capacity: int, epoch: str | None, version: int) -> CheckingViewer:
        cursor = None if epoch is None else Cursor(epoch, version)
        viewer = joined(self.feed, cursor, wire=wire, capacity=capacity)
        self.present.append(viewer)
        return viewer

    def pace(self, flush: Callable[[], None]) -> None:
        if self.hurried:
            flush()
        self.most_held = max(self.most_held, sum(map(len, self.feed._pending)))

    @rule()
    def hold_back(self) -> None:
        self.hurried = False

    @rule()
    def let_out(self) -> None:
        self.hurried = True
        self.feed.flush()

    @rule(count=st.integers(1, 12))
    def publish(self, count: int) -> None:
        for _ in range(count):
            self.history.grow(self.feed)

    @rule(count=st.integers(2, 4))
    def publish_a_batch(self, count: int) -> None:
        first = self.history.version + 1
        self.history.version += count
        for version in range(first, first + count):
            self.feed.publish(self.history.frame(version), version)

    @rule(viewer=viewers)
    def read(self, viewer: CheckingViewer) -> None:
        viewer.read()

    @rule(viewer=consumes(viewers))
    def leave(self, viewer: CheckingViewer) -> None:
        viewer.leave()
        self.present.remove(viewer)

    @rule(viewer=viewers)
    def break_off(self, viewer: CheckingViewer) -> None:
        viewer.gone = True

    @rule(version=st.integers(0, 20))
    def begin_again(self, version: int) -> None:
        self.histories += 1
        self.history = GrowingHistory(
            f"e-{self.histories}", version, board_bytes=300, frame_bytes=70
        )
        self.feed.replace(self.history, "new-history")

    @rule()
    def beat(self) -> None:
        self.feed.beat(HOUR)

    @rule(seconds=st.floats(0, 40))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self.feed.check(self.now)

    @invariant()
    def no_one_holds_more_than_the_mark_and_one_catch_up(self) -> None:
        most = 800 + 2 * self.most_held
        assert all(len(viewer.unread) <= viewer.capacity + most for viewer in self.present)

    def teardown(self) -> None:
        self.feed.flush()
        head = Cursor(self.history.epoch, self.history.version)
        for viewer in self.present:
            while viewer.unread:
                viewer.read()
            assert viewer.gone or viewer.place == head


AnyEvening.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestAnyEvening = AnyEvening.TestCase
