import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.clock import Clock, ManualClock, WallClock
from replay.player import Declined, Happening, Moved, Played, Player, merge_seeks, paced
from replay.playhead import Control, Pause, Play, Playhead, Seek, Speed, Step

TIMES = [0, 1000, 1000, 61_000]


class Audience:
    """Moves the time on, and collects what happens."""

    def __init__(self, times: list[int], head: Playhead | None = None) -> None:
        self.player = Player(times, head)
        self.now = 1000.0
        self.began = self.player.begin(self.now)

    def advance(self, seconds: float) -> list[Happening]:
        """Return what is due by then, and whatever is due by now already."""
        self.now += seconds
        seen: list[Happening] = []
        while (happening := self.player.due(self.now)) is not None:
            seen.append(happening)
        return seen

    def obey(self, wish: Control | Declined) -> list[Happening]:
        return list(self.player.obey(wish, self.now))


def test_versions_are_played_at_their_times() -> None:
    audience = Audience(TIMES)
    assert audience.advance(0) == [Played(1)]
    assert audience.advance(0.9) == []
    assert audience.player.wait == pytest.approx(0.1)
    assert audience.advance(0.1) == [Played(2), Played(3)]


def test_it_begins_by_saying_where_and_counts_from_there() -> None:
    player = Player(TIMES, Playhead(version=1, speed=2))
    assert player.begin(100) == Moved(Playhead(version=1, since=100, speed=2), 0)
    assert player.due(100.49) is None
    assert player.due(100.5) == Played(2)


def test_what_is_far_behind_is_caught_up_in_order() -> None:
    audience = Audience([each * 1000 for each in range(500)], Playhead(speed=3600))
    audience.advance(0)
    assert audience.advance(0.1) == [Played(version) for version in range(2, 362)]


def test_oversleeping_does_not_delay_what_follows() -> None:
    audience = Audience([0, 1000, 2000, 9000])
    audience.advance(0)
    assert audience.advance(1.75) == [Played(2)]
    assert audience.advance(0.25) == [Played(3)]


def test_a_pause_holds_the_time_still() -> None:
    audience = Audience(TIMES)
    audience.advance(0)
    assert audience.advance(0.5) == []
    (moved,) = audience.obey(Pause())
    assert isinstance(moved, Moved)
    assert (moved.head.version, moved.t, moved.head.state) == (1, 500, "paused")
    assert audience.advance(1000) == []
    assert audience.player.wait is None
    (moved,) = audience.obey(Play())
    assert isinstance(moved, Moved)
    assert (moved.t, moved.head.state) == (500, "playing")
    assert audience.advance(0.5) == [Played(2), Played(3)]


def test_a_step_plays_one_version_and_then_says_where_it_stands() -> None:
    audience = Audience(TIMES)
    audience.advance(0)
    stepped, moved = audience.obey(Step())
    assert stepped == Played(2)
    assert isinstance(moved, Moved)
    assert (moved.head.version, moved.t, moved.head.state) == (2, 1000, "paused")


def test_a_seek_is_told_as_a_jump_and_plays_on_from_there() -> None:
    audience = Audience(TIMES, Playhead(speed=60))
    audience.advance(0)
    (moved,) = audience.obey(Seek(3))
    assert isinstance(moved, Moved)
    assert (moved.head.version, moved.t, moved.sought) == (3, 1000, True)
    (moved,) = audience.obey(Speed(10))
    assert isinstance(moved, Moved)
    assert (moved.head.speed, moved.sought) == (10, False)
    audience.obey(Seek(1))
    assert audience.advance(0.1) == [Played(2), Played(3)]


def test_a_refused_control_changes_nothing() -> None:
    audience = Audience(TIMES)
    audience.advance(0)
    (refused,) = audience.obey(Seek(9))
    assert isinstance(refused, Declined)
    assert "0 to 4" in refused.detail
    assert audience.obey(Declined("unreadable")) == [Declined("unreadable")]
    assert audience.advance(1.0) == [Played(2), Played(3)]


def test_controls_are_obeyed_between_two_versions_that_are_both_due() -> None:
    player = Player([0] * 1000)
    player.begin(0)
    assert [player.due(0) for _ in range(3)] == [Played(1), Played(2), Played(3)]
    (moved,) = player.obey(Pause(), 0)
    assert isinstance(moved, Moved)
    assert (moved.head.version, moved.head.state) == (3, "paused")
    assert player.due(100) is None


def test_it_ends_by_saying_once_that_it_has_finished() -> None:
    *played, moved = Audience([0, 0]).advance(1)
    assert played == [Played(1), Played(2)]
    assert isinstance(moved, Moved)
    assert (moved.head.version, moved.t, moved.head.state) == (2, 0, "finished")


