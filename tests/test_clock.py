"""The clock of a run: it follows the wall forward, and goes on where the wall is set back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.memory import MemoryStore
from events.timestamp import from_ms, to_ms
from night import LIVE, announced, moment, projections
from tracker.desk import Desk
from web.clock import ForwardClock, now

SECOND = 1_000_000_000
START = to_ms("2030-02-01T20:00:00.000Z")


class Machine:
    """A machine whose wall clock is set by hand, in seconds from its start."""

    def __init__(self) -> None:
        self.wall = 0.0
        self.elapsed = 0.0
        self.clock = ForwardClock(
            lambda: START * 1_000_000 + round(self.wall * SECOND),
            lambda: 77 * SECOND + round(self.elapsed * SECOND),
        )

    def pass_time(self, seconds: float) -> None:
        self.wall += seconds
        self.elapsed += seconds

    def seconds(self) -> float:
        """Return what the clock shows, in seconds from the start."""
        return (to_ms(self.clock()) - START) / 1000


def test_the_clock_is_the_walls() -> None:
    machine = Machine()
    assert machine.clock() == "2030-02-01T20:00:00.000Z"
    machine.pass_time(61.5)
    assert machine.clock() == "2030-02-01T20:01:01.500Z"


def test_a_wall_set_forward_is_followed() -> None:
    machine = Machine()
    machine.wall += 3600
    assert machine.seconds() == 3600
    machine.pass_time(10)
    assert machine.seconds() == 3610


def test_where_the_wall_is_set_back_the_clock_goes_on() -> None:
    machine = Machine()
    machine.pass_time(100)
    machine.wall -= 3600
    assert machine.seconds() == 100
    machine.pass_time(10)
    assert machine.seconds() == 110, "it does not stand still"
    machine.wall += 3600
    machine.pass_time(10)
    assert machine.seconds() == 120, "the wall is right again"
    machine.wall += 7
    assert machine.seconds() == 127


def test_a_machine_that_slept_is_as_late_as_the_wall_says() -> None:
    machine = Machine()
    machine.wall += 8 * 3600  # what passed meanwhile is not counted as elapsed
    assert machine.seconds() == 8 * 3600


@given(st.lists(st.tuples(st.floats(-(10**6), 10**6), st.floats(0, 10**4)), max_size=30))
def test_whatever_becomes_of_the_wall_the_clock_goes_on_by_what_passes(
    steps: list[tuple[float, float]],
) -> None:
    machine = Machine()
    before = machine.seconds()
    for jump, passed in steps:
        machine.wall += jump
        machine.pass_time(passed)
        after = machine.seconds()
        assert after >= before + passed - 0.002
        assert after >= machine.wall - 0.002
        before = after


def test_the_programs_own_clock_is_in_the_stored_form_and_does_not_fall() -> None:
    readings = [now() for _ in range(1000)]
    assert readings == sorted(readings)
    assert from_ms(to_ms(readings[0])) == readings[0]


@pytest.mark.anyio
async def test_show_time_goes_on_where_the_servers_clock_is_set_back() -> None:
    machine = Machine()
    store, ids = MemoryStore(), iter(range(10**6))
    desk = Desk(store, now=machine.clock, new_id=lambda: f"id-{next(ids)}")
    await desk.schedule("made-up", LIVE[:-1], actor="maya")
    history = await store.current("made-up")
    for event, jump in (
        (LIVE[-1], 0),
        (moment("1."), -3600),
        (announced("sound", "orbit"), -120),
        (moment("2."), 5),
    ):
        machine.pass_time(60)
        machine.wall += jump
        await desk.post("made-up", event, actor="maya")
    log = [each async for each in store.read(history)]
    assert [each.t for each in projections(log)][-4:] == [0, 60_000, 120_000, 180_000]
    dates = [each.recorded_at for each in log]
    assert dates == sorted(dates)
