import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from replay.clock import Clock, ManualClock, WallClock
from replay.player import Declined, Happening, Moved, Played, Player, paced
from replay.playhead import Pause, Play, Playhead, Seek, Speed, Step

pytestmark = pytest.mark.anyio

TIMES = [0, 1000, 1000, 61_000]


class Audience:
    """Collects what happens, and waits until nothing more can happen by now."""

    def __init__(self, player: Player, clock: ManualClock) -> None:
        self.player = player
        self.clock = clock
        self.seen: list[Happening] = []

    async def listen(self) -> None:
        happenings = self.player.play()
        assert isinstance(await anext(happenings), Moved)
        async for happening in happenings:
            self.seen.append(happening)

    async def new(self) -> list[Happening]:
        """Return what happened since the last look."""
        await self.clock.asleep()
        seen, self.seen = self.seen, []
        return seen


@asynccontextmanager
async def playing(
    times: list[int], head: Playhead | None = None
) -> AsyncIterator[tuple[Audience, ManualClock]]:
    clock = ManualClock(now=1000.0)
    audience = Audience(Player(times, clock, head), clock)
    listening = asyncio.create_task(audience.listen())
    try:
        yield audience, clock
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def test_versions_are_played_at_their_times() -> None:
    async with playing(TIMES) as (audience, clock):
        assert await audience.new() == [Played(1)]
        clock.advance(0.9)
        assert await audience.new() == []
        clock.advance(0.1)
        assert await audience.new() == [Played(2), Played(3)]


async def test_it_begins_by_saying_where_and_counts_from_there() -> None:
    clock = ManualClock()
    player = Player(TIMES, clock, Playhead(version=1, speed=2))
    clock.advance(100)
    happenings = player.play()
    assert await anext(happenings) == Moved(Playhead(version=1, since=100, speed=2), 0)
    clock.advance(0.5)
    assert await anext(happenings) == Played(2)


async def test_what_is_far_behind_is_caught_up_in_order() -> None:
    async with playing([each * 1000 for each in range(500)], Playhead(speed=3600)) as (
        audience,
        clock,
    ):
        await audience.new()
        clock.advance(0.1)
        assert await audience.new() == [Played(version) for version in range(2, 362)]


async def test_oversleeping_does_not_delay_what_follows() -> None:
    async with playing([0, 1000, 2000, 9000]) as (audience, clock):
        await audience.new()
        clock.advance(1.75)
        assert await audience.new() == [Played(2)]
        clock.advance(0.25)
        assert await audience.new() == [Played(3)]


async def test_a_control_wakes_the_sleeper() -> None:
    async with playing(TIMES) as (audience, clock):
        await audience.new()
        clock.advance(0.5)
        await audience.player.control(Pause())
        (moved,) = await audience.new()
        assert isinstance(moved, Moved)
        assert (moved.head.version, moved.t, moved.head.state) == (1, 500, "paused")
        clock.advance(1000)
        assert await audience.new() == []
        await audience.player.control(Play())
        (moved,) = await audience.new()
        assert isinstance(moved, Moved)
        assert (moved.t, moved.head.state) == (500, "playing")
        clock.advance(0.5)
        assert await audience.new() == [Played(2), Played(3)]


async def test_a_step_plays_one_version_and_then_says_where_it_stands() -> None:
    async with playing(TIMES) as (audience, _):
        await audience.new()
        await audience.player.control(Step())
        stepped, moved = await audience.new()
        assert stepped == Played(2)
        assert isinstance(moved, Moved)
        assert (moved.head.version, moved.t, moved.head.state) == (2, 1000, "paused")


async def test_a_seek_is_told_as_a_jump_and_plays_on_from_there() -> None:
    async with playing(TIMES, Playhead(speed=60)) as (audience, clock):
        await audience.new()
        await audience.player.control(Seek(3))
        (moved,) = await audience.new()
        assert isinstance(moved, Moved)
        assert (moved.head.version, moved.t, moved.sought) == (3, 1000, True)
        await audience.player.control(Speed(10))
        (moved,) = await audience.new()
        assert isinstance(moved, Moved)
        assert (moved.head.speed, moved.sought) == (10, False)
        await audience.player.control(Seek(1))
        await audience.new()
        clock.advance(0.1)
        assert await audience.new() == [Played(2), Played(3)]


async def test_a_refused_control_changes_nothing() -> None:
    async with playing(TIMES) as (audience, clock):
        await audience.new()
        await audience.player.control(Seek(9))
        await audience.player.control(Declined("unreadable"))
        refused, declined = await audience.new()
        assert isinstance(refused, Declined)
        assert "0 to 4" in refused.detail
        assert declined == Declined("unreadable")
        clock.advance(1.0)
        assert await audience.new() == [Played(2), Played(3)]


async def test_controls_are_heard_between_two_versions_that_are_both_due() -> None:
    clock = ManualClock()
    player = Player([0] * 1000, clock)
    seen: list[Happening] = []
    async for happening in player.play():
        seen.append(happening)
        if happening == Played(3):
            await player.control(Pause())
        if isinstance(happening, Moved) and happening.head.state == "paused":
            break
    assert seen[1:4] == [Played(1), Played(2), Played(3)]
    assert [type(each) for each in seen[4:]] == [Moved]


async def test_whoever_sends_controls_faster_than_they_are_obeyed_has_to_wait() -> None:
    player = Player(TIMES, ManualClock())
    for _ in range(16):
        await player.control(Pause())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(player.control(Pause()), timeout=0.01)


async def test_it_ends_by_saying_that_it_has_finished() -> None:
    clock = ManualClock()
    seen = [happening async for happening in Player([0, 0], clock).play()]
    assert seen[1:3] == [Played(1), Played(2)]
    (moved,) = seen[3:]
    assert isinstance(moved, Moved)
    assert (moved.head.version, moved.t, moved.head.state) == (2, 0, "finished")


async def test_what_is_appended_meanwhile_is_played_too() -> None:
    times = [0, 1000]
    async with playing(times) as (audience, clock):
        await audience.new()
        times.append(2000)
        clock.advance(1.0)
        assert await audience.new() == [Played(2)]


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


@pytest.mark.parametrize("make", [WallClock, ManualClock])
async def test_a_clock_wakes_for_the_bell_and_for_what_is_already_due(
    make: Callable[[], Clock],
) -> None:
    clock, bell = make(), asyncio.Event()
    await clock.sleep(clock.now(), bell)
    asyncio.get_running_loop().call_soon(bell.set)
    await clock.sleep(clock.now() + 3600, bell)
    await clock.sleep(None, bell)


async def test_the_wall_clock_sleeps_until_the_time_has_come() -> None:
    clock = WallClock()
    until = clock.now() + 0.02
    await clock.sleep(until, asyncio.Event())
    assert clock.now() >= until - 0.002


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