def test_what_is_appended_meanwhile_is_played_too() -> None:
    times = [0, 1000]
    audience = Audience(times)
    audience.advance(0)
    times.append(2000)
    assert audience.advance(1.0) == [Played(2)]


_WISHES = st.lists(
    st.one_of(
        st.integers(0, 6).map(Seek),
        st.sampled_from([Play(), Pause(), Step(), Speed(2), Speed(60), Declined("unreadable")]),
    ),
    max_size=12,
)


@given(_WISHES)
def test_merged_seeks_end_where_the_controls_would_have_led(
    wishes: list[Control | Declined],
) -> None:
    plain, merged = Audience(TIMES), Audience(TIMES)
    as_sent = [happening for wish in wishes for happening in plain.obey(wish)]
    as_merged = [
        happening for wish in merge_seeks(wishes, len(TIMES)) for happening in merged.obey(wish)
    ]
    assert merged.player.head == plain.player.head
    answers = [type(each) for each in as_sent if not isinstance(each, Played)]
    assert [type(each) for each in as_merged if not isinstance(each, Played)] == answers
    shown = [each for each in as_sent if isinstance(each, Played)]
    assert [each for each in as_merged if isinstance(each, Played)] == shown


def test_seeks_are_merged_up_to_a_step_and_past_a_refused_one() -> None:
    wishes: list[Control | Declined] = [
        Seek(1),
        Pause(),
        Seek(9),
        Seek(2),
        Step(),
        Seek(3),
        Seek(4),
    ]
    assert merge_seeks(wishes, 4) == [
        Seek(2),
        Pause(),
        Seek(9),
        Seek(2),
        Step(),
        Seek(4),
        Seek(4),
    ]


@pytest.mark.anyio
async def test_items_come_at_their_pace() -> None:
    clock = ManualClock()
    items = paced("abc", [0, 1000, 120_000], clock, Playhead(speed=2, idle=10_000))
    assert await anext(items) == "a"
    for seconds, item in ((0.5, "b"), (5.0, "c")):
        coming = asyncio.ensure_future(anext(items))
        await clock.asleep()
        clock.advance(seconds - 0.01)
        await clock.asleep()
        assert not coming.done()
        clock.advance(0.01)
        assert await coming == item
    assert [item async for item in items] == []


@pytest.mark.anyio
@pytest.mark.parametrize("make", [WallClock, ManualClock])
async def test_a_clock_wakes_for_the_bell_and_for_what_is_already_due(
    make: Callable[[], Clock],
) -> None:
    clock, bell = make(), asyncio.Event()
    await clock.sleep(clock.now(), bell)
    asyncio.get_running_loop().call_soon(bell.set)
    await clock.sleep(clock.now() + 3600, bell)
    await clock.sleep(None, bell)


@pytest.mark.anyio
async def test_the_wall_clock_sleeps_until_the_time_has_come() -> None:
    clock = WallClock()
    until = clock.now() + 0.02
    await clock.sleep(until, asyncio.Event())
    assert clock.now() >= until - 0.002


@pytest.mark.anyio
async def test_a_manual_clock_wakes_those_whose_time_has_come_and_nobody_else() -> None:
    clock, bell = ManualClock(), asyncio.Event()
    early = asyncio.create_task(clock.sleep(1.0, bell))
    late = asyncio.create_task(clock.sleep(2.0, bell))
    await clock.asleep(2)
    clock.advance(1.0)
    await early
    await clock.asleep()
    assert not late.done()
    clock.advance(1.0)
    await late


@pytest.mark.anyio
async def test_a_manual_clock_calls_in_order_what_is_due_and_was_not_given_up() -> None:
    clock, called = ManualClock(), list[str]()
    clock.call_at(2.0, lambda: called.append("second"))
    given_up = clock.call_at(1.5, lambda: called.append("given up"))
    clock.call_at(1.0, given_up.cancel)
    clock.call_at(3.0, lambda: called.append("third"))
    clock.advance(2.0)
    assert called == ["second"]
    await clock.asleep()
    clock.advance(1.0)
    assert called == ["second", "third"]


@pytest.mark.anyio
async def test_the_wall_clock_calls_when_the_time_has_come_even_if_it_is_past() -> None:
    clock, called = WallClock(), asyncio.Event()
    clock.call_at(clock.now() - 1, called.set)
    await asyncio.wait_for(called.wait(), timeout=30)
    called.clear()
    clock.call_at(clock.now() + 3600, called.set).cancel()
    until = clock.now() + 0.02
    clock.call_at(until, called.set)
    await asyncio.wait_for(called.wait(), timeout=30)
    assert clock.now() >= until - 0.002
